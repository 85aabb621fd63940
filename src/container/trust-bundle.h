/* SPDX-License-Identifier: Apache-2.0 */
/* What a bundle would execute, for who shows, grants and revokes it. */
#ifndef BH_CONTAINER_TRUST_BUNDLE_H
#define BH_CONTAINER_TRUST_BUNDLE_H

#include "container/pass-gate.h"
#include "spec/bundle.h"

struct bh_trust_bundle {
	struct bh_bundle bundle; /* path is NULL: a hook on its own */
	struct bh_spec spec;	 /* of its hooks alone */
	struct bh_look look;
	struct bh_trust_store store;
	struct bh_arena arena;
	struct bh_judgement judgement;
};

/*
 * Read a bundle's config, look at all that it would execute, in its rootfs too,
 * and judge it by the grants that there are.  Nothing changes.  Clear it after a
 * failure too.
 */
int bh_trust_bundle_open(const char *dir, const char *config,
			 const struct bh_gate_places *places,
			 struct bh_trust_bundle *ret, struct bh_err *err);

/* The same of one hook, which is borrowed: as if a config named it. */
int bh_trust_hook_open(const struct bh_hook *hook,
		       const struct bh_gate_places *places,
		       struct bh_trust_bundle *ret, struct bh_err *err);

void bh_trust_bundle_clear(struct bh_trust_bundle *bundle);

#endif
