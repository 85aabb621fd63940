/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/mem.h"
#include "cli/trust.h"
#include "container/trust-bundle.h"

/* Whether it is about what a bundle would run, whatever has changed of it. */
static bool is_of(void *arg, const struct bh_grant *grant)
{
	const struct bh_trust_bundle *b = arg;
	bh_autoarena struct bh_arena arena = { 0 };
	const char *ignored;

	for (size_t i = 0; i < b->look.count; i++)
		if (bh_match(&b->look.items[i], grant, bh_when_now(), &arena,
			     &ignored) != BH_OTHER)
			return true;
	return false;
}

static int revoke_bundle(const struct bh_invocation *in,
			 const struct bh_places *places, struct bh_err *err)
{
	struct bh_trust_bundle bundle = { 0 };
	int r = bh_trust_bundle_open(in->bundle, in->config, &places->gate,
				     &bundle, err);

	if (r == 0)
		r = bh_trust_revoke_those(&places->gate.trust, is_of, &bundle,
					  err);
	bh_trust_bundle_clear(&bundle);
	return r;
}

static bool is_at(void *arg, const struct bh_grant *grant)
{
	return grant->kind.value == BH_GRANT_WORKSPACE &&
	       bh_str_eq(grant->path, arg);
}

/* One that is gone is known by its path. */
static int revoke_workspace(const struct bh_invocation *in,
			    const struct bh_places *places, struct bh_err *err)
{
	bh_autofree char *found = realpath(in->workspace, NULL);
	bh_autofree char *path = bh_strdup(found ? found : in->workspace);

	return bh_trust_revoke_those(&places->gate.trust, is_at, path, err);
}

static int revoke_words(const struct bh_invocation *in,
			const struct bh_places *places, struct bh_err *err)
{
	int count = 0, r = 0;

	for (size_t i = 0; r >= 0 && i < in->words.len; i++) {
		r = bh_trust_revoke(&places->gate.trust, in->words.items[i],
				    err);
		count += r > 0 ? r : 0;
	}
	return r < 0 ? r : count;
}

int bh_trust_revoke_command(struct bh_invocation *in, struct bh_err *err)
{
	int ways = (in->words.len > 0) + (in->bundle != NULL) +
		   (in->workspace != NULL) + in->all;
	bh_autobuf struct bh_buf text = { 0 };
	struct bh_places places;
	int r;

	if (ways != 1)
		return bh_refuse(err,
				 "read the command line: bulkhead trust "
				 "revoke needs digests, --bundle, --workspace "
				 "or --all");
	bh_places_find(&places);
	if (in->all)
		r = bh_trust_revoke_all(&places.gate.trust, err);
	else if (in->workspace)
		r = revoke_workspace(in, &places, err);
	else if (in->bundle)
		r = revoke_bundle(in, &places, err);
	else
		r = revoke_words(in, &places, err);
	bh_places_clear(&places);
	if (r < 0)
		return r;
	bh_buf_printf(&text, "revoked %d grant%s\n", r, r == 1 ? "" : "s");
	return bh_print(text.data, text.len, err);
}
