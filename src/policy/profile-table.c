/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/profile-table.h"
#include "base/mem.h"
#include "policy/profile.h"
#include "policy/sizes.h"

/* The words of a choice, by constant. */
#define CHOICE(enumeration, ...)                                      \
	static const char *const enumeration##_words[] = __VA_ARGS__; \
	static const struct oci_names enumeration##_names = {         \
		enumeration##_words, BH_COUNT(enumeration##_words)    \
	}

CHOICE(filter, { [BH_FILTER_BUILTIN] = "builtin", [BH_FILTER_OFF] = "off" });
CHOICE(rootfs, { [BH_ROOTFS_READONLY] = "readonly",
		 [BH_ROOTFS_EPHEMERAL] = "ephemeral",
		 [BH_ROOTFS_AS_CONFIGURED] = "asConfigured" });
CHOICE(env, { [BH_ENV_REFUSE] = "refuse",
	      [BH_ENV_STRIP] = "strip",
	      [BH_ENV_ALLOW] = "allow" });
CHOICE(credential_paths, { [BH_CREDENTIAL_PATHS_REFUSE] = "refuse",
			   [BH_CREDENTIAL_PATHS_ALLOW] = "allow" });
CHOICE(userns,
       { [BH_USERNS_AS_CONFIGURED] = "asConfigured", [BH_USERNS_AUTO] = "auto" });
CHOICE(landlock, { [BH_LANDLOCK_OFF] = "off",
		   [BH_LANDLOCK_BEST_EFFORT] = "bestEffort",
		   [BH_LANDLOCK_REQUIRE] = "require" });

CHOICE(hooks, { [BH_HOOKS_TRUSTED] = "trusted",
		[BH_HOOKS_ANY] = "any",
		[BH_HOOKS_REFUSE] = "refuse" });

CHOICE(label,
       { [BH_LABEL_AUTO] = "auto", [BH_LABEL_AS_CONFIGURED] = "asConfigured" });
CHOICE(inbound, { [BH_INBOUND_HIDE] = "hide", [BH_INBOUND_SHOW] = "show" });
CHOICE(outbound, { [BH_OUTBOUND_ENFORCE] = "enforce",
		   [BH_OUTBOUND_REQUIRE] = "require",
		   [BH_OUTBOUND_OFF] = "off" });

#define CHOICE_ROW(json, member, enumeration)                                \
	{                                                                    \
		OCI_ROW(json, ENUM, INERT, OCI_AT(member, struct oci_enum)), \
			.names = &enumeration##_names,                       \
	}
#define PART_ROW(json, member, part)                                 \
	{                                                            \
		OCI_ROW(json, OBJECT, INERT,                         \
			OCI_AT(member, struct bh_profile_##part *)), \
			.table = &part##_table,                      \
	}
#define PART_TABLE(part)                               \
	static const struct oci_table part##_table = { \
		sizeof(SELF),                          \
		BH_COUNT(part##_rows),                 \
		part##_rows,                           \
	}

#define SELF struct bh_profile_capabilities
static const struct oci_row capabilities_rows[] = {
	STRINGS("allow", allow, INERT, .check = &oci_check_capability),
};
PART_TABLE(capabilities);
#undef SELF

#define SELF struct bh_profile_seccomp
static const struct oci_row seccomp_rows[] = {
	CHOICE_ROW("filter", filter, filter),
	STRINGS("allow", allow, INERT),
};
PART_TABLE(seccomp);
#undef SELF

#define SELF struct bh_profile_namespaces
static const struct oci_row namespaces_rows[] = {
	STRINGS("host", host, INERT, .names = &oci_namespace_type_names),
};
PART_TABLE(namespaces);
#undef SELF

#define SELF struct bh_profile_mounts
static const struct oci_row mounts_rows[] = {
	STRINGS("allow", allow, INERT),
	STRINGS("writable", writable, INERT),
	STRINGS("types", types, INERT),
	STRINGS("propagation", propagation, INERT),
};
PART_TABLE(mounts);
#undef SELF

#define SELF struct bh_profile_devices
static const struct oci_row devices_rows[] = {
	STRINGS("allow", allow, INERT),
};
PART_TABLE(devices);
#undef SELF

#define SELF struct bh_profile_sysctl
static const struct oci_row sysctl_rows[] = {
	STRINGS("allow", allow, INERT),
};
PART_TABLE(sysctl);
#undef SELF

#define SELF struct bh_profile_credentials
static const struct oci_row credentials_rows[] = {
	CHOICE_ROW("env", env, env),
	STRINGS("allowEnv", allow_env, INERT),
	CHOICE_ROW("paths", paths, credential_paths),
};
PART_TABLE(credentials);
#undef SELF

#define SELF struct bh_profile_selinux
static const struct oci_row selinux_rows[] = {
	CHOICE_ROW("label", label, label),
};
PART_TABLE(selinux);
#undef SELF

#define SELF struct bh_profile_workspace
static const struct oci_row workspace_rows[] = {
	CHOICE_ROW("inbound", inbound, inbound),
	CHOICE_ROW("outbound", outbound, outbound),
};
PART_TABLE(workspace);
#undef SELF

#define SELF struct bh_profile_resources
static const struct oci_row resources_rows[] = {
	UINT("pids", pids, INERT, INT32_MAX),
	STRING("memory", memory, INERT, .check = &bh_check_size),
	STRING("swap", swap, INERT, .check = &bh_check_size),
	UINT("cpus", cpus, INERT, 1u << 16),
	UINT("deadline", deadline, INERT, INT32_MAX),
};
PART_TABLE(resources);
#undef SELF

#define SELF struct bh_profile
static const struct oci_row profile_rows[] = {
	STRING("extends", extends, INERT),
	PART_ROW("capabilities", capabilities, capabilities),
	PART_ROW("seccomp", seccomp, seccomp),
	CHOICE_ROW("rootfs", rootfs, rootfs),
	{ OCI_ROW("tmpfs", PAIRS, INERT, OCI_AT(tmpfs, struct oci_pairs)),
	  .check = &bh_check_size },
	STRINGS("writable", writable, INERT),
	STRINGS("maskedPaths", masked_paths, INERT),
	STRINGS("readonlyPaths", readonly_paths, INERT),
	PART_ROW("namespaces", namespaces, namespaces),
	PART_ROW("mounts", mounts, mounts),
	PART_ROW("devices", devices, devices),
	PART_ROW("sysctl", sysctl, sysctl),
	BOOL("runAsNonRoot", run_as_non_root, INERT),
	PART_ROW("credentials", credentials, credentials),
	PART_ROW("resources", resources, resources),
	CHOICE_ROW("userns", userns, userns),
	CHOICE_ROW("landlock", landlock, landlock),
	CHOICE_ROW("hooks", hooks, hooks),
	PART_ROW("selinux", selinux, selinux),
	PART_ROW("workspace", workspace, workspace),
};
#undef SELF

const struct oci_table bh_profile_table = {
	sizeof(struct bh_profile),
	BH_COUNT(profile_rows),
	profile_rows,
};
