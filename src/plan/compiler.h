/* SPDX-License-Identifier: Apache-2.0 */
/* The compiler's state and its phases, one file each; for plan/ alone. */
#ifndef BH_PLAN_COMPILER_H
#define BH_PLAN_COMPILER_H

#include "cgroup/scope.h"
#include "plan/compile.h"

struct bh_compiler {
	const struct bh_plan_inputs *in;
	const struct bh_spec *spec;
	struct bh_plan *plan;
	struct bh_err *err;

	/* We may clone mounts of the host and give ids away. */
	bool privileged;
	/* It gets cgroups, with rules for devices. */
	bool grouped;
	/* The container gets a mount namespace of its own. */
	bool new_root;
	/* A user namespace, new or joined, owns the container's. */
	bool user;

	enum bh_lane lane; /* of the steps that are added */
	enum bh_phase phase;
	const char *origin;
	const char *reason;

	int root; /* slots; -1 not there */
	int dev;
	int start;
	int process;
	int v2_group;
	struct bh_scope scope; /* unit NULL: none */
	int notify;
	int master;
	int terminal;
	int parent_procfs;
	int child_procfs;
	int ruleset;
	int *inside;   /* by hook: its program, of the container's */
	int *privates; /* by repository of all workspaces */
	int null;      /* what covers are made of */
	int empty;
	int *groups;	  /* by hierarchy */
	int *group_trees; /* by hierarchy: its group, cloned for binding */
	int *trees;	  /* by mount: the clone of a bind's source */
};

/* Where the following steps belong; reason may be NULL. */
void bh_compile_at(struct bh_compiler *c, enum bh_lane lane,
		   enum bh_phase phase);
void bh_compile_why(struct bh_compiler *c, const char *origin,
		    const char *reason);

/* Add a step there.  Valid until the next one is added. */
union bh_args *bh_compile_step(struct bh_compiler *c, enum bh_op op);

/* What the last step acts on may be missing. */
void bh_compile_may_be_missing(struct bh_compiler *c);

/* The next step is there for when the last one fails. */
void bh_compile_or_else(struct bh_compiler *c);

int bh_compile_slot(struct bh_compiler *c, const char *name);

/* The slot of a host path: filled before the plan starts. */
int bh_compile_preset(struct bh_compiler *c, size_t wanted, const char *name);

/* The handle of procfs of the child, opened where it is first needed. */
int bh_compile_child_procfs(struct bh_compiler *c);

/* Phases, in order. */
void bh_compile_trees(struct bh_compiler *c);
/* compile-selinux.c: refuse labels where there is no SELinux; set the program's; the
 * options of a file system with the label of mounts. */
int bh_compile_check_labels(struct bh_compiler *c);
void bh_compile_label(struct bh_compiler *c);
const char *const *bh_compile_labelled(struct bh_compiler *c, const char *type,
				       const char *const *options);

/* compile-scope.c: around the groups, and when the child is in them. */
int bh_compile_scope(struct bh_compiler *c);
void bh_compile_scope_leave(struct bh_compiler *c);

int bh_compile_cgroups(struct bh_compiler *c);
void bh_compile_terminal(struct bh_compiler *c);
void bh_compile_initial_cpus(struct bh_compiler *c);
int bh_compile_namespaces(struct bh_compiler *c);
void bh_compile_become_root(struct bh_compiler *c);
void bh_compile_root(struct bh_compiler *c);
/* compile-overlay.c: a file system for the layers, and the overlay in it. */
int bh_compile_layers(struct bh_compiler *c);
void bh_compile_overlay(struct bh_compiler *c, int layers);
/* A mount of ours in a directory of ours. */
void bh_compile_attach_below(struct bh_compiler *c, int root, int mount,
			     const char *target);
void bh_compile_mounts(struct bh_compiler *c);
/* compile-workspace.c: private copies, made where they can be kept; protected
 * names are covered. */
void bh_compile_private(struct bh_compiler *c);
int bh_compile_workspaces(struct bh_compiler *c);
/* What lies over covered files and directories, made where it is first needed. */
void bh_compile_covers(struct bh_compiler *c);
void bh_compile_devices(struct bh_compiler *c);
/* compile-hooks.c: of the host, before the root changes; of the container, loaded
 * while no filter forbids it, and run when all is taken away. */
void bh_compile_hooks(struct bh_compiler *c);
void bh_compile_load_hooks(struct bh_compiler *c);
void bh_compile_inside_hooks(struct bh_compiler *c);
void bh_compile_pivot(struct bh_compiler *c);
int bh_compile_harden(struct bh_compiler *c);
void bh_compile_exec(struct bh_compiler *c);
/* compile-landlock.c: the rules while root can open paths; the rest once there is
 * no_new_privs. */
int bh_compile_landlock(struct bh_compiler *c);
void bh_compile_landlock_restrict(struct bh_compiler *c);

/* compile-id-map.c */
/* The maps of a new user namespace; those of a joined one are compared. */
int bh_compile_id_maps(struct bh_compiler *c);
/* The host's trees that the parent cloned get the ids of the namespace. */
void bh_compile_id_mapped(struct bh_compiler *c);
bool bh_compile_has_id_maps(const struct bh_compiler *c);
/* setgroups(2) is given up in the user namespace, or may be in a joined one. */
bool bh_compile_keeps_groups(const struct bh_compiler *c);

/* compile-cgroup.c: a mount of type cgroup. */
void bh_compile_cgroup_mount(struct bh_compiler *c,
			     const struct bh_mount *mount);

/* compile-network.c: what the user namespace has no power over. */
void bh_compile_network(struct bh_compiler *c);
bool bh_compile_made_by_parent(const struct bh_compiler *c,
			       const struct bh_mount *mount);
bool bh_compile_set_by_parent(const struct bh_compiler *c,
			      const struct bh_sysctl *sysctl);

/* compile-mount.c */
/* Attributes of a mount that is not attached yet. */
void bh_compile_attributes(struct bh_compiler *c, int slot,
			   const struct bh_mount *mount);
void bh_compile_attach(struct bh_compiler *c, int slot, const char *target,
		       bool nolinks, bool readonly);
/* Whether something is mounted or made below target after mount i. */
bool bh_compile_has_below(const struct bh_compiler *c, size_t i);

#endif
