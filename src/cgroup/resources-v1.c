/* SPDX-License-Identifier: Apache-2.0 */
/* Documentation/admin-guide/cgroup-v1/, scheduler/sched-bwc.rst */
#include <inttypes.h>

#include "cgroup/resources.h"

#define MEMORY BH_RESOURCES "/memory"
#define CPU    BH_RESOURCES "/cpu"

#define MEMORY_LIMIT(member_, file_, field_)                               \
	{                                                                  \
		"memory", file_, MEMORY "/" field_,                        \
			offsetof(struct oci_memory, member_), BH_LIMIT_I64 \
	}
#define CPU_LIMIT(controller_, file_, member_, field_, kind_)    \
	{                                                        \
		controller_, file_, CPU "/" field_,              \
			offsetof(struct oci_cpu, member_), kind_ \
	}

/*
 * memsw must never be below the limit, so that their order depends on whether
 * both go up or down.  Lifting memsw first makes one order right for both.
 */
static int lift_swap(struct bh_setting_list *list,
		     const struct oci_memory *memory)
{
	if (!bh_given(memory->swap) || !bh_given(memory->limit))
		return 0;
	return bh_settings_add(list, "memory", "memory.memsw.limit_in_bytes",
			       MEMORY "/swap", "-1");
}

static int add_memory(struct bh_setting_list *list,
		      const struct oci_memory *memory)
{
	static const struct bh_limit limits[] = {
		MEMORY_LIMIT(limit, "memory.limit_in_bytes", "limit"),
		MEMORY_LIMIT(swap, "memory.memsw.limit_in_bytes", "swap"),
		MEMORY_LIMIT(reservation, "memory.soft_limit_in_bytes",
			     "reservation"),
	};
	int r = lift_swap(list, memory);

	if (r == 0)
		r = bh_settings_add_limits(list, memory, limits,
					   BH_COUNT(limits));
	/* 0 is a value here: no swapping while there is anything else. */
	if (r == 0 && memory->swappiness.set)
		r = bh_settings_add(list, "memory", "memory.swappiness",
				    MEMORY "/swappiness",
				    bh_arena_printf(list->arena, "%" PRIu64,
						    memory->swappiness.value));
	/* false is what every group has, and what engines always write. */
	if (r == 0 && memory->disable_oom_killer.set &&
	    memory->disable_oom_killer.value)
		r = bh_settings_add(list, "memory", "memory.oom_control",
				    MEMORY "/disableOOMKiller", "1");
	return r;
}

static int add_cpu(struct bh_setting_list *list, const struct oci_cpu *cpu)
{
	/* The kernel takes no burst above the quota, no realtime runtime above
	 * its period, and no shares of an idle group: hence the order. */
	static const struct bh_limit limits[] = {
		CPU_LIMIT("cpu", "cpu.shares", shares, "shares", BH_LIMIT_U64),
		CPU_LIMIT("cpu", "cpu.cfs_period_us", period, "period",
			  BH_LIMIT_U64),
		CPU_LIMIT("cpu", "cpu.cfs_quota_us", quota, "quota",
			  BH_LIMIT_I64),
		CPU_LIMIT("cpu", "cpu.cfs_burst_us", burst, "burst",
			  BH_LIMIT_U64),
		CPU_LIMIT("cpu", "cpu.rt_period_us", realtime_period,
			  "realtimePeriod", BH_LIMIT_U64),
		CPU_LIMIT("cpu", "cpu.rt_runtime_us", realtime_runtime,
			  "realtimeRuntime", BH_LIMIT_I64),
		CPU_LIMIT("cpu", "cpu.idle", idle, "idle", BH_LIMIT_I64),
		CPU_LIMIT("cpuset", "cpuset.cpus", cpus, "cpus", BH_LIMIT_TEXT),
		CPU_LIMIT("cpuset", "cpuset.mems", mems, "mems", BH_LIMIT_TEXT),
	};

	return bh_settings_add_limits(list, cpu, limits, BH_COUNT(limits));
}

int bh_resources_v1(struct bh_setting_list *list,
		    const struct oci_resources *resources)
{
	struct bh_device_rules rules;
	int r;

	if (resources->unified.len)
		return bh_refuse(list->err,
				 "%s/unified has cgroup v2 files, and this "
				 "machine has %s",
				 BH_RESOURCES,
				 list->cgroups->layout == BH_CGROUP_NONE ?
					 "no cgroups mounted" :
					 "cgroup v1");
	r = bh_device_rules(resources, list->arena, &rules, list->err);
	if (r == 0)
		r = bh_devices_v1(list, &rules);
	if (r == 0 && resources->memory)
		r = add_memory(list, resources->memory);
	if (r == 0 && resources->cpu)
		r = add_cpu(list, resources->cpu);
	if (r == 0 && resources->pids)
		r = bh_settings_add_pids(list, resources->pids);
	return r;
}
