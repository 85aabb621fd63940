/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/narrow.h"
#include "base/str.h"
#include "policy/glob.h"

/* A message is one line of a log; the rest of a longer list stays in the plan. */
#define SHOWN_VALUE 128

void bh_narrow_refuse(struct bh_narrowing *n, const char *field,
		      const char *value, const char *rule, const char *key)
{
	struct bh_refusal *refusal = bh_arena_append(
		&n->spec->arena, &n->refusals, &n->len, sizeof(*n->refusals));

	*refusal = (struct bh_refusal){ field, value, rule, key };
}

void bh_narrow_tighten(struct bh_narrowing *n, const char *field,
		       const char *reason)
{
	struct bh_spec *spec = n->spec;
	struct bh_change *change = bh_arena_append(&spec->arena, &spec->changes,
						   &spec->change_count,
						   sizeof(*spec->changes));

	*change = (struct bh_change){
		.field = field,
		.origin = bh_arena_printf(&spec->arena, "profile %s",
					  n->profile->name),
		.reason = reason,
	};
}

bool bh_narrow_matches(const struct oci_strings *list, const char *text)
{
	for (size_t i = 0; i < list->len; i++)
		if (bh_glob(list->items[i], text))
			return true;
	return false;
}

bool bh_narrow_lists(const struct oci_strings *list, const char *text)
{
	for (size_t i = 0; i < list->len; i++)
		if (bh_str_eq(list->items[i], text))
			return true;
	return false;
}

static void print_refusal(const struct bh_refusal *refusal, struct bh_buf *out)
{
	bh_buf_str(out, refusal->field);
	bh_buf_str(out, ": ");
	if (refusal->value) {
		bh_buf_escaped(out, refusal->value, SHOWN_VALUE);
		bh_buf_str(out, ": ");
	}
	bh_buf_str(out, refusal->rule);
	if (refusal->key)
		bh_buf_printf(out, "; allow it with policy key %s",
			      refusal->key);
}

/* One message for all: who mends a config wants to know of everything. */
static int report(const struct bh_narrowing *n, const char *verb,
		  struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };

	if (!n->len)
		return 0;
	for (size_t i = 0; i < n->len; i++) {
		bh_buf_str(&text, i ? "; and " : "");
		print_refusal(&n->refusals[i], &text);
	}
	(void)bh_refuse(err, "%s refused: %s", verb, text.data);
	return bh_denied(err);
}

int bh_narrow_spec(const struct bh_profile *profile, struct bh_spec *spec,
		   const char *verb, struct bh_err *err)
{
	struct bh_narrowing n = { .profile = profile, .spec = spec };

	bh_narrow_process(&n);
	bh_narrow_credentials(&n);
	bh_narrow_user_namespace(&n);
	bh_narrow_namespaces(&n);
	/* Before what it adds is itself looked at. */
	bh_narrow_mounts(&n);
	bh_narrow_root(&n);
	bh_narrow_devices(&n);
	bh_narrow_sysctls(&n);
	bh_narrow_deadline(&n);
	return report(&n, verb, err);
}

int bh_narrow_exec(const struct bh_profile *profile, struct bh_spec *spec,
		   const char *verb, struct bh_err *err)
{
	struct bh_narrowing n = { .profile = profile, .spec = spec };

	bh_narrow_process(&n);
	bh_narrow_groups(&n);
	bh_narrow_credentials(&n);
	return report(&n, verb, err);
}

int bh_narrow_on_host(const struct bh_profile *profile, struct bh_spec *spec,
		      const struct bh_narrow_host *host, const char *verb,
		      struct bh_err *err)
{
	struct bh_narrowing n = {
		.profile = profile,
		.spec = spec,
		.paths = host->paths,
		.host = host->host,
		.grouped = host->grouped,
	};

	bh_narrow_groups(&n);
	bh_narrow_ids(&n);
	bh_narrow_sources(&n);
	bh_narrow_device_nodes(&n);
	bh_narrow_limits(&n);
	return report(&n, verb, err);
}

const struct oci_resources *
bh_narrow_update(const struct bh_profile *profile,
		 const struct oci_resources *resources, struct bh_arena *arena)
{
	struct bh_spec spec = { .arena = *arena, .resources = resources };
	struct bh_narrowing n = {
		.profile = profile,
		.spec = &spec,
		.given_only = true,
		.grouped = true,
	};

	bh_narrow_limits(&n);
	*arena = spec.arena;
	return spec.resources;
}
