/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a configuration would execute, judged item by item: whether it may.
 *
 * The gate only judges.  It refuses for its caller (container/pass-gate.c), which
 * stands in front of every effect, and shows for `bulkhead trust`.
 */
#ifndef BH_TRUST_GATE_H
#define BH_TRUST_GATE_H

#include "base/str.h"
#include "trust/item.h"
#include "trust/match.h"
#include "trust/store.h"

struct bh_judged {
	const struct bh_item *item;
	bool trusted;
	const char *by;	  /* what made it so: "grant 91aa...", "profile open" */
	const char *when; /* day of the grant, or NULL */
	const char *why; /* it is not: "its content differs from ...", or NULL */
	/* Of an item in an image: what it may be; any: whatever lies there. */
	bool any;
	size_t digest_count;
	struct bh_digest digests[BH_MATCH_DIGESTS];
};

/* What items are judged by; all borrowed. */
struct bh_gate_inputs {
	const char *open; /* the profile that opens the gate, or NULL */
	const struct bh_trust_store *store;
	int64_t now;
	/* Identities that were let pass once, for this container. */
	size_t once_count;
	const struct bh_digest *once;
};

struct bh_judgement {
	size_t count;
	struct bh_judged *items;
	size_t refused; /* of them */
};

/* Judge each item.  Lives in the arena; borrows the items and the store. */
void bh_gate_judge(const struct bh_gate_inputs *inputs,
		   const struct bh_item *items, size_t count,
		   struct bh_arena *arena, struct bh_judgement *ret);

/* Who could not pass, as a block of lines for bh_refuse_block: the verb
 * ("create"), each item, and what to do about it. */
void bh_gate_print_refusal(const struct bh_judgement *judgement,
			   const char *verb, const char *bundle,
			   struct bh_buf *out);

/* A line for each item, in columns, indented by two. */
void bh_gate_print(const struct bh_judgement *judgement, struct bh_buf *out);

/* item-print.c: an item with all its parts, values of its environment included, a
 * line each. */
void bh_item_print(const struct bh_item *item, struct bh_buf *out);

/* The same as a JSON array of objects. */
void bh_gate_print_json(const struct bh_judgement *judgement,
			struct bh_buf *out);

#endif
