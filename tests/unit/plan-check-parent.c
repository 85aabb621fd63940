/* SPDX-License-Identifier: Apache-2.0 */
/* The rules about what the parent does with a user namespace of the policy, as in
 * plan-check.c. */
#include <errno.h>
#include <linux/sched.h>

#include "plan-change.h"

#define CHANGE(name) static void name(struct bh_plan *plan)

/* A step of the parent at index `to`, before the child is there. */
static struct bh_step *insert(struct bh_plan *plan, enum bh_op op, size_t to)
{
	(void)add(plan, op, BH_PARENT, BH_PHASE_EXEC);
	memmove(plan->steps + to + 1, plan->steps + to,
		(plan->len - 1 - to) * sizeof(*plan->steps));
	plan->steps[to] = (struct bh_step){
		.op = op,
		.lane = BH_PARENT,
		.phase = BH_PHASE_NAMESPACES,
	};
	return &plan->steps[to];
}

static void open_ids(struct bh_plan *plan)
{
	struct bh_step *step =
		insert(plan, BH_OP_user_ns_open, at(plan, BH_OP_become_root));

	step->phase = BH_PHASE_ID_MAPS;
	step->args.user_ns_open.procfs = PROCFS;
	step->args.user_ns_open.process = CHILD;
	step->args.user_ns_open.namespace = SPARE;
}

static void map_mount(struct bh_plan *plan)
{
	struct bh_step *step =
		insert(plan, BH_OP_mount_id_map, at(plan, BH_OP_become_root));

	step->phase = BH_PHASE_ID_MAPS;
	step->args.mount_id_map.source = ROOTFS;
	step->args.mount_id_map.mount = TREE;
	step->args.mount_id_map.namespace = SPARE;
}

CHANGE(mapped_mount)
{
	open_ids(plan);
	map_mount(plan);
}

CHANGE(unmapped_mount)
{
	open_ids(plan);
}

CHANGE(mapped_twice)
{
	open_ids(plan);
	map_mount(plan);
	map_mount(plan);
}

CHANGE(mapped_late)
{
	mapped_mount(plan);
	move_behind(plan, BH_OP_mount_id_map, BH_OP_root_attach);
}

CHANGE(mapped_early)
{
	mapped_mount(plan);
	move_before(plan, BH_OP_user_ns_open, BH_OP_id_map);
}

/* Untraceable, keep, go, set a parameter, come back. */
CHANGE(other_network)
{
	struct bh_step *step;
	size_t i = at(plan, BH_OP_clone);

	(void)insert(plan, BH_OP_dumpable_off, i++);
	step = insert(plan, BH_OP_ns_keep, i++);
	step->args.ns_keep.namespace = SPARE;
	step->args.ns_keep.type = CLONE_NEWNET;
	step = insert(plan, BH_OP_ns_join, i++);
	step->args.ns_join.namespace = ROOTFS;
	step->args.ns_join.type = CLONE_NEWNET;
	step = insert(plan, BH_OP_procfs_open, i++);
	step->args.procfs_open.procfs = EMPTY;
	step = insert(plan, BH_OP_sysctl, i++);
	step->args.sysctl.procfs = EMPTY;
	step->args.sysctl.key = "net/ipv4/ip_default_ttl";
	step->args.sysctl.value = "65";
	step = insert(plan, BH_OP_ns_join, i);
	step->args.ns_join.namespace = SPARE;
	step->args.ns_join.type = CLONE_NEWNET;
}

static void insert_scope(struct bh_plan *plan, size_t to)
{
	static const char *const none[] = { NULL };

	insert(plan, BH_OP_scope_make, to)->args.scope_make =
		(struct bh_args_scope_make){
			.unit = "x.scope",
			.slice = "a.slice",
			.path = "/a.slice/x.scope",
			.properties = none,
		};
}

/* A scope around the container's group, until the child is there. */
CHANGE(scope)
{
	size_t i = at(plan, BH_OP_clone);
	struct bh_step *step;

	(void)insert(plan, BH_OP_scope_leave, i + 1);
	step = insert(plan, BH_OP_cgroup_make, i);
	step->args.cgroup_make.group = SPARE;
	insert_scope(plan, i);
}

CHANGE(scope_late)
{
	scope(plan);
	plan->steps[at(plan, BH_OP_scope_make)].op = BH_OP_keyring_join;
	insert_scope(plan, at(plan, BH_OP_clone));
}

CHANGE(scope_kept)
{
	scope(plan);
	the(plan, BH_OP_scope_leave)->op = BH_OP_keyring_join;
}

CHANGE(scope_left_early)
{
	scope_kept(plan);
	(void)insert(plan, BH_OP_scope_leave, at(plan, BH_OP_clone));
}

CHANGE(stays_away)
{
	other_network(plan);
	plan->steps[at(plan, BH_OP_clone) - 1].op = BH_OP_keyring_join;
}

CHANGE(own_network_lost)
{
	other_network(plan);
	the(plan, BH_OP_ns_keep)->args.ns_keep.type = CLONE_NEWPID;
}

CHANGE(host_sysctl)
{
	other_network(plan);
	the(plan, BH_OP_sysctl)->args.sysctl.key = "kernel/core_pattern";
}

CHANGE(sysctl_at_home)
{
	other_network(plan);
	the(plan, BH_OP_ns_join)->args.ns_join.namespace = SPARE;
}

static const struct {
	const char *title;
	void (*change)(struct bh_plan *plan);
	const char *words; /* of the refusal; NULL: accepted */
} changes[] = {
	{ "a mount with other ids", mapped_mount, NULL },
	{ "one with the host's ids", unmapped_mount, "keeps the host's ids" },
	{ "one with other ids twice", mapped_twice, "others twice" },
	{ "other ids for what is attached", mapped_late, "is attached" },
	{ "other ids before the maps", mapped_early, "not mapped yet" },
	{ "a scope", scope, NULL },
	{ "a scope behind its group", scope_late, "behind the group" },
	{ "a scope that is held for ever", scope_kept, "never left" },
	{ "a scope that may go", scope_left_early, "never left" },
	{ "another network", other_network, NULL },
	{ "the parent stays there", stays_away, "does not come back" },
	{ "the parent can't come back", own_network_lost,
	  "does not come back" },
	{ "the parent sets what is the host's", host_sysctl,
	  "would change the host" },
	{ "the parent sets the host's network", sysctl_at_home,
	  "would change the host" },
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
