/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/procfs.h"
#include "base/str.h"
#include "base/sys.h"
#include "host/host.h"
#include "trust/ground.h"

#define MAX_MOUNTINFO (16u << 20)

/* What ids that are not mapped show as, user_namespaces(7). */
#define OVERFLOW_UID 65534

/* Of file systems that linux/magic.h doesn't have. */
#define ZFS_MAGIC      0x2fc12fc1
#define BCACHEFS_MAGIC 0xca451a4e
#define EROFS_MAGIC    0xe0f5e1e2
#define JFS_MAGIC      0x3153464a

/* A * at the end is for the rest of the component. */
static const char *const others_places[] = {
	"/data",
	"/home",
	"/media",
	"/mnt",
	"/root",
	"/run/containerd",
	"/run/containers",
	"/run/crio",
	"/run/docker",
	"/run/k3s",
	"/run/media",
	"/run/user",
	"/srv",
	"/tmp",
	"/var/lib/buildkit",
	"/var/lib/cni",
	"/var/lib/containerd",
	"/var/lib/containers",
	"/var/lib/docker",
	"/var/lib/incus",
	"/var/lib/kubelet",
	"/var/lib/lxc",
	"/var/lib/lxd",
	"/var/lib/machines",
	"/var/lib/nerdctl",
	"/var/lib/rancher",
	"/var/snap",
	"/var/tmp",
	"/workspace*",
};

static const char *const systems_places[] = {
	"/bin",
	"/etc/ld.so.cache",
	"/etc/ld.so.preload",
	"/gnu/store",
	"/lib*",
	"/nix/store",
	"/opt",
	"/sbin",
	"/usr",
};

static const long local_types[] = {
	BCACHEFS_MAGIC,	  BTRFS_SUPER_MAGIC, EROFS_MAGIC,     EXT4_SUPER_MAGIC,
	F2FS_SUPER_MAGIC, ISOFS_SUPER_MAGIC, JFS_MAGIC,	      RAMFS_MAGIC,
	SQUASHFS_MAGIC,	  TMPFS_MAGIC,	     XFS_SUPER_MAGIC, ZFS_MAGIC,
};

static bool lies_at(const char *path, const char *place)
{
	size_t len = strcspn(place, "*");

	if (strncmp(path, place, len) != 0)
		return false;
	return place[len] == '*' || path[len] == '/' || !path[len];
}

static bool lies_in(const char *path, const char *const *places, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (lies_at(path, places[i]))
			return true;
	return false;
}

static uint64_t mount_of(int fd)
{
	struct statx stx;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &stx) < 0 ||
	    !(stx.stx_mask & STATX_MNT_ID))
		return 0;
	return stx.stx_mnt_id;
}

static int read_mounts(struct bh_ground *ground, struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };
	char *copy;
	int r = bh_procfs_read(ground->procfs_fd, "self/mountinfo",
			       MAX_MOUNTINFO, &text);

	if (r < 0)
		return bh_fail(err, -r, "read /proc/self/mountinfo");
	copy = bh_arena_strndup(&ground->arena, text.data ? text.data : "",
				text.len);
	if (bh_mount_lines_parse(copy, &ground->arena, &ground->mounts) < 0)
		return bh_refuse(err, "read /proc/self/mountinfo: it has "
				      "another form");
	return 0;
}

static int read_top(struct bh_ground *ground, struct bh_err *err)
{
	bh_autoclose int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &ground->top) < 0)
		return bh_fail(err, errno, "open /");
	ground->top_mount = mount_of(fd);
	ground->overflow = ground->top.st_uid == OVERFLOW_UID &&
			   geteuid() == 0 && bh_host_is_rootless();
	return 0;
}

static void add_reach(struct bh_ground *ground, const char *path)
{
	struct bh_file_id *id;
	struct stat st;

	/* What is not there can't be what a program lies in. */
	if (stat(path, &st) < 0)
		return;
	id = bh_arena_append(&ground->arena, &ground->reach,
			     &ground->reach_count, sizeof(*id));
	*id = (struct bh_file_id){ st.st_dev, st.st_ino };
}

/* Root, bundle, and what is bound and not read-only. */
static void collect_reach(struct bh_ground *ground, const struct bh_spec *spec)
{
	if (spec->bundle)
		add_reach(ground, spec->bundle);
	if (spec->root < spec->wanted_count)
		add_reach(ground, spec->wanted[spec->root].path);
	for (size_t i = 0; i < spec->mount_count; i++) {
		const struct bh_mount *mount = &spec->mounts[i];

		if (mount->kind == BH_MOUNT_BIND &&
		    mount->wanted < spec->wanted_count &&
		    !(mount->set & MOUNT_ATTR_RDONLY))
			add_reach(ground, spec->wanted[mount->wanted].path);
	}
}

int bh_ground_open(const struct bh_spec *spec, struct bh_ground *ret,
		   struct bh_err *err)
{
	struct bh_ground ground = { .open = true,
				    .procfs_fd = bh_procfs_open_shared() };
	int r;

	if (ground.procfs_fd < 0)
		return bh_fail(err, -ground.procfs_fd, "open /proc");
	r = read_top(&ground, err);
	if (r == 0)
		r = read_mounts(&ground, err);
	if (r < 0) {
		bh_ground_close(&ground);
		return r;
	}
	collect_reach(&ground, spec);
	*ret = ground;
	return 0;
}

void bh_ground_close(struct bh_ground *ground)
{
	if (ground->open)
		bh_close(&ground->procfs_fd);
	ground->open = false;
	bh_arena_clear(&ground->arena);
}

static bool is_in_reach(const struct bh_ground *ground, const struct stat *st)
{
	for (size_t i = 0; i < ground->reach_count; i++)
		if (ground->reach[i].device == st->st_dev &&
		    ground->reach[i].inode == st->st_ino)
			return true;
	return false;
}

bool bh_ground_is_roots(const struct bh_ground *ground, int fd,
			const struct stat *st)
{
	if (st->st_uid != (ground->overflow ? OVERFLOW_UID : 0) ||
	    is_in_reach(ground, st))
		return false;
	if (S_ISLNK(st->st_mode))
		return true;
	if (st->st_mode & (S_IWGRP | S_IWOTH))
		return false;
	return !ground->overflow ||
	       bh_sys_faccessat2(fd, "", W_OK, AT_EMPTY_PATH | AT_EACCESS) < 0;
}

bool bh_ground_is_local(const struct bh_ground *ground, int fd,
			const struct stat *st)
{
	struct statfs fs;

	if (st->st_dev == ground->top.st_dev)
		return true;
	if (fstatfs(fd, &fs) < 0)
		return false;
	for (size_t i = 0; i < BH_COUNT(local_types); i++)
		if (fs.f_type == (__typeof__(fs.f_type))local_types[i])
			return true;
	return false;
}

/* What follows dir in path: "" or "/..."; NULL where path is not in dir. */
static const char *rest_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	if (bh_str_eq(dir, "/"))
		return path[1] ? path : "";
	if (strncmp(path, dir, len) != 0 || (path[len] && path[len] != '/'))
		return NULL;
	return path + len;
}

static void join(struct bh_buf *buf, const char *dir, const char *rest)
{
	bh_buf_clear(buf);
	if (!bh_str_eq(dir, "/") || !*rest)
		bh_buf_str(buf, dir);
	bh_buf_str(buf, rest);
}

/* Whether another mount of the same file system shows it in others' places. */
static bool has_bad_alias(const struct bh_ground *ground,
			  const struct bh_mount_line *own, const char *path)
{
	const char *rest = rest_below(path, own->point);
	bh_autobuf struct bh_buf inside = { 0 }, alias = { 0 };

	/* Mounted over, or moved meanwhile. */
	if (!rest)
		return true;
	join(&inside, own->root, rest);
	for (size_t i = 0; i < ground->mounts.len; i++) {
		const struct bh_mount_line *line = &ground->mounts.items[i];

		rest = bh_str_eq(line->device, own->device) ?
			       rest_below(inside.data, line->root) :
			       NULL;
		if (!rest)
			continue;
		join(&alias, line->point, rest);
		if (lies_in(alias.data, others_places, BH_COUNT(others_places)))
			return true;
	}
	return false;
}

bool bh_ground_is_hosts(const struct bh_ground *ground, int fd,
			const char *path)
{
	const struct bh_mount_line *own =
		bh_mount_lines_find(&ground->mounts, mount_of(fd));
	bool top;

	if (!own || lies_in(path, others_places, BH_COUNT(others_places)))
		return false;
	if (ground->overflow &&
	    !lies_in(path, systems_places, BH_COUNT(systems_places)))
		return false;
	top = own->id == ground->top_mount;
	if (!top && (own->attributes & MOUNT_ATTR_NOSUID))
		return false;
	return !has_bad_alias(ground, own, path);
}
