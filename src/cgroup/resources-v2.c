/* SPDX-License-Identifier: Apache-2.0 */
/* Documentation/admin-guide/cgroup-v2.rst */
#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "cgroup/resources.h"

#define MEMORY	BH_RESOURCES "/memory"
#define CPU	BH_RESOURCES "/cpu"
#define UNIFIED BH_RESOURCES "/unified"

static const char *bytes_text(struct bh_arena *arena, int64_t bytes)
{
	return bytes < 0 ? "max" : bh_arena_printf(arena, "%" PRId64, bytes);
}

/*
 * v1's memsw counts memory and swap, memory.swap.max only swap.  Where no
 * memory limit stands, only -1 has passed the check.
 */
static int add_swap(struct bh_setting_list *list,
		    const struct oci_memory *memory)
{
	int64_t swap = bh_given(memory->swap);

	if (swap > 0)
		swap -= bh_given(memory->limit);
	else if (swap == 0)
		return 0;
	return bh_settings_add(list, "memory", "memory.swap.max",
			       MEMORY "/swap", bytes_text(list->arena, swap));
}

/*
 * v1's soft limit says when to press a group; memory.low, from where on not
 * to.  "No soft limit" is therefore no protection, and not a boundless one.
 */
static int add_reservation(struct bh_setting_list *list,
			   const struct oci_memory *memory)
{
	int64_t reservation = bh_given(memory->reservation);

	if (reservation == 0)
		return 0;
	return bh_settings_add(
		list, "memory", "memory.low", MEMORY "/reservation",
		bytes_text(list->arena, reservation < 0 ? 0 : reservation));
}

static int add_memory(struct bh_setting_list *list,
		      const struct oci_memory *memory)
{
	int64_t limit = bh_given(memory->limit);
	int r = 0;

	if (memory->swappiness.set)
		return bh_refuse(list->err,
				 "%s/swappiness: cgroup v2 has no such setting",
				 MEMORY);
	if (memory->disable_oom_killer.set && memory->disable_oom_killer.value)
		return bh_refuse(list->err,
				 "%s/disableOOMKiller: cgroup v2 has no such "
				 "setting",
				 MEMORY);
	if (limit)
		r = bh_settings_add(list, "memory", "memory.max",
				    MEMORY "/limit",
				    bytes_text(list->arena, limit));
	if (r == 0)
		r = add_swap(list, memory);
	if (r == 0)
		r = add_reservation(list, memory);
	return r;
}

/*
 * The logarithm to base 2 of a number from 1 on, a bit at a time by squaring.
 * (libm would be one more library to load at every start of the program.)
 */
static double binary_log(unsigned int number)
{
	double x = number, bit = 1, result = 0;

	for (; x >= 2; x /= 2)
		result++;
	for (int i = 0; i < 44; i++) {
		bit /= 2;
		x *= x;
		if (x >= 2) {
			x /= 2;
			result += bit;
		}
	}
	return result;
}

/*
 * The curve through the least, the default and the greatest value of both
 * scales, (2, 1), (1024, 100) and (262144, 10000), that runtimes agreed upon
 * in 2025: ceil(10^((l^2 + 125 l) / 612 - 7 / 34)), l = log2(shares).  That is
 * the smallest weight whose logarithm reaches the exponent.
 */
static unsigned int shares_to_weight(uint64_t shares)
{
	unsigned int low = 1, high = 10000;
	double l, exponent;

	if (shares <= 2)
		return low;
	if (shares >= 262144)
		return high;
	l = binary_log((unsigned int)shares);
	/* An error in the last place must not make 101 of 100. */
	exponent = ((l * l + 125 * l) / 612 - 7.0 / 34) * binary_log(10) - 1e-9;
	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (binary_log(middle) >= exponent)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* A period alone leaves the quota of a new group, none, as it is. */
static int add_quota(struct bh_setting_list *list, const struct oci_cpu *cpu)
{
	int64_t quota = bh_given(cpu->quota);
	const char *value = bytes_text(list->arena, quota > 0 ? quota : -1);

	if (cpu->period.set && cpu->period.value)
		value = bh_arena_printf(list->arena, "%s %" PRIu64, value,
					cpu->period.value);
	else if (!quota)
		return 0;
	return bh_settings_add(list, "cpu", "cpu.max",
			       quota ? CPU "/quota" : CPU "/period", value);
}

static int add_cpu(struct bh_setting_list *list, const struct oci_cpu *cpu)
{
	static const struct bh_limit limits[] = {
		{ "cpu", "cpu.max.burst", CPU "/burst",
		  offsetof(struct oci_cpu, burst), BH_LIMIT_U64 },
		{ "cpu", "cpu.idle", CPU "/idle",
		  offsetof(struct oci_cpu, idle), BH_LIMIT_I64 },
		{ "cpuset", "cpuset.cpus", CPU "/cpus",
		  offsetof(struct oci_cpu, cpus), BH_LIMIT_TEXT },
		{ "cpuset", "cpuset.mems", CPU "/mems",
		  offsetof(struct oci_cpu, mems), BH_LIMIT_TEXT },
	};
	int r = 0;

	if (bh_given(cpu->realtime_runtime) ||
	    (cpu->realtime_period.set && cpu->realtime_period.value))
		return bh_refuse(list->err,
				 "%s: cgroup v2 has no realtimeRuntime and no "
				 "realtimePeriod",
				 CPU);
	/* An idle group takes no weight: the weight goes first. */
	if (cpu->shares.set && cpu->shares.value)
		r = bh_settings_add(
			list, "cpu", "cpu.weight", CPU "/shares",
			bh_arena_printf(list->arena, "%u",
					shares_to_weight(cpu->shares.value)));
	if (r == 0)
		r = add_quota(list, cpu);
	if (r == 0)
		r = bh_settings_add_limits(list, cpu, limits, BH_COUNT(limits));
	return r;
}

/*
 * The core files that are limits.  The others move processes, kill, freeze or
 * change what the runtime relies on: a config could put any process of the
 * host into the container's group by cgroup.procs.
 */
static bool is_core_limit(const char *key)
{
	return bh_str_eq(key, "cgroup.max.depth") ||
	       bh_str_eq(key, "cgroup.max.descendants") ||
	       bh_str_eq(key, "cgroup.pressure");
}

/* "controller.rest", one component of a path. */
static bool is_file_name(const char *key)
{
	size_t prefix = strcspn(key, ".");
	const char *c;

	for (c = key; *c; c++)
		if (*c == '/' || *c <= ' ' || *c >= 0x7f)
			return false;
	return prefix > 0 && key[prefix] && key[prefix + 1];
}

static int add_file(struct bh_setting_list *list, const struct oci_pair *pair)
{
	const char *file = bh_arena_strdup(list->arena, pair->key);
	const char *controller = bh_arena_strndup(list->arena, pair->key,
						  strcspn(pair->key, "."));
	const char *field =
		bh_arena_printf(list->arena, "%s/%s", UNIFIED, pair->key);
	const char *line = pair->value;

	if (bh_str_eq(controller, "cgroup"))
		controller = "";
	/* Such files take one line in one write (the specification's own
	 * example has io.max with two). */
	while (line && *line) {
		size_t len = strcspn(line, "\n");
		int r = 0;

		if (len)
			r = bh_settings_add(list, controller, file, field,
					    bh_arena_strndup(list->arena, line,
							     len));
		if (r < 0)
			return r;
		line += len + (line[len] == '\n');
	}
	return 0;
}

static int add_unified(struct bh_setting_list *list,
		       const struct oci_pairs *unified)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < unified->len; i++) {
		const struct oci_pair *pair = &unified->items[i];

		if (!is_file_name(pair->key))
			return bh_refuse(list->err,
					 "%s: entry %zu is not the name of a "
					 "controller's file",
					 UNIFIED, i);
		if (bh_starts_with(pair->key, "cgroup.") &&
		    !is_core_limit(pair->key))
			return bh_refuse(list->err,
					 "%s/%s is for the runtime alone to "
					 "write",
					 UNIFIED, pair->key);
		r = add_file(list, pair);
	}
	return r;
}

int bh_resources_v2(struct bh_setting_list *list,
		    const struct oci_resources *resources)
{
	struct bh_device_rules rules;
	int r = bh_device_rules(resources, list->arena, &rules, list->err);

	if (r == 0)
		r = bh_devices_v2(list, &rules);
	if (r == 0 && resources->memory)
		r = add_memory(list, resources->memory);
	if (r == 0 && resources->cpu)
		r = add_cpu(list, resources->cpu);
	if (r == 0 && resources->pids)
		r = bh_settings_add_pids(list, resources->pids);
	/* Last, so that they can say more exactly what the others said. */
	if (r == 0)
		r = add_unified(list, &resources->unified);
	return r;
}
