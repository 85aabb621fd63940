/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The security argument in executable form.  Each rule below looks at the whole
 * plan and knows nothing of how it was compiled; a plan that breaks one is a
 * mistake of ours and is never carried out.
 */
#include <linux/mount.h>
#include <linux/sched.h>

#include "base/str.h"
#include "plan/plan.h"

/* Steps a child may still take once its filter is installed under
 * no_new_privs; before that the filter is installed with privileges left. */
static bool may_follow_filter(enum bh_op op)
{
	return op == BH_OP_exec || op == BH_OP_seccomp;
}

static int broken(struct bh_err *err, const struct bh_plan *plan, size_t at,
		  const char *rule)
{
	bh_autobuf struct bh_buf step = { 0 };

	if (at < plan->len)
		bh_plan_print_step(plan, at, &step);
	return bh_refuse(err, "check the plan: step %zu, %s: %s", at,
			 step.data ? step.data : "none", rule);
}

static bool is_clone(enum bh_op op)
{
	return op == BH_OP_clone || op == BH_OP_clone_joined;
}

/* Index of the first step of op from `from` on, or plan->len. */
static size_t find(const struct bh_plan *plan, enum bh_op op, size_t from)
{
	while (from < plan->len && plan->steps[from].op != op)
		from++;
	return from;
}

/* Index of the last step of op, or plan->len. */
static size_t find_last(const struct bh_plan *plan, enum bh_op op)
{
	size_t last = plan->len;

	for (size_t i = 0; i < plan->len; i++)
		if (plan->steps[i].op == op)
			last = i;
	return last;
}

static size_t find_clone(const struct bh_plan *plan)
{
	size_t i = 0;

	while (i < plan->len && !is_clone(plan->steps[i].op))
		i++;
	return i;
}

/* One child, started by the parent, and no step of it before. */
static int rule_clone(const struct bh_plan *plan, struct bh_err *err)
{
	size_t clone = find_clone(plan);

	if (clone == plan->len)
		return broken(err, plan, clone, "no child is started");
	for (size_t i = 0; i < plan->len; i++) {
		const struct bh_step *step = &plan->steps[i];

		if (i <= clone && step->lane == BH_CHILD)
			return broken(err, plan, i,
				      "the child does not exist yet");
		if (i > clone && is_clone(step->op))
			return broken(err, plan, i, "a second child");
	}
	return 0;
}

static int rule_phases(const struct bh_plan *plan, struct bh_err *err)
{
	for (size_t i = 1; i < plan->len; i++)
		if (plan->steps[i].phase < plan->steps[i - 1].phase)
			return broken(err, plan, i, "goes back to a phase");
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
		return broken(err, plan, at, "reads a slot that is not there");
	if (!can_read(filled[slot], plan->steps[at].lane))
		return broken(err, plan, at,
			      "reads a slot that is empty in "
			      "this process");
	return 0;
}

static int check_write(const struct bh_plan *plan, size_t at, int slot,
		       enum filled *filled, enum filled by, struct bh_err *err)
{
	if (slot < 0 || (size_t)slot >= plan->slot_count)
		return broken(err, plan, at, "writes a slot that is not there");
	if (filled[slot] != NOBODY)
		return broken(err, plan, at, "writes a slot a second time");
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
		cloned |= is_clone(step->op);
		if (cloned)
			by = step->lane == BH_PARENT ? BY_PARENT : BY_CHILD;
		r = check_slots_of(plan, i, filled, by, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Nothing of the host is opened once the child stands in the container. */
static int rule_host_paths(const struct bh_plan *plan, struct bh_err *err)
{
	size_t i = find(plan, BH_OP_pivot_root, 0);

	for (; i < plan->len; i++) {
		const struct bh_step *step = &plan->steps[i];
		const struct bh_field_info *field = bh_op_info[step->op].fields;

		if (step->lane == BH_PARENT)
			continue;
		if (step->op == BH_OP_null_open)
			return broken(err, plan, i,
				      "opens a path of the host "
				      "after pivot_root");
		for (; field->name; field++)
			if (field->kind == BH_KIND_hostpath)
				return broken(err, plan, i,
					      "opens a path of "
					      "the host after pivot_root");
	}
	return 0;
}

static uint64_t cloned_namespaces(const struct bh_plan *plan)
{
	const struct bh_step *clone = &plan->steps[find_clone(plan)];

	return clone->op == BH_OP_clone ? clone->args.clone.namespaces :
					  clone->args.clone_joined.namespaces;
}

/* A new user namespace: both maps before the child does anything in it. */
static int rule_id_maps(const struct bh_plan *plan, struct bh_err *err)
{
	size_t first = find(plan, BH_OP_id_map, 0);
	size_t second = find(plan, BH_OP_id_map, first + 1);

	if (!(cloned_namespaces(plan) & CLONE_NEWUSER))
		return 0;
	for (size_t i = 0; i < plan->len; i++)
		if (plan->steps[i].lane == BH_CHILD && i < second)
			return broken(err, plan, i,
				      "before the ids of the "
				      "user namespace are mapped");
	if (second >= plan->len)
		return broken(err, plan, plan->len,
			      "ids of the user namespace "
			      "are not mapped");
	if (find(plan, BH_OP_become_root, second) >= plan->len)
		return broken(err, plan, plan->len,
			      "the child does not become "
			      "root of its user namespace");
	return 0;
}

/* The mount that an attach step brings must be read-only by the time of
 * pivot_root, and stay so. */
static int check_readonly(const struct bh_plan *plan, size_t attach,
			  struct bh_err *err)
{
	int slot = plan->steps[attach].args.mount_attach.mount;
	bool readonly = false;

	for (size_t i = 0; i < plan->len; i++) {
		const struct bh_step *step = &plan->steps[i];

		if (step->op == BH_OP_mount_fs &&
		    step->args.mount_fs.mount == slot)
			readonly = step->args.mount_fs.attributes &
				   MOUNT_ATTR_RDONLY;
		if (step->op != BH_OP_mount_attr ||
		    step->args.mount_attr.mount != slot)
			continue;
		if (step->args.mount_attr.clear & MOUNT_ATTR_RDONLY)
			readonly = false;
		if (step->args.mount_attr.set & MOUNT_ATTR_RDONLY)
			readonly = true;
	}
	return readonly ? 0 :
			  broken(err, plan, attach,
				 "must end read-only "
				 "and does not");
}

static int rule_readonly(const struct bh_plan *plan, struct bh_err *err)
{
	for (size_t i = 0; i < plan->len; i++) {
		int r = 0;

		if (plan->steps[i].op == BH_OP_mount_attach &&
		    plan->steps[i].args.mount_attach.must_end_readonly)
			r = check_readonly(plan, i, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Masks go on top of everything, and in before the root is closed. */
static int rule_masks(const struct bh_plan *plan, struct bh_err *err)
{
	size_t mask = find(plan, BH_OP_mask, 0);
	size_t readonly = find(plan, BH_OP_readonly, 0);
	size_t first = mask < readonly ? mask : readonly;
	size_t pivot = find(plan, BH_OP_pivot_root, 0);

	for (size_t i = first; i < plan->len; i++) {
		enum bh_op op = plan->steps[i].op;

		if (op == BH_OP_mount_attach || op == BH_OP_bind_node)
			return broken(err, plan, i,
				      "is mounted over paths "
				      "that are masked or read-only already");
		if ((op == BH_OP_mask || op == BH_OP_readonly) && i > pivot)
			return broken(err, plan, i, "comes after pivot_root");
	}
	return 0;
}

/* Mounting happens in a private tree, and ends by leaving the host's. */
static int rule_root(const struct bh_plan *plan, struct bh_err *err)
{
	size_t stop = find(plan, BH_OP_propagation, 0);
	size_t attach = find(plan, BH_OP_root_attach, 0);
	size_t pivot = find(plan, BH_OP_pivot_root, 0);

	if (!(cloned_namespaces(plan) & CLONE_NEWNS)) {
		if (attach < plan->len || pivot < plan->len ||
		    find(plan, BH_OP_mount_attach, 0) < plan->len)
			return broken(err, plan, attach,
				      "mounts without a "
				      "mount namespace of its own");
		return 0;
	}
	if (attach >= plan->len || pivot >= plan->len)
		return broken(err, plan, plan->len,
			      "the container keeps the "
			      "host's root");
	if (stop > attach)
		return broken(err, plan, attach, "mounts could reach the host");
	if (find_last(plan, BH_OP_mount_attach) < plan->len &&
	    find_last(plan, BH_OP_mount_attach) > pivot)
		return broken(err, plan, find_last(plan, BH_OP_mount_attach),
			      "mounts after pivot_root");
	return 0;
}

/* CVE-2016-9962: untraceable before others can be in our namespaces. */
static int rule_dumpable(const struct bh_plan *plan, struct bh_err *err)
{
	size_t off = find(plan, BH_OP_dumpable_off, 0);

	if (off >= plan->len)
		return broken(err, plan, plan->len,
			      "the child stays traceable");
	for (size_t i = 0; i < off; i++)
		if (plan->steps[i].lane == BH_CHILD &&
		    (plan->steps[i].op == BH_OP_ns_join ||
		     plan->steps[i].op == BH_OP_pivot_root))
			return broken(err, plan, i,
				      "before the child is "
				      "untraceable");
	return 0;
}

static int check_order(const struct bh_plan *plan, enum bh_op first,
		       enum bh_op then, const char *rule, struct bh_err *err)
{
	size_t a = find_last(plan, first), b = find(plan, then, 0);

	if (a >= plan->len || b >= plan->len || a > b)
		return broken(err, plan, b, rule);
	return 0;
}

/* Each takes away what an earlier one needs. */
static int rule_privileges(const struct bh_plan *plan, struct bh_err *err)
{
	size_t caps = find(plan, BH_OP_caps_set, 0);
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
		return broken(err, plan, caps,
			      "effective capabilities are not permitted");
	return 0;
}

/* After the filter under no_new_privs nothing is left but exec, since it may
 * forbid anything. */
static int rule_filter(const struct bh_plan *plan, struct bh_err *err)
{
	size_t filter = find(plan, BH_OP_seccomp, 0);
	size_t nnp = find(plan, BH_OP_no_new_privs, 0);

	if (filter >= plan->len || nnp >= plan->len)
		return 0;
	if (filter < nnp)
		return broken(err, plan, filter, "before no_new_privs");
	for (size_t i = filter; i < plan->len; i++)
		if (!may_follow_filter(plan->steps[i].op))
			return broken(err, plan, i,
				      "after the filter, which "
				      "may forbid it");
	return 0;
}

/* exec is last, the child's, and leaves no descriptor open. */
static int rule_exec(const struct bh_plan *plan, struct bh_err *err)
{
	size_t exec = find(plan, BH_OP_exec, 0);
	int r;

	if (exec + 1 != plan->len || plan->steps[exec].lane != BH_CHILD)
		return broken(err, plan, exec,
			      "exec must be the last step, and the child's");
	r = check_order(plan, BH_OP_close_on_exec, BH_OP_exec,
			"descriptors are not closed before exec", err);
	if (r == 0)
		r = check_order(plan, BH_OP_program_find, BH_OP_exec,
				"no program is found before exec", err);
	if (r == 0)
		r = check_order(plan, BH_OP_signals_reset, BH_OP_exec,
				"signals are not reset before exec", err);
	return r;
}

/* A step with `else` is followed by its replacement, of the same process. */
static int rule_else(const struct bh_plan *plan, struct bh_err *err)
{
	for (size_t i = 0; i < plan->len; i++) {
		if (plan->steps[i].on_error != BH_ELSE)
			continue;
		if (i + 2 >= plan->len ||
		    plan->steps[i + 1].lane != plan->steps[i].lane)
			return broken(err, plan, i, "nothing can replace it");
	}
	return 0;
}

int bh_plan_check(const struct bh_plan *plan, struct bh_err *err)
{
	static int (*const rules[])(const struct bh_plan *plan,
				    struct bh_err *err) = {
		rule_clone,    rule_phases,	rule_slots,    rule_host_paths,
		rule_id_maps,  rule_root,	rule_readonly, rule_masks,
		rule_dumpable, rule_privileges, rule_filter,   rule_exec,
		rule_else,
	};

	for (size_t i = 0; i < BH_COUNT(rules); i++) {
		int r = rules[i](plan, err);

		if (r < 0)
			return r;
	}
	return 0;
}
