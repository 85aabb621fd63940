/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux of config.json but for its resources and seccomp objects.  NARROW is
 * what engines send by default; what somebody had to ask for and widens the
 * sandbox is REFUSE.
 */
#include "table.h"

#define SELF struct oci_namespace
static const struct oci_row namespace_rows[] = {
	ENUM("type", type, NARROW, namespace_type, .required = true),
	STRING("path", path, NARROW),
};
static OCI_TABLE(namespace);
#undef SELF

#define SELF struct oci_device
static const struct oci_row device_rows[] = {
	STRING("path", path, NARROW, .required = true),
	STRING("type", type, NARROW, .required = true,
	       .check = &oci_check_device_type),
	INT("major", major, NARROW, INT64_MIN, INT64_MAX),
	INT("minor", minor, NARROW, INT64_MIN, INT64_MAX),
	/* Engines write all of st_mode, the type too. */
	UINT("fileMode", file_mode, NARROW, 0177777),
	UINT("uid", uid, NARROW, UINT32_MAX),
	UINT("gid", gid, NARROW, UINT32_MAX),
};
static OCI_TABLE(device);
#undef SELF

#define SELF struct oci_net_device
static const struct oci_row net_device_rows[] = {
	STRING("name", name, REFUSE),
};
static OCI_TABLE(net_device);
#undef SELF

#define SELF struct oci_intel_rdt
static const struct oci_row intel_rdt_rows[] = {
	STRING("closID", clos_id, REFUSE),
	STRINGS("schemata", schemata, REFUSE),
	STRING("l3CacheSchema", l3_cache_schema, REFUSE),
	STRING("memBwSchema", mem_bw_schema, REFUSE,
	       .check = &oci_check_mem_bw),
	BOOL("enableMonitoring", enable_monitoring, REFUSE),
};
static OCI_TABLE(intel_rdt);
#undef SELF

#define SELF struct oci_memory_policy
static const struct oci_row memory_policy_rows[] = {
	ENUM("mode", mode, REFUSE, mempolicy_mode),
	STRING("nodes", nodes, REFUSE),
	ENUMS("flags", flags, REFUSE, mempolicy_flag),
};
static OCI_TABLE(memory_policy);
#undef SELF

/* Flags of personality(2) turn address randomisation and the like off. */
#define SELF struct oci_personality
static const struct oci_row personality_rows[] = {
	ENUM("domain", domain, REFUSE, personality_domain),
	STRINGS("flags", flags, REFUSE),
};
static OCI_TABLE(personality);
#undef SELF

/* Offsets exist only in a time namespace of the container's own. */
#define SELF struct oci_time_offset
static const struct oci_row time_offset_rows[] = {
	INT("secs", secs, INERT, INT64_MIN, INT64_MAX),
	UINT("nanosecs", nanosecs, INERT, UINT32_MAX),
};
static OCI_TABLE(time_offset);
#undef SELF

#define SELF struct oci_time_offsets
static const struct oci_row time_offsets_rows[] = {
	OBJECT("boottime", boottime, INERT, time_offset),
	OBJECT("monotonic", monotonic, INERT, time_offset),
};
static OCI_TABLE(time_offsets);
#undef SELF

#define SELF struct oci_linux
static const struct oci_row linux_rows[] = {
	OBJECTS("devices", devices, NARROW, device),
	MAP("netDevices", net_devices, REFUSE, net_device),
	OBJECTS("uidMappings", uid_mappings, NARROW, id_mapping),
	OBJECTS("gidMappings", gid_mappings, NARROW, id_mapping),
	OBJECTS("namespaces", namespaces, NARROW, namespace),
	OBJECT("resources", resources, NARROW, resources),
	STRING("cgroupsPath", cgroups_path, NARROW),
	ENUM("rootfsPropagation", rootfs_propagation, NARROW, propagation),
	OBJECT("seccomp", seccomp, NARROW, seccomp),
	PAIRS("sysctl", sysctl, NARROW),
	STRINGS("maskedPaths", masked_paths, NARROW),
	STRINGS("readonlyPaths", readonly_paths, NARROW),
	STRING("mountLabel", mount_label, NARROW),
	OBJECT("intelRdt", intel_rdt, REFUSE, intel_rdt),
	OBJECT("memoryPolicy", memory_policy, REFUSE, memory_policy),
	OBJECT("personality", personality, REFUSE, personality),
	OBJECT("timeOffsets", time_offsets, INERT, time_offsets),
};
OCI_TABLE(linux);
#undef SELF
