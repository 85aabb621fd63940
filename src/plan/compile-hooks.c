/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hooks, config.md: those of the host run when the rootfs lies at root.path with all
 * its mounts, and nothing has been taken from the child yet; those of the container
 * run in the place of its program, just before it.
 */
#include "base/str.h"
#include "plan/compiler.h"

static void set_origin(struct bh_compiler *c, const struct bh_hook *hook)
{
	bh_compile_why(c,
		       bh_arena_printf(&c->plan->arena, "config /hooks/%s/%zu",
				       bh_hook_stage_name(hook->stage),
				       hook->index),
		       NULL);
}

static const char *name_of(struct bh_compiler *c, const struct bh_hook *hook)
{
	return bh_arena_printf(&c->plan->arena, "%s[%zu]",
			       bh_hook_stage_name(hook->stage), hook->index);
}

/* The slot of its program, or of its script, which are preset in pairs. */
static int hook_preset(struct bh_compiler *c, size_t i, size_t which,
		       const char *name)
{
	size_t first = c->spec->wanted_count + BH_PRESET_HOOKS;

	return bh_compile_preset(c, first + 2 * i + which, name);
}

static void run_hook(struct bh_compiler *c, size_t i)
{
	const struct bh_namespace *pid = &c->spec->namespaces[OCI_NS_PID];
	const struct bh_hook *hook = &c->spec->hooks[i];
	struct bh_program program = c->in->hooks ? c->in->hooks[i].program :
						   BH_NO_PROGRAM;
	const char *name = name_of(c, hook);
	struct bh_args_hook args = {
		.name = name,
		.path = hook->path,
		.program = hook_preset(c, i, 0, name),
		.script = -1,
		.arguments =
			bh_program_args(&program, hook->args, &c->plan->arena),
		.environment = hook->env,
		.timeout = bh_hook_timeout(hook),
		/* The child is process 1 there: what the hook leaves would be in
		 * the container, with the host's root. */
		.ends_others = c->lane == BH_CHILD && pid->wanted &&
			       !pid->by_path,
	};

	if (program.script_fd >= 0)
		args.script = hook_preset(c, i, 1,
					  bh_arena_printf(&c->plan->arena,
							  "%s script", name));
	set_origin(c, hook);
	bh_compile_step(c, BH_OP_hook)->hook = args;
}

static void run_stage(struct bh_compiler *c, enum bh_hook_stage stage,
		      enum bh_lane lane)
{
	bh_compile_at(c, lane, BH_PHASE_HOOKS);
	for (size_t i = 0; i < c->spec->hook_count; i++)
		if (c->spec->hooks[i].stage == stage)
			run_hook(c, i);
}

void bh_compile_hooks(struct bh_compiler *c)
{
	enum bh_phase phase = c->phase;
	size_t before = c->plan->len;

	run_stage(c, BH_PRESTART, BH_PARENT);
	run_stage(c, BH_CREATE_RUNTIME, BH_PARENT);
	run_stage(c, BH_CREATE_CONTAINER, BH_CHILD);
	/* The root changes in the phase that it is made in, or behind hooks. */
	if (c->plan->len == before)
		bh_compile_at(c, BH_CHILD, phase);
}

/* As the user of the program, so that it reads nothing that he may not. */
void bh_compile_load_hooks(struct bh_compiler *c)
{
	const struct bh_spec *spec = c->spec;

	c->inside = bh_arena_alloc(&c->plan->arena,
				   spec->hook_count * sizeof(*c->inside));
	for (size_t i = 0; i < spec->hook_count; i++) {
		const struct bh_hook *hook = &spec->hooks[i];
		const char *name = name_of(c, hook);

		if (hook->stage != BH_START_CONTAINER)
			continue;
		set_origin(c, hook);
		c->inside[i] = bh_compile_slot(c, name);
		bh_compile_step(c, BH_OP_hook_load)->hook_load =
			(struct bh_args_hook_load){
				.name = name,
				.program = c->inside[i],
				.path = hook->path,
				.digests = c->in->hooks ?
						   c->in->hooks[i].digests :
						   NULL,
			};
	}
}

void bh_compile_inside_hooks(struct bh_compiler *c)
{
	const struct bh_spec *spec = c->spec;

	for (size_t i = 0; i < spec->hook_count; i++) {
		const struct bh_hook *hook = &spec->hooks[i];

		if (hook->stage != BH_START_CONTAINER)
			continue;
		set_origin(c, hook);
		bh_compile_step(c, BH_OP_hook_inside)->hook_inside =
			(struct bh_args_hook_inside){
				.name = name_of(c, hook),
				.path = hook->path,
				.program = c->inside[i],
				.arguments = hook->args,
				.environment = hook->env,
				.inherits = !hook->env_set,
				.timeout = bh_hook_timeout(hook),
			};
	}
}
