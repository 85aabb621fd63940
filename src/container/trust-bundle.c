/* SPDX-License-Identifier: Apache-2.0 */
#include "container/trust-bundle.h"

static int read_spec(struct bh_trust_bundle *b, struct bh_err *err)
{
	const struct bh_buf *text = &b->bundle.config;
	struct oci_config *config = NULL;
	struct oci_error error;

	if (oci_config_read(text->data ? text->data : "", text->len, &config,
			    NULL, &error) < 0)
		return bh_refuse(err,
				 "read config.json: line %zu, column %zu: "
				 "%s%s%s",
				 error.line, error.column, error.pointer,
				 error.pointer[0] ? ": " : "", error.message);
	return bh_spec_build_hooks(config, b->bundle.path, "", BH_ALL_STAGES,
				   &b->spec, err);
}

static int look(struct bh_trust_bundle *b, const struct bh_gate_places *places,
		struct bh_err *err)
{
	const struct bh_look_options options = { .cache_dir = places->cache };
	int r = bh_look(&b->spec, &options, &b->look, err);

	return r < 0 || !b->bundle.path ?
		       r :
		       bh_gate_look_inside(&b->spec, &b->look, err);
}

static int judge(struct bh_trust_bundle *b, const struct bh_gate_places *places,
		 struct bh_err *err)
{
	const struct bh_gate_inputs inputs = {
		.store = &b->store,
		.now = bh_when_now(),
	};
	int r = bh_trust_load(&places->trust, &b->store, err);

	if (r == 0)
		bh_gate_judge(&inputs, b->look.items, b->look.count, &b->arena,
			      &b->judgement);
	return r;
}

int bh_trust_bundle_open(const char *dir, const char *config,
			 const struct bh_gate_places *places,
			 struct bh_trust_bundle *ret, struct bh_err *err)
{
	int r = bh_bundle_open(dir, config, &ret->bundle, err);

	if (r == 0)
		r = read_spec(ret, err);
	if (r == 0)
		r = look(ret, places, err);
	return r < 0 ? r : judge(ret, places, err);
}

int bh_trust_hook_open(const struct bh_hook *hook,
		       const struct bh_gate_places *places,
		       struct bh_trust_bundle *ret, struct bh_err *err)
{
	int r;

	ret->spec.hook_count = 1;
	ret->spec.hooks =
		bh_arena_memdup(&ret->spec.arena, hook, sizeof(*hook));
	r = look(ret, places, err);
	return r < 0 ? r : judge(ret, places, err);
}

void bh_trust_bundle_clear(struct bh_trust_bundle *bundle)
{
	bh_look_clear(&bundle->look);
	bh_trust_clear(&bundle->store);
	bh_arena_clear(&bundle->arena);
	bh_spec_clear(&bundle->spec);
	bh_bundle_clear(&bundle->bundle);
	*bundle = (struct bh_trust_bundle){ 0 };
}
