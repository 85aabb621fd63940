/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each promised path is opened in the container's root, links and all; the mount
 * that it is found on must begin there and be as was promised.  What no promise
 * stands for is a foreign mount.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/fd.h"
#include "base/path.h"
#include "base/procfs.h"
#include "base/str.h"
#include "container/verifying.h"

#define CHECKED                                                     \
	(MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | \
	 MOUNT_ATTR_NOEXEC)

/* What stands for each mount of the container, by index. */
struct claims {
	const struct bh_promised_mount **by; /* NULL: nothing so far */
	struct bh_mount_lines host;	     /* our own mounts */
	int root_fd;			     /* of the container */
};

static int read_mounts(struct bh_verifying *v, const char *who,
		       struct bh_mount_lines *ret, struct bh_err *err)
{
	struct bh_arena *arena = &v->verdict->arena;
	bh_autobuf struct bh_buf path = { 0 }, text = { 0 };
	int r;

	bh_buf_printf(&path, "%s/mountinfo", who);
	r = bh_procfs_read(v->procfs_fd, path.data, 64u << 20, &text);
	bh_buf_str(&text, "");
	if (r == 0)
		r = bh_mount_lines_parse(bh_arena_strdup(arena, text.data),
					 arena, ret);
	return r < 0 ? bh_fail(err, -r, "read /proc/%s", path.data) : 0;
}

static const char *describe(struct bh_verifying *v, uint64_t attributes)
{
	return bh_arena_printf(&v->verdict->arena, "%s%s%s%s",
			       attributes & MOUNT_ATTR_RDONLY ? " ro" : "",
			       attributes & MOUNT_ATTR_NOSUID ? " nosuid" : "",
			       attributes & MOUNT_ATTR_NODEV ? " nodev" : "",
			       attributes & MOUNT_ATTR_NOEXEC ? " noexec" : "");
}

/* An empty directory, or the null device. */
static bool is_mask(const struct bh_mount_line *line, int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return false;
	if (S_ISDIR(st.st_mode))
		return bh_str_eq(line->type, "tmpfs") && st.st_nlink == 2 &&
		       st.st_size <= 40;
	return S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3);
}

/* A path as it was opened. */
struct looked_at {
	const char *name; /* of the promise */
	const struct bh_promised_mount *promise;
	bool masked;
	int fd;
};

static void judge(struct bh_verifying *v, const struct looked_at *at,
		  const struct bh_mount_line *line)
{
	const struct bh_promised_mount *promise = at->promise;
	const char *name = at->name;
	uint64_t wanted = promise->attributes.value & CHECKED;

	if (promise->type && !bh_str_eq(promise->type, line->type))
		bh_verify_broken(v, name, "a file system %s instead of %s",
				 line->type, promise->type);
	else if (wanted & ~line->attributes)
		bh_verify_broken(v, name, "it is not%s",
				 describe(v, wanted & ~line->attributes));
	else if (at->masked && !is_mask(line, at->fd))
		bh_verify_broken(v, name, "it shows something");
	else
		bh_verify_kept(v, name);
}

/* The mount at the path of a promise, if one begins there: its index, or -1. */
static ssize_t find_mount(const struct bh_verifying *v, int fd)
{
	struct statx stx;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &stx) < 0 ||
	    !(stx.stx_mask & STATX_MNT_ID) ||
	    !(stx.stx_attributes & STATX_ATTR_MOUNT_ROOT))
		return -1;
	for (size_t i = 0; i < v->mounts.len; i++)
		if (v->mounts.items[i].id == stx.stx_mnt_id)
			return (ssize_t)i;
	return -1;
}

static void check_promise(struct bh_verifying *v, struct claims *claims,
			  const struct bh_promised_mount *promise, bool masked)
{
	bh_autoclose int fd = bh_path_open(
		claims->root_fd, promise->target,
		promise->link.value ? O_PATH | O_NOFOLLOW : O_PATH, 0);
	ssize_t index = fd < 0 ? -1 : find_mount(v, fd);
	const struct looked_at at = {
		.name = bh_arena_printf(&v->verdict->arena, "%s %s",
					masked ? "mask" : "mount",
					promise->target),
		.promise = promise,
		.masked = masked,
		.fd = fd,
	};

	if (fd < 0 && promise->optional.value)
		return;
	if (fd < 0) {
		bh_verify_broken(v, at.name, "the path is not there");
		return;
	}
	if (index < 0) {
		bh_verify_broken(v, at.name, "nothing is mounted there");
		return;
	}
	/* The later promise for the same path is the one that is seen. */
	if (!claims->by[index] || !masked)
		claims->by[index] = promise;
	judge(v, &at, &v->mounts.items[index]);
}

/* Paths that are covered by the null device, an empty directory, or themselves. */
static void check_paths(struct bh_verifying *v, struct claims *claims,
			const struct oci_strings *paths, bool masked)
{
	for (size_t i = 0; i < paths->len; i++) {
		struct bh_promised_mount *promise =
			bh_arena_alloc(&v->verdict->arena, sizeof(*promise));

		*promise = (struct bh_promised_mount){
			.target = paths->items[i],
			.attributes = { true, MOUNT_ATTR_RDONLY },
			.optional = { true, true },
			.recursive = { true, !masked },
		};
		check_promise(v, claims, promise, masked);
	}
}

static ssize_t index_of(const struct bh_verifying *v, uint64_t id)
{
	const struct bh_mount_line *line = bh_mount_lines_find(&v->mounts, id);

	return line ? line - v->mounts.items : -1;
}

/* What lies below a promised mount, and is covered by it at the same place. */
static void claim_covered(const struct bh_verifying *v, struct claims *claims)
{
	for (size_t i = v->mounts.len; i-- > 0;) {
		const struct bh_mount_line *line = &v->mounts.items[i];
		ssize_t below = index_of(v, line->parent);

		if (claims->by[i] && below >= 0 && !claims->by[below] &&
		    bh_str_eq(v->mounts.items[below].point, line->point))
			claims->by[below] = claims->by[i];
	}
}

static bool has_same(const struct bh_mount_lines *in,
		     const struct bh_mount_line *line)
{
	for (size_t i = 0; i < in->len; i++)
		if (in->items[i].id != line->id &&
		    bh_str_eq(in->items[i].device, line->device) &&
		    bh_str_eq(in->items[i].root, line->root))
			return true;
	return false;
}

/* A mount that has come with the one it lies in: the host or the container has
 * it elsewhere too. */
static bool came_along(const struct bh_verifying *v, struct claims *claims,
		       size_t index)
{
	const struct bh_mount_line *line = &v->mounts.items[index];
	ssize_t parent = index_of(v, line->parent);

	if (parent < 0 || !claims->by[parent] ||
	    !claims->by[parent]->recursive.value)
		return false;
	if (!has_same(&claims->host, line) && !has_same(&v->mounts, line))
		return false;
	claims->by[index] = claims->by[parent];
	return true;
}

static void find_foreign(struct bh_verifying *v, struct claims *claims)
{
	size_t foreign = 0;

	for (size_t i = 0; i < v->mounts.len; i++) {
		const struct bh_mount_line *line = &v->mounts.items[i];

		if (claims->by[i] || came_along(v, claims, i))
			continue;
		bh_verify_broken(v, "no other mount",
				 "a file system %s is mounted on %s%s",
				 line->type, line->point,
				 describe(v, line->attributes));
		foreign++;
	}
	if (!foreign)
		bh_verify_kept(v, "no other mount");
}

int bh_verify_mounts(struct bh_verifying *v, struct bh_err *err)
{
	bh_autobuf struct bh_buf path = { 0 };
	bh_autoclose int root_fd = -1;
	struct claims claims = { 0 };
	char pid[16];
	int r;

	(void)snprintf(pid, sizeof(pid), "%d", (int)v->pid);
	r = read_mounts(v, pid, &v->mounts, err);
	/* A mount namespace of others is not ours to judge. */
	if (r < 0 || !v->posture->mounts.len)
		return r;
	r = read_mounts(v, "self", &claims.host, err);
	if (r < 0)
		return r;
	bh_buf_printf(&path, "%s/root", pid);
	root_fd = openat(v->procfs_fd, path.data,
			 O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0)
		return bh_fail(err, errno, "open /proc/%s", path.data);
	claims.root_fd = root_fd;
	claims.by = bh_arena_alloc(&v->verdict->arena,
				   v->mounts.len * sizeof(*claims.by));
	for (size_t i = 0; i < v->posture->mounts.len; i++)
		check_promise(v, &claims, &v->posture->mounts.items[i], false);
	check_paths(v, &claims, &v->posture->readonly, false);
	check_paths(v, &claims, &v->posture->masked, true);
	claim_covered(v, &claims);
	find_foreign(v, &claims);
	return 0;
}
