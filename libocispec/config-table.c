/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config.json but for its process, linux, resources and seccomp objects.
 * Members for other platforms are unknown here, so they are named and ignored.
 */
#include "table.h"

#define SELF struct oci_id_mapping
static const struct oci_row id_mapping_rows[] = {
	UINT("containerID", container_id, NARROW, UINT32_MAX, .required = true),
	UINT("hostID", host_id, NARROW, UINT32_MAX, .required = true),
	UINT("size", size, NARROW, UINT32_MAX, .required = true),
};
OCI_TABLE(id_mapping);
#undef SELF

#define SELF struct oci_mount
static const struct oci_row mount_rows[] = {
	STRING("destination", destination, NARROW, .required = true),
	STRING("type", type, NARROW),
	STRING("source", source, NARROW),
	STRINGS("options", options, NARROW),
	OBJECTS("uidMappings", uid_mappings, NARROW, id_mapping),
	OBJECTS("gidMappings", gid_mappings, NARROW, id_mapping),
};
static OCI_TABLE(mount);
#undef SELF

#define SELF struct oci_root
static const struct oci_row root_rows[] = {
	STRING("path", path, NARROW, .required = true),
	BOOL("readonly", readonly, NARROW),
};
static OCI_TABLE(root);
#undef SELF

/* Programs of the host, run with the runtime's rights. */
#define SELF struct oci_hook
static const struct oci_row hook_rows[] = {
	STRING("path", path, GATE, .required = true),
	STRINGS("args", args, GATE),
	STRINGS("env", env, GATE),
	INT("timeout", timeout, GATE, 1, INT64_MAX),
};
static OCI_TABLE(hook);
#undef SELF

#define SELF struct oci_hooks
static const struct oci_row hooks_rows[] = {
	OBJECTS("prestart", prestart, GATE, hook),
	OBJECTS("createRuntime", create_runtime, GATE, hook),
	OBJECTS("createContainer", create_container, GATE, hook),
	OBJECTS("startContainer", start_container, GATE, hook),
	OBJECTS("poststart", poststart, GATE, hook),
	OBJECTS("poststop", poststop, GATE, hook),
};
static OCI_TABLE(hooks);
#undef SELF

/* Annotations turn features of runtimes and handlers on. */
#define SELF struct oci_config
static const struct oci_row config_rows[] = {
	STRING("ociVersion", oci_version, INERT, .required = true),
	OBJECT("hooks", hooks, GATE, hooks),
	PAIRS("annotations", annotations, GATE),
	STRING("hostname", hostname, INERT),
	STRING("domainname", domainname, INERT),
	OBJECTS("mounts", mounts, NARROW, mount),
	OBJECT("root", root, NARROW, root),
	OBJECT("process", process, NARROW, process),
	OBJECT("linux", linux, NARROW, linux),
};
OCI_TABLE(config);
#undef SELF
