/* SPDX-License-Identifier: Apache-2.0 */
/* mounts: kinds, options, and the rules about /, /proc and /dev. */
#include <linux/mount.h>
#include <string.h>

#include "base/str.h"
#include "spec/options.h"
#include "spec/parts.h"

/* The types that this version makes; a bind has none of its own. */
static const char *const types[] = {
	"proc", "sysfs", "tmpfs", "devpts", "mqueue", "cgroup", "cgroup2",
};

/* Files of /proc that lxcfs and kin replace for one container. */
static const char *const proc_files[] = {
	"/proc/cpuinfo", "/proc/diskstats", "/proc/meminfo", "/proc/stat",
	"/proc/swaps",	 "/proc/uptime",    "/proc/loadavg", "/proc/slabinfo",
};

static bool is_one_of(const char *text, const char *const *list, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bh_str_eq(text, list[i]))
			return true;
	return false;
}

/*
 * What lies over /proc decides what our own and the program's writes to it do
 * (CVE-2019-16884): only a procfs may lie there, and a few files in it.
 */
static int check_proc(const struct bh_mount *mount, struct bh_err *err)
{
	const char *target = mount->target;
	bool is_proc = mount->kind == BH_MOUNT_FS &&
		       bh_str_eq(mount->type, "proc");

	if (bh_str_eq(target, "/proc") && !is_proc)
		return bh_refuse(err,
				 "read config.json: %s: only a file "
				 "system of type proc may be mounted on /proc",
				 mount->origin);
	if (bh_starts_with(target, "/proc/") &&
	    !is_one_of(target, proc_files, BH_COUNT(proc_files)))
		return bh_refuse(err,
				 "read config.json: %s: nothing may be "
				 "mounted on %s, inside /proc",
				 mount->origin, target);
	return 0;
}

static int set_target(struct bh_spec *spec, struct bh_mount *mount,
		      const char *destination, struct bh_err *err)
{
	/* Relative ones are deprecated, but engines for 1.0 wrote them. */
	mount->target = bh_spec_normal_path(spec, destination);
	if (bh_str_eq(mount->target, "/"))
		return bh_refuse(err,
				 "read config.json: %s: nothing may be "
				 "mounted on /; use root.path",
				 mount->origin);
	if (bh_spec_has_dotdot(mount->target))
		return bh_refuse(err,
				 "read config.json: %s: the destination "
				 "%s must not contain ..",
				 mount->origin, destination);
	return 0;
}

static int take_options(struct bh_spec *spec, struct bh_mount *mount,
			const struct oci_mount *oci, struct bh_err *err)
{
	size_t count = 0;

	mount->options = bh_arena_alloc(
		&spec->arena, (oci->options.len + 1) * sizeof(*mount->options));
	for (size_t i = 0; i < oci->options.len; i++) {
		const char *option = oci->options.items[i];
		int r = bh_mount_option(mount, option, err);

		if (r < 0)
			return r;
		if (r == 0 && option[0])
			mount->options[count++] = option;
		mount->has_mode |= bh_starts_with(option, "mode=");
	}
	/* A new file system has nothing below it. */
	if (mount->kind == BH_MOUNT_FS) {
		mount->set = (mount->set & ~mount->clear_all) |
			     (mount->set_all & ~mount->clear);
		mount->set_all = 0;
		mount->clear_all = 0;
	}
	return 0;
}

static int finish_bind(struct bh_spec *spec, struct bh_mount *mount,
		       const struct oci_mount *oci, struct bh_err *err)
{
	const char *field;

	if (!oci->source || !oci->source[0])
		return bh_refuse(err,
				 "read config.json: %s/source: missing; a "
				 "bind mount needs one",
				 mount->origin);
	field = bh_arena_printf(&spec->arena, "%s/source",
				mount->origin + strlen("config "));
	mount->wanted = bh_spec_want(spec, oci->source, field, false);
	for (size_t i = 0; mount->options[i]; i++)
		bh_note(&spec->notes, &spec->arena,
			"%s: the option %s has no meaning for a bind mount",
			mount->origin, mount->options[i]);
	return 0;
}

static int finish_fs(struct bh_mount *mount, const struct oci_mount *oci,
		     struct bh_err *err)
{
	if (!oci->type || !oci->type[0])
		return bh_refuse(err,
				 "read config.json: %s/type: missing, and "
				 "neither bind nor rbind is among the options",
				 mount->origin);
	if (!is_one_of(oci->type, types, BH_COUNT(types)))
		return bh_refuse(err,
				 "read config.json: %s/type: %s is not "
				 "supported; known are bind, proc, sysfs, "
				 "tmpfs, devpts, mqueue, cgroup",
				 mount->origin, oci->type);
	if (mount->copies_up && !bh_str_eq(oci->type, "tmpfs"))
		return bh_refuse(
			err,
			"read config.json: %s: tmpcopyup is for tmpfs, "
			"not for %s",
			mount->origin, oci->type);
	mount->type = oci->type;
	mount->source = oci->source && oci->source[0] ? oci->source : oci->type;
	if (bh_starts_with(oci->type, "cgroup"))
		mount->kind = BH_MOUNT_CGROUP;
	return 0;
}

/*
 * Only who has power over the network namespace may make a sysfs, and a new
 * user namespace has none over one that was there before.
 */
static bool may_make_sysfs(const struct bh_spec *spec)
{
	const struct bh_namespace *user = &spec->namespaces[OCI_NS_USER];
	const struct bh_namespace *network = &spec->namespaces[OCI_NS_NETWORK];

	if (!user->wanted)
		return true;
	return network->wanted && (!network->by_path || user->by_path);
}

/* With all below it, since it can't be had without in a user namespace; never
 * writable, whatever the config says, since it is the host's. */
static void bind_sysfs(struct bh_spec *spec, struct bh_mount *mount)
{
	mount->kind = BH_MOUNT_BIND;
	mount->reason = "no sysfs can be made beside a network namespace that "
			"the user namespace does not own: the host's, "
			"read-only";
	mount->wanted = bh_spec_want(spec, "/sys",
				     mount->origin + strlen("config "), false);
	mount->recursive = true;
	mount->set_all = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
			 MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
	mount->set = 0;
	mount->clear = 0;
	mount->clear_all = 0;
}

static int build_mount(struct bh_spec *spec, size_t index, struct bh_err *err)
{
	const struct oci_mount *oci = &spec->config->mounts.items[index];
	struct bh_mount *mount = bh_arena_append(&spec->arena, &spec->mounts,
						 &spec->mount_count,
						 sizeof(*mount));
	int r;

	mount->origin =
		bh_arena_printf(&spec->arena, "config /mounts/%zu", index);
	mount->kind = BH_MOUNT_FS;
	if (bh_str_eq(oci->type, "bind"))
		mount->kind = BH_MOUNT_BIND;
	r = set_target(spec, mount, oci->destination, err);
	if (r == 0)
		r = take_options(spec, mount, oci, err);
	if (r == 0)
		r = mount->kind == BH_MOUNT_BIND ?
			    finish_bind(spec, mount, oci, err) :
			    finish_fs(mount, oci, err);
	if (r == 0)
		r = check_proc(mount, err);
	if (r == 0 && bh_str_eq(mount->type, "sysfs") && !may_make_sysfs(spec))
		bind_sysfs(spec, mount);
	return r;
}

/*
 * A /dev of our own where the config has none: the image's could hold links
 * and devices of its choice (CVE-2026-88264, -88265).
 */
static void add_dev(struct bh_spec *spec)
{
	static const char *options[] = { "mode=755", "size=65536k", NULL };
	struct bh_mount *mount;

	if (bh_spec_mount_at(spec, "/dev"))
		return;
	mount = bh_arena_append(&spec->arena, &spec->mounts, &spec->mount_count,
				sizeof(*mount));
	/* It goes first, below whatever the config mounts inside /dev. */
	memmove(spec->mounts + 1, spec->mounts,
		(spec->mount_count - 1) * sizeof(*mount));
	spec->mounts[0] = (struct bh_mount){
		.kind = BH_MOUNT_FS,
		.origin = "default",
		.reason = "the config mounts nothing on /dev, and the rootfs's "
			  "own is not trusted",
		.target = "/dev",
		.type = "tmpfs",
		.source = "tmpfs",
		.set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_STRICTATIME,
		.options = options,
	};
}

int bh_spec_mounts(struct bh_spec *spec, struct bh_err *err)
{
	for (size_t i = 0; i < spec->config->mounts.len; i++) {
		int r = build_mount(spec, i, err);

		if (r < 0)
			return r;
	}
	add_dev(spec);
	return 0;
}
