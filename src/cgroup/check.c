/* SPDX-License-Identifier: Apache-2.0 */
/* Ranges and what belongs together, the same for v1 and v2. */
#include <inttypes.h>
#include <string.h>

#include "cgroup/resources.h"

#define MEMORY BH_RESOURCES "/memory"
#define CPU    BH_RESOURCES "/cpu"

/* A limit is -1 for none, or a number; 0 is "not given". */
static int check_limit(const char *field, struct oci_i64 limit,
		       struct bh_err *err)
{
	if (bh_given(limit) >= -1)
		return 0;
	return bh_refuse(err, "%s is negative; -1 means no limit", field);
}

/*
 * memory.swap is the limit of memory and swap together, so that it means
 * nothing without a limit of memory.
 */
static int check_swap(const struct oci_memory *memory, struct bh_err *err)
{
	int64_t limit = bh_given(memory->limit);
	int64_t swap = bh_given(memory->swap);

	if (swap <= 0)
		return 0;
	if (limit == 0)
		return bh_refuse(err,
				 "%s/swap, the limit of memory and swap "
				 "together, needs %s/limit",
				 MEMORY, MEMORY);
	if (limit < 0)
		return bh_refuse(err,
				 "%s/swap is below %s/limit, which is "
				 "unlimited",
				 MEMORY, MEMORY);
	if (swap < limit)
		return bh_refuse(err,
				 "%s/swap is %" PRId64
				 ", below %s/limit, %" PRId64
				 "; it counts memory and swap together",
				 MEMORY, swap, MEMORY, limit);
	return 0;
}

/* Kernel memory is a part of memory since Linux 5.11; its own limits are
 * without effect or gone. */
static int check_kernel(const char *field, struct oci_i64 limit,
			struct bh_err *err)
{
	int64_t value = bh_given(limit);

	if (value == 0 || value == -1)
		return 0;
	return bh_refuse(err,
			 "%s: the kernel has no limit of its own for "
			 "kernel memory any more; set %s/limit",
			 field, MEMORY);
}

static int check_memory(const struct oci_memory *memory, struct bh_err *err)
{
	int r = check_limit(MEMORY "/limit", memory->limit, err);

	if (r == 0)
		r = check_limit(MEMORY "/reservation", memory->reservation,
				err);
	if (r == 0)
		r = check_limit(MEMORY "/swap", memory->swap, err);
	if (r == 0)
		r = check_swap(memory, err);
	if (r == 0)
		r = check_kernel(MEMORY "/kernel", memory->kernel, err);
	if (r == 0)
		r = check_kernel(MEMORY "/kernelTCP", memory->kernel_tcp, err);
	if (r < 0)
		return r;
	if (memory->swappiness.set && memory->swappiness.value > 100)
		return bh_refuse(err, "%s/swappiness is above 100", MEMORY);
	/* Since Linux 5.11 every group is accounted with its children. */
	if (memory->use_hierarchy.set && !memory->use_hierarchy.value)
		return bh_refuse(err,
				 "%s/useHierarchy: the kernel can't be "
				 "told not to any more",
				 MEMORY);
	/* checkBeforeUpdate has no meaning for a group that is being made: it
	 * is empty.  Later, v1 checks by itself. */
	return 0;
}

/* The formats of cpuset(7), without newlines and such. */
static int check_list(const char *field, const char *list, struct bh_err *err)
{
	if (!list || !list[strspn(list, "0123456789,-:/ ")])
		return 0;
	return bh_refuse(err, "%s is not a list of numbers and ranges", field);
}

static int check_quota(const struct oci_cpu *cpu, struct bh_err *err)
{
	int64_t quota = bh_given(cpu->quota);
	int r = check_limit(CPU "/quota", cpu->quota, err);

	if (r == 0 && quota > 0 && cpu->burst.set &&
	    cpu->burst.value > (uint64_t)quota)
		r = bh_refuse(err, "%s/burst is larger than %s/quota", CPU,
			      CPU);
	return r;
}

static int check_cpu(const struct oci_cpu *cpu, struct bh_err *err)
{
	int64_t idle = bh_given(cpu->idle);
	int r = check_quota(cpu, err);

	if (r == 0)
		r = check_limit(CPU "/realtimeRuntime", cpu->realtime_runtime,
				err);
	if (r == 0)
		r = check_list(CPU "/cpus", cpu->cpus, err);
	if (r == 0)
		r = check_list(CPU "/mems", cpu->mems, err);
	if (r == 0 && idle != 0 && idle != 1)
		r = bh_refuse(err, "%s/idle is neither 0 nor 1", CPU);
	return r;
}

static bool has_block_io(const struct oci_block_io *block_io)
{
	return (block_io->weight.set && block_io->weight.value) ||
	       (block_io->leaf_weight.set && block_io->leaf_weight.value) ||
	       block_io->weight_device.len ||
	       block_io->throttle_read_bps_device.len ||
	       block_io->throttle_write_bps_device.len ||
	       block_io->throttle_read_iops_device.len ||
	       block_io->throttle_write_iops_device.len;
}

static bool has_network(const struct oci_network *network)
{
	return (network->class_id.set && network->class_id.value) ||
	       network->priorities.len;
}

/* Engines write these as empty objects when nothing was asked for. */
static int check_missing(const struct oci_resources *resources,
			 struct bh_err *err)
{
	const char *member = NULL;

	if (resources->block_io && has_block_io(resources->block_io))
		member = "blockIO";
	else if (resources->hugepage_limits.len)
		member = "hugepageLimits";
	else if (resources->network && has_network(resources->network))
		member = "network";
	else if (resources->rdma.len)
		member = "rdma";
	if (!member)
		return 0;
	return bh_refuse(err, "%s/%s is not implemented yet", BH_RESOURCES,
			 member);
}

int bh_resources_check(const struct oci_resources *resources,
		       struct bh_err *err)
{
	int r = check_missing(resources, err);

	if (r == 0 && resources->memory)
		r = check_memory(resources->memory, err);
	if (r == 0 && resources->cpu)
		r = check_cpu(resources->cpu, err);
	if (r == 0 && resources->pids)
		r = check_limit(BH_RESOURCES "/pids/limit",
				resources->pids->limit, err);
	return r;
}
