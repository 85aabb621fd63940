/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about programs that the config names beside the container's own. */
#include "base/mem.h"
#include "plan/check-rules.h"

/* What changes the container's root, or what can be seen of it. */
static bool makes_root(enum bh_op op)
{
	static const enum bh_op ops[] = {
		BH_OP_root_attach, BH_OP_mount_attach, BH_OP_overlay,
		BH_OP_make_dir,	   BH_OP_make_node,    BH_OP_bind_node,
		BH_OP_make_link,   BH_OP_mask,	       BH_OP_readonly,
		BH_OP_writable,
	};

	for (size_t i = 0; i < BH_COUNT(ops); i++)
		if (op == ops[i])
			return true;
	return false;
}

static int check_hook(const struct bh_plan *plan, size_t at, struct bh_err *err)
{
	const struct bh_step *step = &plan->steps[at];
	size_t root = bh_check_find_last(plan, BH_OP_become_root);

	if (step->phase != BH_PHASE_HOOKS)
		return bh_check_broken(err, plan, at, "is not among the hooks");
	if (step->on_error != BH_FAIL)
		return bh_check_broken(err, plan, at, "may not fail unnoticed");
	/* Who finds us dead must know what there is to be undone. */
	if (bh_check_find(plan, BH_OP_record, 0) > at)
		return bh_check_broken(err, plan, at,
				       "before the container is noted");
	if (step->lane == BH_CHILD && root < plan->len && root > at)
		return bh_check_broken(err, plan, at,
				       "before the child is root of the "
				       "container's user namespace");
	return 0;
}

/* prestart, createRuntime, then createContainer, with the whole root before them;
 * that it is before pivot_root follows from its path being the host's. */
int bh_rule_hooks(const struct bh_plan *plan, struct bh_err *err)
{
	size_t first = bh_check_find(plan, BH_OP_hook, 0);
	bool inside = false;

	for (size_t i = first; i < plan->len; i++) {
		const struct bh_step *step = &plan->steps[i];
		int r = 0;

		if (makes_root(step->op))
			return bh_check_broken(err, plan, i,
					       "changes the root that hooks "
					       "have seen already");
		if (step->op != BH_OP_hook)
			continue;
		if (inside && step->lane == BH_PARENT)
			return bh_check_broken(err, plan, i,
					       "comes after the container's "
					       "own hooks");
		inside = step->lane == BH_CHILD;
		r = check_hook(plan, i, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static bool is_loaded(const struct bh_plan *plan, size_t at)
{
	int slot = plan->steps[at].args.hook_inside.program;

	for (size_t i = 0; i < at; i++)
		if (plan->steps[i].op == BH_OP_hook_load &&
		    plan->steps[i].args.hook_load.program == slot)
			return true;
	return false;
}

/* Nothing that the program would not have is left to a hook in its place. */
static int check_confined(const struct bh_plan *plan, size_t at,
			  struct bh_err *err)
{
	static const enum bh_op before[] = {
		BH_OP_caps_set,	  BH_OP_seccomp,	   BH_OP_no_new_privs,
		BH_OP_close_fds,  BH_OP_landlock_restrict, BH_OP_rlimit,
		BH_OP_pivot_root, BH_OP_await_start,
	};

	for (size_t i = 0; i < BH_COUNT(before); i++) {
		size_t last = bh_check_find_last(plan, before[i]);

		if (last < plan->len && last > at)
			return bh_check_broken(err, plan, at,
					       "before the process is confined "
					       "and started");
	}
	return 0;
}

static int check_loaded(const struct bh_plan *plan, size_t at,
			struct bh_err *err)
{
	size_t caps = bh_check_find_last(plan, BH_OP_caps_set);
	size_t start = bh_check_find_last(plan, BH_OP_await_start);
	size_t pivot = bh_check_find_last(plan, BH_OP_pivot_root);

	if ((caps < plan->len && caps > at) ||
	    (start < plan->len && start > at) ||
	    (pivot < plan->len && pivot > at))
		return bh_check_broken(err, plan, at,
				       "is read before the process is its "
				       "user, in the container, and started");
	return 0;
}

/* In the program's place: what was loaded runs, and then only the program. */
int bh_rule_inside_hooks(const struct bh_plan *plan, struct bh_err *err)
{
	size_t first = bh_check_find(plan, BH_OP_hook_inside, 0);

	for (size_t i = 0; i < plan->len; i++) {
		const struct bh_step *step = &plan->steps[i];
		int r = 0;

		if (step->op == BH_OP_hook_load)
			r = check_loaded(plan, i, err);
		if (step->op == BH_OP_hook_inside)
			r = check_confined(plan, i, err);
		if (r < 0)
			return r;
		if (step->op == BH_OP_hook_inside && !is_loaded(plan, i))
			return bh_check_broken(
				err, plan, i, "runs what nobody has looked at");
		if (i > first && step->op != BH_OP_hook_inside &&
		    step->op != BH_OP_exec)
			return bh_check_broken(err, plan, i,
					       "comes between hooks and the "
					       "program");
		if ((step->op == BH_OP_hook_load ||
		     step->op == BH_OP_hook_inside) &&
		    step->on_error != BH_FAIL)
			return bh_check_broken(err, plan, i,
					       "may not fail unnoticed");
	}
	return 0;
}
