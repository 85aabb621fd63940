/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/procfs.h"
#include "base/str.h"
#include "host/lineage.h"

static int read_path(int fd, struct bh_arena *arena, const char **ret)
{
	bh_autoclose int procfs_fd = bh_procfs_open_shared();
	bh_autobuf struct bh_buf name = { 0 };
	char path[PATH_MAX];
	ssize_t len;

	if (procfs_fd < 0)
		return procfs_fd;
	bh_buf_printf(&name, "self/fd/%d", fd);
	len = readlinkat(procfs_fd, name.data, path, sizeof(path));
	if (len < 0)
		return -errno;
	if (len == sizeof(path))
		return -ENAMETOOLONG;
	*ret = bh_arena_strndup(arena, path, (size_t)len);
	return 0;
}

static void add_id(struct bh_lineage *lineage, struct bh_arena *arena,
		   const struct stat *st)
{
	struct bh_file_id *id = bh_arena_append(
		arena, &lineage->ids, &lineage->count, sizeof(*lineage->ids));

	*id = (struct bh_file_id){ st->st_dev, st->st_ino };
}

static bool same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* The directory that a file, which has no `..`, lies in by its path; -ENOENT
 * when another has its place by now. */
static int open_directory(const char *path, const struct stat *file)
{
	const char *slash = strrchr(path, '/');
	bh_autobuf struct bh_buf dir = { 0 };
	bh_autoclose int fd = -1;
	struct stat st;

	if (!slash)
		return -ENOENT;
	bh_buf_add(&dir, path, (size_t)(slash - path) + 1);
	fd = open(dir.data, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstatat(fd, slash + 1, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !same(&st, file))
		return -ENOENT;
	return bh_steal_fd(&fd);
}

/* From a directory up to the root, which is its own parent. */
static int climb(int fd, struct bh_lineage *lineage, struct bh_arena *arena)
{
	struct stat here, above;
	int next;

	if (fstat(fd, &here) < 0)
		return -errno;
	for (;;) {
		add_id(lineage, arena, &here);
		next = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (next < 0 || fstat(next, &above) < 0)
			return -errno;
		/* The old one is the caller's, or the last `next`. */
		if (dup3(next, fd, O_CLOEXEC) < 0)
			return -errno;
		bh_close(&next);
		if (same(&here, &above))
			return 0;
		here = above;
	}
}

static int trace(const struct bh_host_path *path, struct bh_arena *arena,
		 struct bh_lineage *ret)
{
	bh_autoclose int fd = -1;
	struct stat st;

	if (fstat(path->fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode)) {
		fd = fcntl(path->fd, F_DUPFD_CLOEXEC, 0);
		if (fd < 0)
			return -errno;
	} else {
		add_id(ret, arena, &st);
		fd = open_directory(ret->path, &st);
		if (fd < 0)
			return fd;
	}
	return climb(fd, ret, arena);
}

int bh_host_lineage(const struct bh_host *host, const struct bh_host_path *path,
		    struct bh_arena *arena, struct bh_lineage *ret,
		    struct bh_err *err)
{
	int r;

	*ret = (struct bh_lineage){ .path = path->path };
	if (host->fake)
		return 0;
	r = read_path(path->fd, arena, &ret->path);
	if (r == 0)
		r = trace(path, arena, ret);
	return r < 0 ? bh_fail(err, -r, "find out what %s is", path->path) : 0;
}

bool bh_host_identify(const struct bh_host *host, const char *path,
		      struct bh_file_id *ret)
{
	struct stat st;

	if (host->fake || stat(path, &st) < 0)
		return false;
	*ret = (struct bh_file_id){ st.st_dev, st.st_ino };
	return true;
}

static bool lies_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	if (bh_str_eq(dir, "/"))
		return path[0] == '/' && path[1];
	return strncmp(path, dir, len) == 0 && path[len] == '/';
}

const char **bh_host_mounts_below(const struct bh_mount_lines *mounts,
				  const char *path, struct bh_arena *arena)
{
	const char **list = NULL;
	size_t count = 0;

	for (size_t i = 0; i < mounts->len; i++) {
		const char *point = mounts->items[i].point;
		const char **item;

		if (!lies_below(point, path))
			continue;
		item = bh_arena_append(arena, &list, &count, sizeof(*list));
		*item = point;
	}
	(void)bh_arena_append(arena, &list, &count, sizeof(*list));
	return list;
}
