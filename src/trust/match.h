/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether an item is what was granted, and if not, what has changed.  Pure.
 *
 * Of an item in an image that was not looked at (item->hashed is false), all
 * but files is compared; the digests that its program may have come with the
 * verdict, and who executes it compares.
 */
#ifndef BH_TRUST_MATCH_H
#define BH_TRUST_MATCH_H

#include "base/mem.h"
#include "trust/grant.h"
#include "trust/item.h"

enum bh_match {
	BH_MATCH,   /* trusted by this grant */
	BH_CHANGED, /* the same stage and path; something else differs */
	BH_OTHER,   /* it is about something else */
};

/*
 * Compare an item with one grant at a time.  *ret_why is set where it has
 * changed, in the arena: "its content and its arguments differ from the grant
 * of 2026-11-23: ...", "the grant of 2026-11-23 has expired on 2026-12-01".
 * What came from outside is escaped in it, and no value of an environment is.
 */
enum bh_match bh_match(const struct bh_item *item, const struct bh_grant *grant,
		       int64_t now, struct bh_arena *arena,
		       const char **ret_why);

/* The most programs in an image that one item may be. */
#define BH_MATCH_DIGESTS 8

struct bh_verdict {
	bool trusted;
	const struct bh_grant *grant; /* that made it so, or comes closest */
	const char *why; /* not trusted: what has changed; NULL: never granted */
	/* Of a trusted item in an image that was not looked at. */
	size_t digest_count;
	struct bh_digest digests[BH_MATCH_DIGESTS];
};

/*
 * Compare an item with all grants.  What is broken is never trusted, and why is
 * its reason.  Grants beyond BH_MATCH_DIGESTS of one item in an image count no
 * more: that it fails closed is all there is to it.
 */
void bh_match_best(const struct bh_item *item,
		   const struct bh_grant *const *grants, size_t count,
		   int64_t now, struct bh_arena *arena, struct bh_verdict *ret);

#endif
