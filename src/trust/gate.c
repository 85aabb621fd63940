/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "trust/gate.h"

/* How much of a grant's id people see. */
#define SHORT_ID 12

static void trust(struct bh_judged *judged, const char *by)
{
	judged->trusted = true;
	judged->by = by;
	judged->why = NULL;
}

/* What was let pass has the digest that was shown. */
static bool passed_once(const struct bh_gate_inputs *inputs,
			const struct bh_item *item)
{
	for (size_t i = 0; item->hashed && i < inputs->once_count; i++)
		if (bh_digest_equal(&item->identity, &inputs->once[i]))
			return true;
	return false;
}

static void judge_by_grants(const struct bh_gate_inputs *inputs,
			    const struct bh_item *item, struct bh_arena *arena,
			    struct bh_judged *ret)
{
	const struct bh_grant *grant;
	struct bh_verdict verdict;

	bh_match_best(item, inputs->store->grants, inputs->store->grant_count,
		      inputs->now, arena, &verdict);
	ret->why = verdict.why;
	ret->digest_count = verdict.digest_count;
	memcpy(ret->digests, verdict.digests, sizeof(ret->digests));
	if (!verdict.trusted)
		return;
	grant = verdict.grant;
	trust(ret, bh_arena_printf(arena, "%sgrant %.*s",
				   bh_grant_is_wide(grant) ? "wide " : "",
				   SHORT_ID, grant->id));
	ret->when = grant->day[0] ? grant->day : NULL;
}

static void judge(const struct bh_gate_inputs *inputs,
		  const struct bh_item *item, struct bh_arena *arena,
		  struct bh_judged *ret)
{
	ret->item = item;
	/* Nobody can run what can't be opened. */
	if (item->broken)
		return;
	if (inputs->open) {
		ret->any = item->inside;
		trust(ret, bh_arena_printf(arena, "profile %s", inputs->open));
		return;
	}
	judge_by_grants(inputs, item, arena, ret);
	if (!ret->trusted && passed_once(inputs, item))
		trust(ret, "once");
	/* Of one that was looked at, that is what runs. */
	if (ret->trusted && item->inside && item->hashed) {
		ret->digest_count = 1;
		ret->digests[0] = item->file.digest;
	}
}

void bh_gate_judge(const struct bh_gate_inputs *inputs,
		   const struct bh_item *items, size_t count,
		   struct bh_arena *arena, struct bh_judgement *ret)
{
	*ret = (struct bh_judgement){
		.count = count,
		.items = bh_arena_alloc(arena, count * sizeof(*ret->items)),
	};
	for (size_t i = 0; i < count; i++) {
		judge(inputs, &items[i], arena, &ret->items[i]);
		ret->refused += !ret->items[i].trusted;
	}
}
