/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libocispec: config.json as structures.  See ocispec.h.
 */
#ifndef OCISPEC_CONFIG_H
#define OCISPEC_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The gnu dialects of C define `linux` as 1; here it is a member's name. */
#undef linux

/* ---- scalars that may be absent ---------------------------------------- */

struct oci_bool {
	bool set;
	bool value;
};

struct oci_i64 {
	bool set;
	int64_t value;
};

struct oci_u64 {
	bool set;
	uint64_t value;
};

/* value is one of the enum constants that the member's comment names */
struct oci_enum {
	bool set;
	int value;
};

/* An array: `set` tells [] from nothing.  items has len members. */
#define OCI_LIST(type)             \
	struct {                   \
		bool set;          \
		size_t len;        \
		type *items;       \
	}

struct oci_strings {
	bool set;
	size_t len;
	char **items;
};

/* One member of an object whose keys are free, in the order of the text. */
struct oci_pair {
	char *key;
	char *value;
};

struct oci_pairs {
	bool set;
	size_t len;
	struct oci_pair *items;
};

/* ---- config.json -------------------------------------------------------- */

struct oci_id_mapping {
	struct oci_u64 container_id;	/* uint32 */
	struct oci_u64 host_id;		/* uint32 */
	struct oci_u64 size;		/* uint32 */
};

struct oci_id_mappings {
	bool set;
	size_t len;
	struct oci_id_mapping *items;
};

struct oci_mount {
	char *destination;
	char *type;
	char *source;
	struct oci_strings options;
	struct oci_id_mappings uid_mappings;
	struct oci_id_mappings gid_mappings;
};

struct oci_root {
	char *path;
	struct oci_bool readonly;
};

struct oci_console_size {
	struct oci_u64 height;
	struct oci_u64 width;
};

struct oci_user {
	struct oci_u64 uid;		/* uint32 */
	struct oci_u64 gid;		/* uint32 */
	struct oci_u64 umask;		/* uint32 */
	OCI_LIST(uint64_t) additional_gids;	/* uint32 each */
	char *username;
};

struct oci_capabilities {
	struct oci_strings bounding;
	struct oci_strings permitted;
	struct oci_strings effective;
	struct oci_strings inheritable;
	struct oci_strings ambient;
};

struct oci_rlimit {
	char *type;			/* ^RLIMIT_[A-Z]+$ */
	struct oci_u64 soft;
	struct oci_u64 hard;
};

struct oci_io_priority {
	struct oci_enum class;		/* enum oci_ioprio_class */
	struct oci_i64 priority;	/* int32 */
};

struct oci_scheduler {
	struct oci_enum policy;		/* enum oci_scheduler_policy */
	struct oci_i64 nice;		/* int32 */
	struct oci_i64 priority;	/* int32 */
	OCI_LIST(int) flags;		/* enum oci_scheduler_flag */
	struct oci_u64 runtime;
	struct oci_u64 deadline;
	struct oci_u64 period;
};

struct oci_cpu_affinity {
	char *initial;			/* ^[0-9, -]*$ */
	char *final;			/* ^[0-9, -]*$ */
};

struct oci_process {
	struct oci_bool terminal;
	struct oci_console_size *console_size;
	struct oci_user *user;
	struct oci_strings args;
	char *command_line;
	struct oci_strings env;
	char *cwd;
	struct oci_capabilities *capabilities;
	OCI_LIST(struct oci_rlimit) rlimits;
	struct oci_bool no_new_privileges;
	char *apparmor_profile;
	struct oci_i64 oom_score_adj;
	char *selinux_label;
	struct oci_io_priority *io_priority;
	struct oci_scheduler *scheduler;
	struct oci_cpu_affinity *exec_cpu_affinity;
};

struct oci_hook {
	char *path;
	struct oci_strings args;
	struct oci_strings env;
	struct oci_i64 timeout;		/* seconds, at least 1 */
};

struct oci_hook_list {
	bool set;
	size_t len;
	struct oci_hook *items;
};

struct oci_hooks {
	struct oci_hook_list prestart;
	struct oci_hook_list create_runtime;
	struct oci_hook_list create_container;
	struct oci_hook_list start_container;
	struct oci_hook_list poststart;
	struct oci_hook_list poststop;
};

struct oci_namespace {
	struct oci_enum type;		/* enum oci_namespace_type */
	char *path;
};

struct oci_device {
	char *path;
	char *type;			/* ^[cbup]$ */
	struct oci_i64 major;
	struct oci_i64 minor;
	struct oci_u64 file_mode;	/* 0 to 0777, see FileMode below */
	struct oci_u64 uid;		/* uint32 */
	struct oci_u64 gid;		/* uint32 */
};

struct oci_net_device {
	char *key;			/* its name on the host */
	char *name;			/* its name inside */
};

struct oci_device_rule {
	struct oci_bool allow;
	char *type;
	struct oci_i64 major;
	struct oci_i64 minor;
	char *access;
};

struct oci_memory {
	struct oci_i64 limit;
	struct oci_i64 reservation;
	struct oci_i64 swap;
	struct oci_i64 kernel;
	struct oci_i64 kernel_tcp;
	struct oci_u64 swappiness;
	struct oci_bool disable_oom_killer;
	struct oci_bool use_hierarchy;
	struct oci_bool check_before_update;
};

struct oci_cpu {
	struct oci_u64 shares;
	struct oci_i64 quota;
	struct oci_u64 burst;
	struct oci_u64 period;
	struct oci_i64 realtime_runtime;
	struct oci_u64 realtime_period;
	char *cpus;
	char *mems;
	struct oci_i64 idle;
};

struct oci_pids {
	struct oci_i64 limit;
};

struct oci_weight_device {
	struct oci_i64 major;
	struct oci_i64 minor;
	struct oci_u64 weight;		/* uint16 */
	struct oci_u64 leaf_weight;	/* uint16 */
};

struct oci_throttle_device {
	struct oci_i64 major;
	struct oci_i64 minor;
	struct oci_u64 rate;
};

struct oci_throttle_list {
	bool set;
	size_t len;
	struct oci_throttle_device *items;
};

struct oci_block_io {
	struct oci_u64 weight;		/* uint16 */
	struct oci_u64 leaf_weight;	/* uint16 */
	OCI_LIST(struct oci_weight_device) weight_device;
	struct oci_throttle_list throttle_read_bps_device;
	struct oci_throttle_list throttle_write_bps_device;
	struct oci_throttle_list throttle_read_iops_device;
	struct oci_throttle_list throttle_write_iops_device;
};

struct oci_hugepage_limit {
	char *page_size;		/* ^[1-9][0-9]*[KMG]B$ */
	struct oci_u64 limit;
};

struct oci_interface_priority {
	char *name;
	struct oci_u64 priority;	/* uint32 */
};

struct oci_network {
	struct oci_u64 class_id;	/* uint32 */
	OCI_LIST(struct oci_interface_priority) priorities;
};

struct oci_rdma {
	char *key;			/* the device */
	struct oci_u64 hca_handles;	/* uint32 */
	struct oci_u64 hca_objects;	/* uint32 */
};

struct oci_resources {
	struct oci_pairs unified;
	OCI_LIST(struct oci_device_rule) devices;
	struct oci_memory *memory;
	struct oci_cpu *cpu;
	struct oci_pids *pids;
	struct oci_block_io *block_io;
	OCI_LIST(struct oci_hugepage_limit) hugepage_limits;
	struct oci_network *network;
	OCI_LIST(struct oci_rdma) rdma;
};

struct oci_seccomp_arg {
	struct oci_u64 index;		/* uint32 */
	struct oci_u64 value;
	struct oci_u64 value_two;
	struct oci_enum op;		/* enum oci_seccomp_op */
};

struct oci_seccomp_rule {
	struct oci_strings names;	/* at least one */
	struct oci_enum action;		/* enum oci_seccomp_action */
	struct oci_u64 errno_ret;	/* uint32 */
	OCI_LIST(struct oci_seccomp_arg) args;
};

struct oci_seccomp {
	struct oci_enum default_action;	/* enum oci_seccomp_action */
	struct oci_u64 default_errno_ret;	/* uint32 */
	OCI_LIST(int) architectures;	/* enum oci_seccomp_arch */
	OCI_LIST(int) flags;		/* enum oci_seccomp_flag */
	char *listener_path;
	char *listener_metadata;
	OCI_LIST(struct oci_seccomp_rule) syscalls;
};

struct oci_intel_rdt {
	char *clos_id;
	struct oci_strings schemata;
	char *l3_cache_schema;
	char *mem_bw_schema;		/* ^MB:[^\n]*$ */
	struct oci_bool enable_monitoring;
};

struct oci_memory_policy {
	struct oci_enum mode;		/* enum oci_mempolicy_mode */
	char *nodes;
	OCI_LIST(int) flags;		/* enum oci_mempolicy_flag */
};

struct oci_personality {
	struct oci_enum domain;		/* enum oci_personality_domain */
	struct oci_strings flags;
};

struct oci_time_offset {
	struct oci_i64 secs;
	struct oci_u64 nanosecs;	/* uint32 */
};

struct oci_time_offsets {
	struct oci_time_offset *boottime;
	struct oci_time_offset *monotonic;
};

struct oci_linux {
	OCI_LIST(struct oci_device) devices;
	OCI_LIST(struct oci_net_device) net_devices;
	struct oci_id_mappings uid_mappings;
	struct oci_id_mappings gid_mappings;
	OCI_LIST(struct oci_namespace) namespaces;
	struct oci_resources *resources;
	char *cgroups_path;
	struct oci_enum rootfs_propagation;	/* enum oci_propagation */
	struct oci_seccomp *seccomp;
	struct oci_pairs sysctl;
	struct oci_strings masked_paths;
	struct oci_strings readonly_paths;
	char *mount_label;
	struct oci_intel_rdt *intel_rdt;
	struct oci_memory_policy *memory_policy;
	struct oci_personality *personality;
	struct oci_time_offsets *time_offsets;
};

struct oci_config {
	char *oci_version;
	struct oci_hooks *hooks;
	struct oci_pairs annotations;
	char *hostname;
	char *domainname;
	OCI_LIST(struct oci_mount) mounts;
	struct oci_root *root;
	struct oci_process *process;
	struct oci_linux *linux;
};

#endif
