/* SPDX-License-Identifier: Apache-2.0 */
/* The smallest plan that has something for every rule of check.c. */
#ifndef PLAN_SMALL_H
#define PLAN_SMALL_H

#include <linux/mount.h>
#include <linux/sched.h>

#include "plan/plan.h"

/* Slots of the small plan. */
enum {
	ROOTFS,
	TREE,
	MOUNT,
	CHILD,
	PROCFS,
	NULLS,
	EMPTY,
	SPARE
};

static inline struct bh_step *add(struct bh_plan *plan, enum bh_op op,
				  enum bh_lane lane, enum bh_phase phase)
{
	return bh_plan_step(plan, op, lane, phase);
}

static inline void make_slots(struct bh_plan *plan)
{
	static const char *const names[] = {
		"rootfs", "tree", "mount", "child",
		"proc",	  "null", "empty", "spare"
	};

	for (int i = ROOTFS; i <= SPARE; i++)
		(void)bh_plan_slot(plan, names[i], i == ROOTFS ? 0 : -1);
}

static inline void make_start(struct bh_plan *plan)
{
	struct bh_step *step;

	step = add(plan, BH_OP_tree_clone, BH_PARENT, BH_PHASE_PREPARE);
	step->args.tree_clone.source = ROOTFS;
	step->args.tree_clone.tree = TREE;
	step = add(plan, BH_OP_clone, BH_PARENT, BH_PHASE_NAMESPACES);
	step->args.clone.process = CHILD;
	step->args.clone.group = -1;
	step->args.clone.namespaces = CLONE_NEWNS | CLONE_NEWUSER;
	step = add(plan, BH_OP_procfs_open, BH_PARENT, BH_PHASE_ID_MAPS);
	step->args.procfs_open.procfs = PROCFS;
	for (int i = 0; i < 2; i++) {
		step = add(plan, BH_OP_id_map, BH_PARENT, BH_PHASE_ID_MAPS);
		step->args.id_map.procfs = PROCFS;
		step->args.id_map.process = CHILD;
		step->args.id_map.file = i ? "gid_map" : "uid_map";
		step->args.id_map.map = "0 0 1\n";
	}
	add(plan, BH_OP_become_root, BH_CHILD, BH_PHASE_ID_MAPS);
	add(plan, BH_OP_dumpable_off, BH_CHILD, BH_PHASE_ID_MAPS);
}

static inline void make_mounts(struct bh_plan *plan)
{
	struct bh_step *step;

	step = add(plan, BH_OP_propagation, BH_CHILD, BH_PHASE_ROOTFS);
	step->args.propagation.propagation = MS_SLAVE;
	step->args.propagation.recursive = true;
	step = add(plan, BH_OP_root_attach, BH_CHILD, BH_PHASE_ROOTFS);
	step->args.root_attach.tree = TREE;
	step->args.root_attach.source = ROOTFS;
	step->args.root_attach.path = "/bundle/rootfs";
	step = add(plan, BH_OP_mount_fs, BH_CHILD, BH_PHASE_MOUNTS);
	step->args.mount_fs.mount = MOUNT;
	step->args.mount_fs.type = "tmpfs";
	step->args.mount_fs.source = "tmpfs";
	step = add(plan, BH_OP_mount_attach, BH_CHILD, BH_PHASE_MOUNTS);
	step->args.mount_attach.root = TREE;
	step->args.mount_attach.mount = MOUNT;
	step->args.mount_attach.target = "/t";
	step->args.mount_attach.must_end_readonly = true;
	step = add(plan, BH_OP_mount_attr, BH_CHILD, BH_PHASE_DEVICES);
	step->args.mount_attr.mount = MOUNT;
	step->args.mount_attr.set = MOUNT_ATTR_RDONLY;
	step = add(plan, BH_OP_null_open, BH_CHILD, BH_PHASE_DEVICES);
	step->args.null_open.null = NULLS;
	step = add(plan, BH_OP_mask, BH_CHILD, BH_PHASE_DEVICES);
	step->args.mask.root = TREE;
	step->args.mask.null = NULLS;
	step->args.mask.empty = MOUNT;
	step->args.mask.path = "/proc/kcore";
	step->on_error = BH_SKIP_ENOENT;
	step = add(plan, BH_OP_pivot_root, BH_CHILD, BH_PHASE_DEVICES);
	step->args.pivot_root.root = TREE;
}

static inline void make_end(struct bh_plan *plan)
{
	static const char *const args[] = { "sh", NULL };
	struct bh_step *step;

	add(plan, BH_OP_signals_reset, BH_CHILD, BH_PHASE_HARDEN);
	add(plan, BH_OP_close_fds, BH_CHILD, BH_PHASE_HARDEN)
		->args.close_fds.start = -1;
	add(plan, BH_OP_cwd_early, BH_CHILD, BH_PHASE_HARDEN)
		->args.cwd_early.path = "/";
	add(plan, BH_OP_bounding_set, BH_CHILD, BH_PHASE_HARDEN);
	add(plan, BH_OP_user_set, BH_CHILD, BH_PHASE_HARDEN);
	step = add(plan, BH_OP_caps_set, BH_CHILD, BH_PHASE_HARDEN);
	step->args.caps_set.permitted = 3;
	step->args.caps_set.effective = 1;
	step = add(plan, BH_OP_cwd, BH_CHILD, BH_PHASE_HARDEN);
	step->args.cwd.path = "/";
	step = add(plan, BH_OP_program_find, BH_CHILD, BH_PHASE_EXEC);
	step->args.program_find.name = "sh";
	step->args.program_find.candidates = args;
	add(plan, BH_OP_no_new_privs, BH_CHILD, BH_PHASE_EXEC);
	add(plan, BH_OP_seccomp, BH_CHILD, BH_PHASE_EXEC);
	step = add(plan, BH_OP_exec, BH_CHILD, BH_PHASE_EXEC);
	step->args.exec.arguments = args;
	step->args.exec.environment = args + 1;
}

static inline void make_plan(struct bh_plan *plan)
{
	*plan = (struct bh_plan){ 0 };
	make_slots(plan);
	make_start(plan);
	make_mounts(plan);
	make_end(plan);
}

#endif
