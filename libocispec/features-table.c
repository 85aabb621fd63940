/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The features, which the runtime writes and engines read.
 */
#include "table.h"

#define SELF struct oci_features_cgroup
static const struct oci_row features_cgroup_rows[] = {
	BOOL("v1", v1, INERT),
	BOOL("v2", v2, INERT),
	BOOL("systemd", systemd, INERT),
	BOOL("systemdUser", systemd_user, INERT),
	BOOL("rdma", rdma, INERT),
};
static OCI_TABLE(features_cgroup);
#undef SELF

#define SELF struct oci_features_seccomp
static const struct oci_row features_seccomp_rows[] = {
	BOOL("enabled", enabled, INERT),
	STRINGS("actions", actions, INERT, .names = &oci_seccomp_action_names),
	STRINGS("operators", operators, INERT, .names = &oci_seccomp_op_names),
	STRINGS("archs", archs, INERT, .names = &oci_seccomp_arch_names),
	STRINGS("knownFlags", known_flags, INERT,
		.names = &oci_seccomp_flag_names),
	STRINGS("supportedFlags", supported_flags, INERT,
		.names = &oci_seccomp_flag_names),
};
static OCI_TABLE(features_seccomp);
#undef SELF

#define SELF struct oci_features_enabled
static const struct oci_row features_enabled_rows[] = {
	BOOL("enabled", enabled, INERT),
};
static OCI_TABLE(features_enabled);
#undef SELF

#define SELF struct oci_features_mount_extensions
static const struct oci_row features_mount_extensions_rows[] = {
	OBJECT("idmap", idmap, INERT, features_enabled),
};
static OCI_TABLE(features_mount_extensions);
#undef SELF

#define SELF struct oci_features_linux
static const struct oci_row features_linux_rows[] = {
	STRINGS("namespaces", namespaces, INERT,
		.names = &oci_namespace_type_names),
	STRINGS("capabilities", capabilities, INERT,
		.check = &oci_check_capability),
	OBJECT("cgroup", cgroup, INERT, features_cgroup),
	OBJECT("seccomp", seccomp, INERT, features_seccomp),
	OBJECT("apparmor", apparmor, INERT, features_enabled),
	OBJECT("selinux", selinux, INERT, features_enabled),
	OBJECT("intelRdt", intel_rdt, INERT, features_enabled),
	OBJECT("mountExtensions", mount_extensions, INERT,
	       features_mount_extensions),
	OBJECT("netDevices", net_devices, INERT, features_enabled),
};
static OCI_TABLE(features_linux);
#undef SELF

#define SELF struct oci_features
static const struct oci_row features_rows[] = {
	STRING("ociVersionMin", oci_version_min, INERT, .required = true),
	STRING("ociVersionMax", oci_version_max, INERT, .required = true),
	STRINGS("hooks", hooks, INERT),
	STRINGS("mountOptions", mount_options, INERT),
	PAIRS("annotations", annotations, INERT),
	STRINGS("potentiallyUnsafeConfigAnnotations",
		potentially_unsafe_config_annotations, INERT),
	OBJECT("linux", linux, INERT, features_linux),
};
OCI_TABLE(features);
#undef SELF
