/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules of check.c, each broken by one change to a plan that keeps them
 * all.  Changes are made by hand, since the compiler is not to break any.
 */
#include <errno.h>
#include <linux/mount.h>
#include <linux/sched.h>

#include "plan-change.h"
#include "tap.h"

/* ---- changes -------------------------------------------------------------- */

#define CHANGE(name) static void name(struct bh_plan *plan)

CHANGE(nothing)
{
	(void)plan;
}

CHANGE(no_clone)
{
	drop(plan, BH_OP_clone);
}

CHANGE(child_too_early)
{
	plan->steps[0].lane = BH_CHILD;
}

CHANGE(child_clones)
{
	the(plan, BH_OP_clone)->lane = BH_CHILD;
}

CHANGE(second_clone)
{
	the(plan, BH_OP_dumpable_off)->op = BH_OP_clone;
}

CHANGE(phase_back)
{
	the(plan, BH_OP_exec)->phase = BH_PHASE_PREPARE;
}

CHANGE(read_empty)
{
	the(plan, BH_OP_mount_attach)->args.mount_attach.mount = SPARE;
}

CHANGE(read_beyond)
{
	the(plan, BH_OP_mount_attach)->args.mount_attach.mount = SPARE + 1;
}

CHANGE(read_before_write)
{
	move_before(plan, BH_OP_mount_attach, BH_OP_mount_fs);
}

CHANGE(read_of_parent)
{
	the(plan, BH_OP_mount_attach)->args.mount_attach.mount = PROCFS;
}

CHANGE(read_of_child)
{
	struct bh_step *step = the(plan, BH_OP_mount_attr);

	step->lane = BH_PARENT;
}

CHANGE(child_reads_itself)
{
	the(plan, BH_OP_mount_attach)->args.mount_attach.mount = CHILD;
}

CHANGE(write_twice)
{
	the(plan, BH_OP_null_open)->args.null_open.null = MOUNT;
}

CHANGE(write_preset)
{
	the(plan, BH_OP_null_open)->args.null_open.null = ROOTFS;
}

CHANGE(write_beyond)
{
	the(plan, BH_OP_null_open)->args.null_open.null = SPARE + 1;
}

CHANGE(write_none)
{
	the(plan, BH_OP_null_open)->args.null_open.null = -1;
}

static const uint32_t bad_joins[] = { SPARE };

CHANGE(join_empty)
{
	struct bh_step *step = the(plan, BH_OP_clone);

	step->op = BH_OP_clone_joined;
	step->args.clone_joined = (struct bh_args_clone_joined){
		.process = CHILD,
		.group = -1,
		.joins = { 1, bad_joins },
		.namespaces = CLONE_NEWNS,
	};
}

CHANGE(null_after_pivot)
{
	move_before(plan, BH_OP_pivot_root, BH_OP_null_open);
}

CHANGE(bind_after_pivot)
{
	struct bh_step *step = the(plan, BH_OP_signals_reset);

	step->op = BH_OP_bind_node;
	step->args.bind_node = (struct bh_args_bind_node){ .root = TREE,
							   .path = "/dev/x",
							   .source = "/dev/x" };
}

CHANGE(early_child)
{
	move_behind(plan, BH_OP_dumpable_off, BH_OP_clone);
}

CHANGE(one_map)
{
	drop(plan, BH_OP_id_map);
}

CHANGE(no_map)
{
	drop(plan, BH_OP_id_map);
	drop(plan, BH_OP_id_map);
}

CHANGE(not_root)
{
	drop(plan, BH_OP_become_root);
}

CHANGE(no_mount_namespace)
{
	the(plan, BH_OP_clone)->args.clone.namespaces = CLONE_NEWUSER;
}

CHANGE(no_pivot)
{
	drop(plan, BH_OP_pivot_root);
}

CHANGE(no_root)
{
	drop(plan, BH_OP_root_attach);
}

CHANGE(no_propagation)
{
	drop(plan, BH_OP_propagation);
}

CHANGE(late_propagation)
{
	move_behind(plan, BH_OP_propagation, BH_OP_root_attach);
}

CHANGE(shared_propagation)
{
	the(plan, BH_OP_propagation)->args.propagation.propagation = MS_SHARED;
}

CHANGE(late_mount)
{
	drop(plan, BH_OP_mask);
	move_behind(plan, BH_OP_mount_attach, BH_OP_pivot_root);
}

CHANGE(stays_writable)
{
	drop(plan, BH_OP_mount_attr);
}

CHANGE(writable_again)
{
	the(plan, BH_OP_mount_attr)->args.mount_attr.set = 0;
	the(plan, BH_OP_mount_attr)->args.mount_attr.clear = MOUNT_ATTR_RDONLY;
}

CHANGE(readonly_elsewhere)
{
	the(plan, BH_OP_mount_attr)->args.mount_attr.mount = TREE;
}

CHANGE(mask_covered)
{
	move_behind(plan, BH_OP_mount_attach, BH_OP_mask);
}

static void add_guard(struct bh_plan *plan, enum bh_phase phase)
{
	add(plan, BH_OP_guard, BH_CHILD, phase)->args.guard =
		(struct bh_args_guard){ .root = TREE, .path = "/x" };
}

CHANGE(name_covered)
{
	add_guard(plan, BH_PHASE_MOUNTS);
	move_before(plan, BH_OP_guard, BH_OP_mount_attach);
}

CHANGE(late_name)
{
	add_guard(plan, BH_PHASE_DEVICES);
	move_behind(plan, BH_OP_guard, BH_OP_pivot_root);
}

CHANGE(late_mask)
{
	move_behind(plan, BH_OP_mask, BH_OP_pivot_root);
}

CHANGE(late_readonly)
{
	struct bh_step *step = the(plan, BH_OP_signals_reset);

	step->op = BH_OP_readonly;
	step->args.readonly.root = TREE;
	step->args.readonly.path = "/x";
}

CHANGE(traceable)
{
	drop(plan, BH_OP_dumpable_off);
}

CHANGE(late_untraceable)
{
	move_behind(plan, BH_OP_dumpable_off, BH_OP_pivot_root);
}

CHANGE(no_bounding)
{
	drop(plan, BH_OP_bounding_set);
}

CHANGE(late_bounding)
{
	move_behind(plan, BH_OP_bounding_set, BH_OP_user_set);
}

CHANGE(no_user)
{
	drop(plan, BH_OP_user_set);
}

CHANGE(late_user)
{
	move_behind(plan, BH_OP_user_set, BH_OP_caps_set);
}

CHANGE(no_caps)
{
	drop(plan, BH_OP_caps_set);
}

CHANGE(early_cwd)
{
	move_before(plan, BH_OP_cwd, BH_OP_caps_set);
}

CHANGE(no_cwd)
{
	drop(plan, BH_OP_cwd);
}

CHANGE(caps_not_permitted)
{
	the(plan, BH_OP_caps_set)->args.caps_set.effective = 4;
}

CHANGE(early_filter)
{
	move_before(plan, BH_OP_seccomp, BH_OP_no_new_privs);
}

CHANGE(after_filter)
{
	add(plan, BH_OP_umask, BH_CHILD, BH_PHASE_EXEC);
	move_before(plan, BH_OP_exec, BH_OP_umask);
	move_before(plan, BH_OP_umask, BH_OP_exec);
}

CHANGE(no_exec)
{
	drop(plan, BH_OP_exec);
}

CHANGE(exec_not_last)
{
	move_before(plan, BH_OP_exec, BH_OP_seccomp);
}

CHANGE(parent_execs)
{
	the(plan, BH_OP_exec)->lane = BH_PARENT;
}

CHANGE(descriptors_open)
{
	drop(plan, BH_OP_close_fds);
}

CHANGE(no_program)
{
	drop(plan, BH_OP_program_find);
}

CHANGE(signals_left)
{
	drop(plan, BH_OP_signals_reset);
}

CHANGE(else_at_end)
{
	the(plan, BH_OP_exec)->on_error = BH_ELSE;
}

CHANGE(else_exec)
{
	the(plan, BH_OP_seccomp)->on_error = BH_ELSE;
}

CHANGE(else_other_lane)
{
	the(plan, BH_OP_cwd)->on_error = BH_ELSE;
	the(plan, BH_OP_program_find)->lane = BH_PARENT;
}

CHANGE(parent_drops)
{
	the(plan, BH_OP_caps_set)->lane = BH_PARENT;
}

CHANGE(empty)
{
	plan->len = 0;
}

static const struct {
	const char *title;
	void (*change)(struct bh_plan *plan);
	const char *words; /* of the refusal; NULL: accepted */
} changes[] = {
	{ "no change", nothing, NULL },
	{ "no step at all", empty, "no child is started" },
	{ "no clone", no_clone, "no child is started" },
	{ "the child before the clone", child_too_early, "does not exist yet" },
	{ "the child clones itself", child_clones, "does not exist yet" },
	{ "a second clone", second_clone, "a second child" },
	{ "a phase goes back", phase_back, "goes back to a phase" },
	{ "reads what nobody wrote", read_empty, "empty in this process" },
	{ "reads beyond the slots", read_beyond, "slot that is not there" },
	{ "reads before it is written", read_before_write, "empty in this" },
	{ "child reads the parent's", read_of_parent, "empty in this process" },
	{ "parent reads the child's", read_of_child, "empty in this process" },
	{ "child reads its own process", child_reads_itself, "empty in this" },
	{ "joins what nobody wrote", join_empty, "empty in this process" },
	{ "writes twice", write_twice, "a second time" },
	{ "writes what is preset", write_preset, "a second time" },
	{ "writes beyond the slots", write_beyond,
	  "writes a slot that is not" },
	{ "writes nowhere", write_none, "writes a slot that is not there" },
	{ "null device after the pivot", null_after_pivot, "path of the host" },
	{ "host path after the pivot", bind_after_pivot, "path of the host" },
	{ "child before the maps", early_child, "before the ids" },
	{ "one map", one_map, "before the ids" },
	{ "no map", no_map, "before the ids" },
	{ "not root of its namespace", not_root, "does not become root" },
	{ "no mount namespace", no_mount_namespace,
	  "without a mount namespace" },
	{ "no pivot", no_pivot, "keeps the host's root" },
	{ "no root", no_root, "keeps the host's root" },
	{ "no propagation", no_propagation, "mounts could reach the host" },
	{ "late propagation", late_propagation, "mounts could reach the host" },
	{ "shared propagation", shared_propagation, "could reach the host" },
	{ "mounts after the pivot", late_mount, "mounts after pivot_root" },
	{ "stays writable", stays_writable, "must end read-only" },
	{ "is made writable", writable_again, "must end read-only" },
	{ "another becomes read-only", readonly_elsewhere,
	  "must end read-only" },
	{ "mounts over a mask", mask_covered, "masked or read-only already" },
	{ "mounts over a guarded name", name_covered, "covered already" },
	{ "guard after the pivot", late_name, "not covered by the child" },
	{ "mask after the pivot", late_mask, "comes after pivot_root" },
	{ "read-only after the pivot", late_readonly,
	  "comes after pivot_root" },
	{ "stays traceable", traceable, "stays traceable" },
	{ "traceable for long", late_untraceable,
	  "before the child is untrace" },
	{ "no bounding set", no_bounding, "bounding set is not dropped" },
	{ "bounding set too late", late_bounding,
	  "bounding set is not dropped" },
	{ "no user", no_user, "bounding set is not dropped" },
	{ "user after capabilities", late_user, "user is not set before" },
	{ "no capabilities", no_caps, "user is not set before" },
	{ "cwd as root only", early_cwd, "not verified as the user" },
	{ "no cwd", no_cwd, "not verified as the user" },
	{ "effective but not permitted", caps_not_permitted, "not permitted" },
	{ "filter before no_new_privs", early_filter, "before no_new_privs" },
	{ "a step behind the filter", after_filter, "may forbid it" },
	{ "no exec", no_exec, "before exec" },
	{ "exec not last", exec_not_last, "exec must be the last" },
	{ "parent executes", parent_execs, "exec must be the last" },
	{ "descriptors stay open", descriptors_open, "are not closed" },
	{ "no program", no_program, "before the program is looked for" },
	{ "signals are left", signals_left, "signals are not reset" },
	{ "else at the end", else_at_end, "nothing can replace it" },
	{ "else before exec", else_exec, "nothing can replace it" },
	{ "else and another lane", else_other_lane, "nothing can replace" },
	{ "capabilities of the parent", parent_drops, "" },
};

int main(void)
{
	for (size_t i = 0; i < BH_COUNT(changes); i++) {
		const char *words = changes[i].words;
		struct bh_err err = { 0 };
		struct bh_plan plan;
		int r;

		make_plan(&plan);
		changes[i].change(&plan);
		r = bh_plan_check(&plan, &err);
		if (!ok(words ? r == -EINVAL && strstr(err.text, words) &&
					strstr(err.text, "check the plan") :
				r == 0,
			"%s", changes[i].title))
			diag("%d %s", r, err.text);
		bh_plan_clear(&plan);
	}
	return done_testing();
}
