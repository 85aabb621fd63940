/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan.h"

int bh_plan_slot(struct bh_plan *plan, const char *name, int preset)
{
	struct bh_slot *slot = bh_arena_append(
		&plan->arena, &plan->slots, &plan->slot_count, sizeof(*slot));

	slot->name = bh_arena_strdup(&plan->arena, name);
	slot->preset = preset;
	return (int)plan->slot_count - 1;
}

struct bh_step *bh_plan_step(struct bh_plan *plan, enum bh_op op,
			     enum bh_lane lane, enum bh_phase phase)
{
	struct bh_step *step = bh_arena_append(&plan->arena, &plan->steps,
					       &plan->len, sizeof(*step));

	step->op = op;
	step->lane = lane;
	step->phase = phase;
	step->origin = "default";
	return step;
}

void bh_plan_clear(struct bh_plan *plan)
{
	bh_arena_clear(&plan->arena);
	*plan = (struct bh_plan){ 0 };
}
