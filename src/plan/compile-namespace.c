/* SPDX-License-Identifier: Apache-2.0 */
/* The child and its namespaces. */
#include <linux/capability.h>
#include <linux/sched.h>

#include "base/str.h"
#include "plan/compiler.h"

/* Namespaces that the child must not be started in: a cgroup namespace shows
 * the group that its maker is in, so the child makes it once it is in its own;
 * a time namespace only ever holds children (time_namespaces(7)). */
#define MADE_BY_CHILD (CLONE_NEWCGROUP | CLONE_NEWTIME)

static uint64_t new_namespaces(const struct bh_compiler *c)
{
	uint64_t flags = 0;

	for (int i = 0; i < OCI_NS_COUNT; i++)
		if (c->spec->namespaces[i].wanted &&
		    !c->spec->namespaces[i].by_path)
			flags |= bh_namespace_flag((enum oci_namespace_type)i);
	return flags;
}

static bool joins_any(const struct bh_compiler *c)
{
	for (int i = 0; i < OCI_NS_COUNT; i++)
		if (c->spec->namespaces[i].by_path)
			return true;
	return false;
}

static int namespace_slot(struct bh_compiler *c, enum oci_namespace_type type)
{
	size_t wanted = c->spec->namespaces[type].wanted_path;

	return bh_compile_preset(c, wanted, c->spec->wanted[wanted].path);
}

static void start_plain(struct bh_compiler *c)
{
	const struct bh_namespace *pid = &c->spec->namespaces[OCI_NS_PID];
	int own = -1;

	/* setns(2) to a pid namespace is for children: the parent's next child
	 * is born in it, and then the parent comes back. */
	if (pid->by_path) {
		own = bh_compile_slot(c, "own-pid-namespace");
		bh_compile_step(c, BH_OP_ns_keep)->ns_keep =
			(struct bh_args_ns_keep){
				.namespace = own,
				.type = CLONE_NEWPID,
			};
		bh_compile_step(c, BH_OP_ns_join)->ns_join =
			(struct bh_args_ns_join){
				.namespace = namespace_slot(c, OCI_NS_PID),
				.type = CLONE_NEWPID,
			};
	}
	bh_compile_step(c, BH_OP_clone)->clone = (struct bh_args_clone){
		.process = c->process,
		.group = c->v2_group,
		.namespaces = new_namespaces(c) & ~(uint64_t)MADE_BY_CHILD,
	};
	if (pid->by_path)
		bh_compile_step(c, BH_OP_ns_join)->ns_join =
			(struct bh_args_ns_join){
				.namespace = own,
				.type = CLONE_NEWPID,
			};
}

/*
 * With a user namespace and others that are joined: root joins them while it
 * has power over them, the user namespace last; somebody without privileges
 * gets that power only in the user namespace, and joins it first.
 */
static void start_joined(struct bh_compiler *c)
{
	uint32_t *slots =
		bh_arena_alloc(&c->plan->arena, OCI_NS_COUNT * sizeof(*slots));
	const struct bh_namespace *ns = c->spec->namespaces;
	size_t count = 0;

	if (ns[OCI_NS_USER].by_path && !c->privileged)
		slots[count++] = (uint32_t)namespace_slot(c, OCI_NS_USER);
	for (int i = 0; i < OCI_NS_COUNT; i++)
		if (ns[i].by_path && i != OCI_NS_USER)
			slots[count++] = (uint32_t)namespace_slot(
				c, (enum oci_namespace_type)i);
	if (ns[OCI_NS_USER].by_path && c->privileged)
		slots[count++] = (uint32_t)namespace_slot(c, OCI_NS_USER);
	bh_compile_step(c, BH_OP_clone_joined)->clone_joined =
		(struct bh_args_clone_joined){
			.process = c->process,
			.group = c->v2_group,
			.joins = { count, slots },
			.namespaces = new_namespaces(c) &
				      ~(uint64_t)MADE_BY_CHILD,
		};
}

/* From now on there is something that somebody may have to end. */
static void record(struct bh_compiler *c)
{
	/* What joins a container ends with its groups. */
	if (c->in->joins)
		return;
	bh_compile_why(c, "default", NULL);
	bh_compile_step(c, BH_OP_record)->record.process = c->process;
	bh_compile_why(c, "config /linux/namespaces", NULL);
}

/* v1 has no CLONE_INTO_CGROUP: the parent moves the child. */
static void join_groups(struct bh_compiler *c)
{
	const struct bh_cgroups *cgroups = &c->in->host->cgroups;

	for (size_t i = 0; i < cgroups->len; i++)
		if (c->groups[i] >= 0 && !cgroups->items[i].v2)
			bh_compile_step(c, BH_OP_cgroup_join)->cgroup_join =
				(struct bh_args_cgroup_join){
					.group = c->groups[i],
					.process = c->process,
				};
}

/* Steps of the parent that act on the new child. */
static int set_up_from_outside(struct bh_compiler *c)
{
	bool maps = bh_compile_has_id_maps(c);
	int r;

	bh_compile_at(c, BH_PARENT, BH_PHASE_ID_MAPS);
	bh_compile_why(c, "kernel", NULL);
	if (maps || c->spec->process.oom_set) {
		c->parent_procfs = bh_compile_slot(c, "parent-proc");
		bh_compile_step(c, BH_OP_procfs_open)->procfs_open.procfs =
			c->parent_procfs;
	}
	r = maps ? bh_compile_id_maps(c) : 0;
	if (r == 0 && c->spec->id_mapped)
		bh_compile_id_mapped(c);
	if (r < 0 || !c->spec->process.oom_set)
		return r;
	bh_compile_why(c, "config /process/oomScoreAdj", NULL);
	bh_compile_step(c, BH_OP_oom_score_adj)->oom_score_adj =
		(struct bh_args_oom_score_adj){
			.procfs = c->parent_procfs,
			.process = c->process,
			.value = c->spec->process.oom_score_adj,
		};
	return 0;
}

/* Before the child changes its user or stops being dumpable: both close its
 * own files in /proc/self to a root that is not the host's. */
static void make_time_namespace(struct bh_compiler *c)
{
	int procfs;

	if (!(new_namespaces(c) & CLONE_NEWTIME))
		return;
	bh_compile_why(c, "config /linux/namespaces", NULL);
	bh_compile_step(c, BH_OP_ns_unshare)->ns_unshare.namespaces =
		CLONE_NEWTIME;
	bh_compile_why(c, "config /linux/timeOffsets", NULL);
	procfs = bh_compile_child_procfs(c);
	for (size_t i = 0; c->spec->time_offsets[i]; i++)
		bh_compile_step(c, BH_OP_time_offset)->time_offset =
			(struct bh_args_time_offset){
				.procfs = procfs,
				.offsets = c->spec->time_offsets[i],
			};
	bh_compile_step(c, BH_OP_time_enter)->time_enter.procfs = procfs;
}

static void join_from_inside(struct bh_compiler *c)
{
	static const enum oci_namespace_type order[] = {
		OCI_NS_NETWORK, OCI_NS_IPC,  OCI_NS_UTS,
		OCI_NS_CGROUP,	OCI_NS_TIME, OCI_NS_MOUNT,
	};

	bh_compile_why(c, "config /linux/namespaces", NULL);
	for (size_t i = 0; i < BH_COUNT(order); i++)
		if (c->spec->namespaces[order[i]].by_path)
			bh_compile_step(c, BH_OP_ns_join)->ns_join =
				(struct bh_args_ns_join){
					.namespace =
						namespace_slot(c, order[i]),
					.type = bh_namespace_flag(order[i]),
				};
}

/*
 * The child of an ordinary user must stay dumpable until its ids are mapped:
 * the map of a process that is not belongs to root, be it that of the caller's
 * own user namespace.  All others are born untraceable.
 */
static bool maps_itself(const struct bh_compiler *c)
{
	return !c->privileged && c->in->host->uid != 0 &&
	       !c->spec->namespaces[OCI_NS_USER].by_path;
}

static void set_up_from_inside(struct bh_compiler *c, bool joined)
{
	bh_compile_at(c, BH_CHILD, BH_PHASE_ID_MAPS);
	make_time_namespace(c);
	bh_compile_why(c, "default", NULL);
	if (maps_itself(c))
		(void)bh_compile_step(c, BH_OP_dumpable_off);
	(void)bh_compile_step(c, BH_OP_session_new);
	if (!c->in->caller.no_new_keyring)
		(void)bh_compile_step(c, BH_OP_keyring_join);
	if (!joined)
		join_from_inside(c);
	if (c->user && !c->new_root)
		bh_compile_become_root(c);
	if (new_namespaces(c) & CLONE_NEWCGROUP) {
		bh_compile_why(c, "config /linux/namespaces", NULL);
		bh_compile_step(c, BH_OP_ns_unshare)->ns_unshare.namespaces =
			CLONE_NEWCGROUP;
	}
}

void bh_compile_become_root(struct bh_compiler *c)
{
	bh_compile_why(c, "kernel", NULL);
	bh_compile_step(c, BH_OP_become_root)->become_root.groups =
		!bh_compile_keeps_groups(c);
}

int bh_compile_namespaces(struct bh_compiler *c)
{
	bool joined = c->user && joins_any(c);
	int r;

	/* setns(2) wants CAP_SYS_ADMIN in the namespace that one comes from. */
	if (joined && maps_itself(c))
		return bh_refuse(c->err,
				 "compile the plan: /linux/namespaces: "
				 "without root a namespace can only be joined "
				 "together with the user namespace that owns "
				 "it, not beside a new one");
	bh_compile_at(c, BH_PARENT, BH_PHASE_NAMESPACES);
	bh_compile_why(c, "default", NULL);
	if (!maps_itself(c))
		(void)bh_compile_step(c, BH_OP_dumpable_off);
	bh_compile_network(c);
	bh_compile_why(c, "config /linux/namespaces", NULL);
	c->process = bh_compile_slot(c, "child");
	if (joined)
		start_joined(c);
	else
		start_plain(c);
	record(c);
	join_groups(c);
	bh_compile_scope_leave(c);
	r = set_up_from_outside(c);
	if (r == 0)
		set_up_from_inside(c, joined);
	return r;
}
