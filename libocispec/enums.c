/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "enums.h"
#include "ocispec.h"

/* A hole in an array would be found by the test that reads every name. */
#define NAMES(enumeration, array)                           \
	const struct oci_names enumeration##_names = {      \
		(array), sizeof(array) / sizeof((array)[0]) \
	}

static const char *const namespace_types[] = {
	[OCI_NS_MOUNT] = "mount",     [OCI_NS_PID] = "pid",
	[OCI_NS_NETWORK] = "network", [OCI_NS_UTS] = "uts",
	[OCI_NS_IPC] = "ipc",	      [OCI_NS_USER] = "user",
	[OCI_NS_CGROUP] = "cgroup",   [OCI_NS_TIME] = "time",
};
NAMES(oci_namespace_type, namespace_types);

static const char *const propagations[] = {
	[OCI_PROPAGATION_PRIVATE] = "private",
	[OCI_PROPAGATION_SHARED] = "shared",
	[OCI_PROPAGATION_SLAVE] = "slave",
	[OCI_PROPAGATION_UNBINDABLE] = "unbindable",
	[OCI_PROPAGATION_RPRIVATE] = "rprivate",
	[OCI_PROPAGATION_RSHARED] = "rshared",
	[OCI_PROPAGATION_RSLAVE] = "rslave",
	[OCI_PROPAGATION_RUNBINDABLE] = "runbindable",
};
NAMES(oci_propagation, propagations);

static const char *const seccomp_actions[] = {
	[OCI_SECCOMP_KILL] = "SCMP_ACT_KILL",
	[OCI_SECCOMP_KILL_PROCESS] = "SCMP_ACT_KILL_PROCESS",
	[OCI_SECCOMP_KILL_THREAD] = "SCMP_ACT_KILL_THREAD",
	[OCI_SECCOMP_TRAP] = "SCMP_ACT_TRAP",
	[OCI_SECCOMP_ERRNO] = "SCMP_ACT_ERRNO",
	[OCI_SECCOMP_TRACE] = "SCMP_ACT_TRACE",
	[OCI_SECCOMP_ALLOW] = "SCMP_ACT_ALLOW",
	[OCI_SECCOMP_LOG] = "SCMP_ACT_LOG",
	[OCI_SECCOMP_NOTIFY] = "SCMP_ACT_NOTIFY",
};
NAMES(oci_seccomp_action, seccomp_actions);

static const char *const seccomp_ops[] = {
	[OCI_CMP_NE] = "SCMP_CMP_NE",
	[OCI_CMP_LT] = "SCMP_CMP_LT",
	[OCI_CMP_LE] = "SCMP_CMP_LE",
	[OCI_CMP_EQ] = "SCMP_CMP_EQ",
	[OCI_CMP_GE] = "SCMP_CMP_GE",
	[OCI_CMP_GT] = "SCMP_CMP_GT",
	[OCI_CMP_MASKED_EQ] = "SCMP_CMP_MASKED_EQ",
};
NAMES(oci_seccomp_op, seccomp_ops);

static const char *const seccomp_flags[] = {
	[OCI_SECCOMP_FLAG_TSYNC] = "SECCOMP_FILTER_FLAG_TSYNC",
	[OCI_SECCOMP_FLAG_LOG] = "SECCOMP_FILTER_FLAG_LOG",
	[OCI_SECCOMP_FLAG_SPEC_ALLOW] = "SECCOMP_FILTER_FLAG_SPEC_ALLOW",
	[OCI_SECCOMP_FLAG_WAIT_KILLABLE_RECV] =
		"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV",
};
NAMES(oci_seccomp_flag, seccomp_flags);

static const char *const seccomp_archs[] = {
	[OCI_ARCH_X86] = "SCMP_ARCH_X86",
	[OCI_ARCH_X86_64] = "SCMP_ARCH_X86_64",
	[OCI_ARCH_X32] = "SCMP_ARCH_X32",
	[OCI_ARCH_ARM] = "SCMP_ARCH_ARM",
	[OCI_ARCH_AARCH64] = "SCMP_ARCH_AARCH64",
	[OCI_ARCH_LOONGARCH64] = "SCMP_ARCH_LOONGARCH64",
	[OCI_ARCH_M68K] = "SCMP_ARCH_M68K",
	[OCI_ARCH_MIPS] = "SCMP_ARCH_MIPS",
	[OCI_ARCH_MIPS64] = "SCMP_ARCH_MIPS64",
	[OCI_ARCH_MIPS64N32] = "SCMP_ARCH_MIPS64N32",
	[OCI_ARCH_MIPSEL] = "SCMP_ARCH_MIPSEL",
	[OCI_ARCH_MIPSEL64] = "SCMP_ARCH_MIPSEL64",
	[OCI_ARCH_MIPSEL64N32] = "SCMP_ARCH_MIPSEL64N32",
	[OCI_ARCH_PPC] = "SCMP_ARCH_PPC",
	[OCI_ARCH_PPC64] = "SCMP_ARCH_PPC64",
	[OCI_ARCH_PPC64LE] = "SCMP_ARCH_PPC64LE",
	[OCI_ARCH_S390] = "SCMP_ARCH_S390",
	[OCI_ARCH_S390X] = "SCMP_ARCH_S390X",
	[OCI_ARCH_SH] = "SCMP_ARCH_SH",
	[OCI_ARCH_SHEB] = "SCMP_ARCH_SHEB",
	[OCI_ARCH_PARISC] = "SCMP_ARCH_PARISC",
	[OCI_ARCH_PARISC64] = "SCMP_ARCH_PARISC64",
	[OCI_ARCH_RISCV64] = "SCMP_ARCH_RISCV64",
};
NAMES(oci_seccomp_arch, seccomp_archs);

static const char *const ioprio_classes[] = {
	[OCI_IOPRIO_RT] = "IOPRIO_CLASS_RT",
	[OCI_IOPRIO_BE] = "IOPRIO_CLASS_BE",
	[OCI_IOPRIO_IDLE] = "IOPRIO_CLASS_IDLE",
};
NAMES(oci_ioprio_class, ioprio_classes);

static const char *const scheduler_policies[] = {
	[OCI_SCHED_OTHER] = "SCHED_OTHER",
	[OCI_SCHED_FIFO] = "SCHED_FIFO",
	[OCI_SCHED_RR] = "SCHED_RR",
	[OCI_SCHED_BATCH] = "SCHED_BATCH",
	[OCI_SCHED_ISO] = "SCHED_ISO",
	[OCI_SCHED_IDLE] = "SCHED_IDLE",
	[OCI_SCHED_DEADLINE] = "SCHED_DEADLINE",
};
NAMES(oci_scheduler_policy, scheduler_policies);

static const char *const scheduler_flags[] = {
	[OCI_SCHED_FLAG_RESET_ON_FORK] = "SCHED_FLAG_RESET_ON_FORK",
	[OCI_SCHED_FLAG_RECLAIM] = "SCHED_FLAG_RECLAIM",
	[OCI_SCHED_FLAG_DL_OVERRUN] = "SCHED_FLAG_DL_OVERRUN",
	[OCI_SCHED_FLAG_KEEP_POLICY] = "SCHED_FLAG_KEEP_POLICY",
	[OCI_SCHED_FLAG_KEEP_PARAMS] = "SCHED_FLAG_KEEP_PARAMS",
	[OCI_SCHED_FLAG_UTIL_CLAMP_MIN] = "SCHED_FLAG_UTIL_CLAMP_MIN",
	[OCI_SCHED_FLAG_UTIL_CLAMP_MAX] = "SCHED_FLAG_UTIL_CLAMP_MAX",
};
NAMES(oci_scheduler_flag, scheduler_flags);

static const char *const mempolicy_modes[] = {
	[OCI_MPOL_DEFAULT] = "MPOL_DEFAULT",
	[OCI_MPOL_BIND] = "MPOL_BIND",
	[OCI_MPOL_INTERLEAVE] = "MPOL_INTERLEAVE",
	[OCI_MPOL_WEIGHTED_INTERLEAVE] = "MPOL_WEIGHTED_INTERLEAVE",
	[OCI_MPOL_PREFERRED] = "MPOL_PREFERRED",
	[OCI_MPOL_PREFERRED_MANY] = "MPOL_PREFERRED_MANY",
	[OCI_MPOL_LOCAL] = "MPOL_LOCAL",
};
NAMES(oci_mempolicy_mode, mempolicy_modes);

static const char *const mempolicy_flags[] = {
	[OCI_MPOL_F_NUMA_BALANCING] = "MPOL_F_NUMA_BALANCING",
	[OCI_MPOL_F_RELATIVE_NODES] = "MPOL_F_RELATIVE_NODES",
	[OCI_MPOL_F_STATIC_NODES] = "MPOL_F_STATIC_NODES",
};
NAMES(oci_mempolicy_flag, mempolicy_flags);

static const char *const personality_domains[] = {
	[OCI_PER_LINUX] = "LINUX",
	[OCI_PER_LINUX32] = "LINUX32",
};
NAMES(oci_personality_domain, personality_domains);

static const char *const statuses[] = {
	[OCI_STATUS_CREATING] = "creating", [OCI_STATUS_CREATED] = "created",
	[OCI_STATUS_RUNNING] = "running",   [OCI_STATUS_STOPPED] = "stopped",
	[OCI_STATUS_PAUSED] = "paused",
};
NAMES(oci_status, statuses);

int oci_names_find(const struct oci_names *names, const char *text)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->names[i], text) == 0)
			return (int)i;
	return -1;
}

const char *oci_names_get(const struct oci_names *names, int value)
{
	if (value < 0 || (size_t)value >= names->count)
		return NULL;
	return names->names[value];
}

/* ---- for messages -------------------------------------------------------- */

/* Not every caller checked its value; a message must not crash on it. */
static const char *show_name(const struct oci_names *names, int value)
{
	const char *name = oci_names_get(names, value);

	return name ? name : "(unknown)";
}

const char *oci_namespace_name(enum oci_namespace_type type)
{
	return show_name(&oci_namespace_type_names, (int)type);
}

const char *oci_seccomp_action_name(enum oci_seccomp_action action)
{
	return show_name(&oci_seccomp_action_names, (int)action);
}

const char *oci_seccomp_op_name(enum oci_seccomp_op op)
{
	return show_name(&oci_seccomp_op_names, (int)op);
}

const char *oci_seccomp_arch_name(enum oci_seccomp_arch arch)
{
	return show_name(&oci_seccomp_arch_names, (int)arch);
}

const char *oci_seccomp_flag_name(enum oci_seccomp_flag flag)
{
	return show_name(&oci_seccomp_flag_names, (int)flag);
}

const char *oci_status_name(enum oci_status status)
{
	return show_name(&oci_status_names, (int)status);
}
