/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The security argument in executable form.  Each rule looks at the whole plan
 * and knows nothing of how it was compiled; a plan that breaks one is a mistake
 * of ours and is never carried out.
 */
#include "base/str.h"
#include "plan/check-rules.h"

int bh_check_broken(struct bh_err *err, const struct bh_plan *plan, size_t at,
		    const char *rule)
{
	bh_autobuf struct bh_buf step = { 0 };

	if (at < plan->len)
		bh_plan_print_step(plan, at, &step);
	return bh_refuse(err, "check the plan: step %zu, %s: %s", at,
			 step.data ? step.data : "none", rule);
}

bool bh_check_is_clone(enum bh_op op)
{
	return op == BH_OP_clone || op == BH_OP_clone_joined;
}

size_t bh_check_find(const struct bh_plan *plan, enum bh_op op, size_t from)
{
	while (from < plan->len && plan->steps[from].op != op)
		from++;
	return from;
}

size_t bh_check_find_last(const struct bh_plan *plan, enum bh_op op)
{
	size_t last = plan->len;

	for (size_t i = 0; i < plan->len; i++)
		if (plan->steps[i].op == op)
			last = i;
	return last;
}

size_t bh_check_find_clone(const struct bh_plan *plan)
{
	size_t i = 0;

	while (i < plan->len && !bh_check_is_clone(plan->steps[i].op))
		i++;
	return i;
}

/* One child, started by the parent, and no step of it before. */
static int rule_clone(const struct bh_plan *plan, struct bh_err *err)
{
	size_t clone = bh_check_find_clone(plan);

	if (clone == plan->len)
		return bh_check_broken(err, plan, clone, "no child is started");
	for (size_t i = 0; i < plan->len; i++) {
		const struct bh_step *step = &plan->steps[i];

		if (i <= clone && step->lane == BH_CHILD)
			return bh_check_broken(err, plan, i,
					       "the child does not exist yet");
		if (i > clone && bh_check_is_clone(step->op))
			return bh_check_broken(err, plan, i, "a second child");
	}
	return 0;
}

/* What takes something away from the process that performs it. */
static int rule_lanes(const struct bh_plan *plan, struct bh_err *err)
{
	static const enum bh_op of_child[] = {
		BH_OP_caps_set,	     BH_OP_bounding_set, BH_OP_user_set,
		BH_OP_seccomp,	     BH_OP_no_new_privs, BH_OP_signals_reset,
		BH_OP_close_fds,     BH_OP_pivot_root,	 BH_OP_propagation,
		BH_OP_umask,	     BH_OP_cwd,		 BH_OP_cwd_early,
		BH_OP_terminal_take, BH_OP_hook_load,	 BH_OP_hook_inside,
	};
	size_t clone = bh_check_find_clone(plan);

	for (size_t i = 0; i < plan->len; i++) {
		const struct bh_step *step = &plan->steps[i];

		if (step->lane == BH_CHILD)
			continue;
		if (step->op == BH_OP_rlimit && i < clone)
			return bh_check_broken(
				err, plan, i, "would limit the runtime itself");
		for (size_t j = 0; j < BH_COUNT(of_child); j++)
			if (step->op == of_child[j])
				return bh_check_broken(err, plan, i,
						       "is the child's to do");
	}
	return 0;
}

static int rule_phases(const struct bh_plan *plan, struct bh_err *err)
{
	for (size_t i = 1; i < plan->len; i++)
		if (plan->steps[i].phase < plan->steps[i - 1].phase)
			return bh_check_broken(err, plan, i,
					       "goes back to a phase");
	return 0;
}

/* Who has filled a slot: what the parent fills before the clone, both have. */
enum filled {
	NOBODY,
	BY_PARENT,
	BY_CHILD,
	BY_BOTH
};

static bool can_read(enum filled filled, enum bh_lane lane)
{
	return filled == BY_BOTH ||
	       filled == (lane == BH_PARENT ? BY_PARENT : BY_CHILD);
}

static int check_read(const struct bh_plan *plan, size_t at, int slot,
		      const enum filled *filled, struct bh_err *err)
{
	if (slot < 0)
		return 0;
	if ((size_t)slot >= plan->slot_count)
		return bh_check_broken(err, plan, at,
				       "reads a slot that is not there");
	if (!can_read(filled[slot], plan->steps[at].lane))
		return bh_check_broken(err, plan, at,
				       "reads a slot that is empty in "
				       "this process");
	return 0;
}

static int check_write(const struct bh_plan *plan, size_t at, int slot,
		       enum filled *filled, enum filled by, struct bh_err *err)
{
	if (slot < 0 || (size_t)slot >= plan->slot_count)
		return bh_check_broken(err, plan, at,
				       "writes a slot that is not there");
	if (filled[slot] != NOBODY)
		return bh_check_broken(err, plan, at,
				       "writes a slot a second time");
	filled[slot] = by;
	return 0;
}

static int check_slots_of(const struct bh_plan *plan, size_t at,
			  enum filled *filled, enum filled by,
			  struct bh_err *err)
{
	const struct bh_step *step = &plan->steps[at];
	const struct bh_field_info *field = bh_op_info[step->op].fields;
	int r = 0;

	for (; r == 0 && field->name; field++) {
		const void *arg = (const char *)&step->args + field->offset;
		const struct bh_ids *list = arg;

		if (field->kind == BH_KIND_in)
			r = check_read(plan, at, *(const int *)arg, filled,
				       err);
		else if (field->kind == BH_KIND_out)
			r = check_write(plan, at, *(const int *)arg, filled, by,
					err);
		for (size_t i = 0;
		     field->kind == BH_KIND_ins && r == 0 && i < list->len; i++)
			r = check_read(plan, at, (int)list->items[i], filled,
				       err);
	}
	return r;
}

static int rule_slots(const struct bh_plan *plan, struct bh_err *err)
{
	bh_autofree enum filled *filled =
		bh_calloc(plan->slot_count, sizeof(*filled));
	bool cloned = false;

	for (size_t i = 0; i < plan->slot_count; i++)
		filled[i] = plan->slots[i].preset >= 0 ? BY_BOTH : NOBODY;
	for (size_t i = 0; i < plan->len; i++) {
		const struct bh_step *step = &plan->steps[i];
		enum filled by = BY_BOTH;
		int r;

		/* The child is the parent's to know, not its own. */
		cloned |= bh_check_is_clone(step->op);
		if (cloned)
			by = step->lane == BH_PARENT ? BY_PARENT : BY_CHILD;
		r = check_slots_of(plan, i, filled, by, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* A step with `else` is followed by its replacement, of the same process. */
static int rule_else(const struct bh_plan *plan, struct bh_err *err)
{
	for (size_t i = 0; i < plan->len; i++) {
		if (plan->steps[i].on_error != BH_ELSE)
			continue;
		if (i + 2 >= plan->len ||
		    plan->steps[i + 1].lane != plan->steps[i].lane)
			return bh_check_broken(err, plan, i,
					       "nothing can replace it");
	}
	return 0;
}

/* Who holds a scope open, as one of ours, does not stay. */
static int rule_scope(const struct bh_plan *plan, struct bh_err *err)
{
	size_t make = bh_check_find(plan, BH_OP_scope_make, 0);
	size_t leave = bh_check_find(plan, BH_OP_scope_leave, 0);

	if (make == plan->len && leave == plan->len)
		return 0;
	if (make > bh_check_find(plan, BH_OP_cgroup_make, 0))
		return bh_check_broken(err, plan, make,
				       "is made behind the group in it");
	if (leave == plan->len || leave < bh_check_find_clone(plan))
		return bh_check_broken(err, plan, make,
				       "is never left to the child");
	return 0;
}

int bh_plan_check(const struct bh_plan *plan, struct bh_err *err)
{
	static int (*const rules[])(const struct bh_plan *plan,
				    struct bh_err *err) = {
		rule_clone,	   rule_lanes,	       rule_phases,
		rule_slots,	   bh_rule_host_paths, bh_rule_id_maps,
		bh_rule_mount_ids, bh_rule_network,    bh_rule_root,
		bh_rule_readonly,  bh_rule_masks,      bh_rule_workspaces,
		bh_rule_dumpable,  bh_rule_privileges, bh_rule_filter,
		bh_rule_exec,	   bh_rule_hooks,      bh_rule_inside_hooks,
		rule_else,	   rule_scope,
	};

	for (size_t i = 0; i < BH_COUNT(rules); i++) {
		int r = rules[i](plan, err);

		if (r < 0)
			return r;
	}
	return 0;
}
