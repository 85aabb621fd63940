/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces that are joined by path: containers', not the host's. */
#include "base/str.h"
#include "host/lineage.h"
#include "policy/narrow.h"
#include "policy/paths.h"

static bool is_hosts(const struct bh_narrowing *n,
		     const struct bh_host_path *path,
		     enum oci_namespace_type type)
{
	static const char *const files[OCI_NS_COUNT] = {
		[OCI_NS_PID] = "pid",	    [OCI_NS_NETWORK] = "net",
		[OCI_NS_MOUNT] = "mnt",	    [OCI_NS_IPC] = "ipc",
		[OCI_NS_UTS] = "uts",	    [OCI_NS_USER] = "user",
		[OCI_NS_CGROUP] = "cgroup", [OCI_NS_TIME] = "time",
	};
	static const char *const owners[] = { "self", "1" };

	for (size_t i = 0; i < BH_COUNT(owners); i++) {
		bh_autobuf struct bh_buf file = { 0 };
		struct bh_file_id id;

		bh_buf_printf(&file, "/proc/%s/ns/%s", owners[i], files[type]);
		if (bh_host_identify(n->host, file.data, &id) &&
		    id.device == path->device && id.inode == path->inode)
			return true;
	}
	return false;
}

/* Where engines keep namespaces, or have them from a process of a pod. */
static bool is_place(const char *path)
{
	static const char *const places[] = {
		"/proc/*/ns",	     "/run/netns",
		"/var/run/netns",    "/run/docker/netns",
		"/run/user/*/netns", "/var/run/docker/netns",
	};

	for (size_t i = 0; i < BH_COUNT(places); i++)
		if (bh_path_relate(path, places[i]) == BH_BELOW)
			return true;
	return bh_path_is(path, BH_PATH_ENGINE);
}

static void judge_namespace(struct bh_narrowing *n,
			    enum oci_namespace_type type)
{
	const struct bh_namespace *ns = &n->spec->namespaces[type];
	const struct bh_host_path *path = &n->paths[ns->wanted_path];
	const char *name = oci_namespace_name(type);
	const char *rule = NULL;

	if (type == OCI_NS_MOUNT || type == OCI_NS_USER)
		rule = "one that is there already is not joined";
	else if (is_hosts(n, path, type))
		rule = "it is the host's";
	else if (!is_place(path->path))
		rule = "it lies where no engine keeps namespaces";
	if (rule && !bh_narrow_lists(&n->profile->namespaces->host, name))
		bh_narrow_refuse(n,
				 bh_arena_printf(&n->spec->arena,
						 "/linux/namespaces: %s", name),
				 path->path, rule, "namespaces.host");
}

void bh_narrow_joined(struct bh_narrowing *n)
{
	for (int i = 0; i < OCI_NS_COUNT; i++)
		if (n->spec->namespaces[i].by_path)
			judge_namespace(n, (enum oci_namespace_type)i);
}
