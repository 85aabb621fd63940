/* SPDX-License-Identifier: Apache-2.0 */
/* linux: namespaces, id maps, devices, paths, the cgroup's path. */
#include <linux/mount.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "spec/parts.h"

uint64_t bh_namespace_flag(enum oci_namespace_type type)
{
	static const uint64_t flags[OCI_NS_COUNT] = {
		[OCI_NS_MOUNT] = CLONE_NEWNS,
		[OCI_NS_PID] = CLONE_NEWPID,
		[OCI_NS_NETWORK] = CLONE_NEWNET,
		[OCI_NS_UTS] = CLONE_NEWUTS,
		[OCI_NS_IPC] = CLONE_NEWIPC,
		[OCI_NS_USER] = CLONE_NEWUSER,
		[OCI_NS_CGROUP] = CLONE_NEWCGROUP,
		[OCI_NS_TIME] = CLONE_NEWTIME,
	};

	return flags[type];
}

static int build_namespaces(struct bh_spec *spec, const struct oci_linux *oci,
			    struct bh_err *err)
{
	for (size_t i = 0; i < oci->namespaces.len; i++) {
		const struct oci_namespace *from = &oci->namespaces.items[i];
		struct bh_namespace *to = &spec->namespaces[from->type.value];

		if (to->wanted)
			return bh_refuse(
				err,
				"read config.json: /linux/"
				"namespaces/%zu: the %s namespace is "
				"given twice",
				i,
				oci_namespace_name((enum oci_namespace_type)
							   from->type.value));
		to->wanted = true;
		if (!from->path || !from->path[0])
			continue;
		if (from->path[0] != '/')
			return bh_refuse(err,
					 "read config.json: /linux/"
					 "namespaces/%zu/path: %s is not "
					 "absolute",
					 i, from->path);
		to->by_path = true;
		to->wanted_path = bh_spec_want(
			spec, from->path,
			bh_arena_printf(&spec->arena,
					"/linux/namespaces/%zu/path", i),
			true);
	}
	return 0;
}

static int build_map(struct bh_spec *spec, const struct oci_id_mappings *oci,
		     const char *field, struct bh_id_maps *ret,
		     struct bh_err *err)
{
	/* user_namespaces(7): a map has at most 340 lines. */
	if (oci->len > 340)
		return bh_refuse(err,
				 "read config.json: %s: more than the "
				 "340 mappings that the kernel takes",
				 field);
	for (size_t i = 0; i < oci->len; i++) {
		const struct oci_id_mapping *from = &oci->items[i];
		struct bh_id_map *to;

		if (from->size.value == 0 ||
		    from->container_id.value + from->size.value >
			    (1ull << 32) - 1 ||
		    from->host_id.value + from->size.value > (1ull << 32) - 1)
			return bh_refuse(err,
					 "read config.json: %s/%zu: the "
					 "range is empty or goes beyond the "
					 "largest id",
					 field, i);
		to = bh_arena_append(&spec->arena, &ret->items, &ret->len,
				     sizeof(*to));
		to->container = (uint32_t)from->container_id.value;
		to->host = (uint32_t)from->host_id.value;
		to->count = (uint32_t)from->size.value;
	}
	return 0;
}

static int build_maps(struct bh_spec *spec, const struct oci_linux *oci,
		      struct bh_err *err)
{
	const struct bh_namespace *user = &spec->namespaces[OCI_NS_USER];
	int r = build_map(spec, &oci->uid_mappings, "/linux/uidMappings",
			  &spec->uid_maps, err);

	if (r == 0)
		r = build_map(spec, &oci->gid_mappings, "/linux/gidMappings",
			      &spec->gid_maps, err);
	if (r < 0)
		return r;
	if (user->wanted && !user->by_path &&
	    (!spec->uid_maps.len || !spec->gid_maps.len))
		return bh_refuse(err,
				 "read config.json: /linux/uidMappings "
				 "and /linux/gidMappings: a new user namespace "
				 "needs both");
	if (!user->wanted && (spec->uid_maps.len || spec->gid_maps.len))
		return bh_refuse(err, "read config.json: /linux/uidMappings: "
				      "given without a user namespace in "
				      "/linux/namespaces");
	return 0;
}

static int device_type(const char *type, mode_t *ret)
{
	switch (type[0]) {
	case 'c':
	case 'u':
		*ret = S_IFCHR;
		return 0;
	case 'b':
		*ret = S_IFBLK;
		return 0;
	case 'p':
		*ret = S_IFIFO;
		return 0;
	default:
		return -1;
	}
}

static int build_device(struct bh_spec *spec, size_t index,
			const struct oci_device *oci, struct bh_err *err)
{
	struct bh_device *device = bh_arena_append(&spec->arena, &spec->devices,
						   &spec->device_count,
						   sizeof(*device));
	mode_t type;

	if (device_type(oci->type, &type) < 0)
		return bh_refuse(err,
				 "read config.json: /linux/devices/%zu/"
				 "type: unknown type %s",
				 index, oci->type);
	device->path = bh_spec_normal_path(spec, oci->path);
	if (!bh_starts_with(device->path, "/dev/") ||
	    bh_spec_has_dotdot(device->path))
		return bh_refuse(err,
				 "read config.json: /linux/devices/%zu/"
				 "path: %s does not lie below /dev",
				 index, oci->path);
	if (type != S_IFIFO && (!oci->major.set || !oci->minor.set))
		return bh_refuse(err,
				 "read config.json: /linux/devices/%zu: a "
				 "device needs major and minor",
				 index);
	if (oci->major.value < 0 || oci->major.value > 0xfff ||
	    oci->minor.value < 0 || oci->minor.value > 0xfffff)
		return bh_refuse(err,
				 "read config.json: /linux/devices/%zu: "
				 "major and minor must lie within 12 and 20 "
				 "bits",
				 index);
	device->mode =
		type |
		(oci->file_mode.set ? oci->file_mode.value & 0777 : 0666);
	device->major = (uint64_t)oci->major.value;
	device->minor = (uint64_t)oci->minor.value;
	device->uid = (uint32_t)oci->uid.value;
	device->gid = (uint32_t)oci->gid.value;
	device->attributes = oci->file_mode.set || oci->uid.set || oci->gid.set;
	device->origin = bh_arena_printf(&spec->arena,
					 "config /linux/devices/%zu", index);
	return 0;
}

/* Masks and read-only paths: absolute, resolved below the root later. */
static int build_paths(struct bh_spec *spec, const struct oci_strings *oci,
		       const char *field, const char ***ret, struct bh_err *err)
{
	*ret = bh_spec_texts(spec, oci);
	for (size_t i = 0; i < oci->len; i++)
		if (oci->items[i][0] != '/')
			return bh_refuse(err,
					 "read config.json: %s/%zu: %s is "
					 "not absolute",
					 field, i, oci->items[i]);
	return 0;
}

static int build_time(struct bh_spec *spec, const struct oci_linux *oci,
		      struct bh_err *err)
{
	const struct oci_time_offsets *offsets = oci->time_offsets;
	size_t count = 0;

	spec->time_offsets =
		bh_arena_alloc(&spec->arena, 3 * sizeof(*spec->time_offsets));
	if (!offsets)
		return 0;
	if (!spec->namespaces[OCI_NS_TIME].wanted ||
	    spec->namespaces[OCI_NS_TIME].by_path)
		return bh_refuse(err, "read config.json: /linux/timeOffsets: "
				      "needs a new time namespace in "
				      "/linux/namespaces");
	for (int i = 0; i < 2; i++) {
		const struct oci_time_offset *offset = i ? offsets->boottime :
							   offsets->monotonic;

		if (offset)
			spec->time_offsets[count++] = bh_arena_printf(
				&spec->arena, "%s %lld %llu",
				i ? "boottime" : "monotonic",
				(long long)offset->secs.value,
				(unsigned long long)offset->nanosecs.value);
	}
	return 0;
}

static void build_propagation(struct bh_spec *spec, const struct oci_linux *oci)
{
	static const uint64_t flags[] = {
		[OCI_PROPAGATION_PRIVATE] = MS_PRIVATE,
		[OCI_PROPAGATION_SHARED] = MS_SHARED,
		[OCI_PROPAGATION_SLAVE] = MS_SLAVE,
		[OCI_PROPAGATION_UNBINDABLE] = MS_UNBINDABLE,
		[OCI_PROPAGATION_RPRIVATE] = MS_PRIVATE,
		[OCI_PROPAGATION_RSHARED] = MS_SHARED,
		[OCI_PROPAGATION_RSLAVE] = MS_SLAVE,
		[OCI_PROPAGATION_RUNBINDABLE] = MS_UNBINDABLE,
	};

	if (!oci->rootfs_propagation.set)
		return;
	spec->root_propagation = flags[oci->rootfs_propagation.value];
	spec->root_propagation_all = oci->rootfs_propagation.value >=
				     OCI_PROPAGATION_RPRIVATE;
}

/* hostname and domainname belong to a namespace of the container's own. */
static int build_names(struct bh_spec *spec, struct bh_err *err)
{
	const struct oci_config *config = spec->config;

	spec->hostname = config->hostname;
	if (config->linux && config->linux->mount_label &&
	    *config->linux->mount_label)
		spec->mount_label = config->linux->mount_label;
	spec->domainname = config->domainname;
	if ((spec->hostname || spec->domainname) &&
	    !spec->namespaces[OCI_NS_UTS].wanted)
		return bh_refuse(err,
				 "read config.json: /%s: needs a uts "
				 "namespace in /linux/namespaces, or it would "
				 "change the host's",
				 spec->hostname ? "hostname" : "domainname");
	/* sethostname(2): at most 64 bytes */
	if ((spec->hostname && strlen(spec->hostname) > 64) ||
	    (spec->domainname && strlen(spec->domainname) > 64))
		return bh_refuse(err, "read config.json: /hostname, "
				      "/domainname: longer than 64 bytes");
	return 0;
}

/* Whether a config was written before version 1.3 of the specification. */
static bool is_before_1_3(const char *version)
{
	char minor[8] = "";
	uint64_t number;
	size_t len;

	if (!bh_starts_with(version, "1."))
		return true;
	version += strlen("1.");
	len = strspn(version, "0123456789");
	if (!len || len >= sizeof(minor))
		return false;
	memcpy(minor, version, len);
	return bh_parse_u64(minor, UINT32_MAX, &number) == 0 && number < 3;
}

/* Since 1.3 a limit of no processes is one; before, it was how to say that there
 * is none, and engines of that time still do (runtime-spec, pull request 1279). */
static void read_pids(struct bh_spec *spec)
{
	const struct oci_linux *oci = spec->config->linux;
	struct oci_pids *pids = oci && oci->resources ? oci->resources->pids :
							NULL;
	struct oci_i64 *limit = pids ? &pids->limit : NULL;

	if (!limit || !limit->set || limit->value != 0 ||
	    !is_before_1_3(spec->config->oci_version))
		return;
	limit->value = -1;
	bh_note(&spec->notes, &spec->arena,
		"/linux/resources/pids/limit: 0 means none in a config of "
		"version %s",
		spec->config->oci_version);
}

int bh_spec_linux(struct bh_spec *spec, struct bh_err *err)
{
	static const struct oci_linux nothing;
	const struct oci_linux *oci = spec->config->linux;
	int r;

	if (!oci)
		oci = &nothing;
	r = build_namespaces(spec, oci, err);
	if (r == 0)
		r = build_maps(spec, oci, err);
	for (size_t i = 0; r == 0 && i < oci->devices.len; i++)
		r = build_device(spec, i, &oci->devices.items[i], err);
	if (r == 0)
		r = build_paths(spec, &oci->masked_paths, "/linux/maskedPaths",
				&spec->masked, err);
	if (r == 0)
		r = build_paths(spec, &oci->readonly_paths,
				"/linux/readonlyPaths", &spec->readonly, err);
	if (r == 0)
		r = build_time(spec, oci, err);
	if (r == 0)
		r = build_names(spec, err);
	build_propagation(spec, oci);
	spec->masked_asked = oci->masked_paths.len;
	spec->readonly_asked = oci->readonly_paths.len;
	spec->cgroup_path = oci->cgroups_path && oci->cgroups_path[0] ?
				    oci->cgroups_path :
				    NULL;
	read_pids(spec);
	spec->resources = oci->resources;
	spec->seccomp = oci->seccomp;
	return r;
}
