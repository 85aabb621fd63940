/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mounts that show their files with the ids of a user namespace: mount_setattr(2),
 * "ID-mapped mounts".  Which file systems can, the kernel knows alone; who reads
 * that one can't wants to know which of several it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/procfs.h"
#include "base/sys.h"
#include "host/mountinfo.h"
#include "run/ops.h"

int op_user_ns_open(struct bh_run *run, const struct bh_args_user_ns_open *args,
		    struct bh_err *err)
{
	int fd = bh_procfs_open_namespace_of(run->slots[args->procfs],
					     run->child, "user");

	if (fd < 0)
		(void)bh_fail(err, -fd, "open the container's user namespace");
	if (fd == -EACCES || fd == -EPERM)
		return bh_hint(err, "the caller needs CAP_SYS_PTRACE for it");
	if (fd < 0)
		return fd;
	run->slots[args->namespace] = fd;
	return 0;
}

static int set_ids(int mount_fd, int namespace_fd, bool recursive)
{
	struct mount_attr attr = {
		.attr_set = MOUNT_ATTR_IDMAP,
		.userns_fd = (uint64_t)(unsigned int)namespace_fd,
	};

	return bh_sys_mount_setattr(
		mount_fd, "",
		AT_EMPTY_PATH | (recursive ? (unsigned int)AT_RECURSIVE : 0),
		&attr);
}

/* Whether a mount takes ids by itself, tried on a clone that nobody sees. */
static bool takes_ids(int at_fd, int namespace_fd)
{
	bh_autoclose int clone_fd =
		bh_sys_open_tree(at_fd, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);

	return clone_fd < 0 || set_ids(clone_fd, namespace_fd, false) == 0;
}

static bool lies_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	if (bh_str_eq(dir, "/"))
		return true;
	return strncmp(path, dir, len) == 0 && path[len] == '/';
}

/* The first below path that does not. */
static const struct bh_mount_line *
find_below(const struct bh_mount_lines *mounts, const char *path,
	   int namespace_fd)
{
	for (size_t i = 0; i < mounts->len; i++) {
		const struct bh_mount_line *line = &mounts->items[i];
		bh_autoclose int fd = -1;

		if (!lies_below(line->point, path))
			continue;
		fd = open(line->point, O_PATH | O_CLOEXEC);
		if (fd >= 0 && !takes_ids(fd, namespace_fd))
			return line;
	}
	return NULL;
}

/* Which mount it is, and NULL if that can't be found out. */
static const struct bh_mount_line *
find_culprit(const struct bh_run *run, const struct bh_args_mount_id_map *args,
	     const char *path, struct bh_arena *arena)
{
	struct bh_mount_lines mounts = { 0 };
	int source_fd = run->slots[args->source];
	int namespace_fd = run->slots[args->namespace];

	if (bh_mount_lines_read(arena, &mounts) < 0)
		return NULL;
	if (!takes_ids(source_fd, namespace_fd))
		return bh_mount_lines_find(&mounts, bh_mount_id(source_fd));
	return args->recursive ? find_below(&mounts, path, namespace_fd) : NULL;
}

static int explain(const struct bh_run *run,
		   const struct bh_args_mount_id_map *args, int errnum,
		   struct bh_err *err)
{
	const char *name = run->in.plan->slots[args->source].name;
	const char *path = strchr(name, ':') ? strchr(name, ':') + 1 : name;
	const struct bh_mount_line *culprit;
	struct bh_arena arena = { 0 };

	if (errnum != EINVAL && errnum != EPERM)
		return bh_fail(err, errnum, "show %s with the container's ids",
			       path);
	culprit = find_culprit(run, args, path, &arena);
	(void)bh_refuse(err,
			"show %s with the container's ids: the mount %s, a "
			"file system %s, %s",
			path, culprit ? culprit->point : path,
			culprit ? culprit->type : "unknown to us",
			errnum == EPERM ? "has other ids already" :
					  "can't be shown with other ids");
	bh_arena_clear(&arena);
	return bh_hint(err, "ext4, xfs and btrfs can, and tmpfs from Linux 6.3 "
			    "on; or set the policy key userns: asConfigured");
}

int op_mount_id_map(struct bh_run *run, const struct bh_args_mount_id_map *args,
		    struct bh_err *err)
{
	int r = set_ids(run->slots[args->mount], run->slots[args->namespace],
			args->recursive);

	return r < 0 ? explain(run, args, -r, err) : 0;
}
