/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A config as text, on a host that the first byte picks: whatever compiles must
 * keep the rules of plan/check.c and print as one line a step.  Text that
 * begins with a brace is for the first host, so that configs are seeds as they
 * are.
 */
#include <linux/capability.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cgroup/settings.h"
#include "plan/compile.h"
#include "seccomp/filter.h"
#include "spec/spec.h"

#define ALL_CAPS ((2ull << CAP_LAST_CAP) - 1)

static struct bh_hierarchy v1_items[] = {
	{ false, "memory", "/cg/memory", "/", "/own" },
	{ false, "cpu,cpuacct", "/cg/cpu,cpuacct", "/", "/own" },
	{ false, "cpuset", "/cg/cpuset", "/", "/" },
	{ false, "pids", "/cg/pids", "/", "/own" },
	{ false, "devices", "/cg/devices", "/", "/own" },
	{ false, "name=systemd", "/cg/systemd", "/", "/own" },
	{ true, "", "/cg/unified", "/", "/own" },
};
static struct bh_hierarchy v2_items[] = {
	{ true, "", "/cg", "/", "/user.slice/own" },
};

static const struct bh_host hosts[] = {
	{ .kernel_major = 6,
	  .caps = ALL_CAPS,
	  .fake = true,
	  .cgroups = { BH_CGROUP_V1, BH_COUNT(v1_items), v1_items } },
	{ .kernel_major = 6,
	  .caps = ALL_CAPS,
	  .fake = true,
	  .cgroups = { BH_CGROUP_V2, 1, v2_items } },
	{ .kernel_major = 5,
	  .kernel_minor = 14,
	  .uid = 1000,
	  .gid = 1000,
	  .fake = true,
	  .cgroups = { BH_CGROUP_V2, 1, v2_items } },
	{ .kernel_major = 6,
	  .caps = ALL_CAPS,
	  .in_user_namespace = true,
	  .fake = true },
	{ .kernel_major = 6,
	  .uid = 1000,
	  .gid = 1000,
	  .newuidmap = "/usr/bin/newuidmap",
	  .newgidmap = "/usr/bin/newgidmap",
	  .fake = true },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A refusal must say something, within its room. */
static void check_error(const struct bh_err *err)
{
	if (err->errnum <= 0 || !err->text[0] ||
	    !memchr(err->text, '\0', sizeof(err->text)) ||
	    !memchr(err->hint, '\0', sizeof(err->hint)))
		abort();
}

static size_t count_lines(const struct bh_buf *text)
{
	size_t lines = 0;

	for (size_t i = 0; i < text->len; i++)
		lines += text->data[i] == '\n';
	return lines;
}

/* As text and as JSON; the latter goes through our own strict reader, as a
 * member that no table knows. */
static void print(const struct bh_plan *plan)
{
	bh_autobuf struct bh_buf text = { 0 }, json = { 0 }, config = { 0 };
	struct oci_config *read = NULL;

	bh_plan_print(plan, &text);
	/* Steps and notes, and at most one line for each phase. */
	if (count_lines(&text) < plan->len + plan->notes.len ||
	    count_lines(&text) > plan->len + plan->notes.len + BH_PHASE_COUNT)
		abort();
	bh_plan_print_json(plan, &json);
	if (count_lines(&json) != plan->len + 2)
		abort();
	bh_buf_str(&config, "{\"ociVersion\":\"1.0.0\",\"plan\":");
	bh_buf_add(&config, json.data, json.len);
	bh_buf_str(&config, "}");
	if (config.len <= OCI_MAX_SIZE &&
	    oci_config_read(config.data, config.len, &read, NULL, NULL) < 0)
		abort();
	oci_config_free(read);
}

static int compile(struct bh_spec *spec, const struct bh_host *host,
		   struct bh_arena *arena, struct bh_plan *ret,
		   struct bh_err *err)
{
	struct bh_host_path *paths =
		bh_arena_alloc(arena, spec->wanted_count * sizeof(*paths));
	struct bh_cgroup_settings settings = { 0 };
	struct bh_filter filter = { 0 };
	struct bh_plan_inputs inputs = {
		.spec = spec,
		.host = host,
		.paths = paths,
		.settings = &settings,
	};
	int r = bh_cgroup_settings(spec->resources, &host->cgroups, arena,
				   &settings, err);

	if (r == 0 && spec->seccomp)
		r = bh_seccomp_compile(spec->seccomp, arena, &filter,
				       &spec->notes, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < spec->wanted_count; i++)
		paths[i] = (struct bh_host_path){
			.path = spec->wanted[i].path,
			.fd = -1,
			.type = S_IFDIR,
		};
	inputs.filter = (struct bh_blob){ filter.len, filter.insns };
	inputs.filter_flags = filter.flags;
	inputs.waits = spec->mount_count % 2;
	return bh_plan_compile(&inputs, ret, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bh_host *host = &hosts[0];
	bh_autoarena struct bh_arena arena = { 0 };
	struct oci_config *config = NULL;
	struct bh_plan plan = { 0 };
	struct bh_spec spec = { 0 };
	struct bh_err err = { 0 };

	if (size > 0 && data[0] != '{') {
		host = &hosts[data[0] % BH_COUNT(hosts)];
		data++;
		size--;
	}
	if (oci_config_read((const char *)data, size, &config, NULL, NULL) < 0)
		return 0;
	if (bh_spec_build(config, "/bundle", "fuzz", &spec, &err) < 0) {
		check_error(&err);
		return 0;
	}
	if (compile(&spec, host, &arena, &plan, &err) < 0) {
		check_error(&err);
	} else {
		if (bh_plan_check(&plan, &err) < 0)
			abort();
		print(&plan);
		bh_plan_clear(&plan);
	}
	bh_spec_clear(&spec);
	return 0;
}
