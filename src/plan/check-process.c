/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about what is taken from the process, and in which order. */
#include "plan/check-rules.h"

/* Steps a child may still take once its filter is installed under
 * no_new_privs; before that the filter is installed with privileges left. */
static bool may_follow_filter(enum bh_op op)
{
	return op == BH_OP_exec || op == BH_OP_seccomp ||
	       op == BH_OP_hook_inside;
}

/* CVE-2016-9962: untraceable before others can be in our namespaces. */
int bh_rule_dumpable(const struct bh_plan *plan, struct bh_err *err)
{
	size_t off = bh_check_find(plan, BH_OP_dumpable_off, 0);

	if (off >= plan->len)
		return bh_check_broken(err, plan, plan->len,
				       "the child stays traceable");
	for (size_t i = 0; i < off; i++)
		if (plan->steps[i].op == BH_OP_ns_join ||
		    plan->steps[i].op == BH_OP_clone_joined ||
		    plan->steps[i].op == BH_OP_pivot_root)
			return bh_check_broken(err, plan, i,
					       "before the child is "
					       "untraceable");
	return 0;
}

static int check_order(const struct bh_plan *plan, enum bh_op first,
		       enum bh_op then, const char *rule, struct bh_err *err)
{
	size_t a = bh_check_find_last(plan, first),
	       b = bh_check_find(plan, then, 0);

	if (a >= plan->len || b >= plan->len || a > b)
		return bh_check_broken(err, plan, b, rule);
	return 0;
}

/* Each takes away what an earlier one needs. */
int bh_rule_privileges(const struct bh_plan *plan, struct bh_err *err)
{
	size_t caps = bh_check_find(plan, BH_OP_caps_set, 0);
	int r;

	r = check_order(plan, BH_OP_bounding_set, BH_OP_user_set,
			"the bounding set is not dropped before the user is "
			"set",
			err);
	if (r == 0)
		r = check_order(plan, BH_OP_user_set, BH_OP_caps_set,
				"the user is not set before capabilities are",
				err);
	if (r == 0)
		r = check_order(plan, BH_OP_caps_set, BH_OP_cwd,
				"the working directory is not verified as the "
				"user",
				err);
	if (r == 0)
		r = check_order(plan, BH_OP_cwd, BH_OP_exec,
				"the working directory is not verified before "
				"exec",
				err);
	if (r < 0)
		return r;
	if (plan->steps[caps].args.caps_set.effective &
	    ~plan->steps[caps].args.caps_set.permitted)
		return bh_check_broken(
			err, plan, caps,
			"effective capabilities are not permitted");
	return 0;
}

/* After the filter under no_new_privs nothing is left but exec, since it may
 * forbid anything. */
int bh_rule_filter(const struct bh_plan *plan, struct bh_err *err)
{
	size_t filter = bh_check_find(plan, BH_OP_seccomp, 0);
	size_t nnp = bh_check_find(plan, BH_OP_no_new_privs, 0);

	if (filter >= plan->len || nnp >= plan->len)
		return 0;
	if (filter < nnp)
		return bh_check_broken(err, plan, filter,
				       "before no_new_privs");
	for (size_t i = filter; i < plan->len; i++)
		if (!may_follow_filter(plan->steps[i].op))
			return bh_check_broken(err, plan, i,
					       "after the filter, which "
					       "may forbid it");
	return 0;
}

static bool fills(const struct bh_step *step, int slot)
{
	const struct bh_field_info *field = bh_op_info[step->op].fields;

	for (; field->name; field++) {
		const void *at = (const char *)&step->args + field->offset;

		if (field->kind == BH_KIND_out && *(const int *)at == slot)
			return true;
	}
	return false;
}

/* Whether the child opens something in the slot by one of these steps. */
static bool is_opened(const struct bh_plan *plan, size_t from, size_t to,
		      int slot)
{
	for (size_t i = from; i < to; i++)
		if (plan->steps[i].lane == BH_CHILD &&
		    fills(&plan->steps[i], slot))
			return true;
	return false;
}

/* What the child has closed it can't use. */
static int check_closed(const struct bh_plan *plan, struct bh_err *err)
{
	size_t first = bh_check_find(plan, BH_OP_close_fds, 0) + 1;

	for (size_t i = first; i < plan->len; i++) {
		const struct bh_step *step = &plan->steps[i];
		const struct bh_field_info *field = bh_op_info[step->op].fields;

		if (step->lane == BH_PARENT || step->op == BH_OP_await_start)
			continue;
		for (; field->name; field++) {
			const void *at =
				(const char *)&step->args + field->offset;

			if (field->kind == BH_KIND_in &&
			    !is_opened(plan, first, i, *(const int *)at))
				return bh_check_broken(
					err, plan, i,
					"uses a descriptor that is "
					"closed");
		}
	}
	return 0;
}

/* exec is last, the child's, and leaves no descriptor open. */
int bh_rule_exec(const struct bh_plan *plan, struct bh_err *err)
{
	size_t exec = bh_check_find(plan, BH_OP_exec, 0);
	int r;

	if (exec + 1 != plan->len || plan->steps[exec].lane != BH_CHILD)
		return bh_check_broken(
			err, plan, exec,
			"exec must be the last step, and the child's");
	r = check_order(plan, BH_OP_close_fds, BH_OP_cwd_early,
			"descriptors are not closed before the config's paths "
			"are followed",
			err);
	if (r == 0)
		r = check_order(plan, BH_OP_close_fds, BH_OP_program_find,
				"descriptors are not closed before the program "
				"is looked for",
				err);
	if (r == 0)
		r = check_closed(plan, err);
	if (r == 0)
		r = check_order(plan, BH_OP_program_find, BH_OP_exec,
				"no program is found before exec", err);
	if (r == 0)
		r = check_order(plan, BH_OP_signals_reset, BH_OP_exec,
				"signals are not reset before exec", err);
	return r;
}
