/* SPDX-License-Identifier: Apache-2.0 */
#include "spec/parts.h"

/* As many as anybody has; each is looked at before anything is made. */
#define MAX_HOOKS 256

const char *bh_hook_stage_name(enum bh_hook_stage stage)
{
	static const char *const names[] = {
		[BH_PRESTART] = "prestart",
		[BH_CREATE_RUNTIME] = "createRuntime",
		[BH_CREATE_CONTAINER] = "createContainer",
		[BH_START_CONTAINER] = "startContainer",
		[BH_POSTSTART] = "poststart",
		[BH_POSTSTOP] = "poststop",
	};

	return names[stage];
}

static int refuse(const struct bh_hook *hook, const char *why,
		  struct bh_err *err)
{
	return bh_refuse(err, "read config.json: /hooks/%s/%zu/%s",
			 bh_hook_stage_name(hook->stage), hook->index, why);
}

/* config.md, POSIX-platform Hooks: args are as for execv(3), so that the first is
 * the program's name for itself. */
static int build_hook(struct bh_spec *spec, const struct oci_hook *oci,
		      struct bh_hook *hook, struct bh_err *err)
{
	const char **args;

	if (oci->path[0] != '/')
		return refuse(hook, "path: must be an absolute path", err);
	if (oci->timeout.set && oci->timeout.value < 1)
		return refuse(hook, "timeout: must be at least 1 second", err);
	hook->path = oci->path;
	hook->timeout = oci->timeout.set ? (uint64_t)oci->timeout.value : 0;
	hook->env_set = oci->env.set;
	hook->env = bh_spec_texts(spec, &oci->env);
	if (oci->args.len) {
		hook->args = bh_spec_texts(spec, &oci->args);
		return 0;
	}
	args = bh_arena_alloc(&spec->arena, 2 * sizeof(*args));
	args[0] = oci->path;
	hook->args = args;
	return 0;
}

static int build_stage(struct bh_spec *spec, enum bh_hook_stage stage,
		       const struct oci_hook_list *list, struct bh_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < list->len; i++) {
		struct bh_hook *hook = &spec->hooks[spec->hook_count++];

		hook->stage = stage;
		hook->index = i;
		r = build_hook(spec, &list->items[i], hook, err);
	}
	return r;
}

int bh_spec_hooks(struct bh_spec *spec, unsigned int stages, struct bh_err *err)
{
	const struct oci_hooks *hooks = spec->config->hooks;
	size_t count = 0;
	int r = 0;

	if (!hooks)
		return 0;

	const struct oci_hook_list *const lists[BH_STAGE_COUNT] = {
		[BH_PRESTART] = &hooks->prestart,
		[BH_CREATE_RUNTIME] = &hooks->create_runtime,
		[BH_CREATE_CONTAINER] = &hooks->create_container,
		[BH_START_CONTAINER] = &hooks->start_container,
		[BH_POSTSTART] = &hooks->poststart,
		[BH_POSTSTOP] = &hooks->poststop,
	};

	for (size_t i = 0; i < BH_STAGE_COUNT; i++)
		count += lists[i]->len;
	if (count > MAX_HOOKS)
		return bh_refuse(err,
				 "read config.json: /hooks: %zu hooks, more "
				 "than %d",
				 count, MAX_HOOKS);
	spec->hooks =
		bh_arena_alloc(&spec->arena, count * sizeof(*spec->hooks));
	for (size_t i = 0; r == 0 && i < BH_STAGE_COUNT; i++)
		if (stages >> i & 1)
			r = build_stage(spec, (enum bh_hook_stage)i, lists[i],
					err);
	return r;
}
