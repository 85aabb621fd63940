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

/* The most digests that a program in an image may have, by as many grants. */
#define BH_GATE_DIGESTS 8

struct bh_judged {
	const struct bh_item *item;
	bool trusted;
	const char *by;	  /* what made it trusted: "grant 91aa...", "policy" */
	const char *when; /* day of the grant, or NULL */
	const char *why; /* not trusted: "its content differs from ..." or NULL */
	/* Of an item in an image: what it may be. */
	size_t digest_count;
	struct bh_digest digests[BH_GATE_DIGESTS];
};

struct bh_judgement {
	size_t count;
	struct bh_judged *items;
	size_t refused; /* of them */
};

/* Who could not pass, as a block of lines for bh_refuse_block: the verb
 * ("create"), each item, and what to do about it. */
void bh_gate_print_refusal(const struct bh_judgement *judgement,
			   const char *verb, const char *bundle,
			   struct bh_buf *out);

/* A line for each item, in columns, indented by two. */
void bh_gate_print(const struct bh_judgement *judgement, struct bh_buf *out);

/* The same as a JSON array of objects. */
void bh_gate_print_json(const struct bh_judgement *judgement,
			struct bh_buf *out);

#endif
