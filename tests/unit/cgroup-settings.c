/* SPDX-License-Identifier: Apache-2.0 */
/* Resources as files and values, on v1 and v2. */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "cgroup/settings.h"
#include "tap.h"

static struct bh_hierarchy v1_items[] = {
	{ .name = "cpu,cpuacct", .mount = "/cg/cpu", .mount_root = "/" },
	{ .name = "memory", .mount = "/cg/memory", .mount_root = "/" },
	{ .name = "cpuset", .mount = "/cg/cpuset", .mount_root = "/" },
	{ .name = "pids", .mount = "/cg/pids", .mount_root = "/" },
	{ .v2 = true, .name = "", .mount = "/cg/u", .mount_root = "/" },
};

static struct bh_hierarchy v2_items[] = {
	{ .name = "name=x", .mount = "/cg/x", .mount_root = "/" },
	{ .v2 = true, .name = "", .mount = "/cg", .mount_root = "/" },
};

static const struct bh_cgroups v1 = { BH_CGROUP_V1, BH_COUNT(v1_items),
				      v1_items };
static const struct bh_cgroups v2 = { BH_CGROUP_V2, BH_COUNT(v2_items),
				      v2_items };
static const struct bh_cgroups none = { BH_CGROUP_NONE, 0, NULL };

#define I64(n)          \
	{               \
		true, n \
	}
#define BOOL(b)         \
	{               \
		true, b \
	}

/* A case gives one of the objects and what comes out of it on each layout:
 * "file=value file=value", or "!" and a part of the refusal. */
struct example {
	const char *title;
	struct oci_memory *memory;
	struct oci_cpu *cpu;
	struct oci_pids *pids;
	const char *v1;
	const char *v2;
};

#define MEM(...) (&(struct oci_memory){ __VA_ARGS__ }), NULL, NULL
#define CPU(...) NULL, (&(struct oci_cpu){ __VA_ARGS__ }), NULL
#define PIDS(n)	 NULL, NULL, (&(struct oci_pids){ .limit = I64(n) })

#define LIMIT "memory.limit_in_bytes"
#define MEMSW "memory.memsw.limit_in_bytes"

static const struct example examples[] = {
	{ "empty memory", MEM(.limit = { 0 }), "", "" },
	{ "zeros",
	  MEM(.limit = I64(0), .swap = I64(0), .kernel = I64(0),
	      .reservation = I64(0), .kernel_tcp = I64(0)),
	  "", "" },
	{ "limit", MEM(.limit = I64(1 << 20)), LIMIT "=1048576",
	  "memory.max=1048576" },
	{ "no limit", MEM(.limit = I64(-1)), LIMIT "=-1", "memory.max=max" },
	{ "large limit", MEM(.limit = I64(INT64_MAX)),
	  LIMIT "=9223372036854775807", "memory.max=9223372036854775807" },
	{ "limit below -1", MEM(.limit = I64(-2)), "!memory/limit is negative",
	  "!memory/limit is negative" },
	{ "limit and swap", MEM(.limit = I64(100), .swap = I64(300)),
	  MEMSW "=-1 " LIMIT "=100 " MEMSW "=300",
	  "memory.max=100 memory.swap.max=200" },
	{ "no swap", MEM(.limit = I64(100), .swap = I64(100)),
	  MEMSW "=-1 " LIMIT "=100 " MEMSW "=100",
	  "memory.max=100 memory.swap.max=0" },
	{ "limit, swap without", MEM(.limit = I64(100), .swap = I64(-1)),
	  MEMSW "=-1 " LIMIT "=100 " MEMSW "=-1",
	  "memory.max=100 memory.swap.max=max" },
	{ "both without limit", MEM(.limit = I64(-1), .swap = I64(-1)),
	  MEMSW "=-1 " LIMIT "=-1 " MEMSW "=-1",
	  "memory.max=max memory.swap.max=max" },
	{ "swap unlimited alone", MEM(.swap = I64(-1)), MEMSW "=-1",
	  "memory.swap.max=max" },
	{ "swap alone", MEM(.swap = I64(100)), "!needs /linux/resources",
	  "!needs /linux/resources" },
	{ "swap with a limit of 0", MEM(.limit = I64(0), .swap = I64(100)),
	  "!needs /linux/resources", "!needs /linux/resources" },
	{ "swap below", MEM(.limit = I64(100), .swap = I64(99)),
	  "!swap is 99, below /linux/resources/memory/limit, 100",
	  "!swap is 99, below /linux/resources/memory/limit, 100" },
	{ "swap below infinity", MEM(.limit = I64(-1), .swap = I64(9)),
	  "!which is unlimited", "!which is unlimited" },
	{ "swap below -1", MEM(.swap = I64(-5)), "!memory/swap is negative",
	  "!memory/swap is negative" },
	{ "reservation", MEM(.reservation = I64(4096)),
	  "memory.soft_limit_in_bytes=4096", "memory.low=4096" },
	{ "no reservation", MEM(.reservation = I64(-1)),
	  "memory.soft_limit_in_bytes=-1", "memory.low=0" },
	{ "reservation below -1", MEM(.reservation = I64(-3)),
	  "!reservation is negative", "!reservation is negative" },
	{ "kernel", MEM(.kernel = I64(4096)),
	  "!memory/kernel:", "!memory/kernel:" },
	{ "kernel unlimited", MEM(.kernel = I64(-1), .kernel_tcp = I64(-1)), "",
	  "" },
	{ "kernelTCP", MEM(.kernel_tcp = I64(1)),
	  "!memory/kernelTCP:", "!memory/kernelTCP:" },
	{ "swappiness of 0", MEM(.swappiness = I64(0)), "memory.swappiness=0",
	  "!memory/swappiness: cgroup v2" },
	{ "swappiness of 100", MEM(.swappiness = I64(100)),
	  "memory.swappiness=100", "!memory/swappiness: cgroup v2" },
	{ "swappiness above", MEM(.swappiness = I64(101)), "!is above 100",
	  "!is above 100" },
	{ "OOM killer", MEM(.disable_oom_killer = BOOL(false)), "", "" },
	{ "no OOM killer", MEM(.disable_oom_killer = BOOL(true)),
	  "memory.oom_control=1", "!disableOOMKiller: cgroup v2" },
	{ "hierarchy", MEM(.use_hierarchy = BOOL(true)), "", "" },
	{ "no hierarchy", MEM(.use_hierarchy = BOOL(false)),
	  "!memory/useHierarchy", "!memory/useHierarchy" },
	{ "check", MEM(.check_before_update = BOOL(true)), "", "" },
	{ "shares of 0", CPU(.shares = I64(0)), "", "" },
	{ "shares of 1", CPU(.shares = I64(1)), "cpu.shares=1",
	  "cpu.weight=1" },
	{ "least shares", CPU(.shares = I64(2)), "cpu.shares=2",
	  "cpu.weight=1" },
	{ "shares", CPU(.shares = I64(3)), "cpu.shares=3", "cpu.weight=2" },
	{ "few shares", CPU(.shares = I64(102)), "cpu.shares=102",
	  "cpu.weight=17" },
	{ "half shares", CPU(.shares = I64(512)), "cpu.shares=512",
	  "cpu.weight=59" },
	{ "default shares", CPU(.shares = I64(1024)), "cpu.shares=1024",
	  "cpu.weight=100" },
	{ "double shares", CPU(.shares = I64(2048)), "cpu.shares=2048",
	  "cpu.weight=174" },
	{ "most shares", CPU(.shares = I64(262144)), "cpu.shares=262144",
	  "cpu.weight=10000" },
	{ "more shares", CPU(.shares = I64(UINT64_MAX)),
	  "cpu.shares=18446744073709551615", "cpu.weight=10000" },
	{ "quota and period", CPU(.quota = I64(50000), .period = I64(100000)),
	  "cpu.cfs_period_us=100000 cpu.cfs_quota_us=50000",
	  "cpu.max=50000_100000" },
	{ "quota", CPU(.quota = I64(50000)), "cpu.cfs_quota_us=50000",
	  "cpu.max=50000" },
	{ "no quota", CPU(.quota = I64(-1), .period = I64(0)),
	  "cpu.cfs_quota_us=-1", "cpu.max=max" },
	{ "period", CPU(.quota = I64(0), .period = I64(5000)),
	  "cpu.cfs_period_us=5000", "cpu.max=max_5000" },
	{ "quota below -1", CPU(.quota = I64(-7)), "!cpu/quota is negative",
	  "!cpu/quota is negative" },
	{ "burst", CPU(.quota = I64(9000), .burst = I64(9000)),
	  "cpu.cfs_quota_us=9000 cpu.cfs_burst_us=9000",
	  "cpu.max=9000 cpu.max.burst=9000" },
	{ "burst above quota", CPU(.quota = I64(9000), .burst = I64(9001)),
	  "!burst is larger than", "!burst is larger than" },
	{ "burst without quota", CPU(.quota = I64(-1), .burst = I64(1)),
	  "cpu.cfs_quota_us=-1 cpu.cfs_burst_us=1",
	  "cpu.max=max cpu.max.burst=1" },
	{ "idle, after shares", CPU(.shares = I64(1024), .idle = I64(1)),
	  "cpu.shares=1024 cpu.idle=1", "cpu.weight=100 cpu.idle=1" },
	{ "not idle", CPU(.idle = I64(0)), "", "" },
	{ "idle of 2", CPU(.idle = I64(2)), "!neither 0 nor 1",
	  "!neither 0 nor 1" },
	{ "sets", CPU(.cpus = (char[]){ "0-3,7" }, .mems = (char[]){ "0" }),
	  "cpuset.cpus=0-3,7 cpuset.mems=0",
	  "cpuset.cpus=0-3,7 cpuset.mems=0" },
	{ "empty sets", CPU(.cpus = (char[]){ "" }, .mems = (char[]){ "" }), "",
	  "" },
	{ "strange set", CPU(.cpus = (char[]){ "0\n1" }), "!cpu/cpus is not",
	  "!cpu/cpus is not" },
	{ "strange memory", CPU(.mems = (char[]){ "all" }), "!cpu/mems is not",
	  "!cpu/mems is not" },
	{ "realtime",
	  CPU(.realtime_runtime = I64(9), .realtime_period = I64(99)),
	  "cpu.rt_period_us=99 cpu.rt_runtime_us=9", "!no realtimeRuntime" },
	{ "realtime zeros",
	  CPU(.realtime_runtime = I64(0), .realtime_period = I64(0)), "", "" },
	{ "realtime period", CPU(.realtime_period = I64(9)),
	  "cpu.rt_period_us=9", "!no realtimeRuntime" },
	{ "pids", PIDS(32), "pids.max=32", "pids.max=32" },
	{ "no pids", PIDS(0), "pids.max=1", "pids.max=1" },
	{ "all pids", PIDS(-1), "pids.max=max", "pids.max=max" },
	{ "pids below -1", PIDS(-2), "!pids/limit is negative",
	  "!pids/limit is negative" },
};

/* Settings as the examples write them, blanks in values as underscores. */
static const char *show(const struct bh_cgroup_settings *settings,
			struct bh_arena *arena)
{
	const char *text = "";
	size_t i;

	for (i = 0; i < settings->len; i++) {
		char *value = bh_arena_strdup(arena, settings->items[i].value);
		char *blank = strchr(value, ' ');

		if (blank)
			*blank = '_';
		text = bh_arena_printf(arena, "%s%s%s=%s", text, i ? " " : "",
				       settings->items[i].file, value);
	}
	return text;
}

static void check(const char *title, const struct bh_cgroups *cgroups,
		  const struct oci_resources *resources, const char *expected)
{
	bh_autoarena struct bh_arena arena = { 0 };
	struct bh_cgroup_settings settings = { 0 };
	struct bh_err err = { 0 };
	int r = bh_cgroup_settings(resources, cgroups, &arena, &settings, &err);

	if (expected[0] == '!') {
		if (!ok(r == -EINVAL && err.explained &&
				strstr(err.text, expected + 1),
			"%s: refused", title))
			diag("%d %s", r, err.text);
		return;
	}
	if (!is_int(r, 0, "%s: translated", title))
		diag("%s", err.text);
	is_str(show(&settings, &arena), expected, "%s: settings", title);
}

static void check_examples(void)
{
	size_t i;

	for (i = 0; i < BH_COUNT(examples); i++) {
		struct oci_resources resources = {
			.memory = examples[i].memory,
			.cpu = examples[i].cpu,
			.pids = examples[i].pids,
		};

		check(examples[i].title, &v1, &resources, examples[i].v1);
		check(examples[i].title, &v2, &resources, examples[i].v2);
	}
}

static void check_records(void)
{
	bh_autoarena struct bh_arena arena = { 0 };
	struct oci_memory memory = { .limit = I64(5) };
	struct oci_cpu cpu = { .shares = I64(2) };
	struct oci_resources resources = { .memory = &memory, .cpu = &cpu };
	struct bh_cgroup_settings settings = { 0 };
	struct bh_err err = { 0 };

	is_int(bh_cgroup_settings(&resources, &v1, &arena, &settings, &err), 0,
	       "v1 records");
	is_int(settings.items[0].hierarchy, 1, "memory's hierarchy");
	is_str(settings.items[0].controller, "memory", "its controller");
	is_str(settings.items[0].field, "/linux/resources/memory/limit",
	       "its field");
	is_int(settings.items[1].hierarchy, 0, "cpu's hierarchy");
	is_int(bh_cgroup_settings(&resources, &v2, &arena, &settings, &err), 0,
	       "v2 records");
	is_int(settings.items[0].hierarchy, 1, "the v2 hierarchy");
	is_str(settings.items[1].controller, "cpu", "v2's controller");
	is_int(bh_cgroup_settings(NULL, &none, &arena, &settings, &err), 0,
	       "no resources");
	is_int(settings.len, 0, "no resources, no settings");
}

static void check_missing(void)
{
	struct bh_cgroups two = { BH_CGROUP_V1, 2, v1_items };
	struct oci_memory memory = { .limit = I64(5) };
	struct oci_memory unlimited = { .limit = I64(-1) };
	struct oci_pids pids = { .limit = I64(5) };
	struct oci_pids all_pids = { .limit = I64(-1) };
	struct oci_resources resources = { .memory = &memory };

	check("memory without cgroups", &none, &resources,
	      "!memory/limit: no cgroup hierarchy is mounted");
	resources.memory = &unlimited;
	check("unlimited without cgroups", &none, &resources, "");
	resources.memory = NULL;
	check("empty resources without cgroups", &none, &resources, "");
	resources.pids = &pids;
	check("controller not mounted", &two, &resources,
	      "!pids/limit: the cgroup controller pids is not mounted");
	resources.pids = &all_pids;
	check("no limit by it either", &two, &resources, "");
}

static void check_not_implemented(void)
{
	struct oci_block_io empty_io = { .weight = I64(0) };
	struct oci_block_io io = { .weight = I64(10) };
	struct oci_throttle_device throttle = { .rate = I64(1) };
	struct oci_block_io throttles = {
		.throttle_write_iops_device = { true, 1, &throttle },
	};
	struct oci_network empty_network = { .class_id = I64(0) };
	struct oci_network network = { .class_id = I64(1) };
	struct oci_hugepage_limit huge = { .limit = I64(1) };
	struct oci_rdma rdma = { .hca_handles = I64(1) };
	struct oci_resources resources = {
		.block_io = &empty_io,
		.network = &empty_network,
	};

	check("empty objects", &v1, &resources, "");
	resources.block_io = &io;
	check("blockIO", &v2, &resources, "!blockIO is not implemented yet");
	resources.block_io = &throttles;
	check("throttling", &v2, &resources, "!blockIO is not implemented");
	resources = (struct oci_resources){ .network = &network };
	check("network", &v1, &resources, "!network is not implemented yet");
	memset(&resources, 0, sizeof(resources));
	resources.hugepage_limits.len = 1;
	resources.hugepage_limits.items = &huge;
	check("hugepageLimits", &v1, &resources, "!hugepageLimits is not");
	memset(&resources, 0, sizeof(resources));
	resources.rdma.len = 1;
	resources.rdma.items = &rdma;
	check("rdma", &v1, &resources, "!rdma is not implemented yet");
}

static const struct {
	const char *key, *value, *v2;
} unified[] = {
	{ "memory.high", "100", "memory.high=100" },
	{ "io.max", "8:0 rbps=1\n8:16 rbps=2\n",
	  "io.max=8:0_rbps=1 io.max=8:16_rbps=2" },
	{ "hugetlb.1GB.max", "1073741824", "hugetlb.1GB.max=1073741824" },
	{ "cgroup.max.depth", "3", "cgroup.max.depth=3" },
	{ "memory.high", "", "" },
	{ "../memory.high", "1", "!entry 0 is not the name" },
	{ "..", "1", "!entry 0 is not the name" },
	{ ".hidden", "1", "!entry 0 is not the name" },
	{ "sub/memory.high", "1", "!entry 0 is not the name" },
	{ "memory.", "1", "!entry 0 is not the name" },
	{ "memory", "1", "!entry 0 is not the name" },
	{ "", "1", "!entry 0 is not the name" },
	{ "memory.h\nigh", "1", "!entry 0 is not the name" },
	{ "cgroup.procs", "1", "!cgroup.procs is for the runtime alone" },
	{ "cgroup.threads", "1", "!is for the runtime alone" },
	{ "cgroup.kill", "1", "!is for the runtime alone" },
	{ "cgroup.freeze", "1", "!is for the runtime alone" },
	{ "cgroup.subtree_control", "+cpu", "!is for the runtime alone" },
	{ "cgroup.type", "threaded", "!is for the runtime alone" },
};

static void check_unified(void)
{
	size_t i;

	for (i = 0; i < BH_COUNT(unified); i++) {
		bh_autofree char *key = bh_strdup(unified[i].key);
		bh_autofree char *value = bh_strdup(unified[i].value);
		struct oci_pair pair = { key, value };
		struct oci_resources resources = {
			.unified = { true, 1, &pair },
		};

		char title[32];

		(void)snprintf(title, sizeof(title), "unified entry %zu", i);
		check(title, &v2, &resources, unified[i].v2);
		check("unified on v1", &v1, &resources,
		      "!unified has cgroup v2 files");
		check("unified without cgroups", &none, &resources,
		      "!no cgroups mounted");
	}
}

int main(void)
{
	check_examples();
	check_records();
	check_missing();
	check_not_implemented();
	check_unified();
	return done_testing();
}
