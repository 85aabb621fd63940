/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "cgroup/driver.h"
#include "container/process.h"
#include "container/record.h"

static char *now(void)
{
	struct timespec time = { 0 };
	char text[64], *full = NULL;
	struct tm parts;

	(void)clock_gettime(CLOCK_REALTIME, &time);
	if (!gmtime_r(&time.tv_sec, &parts) ||
	    !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts) ||
	    asprintf(&full, "%s.%09ldZ", text, time.tv_nsec) < 0)
		abort();
	return full;
}

static void add_annotations(struct bh_state *state,
			    const struct oci_pairs *from)
{
	state->annotations.set = true;
	state->annotations.items = bh_calloc(from->len, sizeof(*from->items));
	for (; state->annotations.len < from->len; state->annotations.len++) {
		size_t i = state->annotations.len;

		state->annotations.items[i].key = bh_strdup(from->items[i].key);
		state->annotations.items[i].value =
			bh_strdup(from->items[i].value);
	}
}

static bool is_group(const struct bh_step *step)
{
	return step->op == BH_OP_cgroup_make;
}

/* Slices come and go with their units: systemd's to remove. */
static bool is_in_scope(const struct bh_plan *plan)
{
	for (size_t i = 0; i < plan->len; i++)
		if (plan->steps[i].op == BH_OP_scope_make)
			return true;
	return false;
}

static struct bh_state_group describe(const struct bh_hierarchy *hierarchy,
				      const char *path, bool in_scope)
{
	return (struct bh_state_group){
		.v2 = { true, hierarchy->v2 },
		.name = bh_strdup(hierarchy->name),
		.mount = bh_strdup(hierarchy->mount),
		.mount_root = bh_strdup(hierarchy->mount_root),
		.path = bh_strdup(path),
		.existing = { !in_scope,
			      in_scope ? 0 :
					 bh_cgroup_existing(hierarchy, path) },
	};
}

static void add_groups(struct bh_state *state, const struct bh_prepared *p)
{
	const struct bh_plan *plan = &p->plan;
	bool in_scope = is_in_scope(plan);

	state->groups.set = true;
	state->groups.items =
		bh_calloc(plan->len, sizeof(*state->groups.items));
	for (size_t i = 0; i < plan->len; i++) {
		const struct bh_args_cgroup_make *args =
			&plan->steps[i].args.cgroup_make;

		if (is_group(&plan->steps[i]))
			state->groups.items[state->groups.len++] = describe(
				&p->host.cgroups.items[args->hierarchy],
				args->path, in_scope);
	}
}

static void add_indexes(struct bh_state *state, const struct bh_prepared *p)
{
	state->indexes.set = p->kept_index_count > 0;
	state->indexes.items =
		bh_calloc(p->kept_index_count, sizeof(*state->indexes.items));
	for (size_t i = 0; i < p->kept_index_count; i++) {
		const struct bh_kept_index *kept = &p->kept_indexes[i];
		char digest[BH_DIGEST_HEX_SIZE];

		bh_digest_hex(&kept->digest, digest);
		state->indexes.items[state->indexes.len++] =
			(struct bh_state_index){
				.git = bh_strdup(kept->git),
				.device = { true, kept->device },
				.inode = { true, kept->inode },
				.digest = bh_strdup(digest),
				.hash_size = { true, kept->hash_size },
				.kept = bh_strdup(kept->name),
			};
	}
}

struct bh_state *bh_record_new(const struct bh_prepared *p)
{
	struct bh_state *state = bh_calloc(1, sizeof(*state));

	state->version = (struct oci_i64){ true, BH_STATE_VERSION };
	state->oci_version = bh_strdup(p->spec.config->oci_version);
	state->id = bh_strdup(p->spec.id);
	state->bundle = bh_strdup(p->spec.bundle);
	state->rootfs = bh_strdup(p->spec.wanted[p->spec.root].path);
	state->created = now();
	state->owner = (struct oci_u64){ true, geteuid() };
	if (p->spec.hook_count)
		state->hooks = (struct oci_bool){ true, true };
	if (p->spec.deadline)
		state->deadline = (struct oci_u64){ true, p->spec.deadline };
	add_groups(state, p);
	add_indexes(state, p);
	add_annotations(state, &p->spec.config->annotations);
	return state;
}

/* Groups are made in the order of their steps, which is that of the record. */
int bh_record_made(struct bh_state *state, const struct bh_run *run,
		   struct bh_err *err)
{
	uint64_t start_time;
	int r = bh_process_start_time(run->child, &start_time);

	if (r < 0)
		return bh_fail(err, -r, "look at the container's process");
	state->pid = (struct oci_i64){ true, run->child };
	state->start_time = (struct oci_u64){ true, start_time };
	if (run->scope.made)
		state->scope = bh_strdup(run->scope.made->unit);
	for (size_t i = 0; i < run->made_count && i < state->groups.len; i++)
		state->groups.items[i].inode =
			(struct oci_u64){ true, run->made[i].inode };
	return 0;
}

int bh_record_save(const struct bh_entry *entry, const struct bh_state *state,
		   struct bh_err *err)
{
	bh_autofree char *text = NULL;
	size_t len;

	text = bh_state_print(state, &len);
	return bh_entry_write(entry, "state.json", text, len, err);
}
