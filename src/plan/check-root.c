/* SPDX-License-Identifier: Apache-2.0 */
/* Rules about the root, its mounts, and who may see the host. */
#include <linux/mount.h>
#include <linux/sched.h>

#include "base/str.h"
#include "plan/check-rules.h"

/* Nothing of the host is opened once the child stands in the container. */
int bh_rule_host_paths(const struct bh_plan *plan, struct bh_err *err)
{
	size_t i = bh_check_find(plan, BH_OP_pivot_root, 0);

	for (; i < plan->len; i++) {
		const struct bh_step *step = &plan->steps[i];
		const struct bh_field_info *field = bh_op_info[step->op].fields;

		if (step->lane == BH_PARENT)
			continue;
		if (step->op == BH_OP_null_open)
			return bh_check_broken(err, plan, i,
					       "opens a path of the host "
					       "after pivot_root");
		for (; field->name; field++)
			if (field->kind == BH_KIND_hostpath)
				return bh_check_broken(
					err, plan, i,
					"opens a path of "
					"the host after pivot_root");
	}
	return 0;
}

static uint64_t cloned_namespaces(const struct bh_plan *plan)
{
	const struct bh_step *clone = &plan->steps[bh_check_find_clone(plan)];

	return clone->op == BH_OP_clone ? clone->args.clone.namespaces :
					  clone->args.clone_joined.namespaces;
}

/* The first step from `from` on that writes a map. */
static size_t find_map(const struct bh_plan *plan, size_t from)
{
	size_t direct = bh_check_find(plan, BH_OP_id_map, from);
	size_t program = bh_check_find(plan, BH_OP_id_map_program, from);

	return direct < program ? direct : program;
}

/* A new user namespace: both maps before the child does anything in it. */
int bh_rule_id_maps(const struct bh_plan *plan, struct bh_err *err)
{
	size_t first = find_map(plan, 0), second = find_map(plan, first + 1);

	if (!(cloned_namespaces(plan) & CLONE_NEWUSER))
		return 0;
	for (size_t i = 0; i < plan->len; i++)
		if (plan->steps[i].lane == BH_CHILD && i < second)
			return bh_check_broken(err, plan, i,
					       "before the ids of the "
					       "user namespace are mapped");
	if (second >= plan->len)
		return bh_check_broken(err, plan, plan->len,
				       "ids of the user namespace "
				       "are not mapped");
	if (bh_check_find(plan, BH_OP_become_root, second) >= plan->len)
		return bh_check_broken(err, plan, plan->len,
				       "the child does not become "
				       "root of its user namespace");
	return 0;
}

/* How often the mount of a slot is given other ids, before the child moves. */
static size_t count_id_maps(const struct bh_plan *plan, int slot, size_t child)
{
	size_t count = 0;

	for (size_t i = 0; i < child; i++)
		if (plan->steps[i].op == BH_OP_mount_id_map &&
		    plan->steps[i].args.mount_id_map.mount == slot)
			count++;
	return count;
}

static size_t first_of_child(const struct bh_plan *plan)
{
	size_t i = 0;

	while (i < plan->len && plan->steps[i].lane != BH_CHILD)
		i++;
	return i;
}

/*
 * Mounts with ids of the container's user namespace: once it has its maps, and all
 * that the parent cloned of the host.  One that is left out would belong to nobody
 * there, or, with the ids of the host, to whom it must not.
 */
int bh_rule_mount_ids(const struct bh_plan *plan, struct bh_err *err)
{
	size_t open = bh_check_find(plan, BH_OP_user_ns_open, 0);
	size_t child = first_of_child(plan);
	size_t maps = find_map(plan, find_map(plan, 0) + 1);

	if (bh_check_find(plan, BH_OP_mount_id_map, child) < plan->len)
		return bh_check_broken(
			err, plan,
			bh_check_find(plan, BH_OP_mount_id_map, child),
			"is attached, perhaps, and can't be given other ids");
	if (open >= plan->len)
		return 0;
	if (open < maps)
		return bh_check_broken(err, plan, open,
				       "its ids are not mapped yet");
	for (size_t i = 0; i < child; i++)
		if (plan->steps[i].op == BH_OP_tree_clone &&
		    count_id_maps(plan, plan->steps[i].args.tree_clone.tree,
				  child) != 1)
			return bh_check_broken(err, plan, i,
					       "keeps the host's ids, or gets "
					       "others twice");
	return 0;
}

/* The parent goes into another network namespace for what it does there, and comes
 * back before there is a child; what it sets, it sets there. */
int bh_rule_network(const struct bh_plan *plan, struct bh_err *err)
{
	int own = -1;
	bool away = false;

	for (size_t i = 0; i < plan->len; i++) {
		const struct bh_step *step = &plan->steps[i];

		if (step->lane != BH_PARENT)
			continue;
		if (step->op == BH_OP_ns_keep &&
		    step->args.ns_keep.type == CLONE_NEWNET)
			own = step->args.ns_keep.namespace;
		if (step->op == BH_OP_ns_join &&
		    step->args.ns_join.type == CLONE_NEWNET)
			away = step->args.ns_join.namespace != own;
		if (away && (own < 0 || bh_check_is_clone(step->op)))
			return bh_check_broken(err, plan, i,
					       "does not come back");
		if (step->op == BH_OP_sysctl &&
		    (!away || !bh_starts_with(step->args.sysctl.key, "net/")))
			return bh_check_broken(err, plan, i,
					       "would change the host");
	}
	return away ? bh_check_broken(err, plan, plan->len,
				      "does not come back") :
		      0;
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
			  bh_check_broken(err, plan, attach,
					  "must end read-only "
					  "and does not");
}

int bh_rule_readonly(const struct bh_plan *plan, struct bh_err *err)
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
int bh_rule_masks(const struct bh_plan *plan, struct bh_err *err)
{
	size_t mask = bh_check_find(plan, BH_OP_mask, 0);
	size_t readonly = bh_check_find(plan, BH_OP_readonly, 0);
	size_t first = mask < readonly ? mask : readonly;
	size_t pivot = bh_check_find(plan, BH_OP_pivot_root, 0);

	for (size_t i = first; i < plan->len; i++) {
		enum bh_op op = plan->steps[i].op;

		if (op == BH_OP_mount_attach || op == BH_OP_bind_node)
			return bh_check_broken(
				err, plan, i,
				"is mounted over paths "
				"that are masked or read-only already");
		if ((op == BH_OP_mask || op == BH_OP_readonly) && i > pivot)
			return bh_check_broken(err, plan, i,
					       "comes after pivot_root");
	}
	return 0;
}

/* What protected names of a workspace are covered by stays on top, and in before
 * the root is closed. */
int bh_rule_workspaces(const struct bh_plan *plan, struct bh_err *err)
{
	size_t pivot = bh_check_find(plan, BH_OP_pivot_root, 0);
	bool covered = false;

	for (size_t i = 0; i < plan->len; i++) {
		const struct bh_step *step = &plan->steps[i];
		bool covers = step->op == BH_OP_hide ||
			      step->op == BH_OP_guard ||
			      step->op == BH_OP_redirect;

		if (covers && (i > pivot || step->lane != BH_CHILD))
			return bh_check_broken(err, plan, i,
					       "is not covered by the child "
					       "before pivot_root");
		covered |= covers;
		if (covered && step->op == BH_OP_mount_attach &&
		    pivot < plan->len &&
		    step->args.mount_attach.root ==
			    plan->steps[pivot].args.pivot_root.root)
			return bh_check_broken(err, plan, i,
					       "is mounted over names of a "
					       "workspace that are covered "
					       "already");
	}
	return 0;
}

/* Mounting happens in a private tree, and ends by leaving the host's. */
int bh_rule_root(const struct bh_plan *plan, struct bh_err *err)
{
	size_t stop = bh_check_find(plan, BH_OP_propagation, 0);
	size_t attach = bh_check_find(plan, BH_OP_root_attach, 0);
	size_t pivot = bh_check_find(plan, BH_OP_pivot_root, 0);

	if (!(cloned_namespaces(plan) & CLONE_NEWNS)) {
		if (attach < plan->len || pivot < plan->len ||
		    bh_check_find(plan, BH_OP_mount_attach, 0) < plan->len)
			return bh_check_broken(err, plan, attach,
					       "mounts without a "
					       "mount namespace of its own");
		return 0;
	}
	if (attach >= plan->len || pivot >= plan->len)
		return bh_check_broken(err, plan, plan->len,
				       "the container keeps the "
				       "host's root");
	if (stop > attach ||
	    plan->steps[stop].args.propagation.propagation == MS_SHARED ||
	    !plan->steps[stop].args.propagation.recursive)
		return bh_check_broken(err, plan, attach,
				       "mounts could reach the host");
	if (bh_check_find_last(plan, BH_OP_mount_attach) < plan->len &&
	    bh_check_find_last(plan, BH_OP_mount_attach) > pivot)
		return bh_check_broken(
			err, plan, bh_check_find_last(plan, BH_OP_mount_attach),
			"mounts after pivot_root");
	return 0;
}
