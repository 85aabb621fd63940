/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.resources of config.json, which update takes as a document of its own.
 * All of it is NARROW: policy puts ceilings on limits.
 */
#include "table.h"

#define SELF struct oci_device_rule
static const struct oci_row device_rule_rows[] = {
	BOOL("allow", allow, NARROW, .required = true),
	STRING("type", type, NARROW),
	INT("major", major, NARROW, INT64_MIN, INT64_MAX),
	INT("minor", minor, NARROW, INT64_MIN, INT64_MAX),
	STRING("access", access, NARROW),
};
static OCI_TABLE(device_rule);
#undef SELF

#define SELF struct oci_memory
static const struct oci_row memory_rows[] = {
	INT("limit", limit, NARROW, INT64_MIN, INT64_MAX),
	INT("reservation", reservation, NARROW, INT64_MIN, INT64_MAX),
	INT("swap", swap, NARROW, INT64_MIN, INT64_MAX),
	INT("kernel", kernel, NARROW, INT64_MIN, INT64_MAX),
	INT("kernelTCP", kernel_tcp, NARROW, INT64_MIN, INT64_MAX),
	UINT("swappiness", swappiness, NARROW, UINT64_MAX),
	BOOL("disableOOMKiller", disable_oom_killer, NARROW),
	BOOL("useHierarchy", use_hierarchy, NARROW),
	BOOL("checkBeforeUpdate", check_before_update, NARROW),
};
static OCI_TABLE(memory);
#undef SELF

#define SELF struct oci_cpu
static const struct oci_row cpu_rows[] = {
	UINT("shares", shares, NARROW, UINT64_MAX),
	INT("quota", quota, NARROW, INT64_MIN, INT64_MAX),
	UINT("burst", burst, NARROW, UINT64_MAX),
	UINT("period", period, NARROW, UINT64_MAX),
	INT("realtimeRuntime", realtime_runtime, NARROW, INT64_MIN, INT64_MAX),
	UINT("realtimePeriod", realtime_period, NARROW, UINT64_MAX),
	STRING("cpus", cpus, NARROW),
	STRING("mems", mems, NARROW),
	INT("idle", idle, NARROW, INT64_MIN, INT64_MAX),
};
static OCI_TABLE(cpu);
#undef SELF

#define SELF struct oci_pids
static const struct oci_row pids_rows[] = {
	INT("limit", limit, NARROW, INT64_MIN, INT64_MAX, .required = true),
};
static OCI_TABLE(pids);
#undef SELF

#define SELF struct oci_weight_device
static const struct oci_row weight_device_rows[] = {
	INT("major", major, NARROW, INT64_MIN, INT64_MAX, .required = true),
	INT("minor", minor, NARROW, INT64_MIN, INT64_MAX, .required = true),
	UINT("weight", weight, NARROW, UINT16_MAX),
	UINT("leafWeight", leaf_weight, NARROW, UINT16_MAX),
};
static OCI_TABLE(weight_device);
#undef SELF

#define SELF struct oci_throttle_device
static const struct oci_row throttle_device_rows[] = {
	INT("major", major, NARROW, INT64_MIN, INT64_MAX, .required = true),
	INT("minor", minor, NARROW, INT64_MIN, INT64_MAX, .required = true),
	UINT("rate", rate, NARROW, UINT64_MAX),
};
static OCI_TABLE(throttle_device);
#undef SELF

#define SELF struct oci_block_io
static const struct oci_row block_io_rows[] = {
	UINT("weight", weight, NARROW, UINT16_MAX),
	UINT("leafWeight", leaf_weight, NARROW, UINT16_MAX),
	OBJECTS("weightDevice", weight_device, NARROW, weight_device),
	OBJECTS("throttleReadBpsDevice", throttle_read_bps_device, NARROW,
		throttle_device),
	OBJECTS("throttleWriteBpsDevice", throttle_write_bps_device, NARROW,
		throttle_device),
	OBJECTS("throttleReadIOPSDevice", throttle_read_iops_device, NARROW,
		throttle_device),
	OBJECTS("throttleWriteIOPSDevice", throttle_write_iops_device, NARROW,
		throttle_device),
};
static OCI_TABLE(block_io);
#undef SELF

#define SELF struct oci_hugepage_limit
static const struct oci_row hugepage_limit_rows[] = {
	STRING("pageSize", page_size, NARROW, .required = true,
	       .check = &oci_check_page_size),
	UINT("limit", limit, NARROW, UINT64_MAX, .required = true),
};
static OCI_TABLE(hugepage_limit);
#undef SELF

#define SELF struct oci_interface_priority
static const struct oci_row interface_priority_rows[] = {
	STRING("name", name, NARROW, .required = true),
	UINT("priority", priority, NARROW, UINT32_MAX, .required = true),
};
static OCI_TABLE(interface_priority);
#undef SELF

#define SELF struct oci_network
static const struct oci_row network_rows[] = {
	UINT("classID", class_id, NARROW, UINT32_MAX),
	OBJECTS("priorities", priorities, NARROW, interface_priority),
};
static OCI_TABLE(network);
#undef SELF

#define SELF struct oci_rdma
static const struct oci_row rdma_rows[] = {
	UINT("hcaHandles", hca_handles, NARROW, UINT32_MAX),
	UINT("hcaObjects", hca_objects, NARROW, UINT32_MAX),
};
static OCI_TABLE(rdma);
#undef SELF

#define SELF struct oci_resources
static const struct oci_row resources_rows[] = {
	PAIRS("unified", unified, NARROW),
	OBJECTS("devices", devices, NARROW, device_rule),
	OBJECT("memory", memory, NARROW, memory),
	OBJECT("cpu", cpu, NARROW, cpu),
	OBJECT("pids", pids, NARROW, pids),
	OBJECT("blockIO", block_io, NARROW, block_io),
	OBJECTS("hugepageLimits", hugepage_limits, NARROW, hugepage_limit),
	OBJECT("network", network, NARROW, network),
	MAP("rdma", rdma, NARROW, rdma),
};
OCI_TABLE(resources);
#undef SELF
