/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/capability.h>
#include <string.h>

#include "plan/compiler.h"

void bh_compile_at(struct bh_compiler *c, enum bh_lane lane,
		   enum bh_phase phase)
{
	c->lane = lane;
	c->phase = phase;
}

/* What policy made of the field that an origin names, or NULL. */
static const struct bh_change *find_change(const struct bh_compiler *c,
					   const char *origin)
{
	if (!origin || !bh_starts_with(origin, "config "))
		return NULL;
	for (size_t i = 0; i < c->spec->change_count; i++)
		if (bh_str_eq(c->spec->changes[i].field,
			      origin + strlen("config ")))
			return &c->spec->changes[i];
	return NULL;
}

void bh_compile_why(struct bh_compiler *c, const char *origin,
		    const char *reason)
{
	const struct bh_change *change = find_change(c, origin);

	c->origin = change ? change->origin : origin;
	c->reason = change ? change->reason : reason;
}

union bh_args *bh_compile_step(struct bh_compiler *c, enum bh_op op)
{
	struct bh_step *step = bh_plan_step(c->plan, op, c->lane, c->phase);

	step->origin = c->origin;
	step->reason = c->reason;
	return &step->args;
}

void bh_compile_may_be_missing(struct bh_compiler *c)
{
	c->plan->steps[c->plan->len - 1].on_error = BH_SKIP_ENOENT;
}

void bh_compile_or_else(struct bh_compiler *c)
{
	c->plan->steps[c->plan->len - 1].on_error = BH_ELSE;
}

int bh_compile_slot(struct bh_compiler *c, const char *name)
{
	return bh_plan_slot(c->plan, name, -1);
}

int bh_compile_preset(struct bh_compiler *c, size_t wanted, const char *name)
{
	const char *full = bh_arena_printf(&c->plan->arena, "host:%s", name);

	return bh_plan_slot(c->plan, full, (int)wanted);
}

int bh_compile_child_procfs(struct bh_compiler *c)
{
	if (c->child_procfs < 0) {
		c->child_procfs = bh_compile_slot(c, "child-proc");
		bh_compile_step(c, BH_OP_procfs_open)->procfs_open.procfs =
			c->child_procfs;
	}
	return c->child_procfs;
}

/* A joined mount namespace has a root and mounts of its own already. */
static int check_joined_root(struct bh_compiler *c)
{
	const struct bh_spec *spec = c->spec;
	bool asks = spec->config->mounts.len || spec->root_readonly ||
		    spec->masked[0] || spec->readonly[0] ||
		    spec->device_count || spec->root_propagation;

	if (!asks)
		return 0;
	return bh_refuse(c->err,
			 "compile the plan: /linux/namespaces: the "
			 "mount namespace is joined, so its root and mounts "
			 "are those of its maker; mounts, devices, masked and "
			 "read-only paths can't be given with it");
}

static int check_namespaces(struct bh_compiler *c)
{
	const struct bh_namespace *ns = c->spec->namespaces;

	if (!ns[OCI_NS_MOUNT].wanted)
		return bh_refuse(c->err,
				 "compile the plan: /linux/namespaces: "
				 "no mount namespace; without one the rootfs "
				 "would be mounted on the host");
	if (!c->privileged && !ns[OCI_NS_USER].wanted)
		return bh_refuse(c->err,
				 "compile the plan: /linux/namespaces: "
				 "no user namespace; without root a container "
				 "needs one");
	/* The kernel locks together the mounts that it gets from the host. */
	if (c->in->caller.no_pivot && c->user)
		return bh_refuse(c->err,
				 "compile the plan: --no-pivot with a user "
				 "namespace: the host's mounts can't be "
				 "detached in it; remove one of them");
	return c->new_root ? 0 : check_joined_root(c);
}

/* A terminal is somebody's, and there is nobody without a socket. */
static int check_terminal(struct bh_compiler *c)
{
	if (c->spec->process.terminal == c->in->console)
		return 0;
	if (c->in->console)
		return bh_refuse(c->err,
				 "compile the plan: there is a console socket, "
				 "but /process/terminal is not true");
	(void)bh_refuse(c->err, "compile the plan: /process/terminal: there is "
				"no console socket to send the terminal to");
	return bh_hint(c->err, "who calls create, or run and exec with "
			       "--detach, gives --console-socket; attached, "
			       "run and exec serve the terminal themselves");
}

static int compile(struct bh_compiler *c)
{
	int r = check_namespaces(c);

	if (r == 0)
		r = check_terminal(c);
	if (r == 0)
		r = bh_compile_check_labels(c);
	if (r < 0)
		return r;
	bh_compile_trees(c);
	r = bh_compile_cgroups(c);
	bh_compile_initial_cpus(c);
	if (r == 0)
		r = bh_compile_namespaces(c);
	if (r < 0)
		return r;
	if (c->new_root) {
		bh_compile_root(c);
		bh_compile_mounts(c);
		r = bh_compile_workspaces(c);
		if (r < 0)
			return r;
		bh_compile_devices(c);
	}
	bh_compile_hooks(c);
	if (c->new_root)
		bh_compile_pivot(c);
	r = bh_compile_harden(c);
	bh_compile_exec(c);
	return r;
}

int bh_plan_compile(const struct bh_plan_inputs *inputs, struct bh_plan *ret,
		    struct bh_err *err)
{
	const struct bh_namespace *ns = inputs->spec->namespaces;
	struct bh_plan plan = { 0 };
	struct bh_compiler c = {
		.in = inputs,
		.spec = inputs->spec,
		.plan = &plan,
		.err = err,
		.privileged = bh_host_can(inputs->host, CAP_SYS_ADMIN) &&
			      !inputs->host->in_user_namespace,
		.new_root = !ns[OCI_NS_MOUNT].by_path,
		.user = ns[OCI_NS_USER].wanted,
		.origin = "default",
		.root = -1,
		.dev = -1,
		.v2_group = -1,
		.notify = -1,
		.master = -1,
		.terminal = -1,
		.parent_procfs = -1,
		.child_procfs = -1,
		.ruleset = -1,
		.null = -1,
		.empty = -1,
	};
	int r;

	for (size_t i = 0; i < inputs->spec->notes.len; i++)
		bh_note(&plan.notes, &plan.arena, "%s",
			inputs->spec->notes.items[i]);
	r = compile(&c);
	if (r < 0)
		bh_plan_clear(&plan);
	else
		*ret = plan;
	return r;
}
