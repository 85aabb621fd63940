/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linux.seccomp of config.json.  The filter itself can only take away; the
 * listener hands a descriptor to a process of the host.
 */
#include "table.h"

#define SELF struct oci_seccomp_arg
static const struct oci_row seccomp_arg_rows[] = {
	UINT("index", index, NARROW, UINT32_MAX, .required = true),
	UINT("value", value, NARROW, UINT64_MAX, .required = true),
	UINT("valueTwo", value_two, NARROW, UINT64_MAX),
	ENUM("op", op, NARROW, seccomp_op, .required = true),
};
static OCI_TABLE(seccomp_arg);
#undef SELF

#define SELF struct oci_seccomp_rule
static const struct oci_row seccomp_rule_rows[] = {
	STRINGS("names", names, NARROW, .required = true, .filled = true),
	ENUM("action", action, NARROW, seccomp_action, .required = true),
	UINT("errnoRet", errno_ret, NARROW, UINT32_MAX),
	OBJECTS("args", args, NARROW, seccomp_arg),
};
static OCI_TABLE(seccomp_rule);
#undef SELF

#define SELF struct oci_seccomp
static const struct oci_row seccomp_rows[] = {
	ENUM("defaultAction", default_action, NARROW, seccomp_action,
	     .required = true),
	UINT("defaultErrnoRet", default_errno_ret, NARROW, UINT32_MAX),
	ENUMS("architectures", architectures, NARROW, seccomp_arch),
	ENUMS("flags", flags, NARROW, seccomp_flag),
	STRING("listenerPath", listener_path, GATE),
	STRING("listenerMetadata", listener_metadata, GATE),
	OBJECTS("syscalls", syscalls, NARROW, seccomp_rule),
};
OCI_TABLE(seccomp);
#undef SELF
