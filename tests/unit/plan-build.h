/* SPDX-License-Identifier: Apache-2.0 */
/* Plans from fragments of a config, on hosts that are described here. */
#ifndef PLAN_BUILD_H
#define PLAN_BUILD_H

#include <linux/capability.h>
#include <sys/stat.h>

#include "plan/compile.h"
#include "seccomp/filter.h"
#include "spec-build.h"

static struct bh_hierarchy plan_v1_items[] = {
	{ false, "memory", "/cg/memory", "/", "/own" },
	{ false, "cpu,cpuacct", "/cg/cpu,cpuacct", "/", "/own" },
	{ false, "pids", "/cg/pids", "/", "/own" },
	{ false, "devices", "/cg/devices", "/", "/own" },
	{ true, "", "/cg/unified", "/", "/own" },
};
static struct bh_hierarchy plan_v2_items[] = {
	{ true, "", "/cg", "/", "/own" },
};

#define PLAN_ALL_CAPS ((2ull << CAP_LAST_CAP) - 1)

/* Root on v1, root on v2, and a user without capabilities. */
static const struct bh_host plan_hosts[] = {
	{ .kernel_major = 6,
	  .caps = PLAN_ALL_CAPS,
	  .fake = true,
	  .cgroups = { BH_CGROUP_V1, BH_COUNT(plan_v1_items), plan_v1_items } },
	{ .kernel_major = 6,
	  .caps = PLAN_ALL_CAPS,
	  .fake = true,
	  .cgroups = { BH_CGROUP_V2, 1, plan_v2_items } },
	{ .kernel_major = 6,
	  .uid = 1000,
	  .gid = 1000,
	  .fake = true,
	  .cgroups = { BH_CGROUP_V2, 1, plan_v2_items } },
};

/* A plan with all that it borrows from. */
struct built {
	struct bh_arena arena;
	struct bh_spec spec;
	struct bh_cgroup_settings settings;
	struct bh_filter filter;
	struct bh_host_path *paths;
	struct bh_plan plan;
};

static inline void built_clear(struct built *built)
{
	bh_plan_clear(&built->plan);
	bh_spec_clear(&built->spec);
	bh_arena_clear(&built->arena);
}

static inline int built_compile(struct built *built, const struct bh_host *host,
				bool waits, struct bh_err *err)
{
	struct bh_plan_inputs inputs = {
		.spec = &built->spec,
		.host = host,
		.settings = &built->settings,
		.waits = waits,
	};
	int r = bh_cgroup_settings(built->spec.resources, &host->cgroups,
				   &built->arena, &built->settings, err);

	if (r == 0 && built->spec.seccomp)
		r = bh_seccomp_compile(built->spec.seccomp, &built->arena,
				       &built->filter, &built->spec.notes, err);
	built->paths =
		bh_arena_alloc(&built->arena, built->spec.wanted_count *
						      sizeof(*built->paths));
	for (size_t i = 0; i < built->spec.wanted_count; i++)
		built->paths[i] = (struct bh_host_path){
			.path = built->spec.wanted[i].path,
			.fd = -1,
			.type = S_IFDIR,
		};
	inputs.paths = built->paths;
	inputs.filter =
		(struct bh_blob){ built->filter.len, built->filter.insns };
	inputs.filter_flags = built->filter.flags;
	return r < 0 ? r : bh_plan_compile(&inputs, &built->plan, err);
}

/* Compile the fragment; on failure nothing is left to clear. */
static inline int build_plan(const struct fragment *part,
			     const struct bh_host *host, bool waits,
			     struct built *ret, struct bh_err *err)
{
	int r;

	*ret = (struct built){ 0 };
	r = build_fragment(part, &ret->spec, err);
	if (r < 0)
		return r;
	r = built_compile(ret, host, waits, err);
	if (r < 0)
		built_clear(ret);
	return r;
}

#endif
