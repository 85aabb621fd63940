/* SPDX-License-Identifier: Apache-2.0 */
/* The scope of systemd's that holds the container's group, where one is wanted. */
#include "base/str.h"
#include "plan/compiler.h"

static int refuse_layout(struct bh_compiler *c)
{
	(void)bh_refuse(c->err, "compile the plan: the systemd cgroup driver "
				"needs a host with cgroup v2 alone");
	return bh_hint(c->err, "use --cgroup-manager cgroupfs; engines have "
			       "such an option, too");
}

/* On v2 there may be one without controllers beside it. */
static size_t find_v2(const struct bh_cgroups *cgroups)
{
	size_t i = 0;

	while (!cgroups->items[i].v2)
		i++;
	return i;
}

int bh_compile_scope(struct bh_compiler *c)
{
	const struct bh_cgroup_settings *settings = c->in->settings;
	struct bh_arena *arena = &c->plan->arena;
	const char *const *properties;
	int r;

	if (!c->in->caller.systemd || c->in->joins)
		return 0;
	if (c->in->host->cgroups.layout != BH_CGROUP_V2)
		return refuse_layout(c);
	r = bh_scope_parse(c->spec->cgroup_path, c->spec->id, arena, &c->scope,
			   c->err);
	if (r == 0)
		r = bh_scope_annotations(&c->spec->config->annotations,
					 bh_scope_properties(settings->items,
							     settings->len,
							     arena),
					 arena, &properties, c->err);
	if (r < 0)
		return r;
	bh_compile_why(c,
		       c->spec->cgroup_path ? "config /linux/cgroupsPath" :
					      "default",
		       NULL);
	bh_compile_step(c, BH_OP_scope_make)->scope_make =
		(struct bh_args_scope_make){
			.hierarchy = find_v2(&c->in->host->cgroups),
			.unit = c->scope.unit,
			.slice = c->scope.slice,
			.path = c->scope.path,
			.properties = properties,
		};
	return 0;
}

void bh_compile_scope_leave(struct bh_compiler *c)
{
	if (!c->scope.unit)
		return;
	bh_compile_why(c, "systemd", "the container's process holds it now");
	bh_compile_step(c, BH_OP_scope_leave);
}
