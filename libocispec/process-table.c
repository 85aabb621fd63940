/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process of config.json, which exec takes as a document of its own.
 */
#include "table.h"

#define SELF struct oci_console_size
static const struct oci_row console_size_rows[] = {
	UINT("height", height, INERT, UINT64_MAX, .required = true),
	UINT("width", width, INERT, UINT64_MAX, .required = true),
};
static OCI_TABLE(console_size);
#undef SELF

#define SELF struct oci_user
static const struct oci_row user_rows[] = {
	UINT("uid", uid, NARROW, UINT32_MAX),
	UINT("gid", gid, NARROW, UINT32_MAX),
	UINT("umask", umask, INERT, UINT32_MAX),
	UINTS("additionalGids", additional_gids, NARROW, UINT32_MAX),
	STRING("username", username, INERT),
};
static OCI_TABLE(user);
#undef SELF

#define SELF struct oci_capabilities
static const struct oci_row capabilities_rows[] = {
	STRINGS("bounding", bounding, NARROW),
	STRINGS("permitted", permitted, NARROW),
	STRINGS("effective", effective, NARROW),
	STRINGS("inheritable", inheritable, NARROW),
	STRINGS("ambient", ambient, NARROW),
};
static OCI_TABLE(capabilities);
#undef SELF

#define SELF struct oci_rlimit
static const struct oci_row rlimit_rows[] = {
	STRING("type", type, NARROW, .required = true,
	       .check = &oci_check_rlimit),
	UINT("soft", soft, NARROW, UINT64_MAX, .required = true),
	UINT("hard", hard, NARROW, UINT64_MAX, .required = true),
};
static OCI_TABLE(rlimit);
#undef SELF

/* A container that outranks the host's own work starves it. */
#define SELF struct oci_io_priority
static const struct oci_row io_priority_rows[] = {
	ENUM("class", class, REFUSE, ioprio_class, .required = true),
	INT("priority", priority, REFUSE, INT32_MIN, INT32_MAX),
};
static OCI_TABLE(io_priority);
#undef SELF

#define SELF struct oci_scheduler
static const struct oci_row scheduler_rows[] = {
	ENUM("policy", policy, REFUSE, scheduler_policy, .required = true),
	INT("nice", nice, REFUSE, INT32_MIN, INT32_MAX),
	INT("priority", priority, REFUSE, INT32_MIN, INT32_MAX),
	ENUMS("flags", flags, REFUSE, scheduler_flag),
	UINT("runtime", runtime, REFUSE, UINT64_MAX),
	UINT("deadline", deadline, REFUSE, UINT64_MAX),
	UINT("period", period, REFUSE, UINT64_MAX),
};
static OCI_TABLE(scheduler);
#undef SELF

#define SELF struct oci_cpu_affinity
static const struct oci_row cpu_affinity_rows[] = {
	STRING("initial", initial, NARROW, .check = &oci_check_cpu_list),
	STRING("final", final, NARROW, .check = &oci_check_cpu_list),
};
static OCI_TABLE(cpu_affinity);
#undef SELF

#define SELF struct oci_process
static const struct oci_row process_rows[] = {
	BOOL("terminal", terminal, INERT),
	OBJECT("consoleSize", console_size, INERT, console_size),
	OBJECT("user", user, NARROW, user),
	STRINGS("args", args, INERT),
	STRING("commandLine", command_line, INERT),
	STRINGS("env", env, NARROW),
	STRING("cwd", cwd, INERT, .required = true),
	OBJECT("capabilities", capabilities, NARROW, capabilities),
	OBJECTS("rlimits", rlimits, NARROW, rlimit),
	BOOL("noNewPrivileges", no_new_privileges, NARROW),
	STRING("apparmorProfile", apparmor_profile, NARROW),
	INT("oomScoreAdj", oom_score_adj, NARROW, INT64_MIN, INT64_MAX),
	STRING("selinuxLabel", selinux_label, NARROW),
	OBJECT("ioPriority", io_priority, REFUSE, io_priority),
	OBJECT("scheduler", scheduler, REFUSE, scheduler),
	OBJECT("execCPUAffinity", exec_cpu_affinity, NARROW, cpu_affinity),
};
OCI_TABLE(process);
#undef SELF
