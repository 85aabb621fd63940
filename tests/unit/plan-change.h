/* SPDX-License-Identifier: Apache-2.0 */
/* Changes to the small plan, made by hand, since the compiler is not to break any
 * rule. */
#ifndef PLAN_CHANGE_H
#define PLAN_CHANGE_H

#include "plan-small.h"
#include "tap.h"

static inline size_t at(const struct bh_plan *plan, enum bh_op op)
{
	size_t i = 0;

	while (plan->steps[i].op != op)
		i++;
	return i;
}

static inline struct bh_step *the(struct bh_plan *plan, enum bh_op op)
{
	return &plan->steps[at(plan, op)];
}

static inline void drop(struct bh_plan *plan, enum bh_op op)
{
	size_t i = at(plan, op);

	plan->len--;
	memmove(plan->steps + i, plan->steps + i + 1,
		(plan->len - i) * sizeof(*plan->steps));
}

/* Put the step of op to index `to`, in the phase that is there. */
static inline void move(struct bh_plan *plan, enum bh_op op, size_t to)
{
	struct bh_step step = *the(plan, op);

	drop(plan, op);
	(void)add(plan, op, BH_CHILD, BH_PHASE_EXEC);
	memmove(plan->steps + to + 1, plan->steps + to,
		(plan->len - 1 - to) * sizeof(*plan->steps));
	step.phase = plan->steps[to ? to - 1 : 1].phase;
	plan->steps[to] = step;
}

static inline void move_before(struct bh_plan *plan, enum bh_op op,
			       enum bh_op other)
{
	size_t to = at(plan, other);

	move(plan, op, at(plan, op) < to ? to - 1 : to);
}

static inline void move_behind(struct bh_plan *plan, enum bh_op op,
			       enum bh_op other)
{
	size_t to = at(plan, other) + 1;

	move(plan, op, at(plan, op) < to ? to - 1 : to);
}

#endif
