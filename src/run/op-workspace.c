/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of a workspace: covered, each after it was seen to be what was judged.
 * The paths are the workspace's, below its own mount, and no link is followed:
 * who races us in it can make the container fail, and nothing else.
 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/sys.h"
#include "run/ops.h"

/* Open the name itself, be it a link; an empty path is the mount's root. */
static int open_judged(const struct bh_run *run, int root, const char *path,
		       const struct stat *judged, struct bh_err *err)
{
	bh_autoclose int fd =
		path[0] ?
			bh_path_open(run->slots[root], path,
				     O_PATH | O_NOFOLLOW, RESOLVE_NO_SYMLINKS) :
			fcntl(run->slots[root], F_DUPFD_CLOEXEC, 0);
	const char *name = path[0] ? path : run->in.plan->slots[root].name;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return bh_fail(err, fd < 0 ? -fd : errno,
			       "open %s of a workspace", name);
	if (st.st_dev != judged->st_dev || st.st_ino != judged->st_ino)
		return bh_refuse(err,
				 "open %s of a workspace: it was replaced by "
				 "another file while the container was made",
				 name);
	return bh_steal_fd(&fd);
}

static int attach(int mount_fd, int target_fd)
{
	return bh_sys_move_mount(mount_fd, target_fd, "",
				 MOVE_MOUNT_T_EMPTY_PATH);
}

static int clone_tree(int fd, bool recursive)
{
	return bh_sys_open_tree(
		fd, "",
		OPEN_TREE_CLONE | AT_EMPTY_PATH |
			(recursive ? (unsigned int)AT_RECURSIVE : 0));
}

/* A link is covered by the null device, too: a mount of a directory does not fit
 * on it.  Before 6.15 the first use of a cover attaches it itself. */
int op_hide(struct bh_run *run, const struct bh_args_hide *args,
	    struct bh_err *err)
{
	const struct stat judged = { .st_dev = args->device,
				     .st_ino = args->inode };
	bh_autoclose int fd =
		open_judged(run, args->root, args->path, &judged, err);
	bh_autoclose int clone_fd = -1;
	struct stat st;
	int cover, r;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return bh_fail(err, errno, "stat %s", args->path);
	cover = run->slots[S_ISDIR(st.st_mode) ? args->empty : args->null];
	clone_fd = clone_tree(cover, false);
	if (clone_fd == -EINVAL)
		r = attach(cover, fd);
	else
		r = clone_fd < 0 ? clone_fd : attach(clone_fd, fd);
	return r < 0 ? bh_fail(err, -r, "hide %s of a workspace", args->path) :
		       0;
}

int op_guard(struct bh_run *run, const struct bh_args_guard *args,
	     struct bh_err *err)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY,
				   .propagation = MS_PRIVATE };
	const struct stat judged = { .st_dev = args->device,
				     .st_ino = args->inode };
	bh_autoclose int fd =
		open_judged(run, args->root, args->path, &judged, err);
	bh_autoclose int clone_fd = -1;
	int r;

	if (fd < 0)
		return fd;
	clone_fd = clone_tree(fd, true);
	r = clone_fd < 0 ?
		    clone_fd :
		    bh_sys_mount_setattr(clone_fd, "",
					 AT_EMPTY_PATH | AT_RECURSIVE, &attr);
	if (r == 0)
		r = attach(clone_fd, fd);
	return r < 0 ? bh_fail(err, -r, "make %s of a workspace read-only",
			       args->path) :
		       0;
}

/* Who is not mapped in the user namespace can't own anything in it. */
/* The time, too: git takes a file for changed that is younger than the index. */
static int copy_owner(int fd, int like_fd)
{
	struct timespec times[] = { { .tv_nsec = UTIME_OMIT }, { 0 } };
	struct stat st;

	if (fstat(like_fd, &st) < 0)
		return -errno;
	times[1] = st.st_mtim;
	if (futimens(fd, times) < 0)
		return -errno;
	if (fchown(fd, st.st_uid, st.st_gid) < 0 && errno != EINVAL &&
	    errno != EOVERFLOW)
		return -errno;
	return fchmod(fd, st.st_mode & 0777) < 0 ? -errno : 0;
}

int op_put_file(struct bh_run *run, const struct bh_args_put_file *args,
		struct bh_err *err)
{
	const char *name = NULL;
	bh_autoclose int dir_fd = bh_path_parent(
		run->slots[args->root], args->path, &name, run->scratch);
	bh_autoclose int like_fd = bh_path_open(
		run->slots[args->other], args->like, O_PATH | O_NOFOLLOW, 0);
	bh_autoclose int fd = -1;
	int r;

	if (dir_fd < 0 || like_fd < 0)
		return bh_fail(err, dir_fd < 0 ? -dir_fd : -like_fd,
			       "open %s of a workspace",
			       dir_fd < 0 ? args->path : args->like);
	/* One that was copied from there is not ours. */
	if (unlinkat(dir_fd, name, 0) < 0 && errno != ENOENT)
		return bh_fail(err, errno, "replace the file %s", args->path);
	fd = openat(dir_fd, name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	r = fd < 0 ? -errno :
		     bh_write_all(fd, args->content.bytes, args->content.len);
	if (r == 0)
		r = copy_owner(fd, like_fd);
	return r < 0 ? bh_fail(err, -r, "write the file %s", args->path) : 0;
}

/* A mounted link is followed like any other. */
int op_redirect(struct bh_run *run, const struct bh_args_redirect *args,
		struct bh_err *err)
{
	const struct stat judged = { .st_dev = args->device,
				     .st_ino = args->inode };
	bh_autoclose int fd =
		open_judged(run, args->root, args->path, &judged, err);
	bh_autoclose int link_fd = -1, clone_fd = -1;
	int r;

	if (fd < 0)
		return fd;
	link_fd = bh_path_open(run->slots[args->source], args->link,
			       O_PATH | O_NOFOLLOW, 0);
	clone_fd = link_fd < 0 ? link_fd : clone_tree(link_fd, false);
	r = clone_fd < 0 ? clone_fd : attach(clone_fd, fd);
	return r < 0 ? bh_fail(err, -r, "put a link over %s of a workspace",
			       args->path) :
		       0;
}

/* The clone is the container's, and nothing that happens to the host's mounts
 * reaches it. */
int op_keep(struct bh_run *run, const struct bh_args_keep *args,
	    struct bh_err *err)
{
	struct mount_attr attr = { .propagation = MS_PRIVATE };
	int entry_fd = run->slots[args->entry];
	bh_autoclose int dir_fd = -1, clone_fd = -1;
	int r;

	if (mkdirat(entry_fd, args->name, 0700) == 0)
		dir_fd = openat(entry_fd, args->name,
				O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir_fd < 0)
		return bh_fail(err, errno,
			       "make %s in the container's "
			       "directory",
			       args->name);
	r = attach(run->slots[args->mount], dir_fd);
	if (r == 0)
		clone_fd = clone_tree(run->slots[args->mount], false);
	if (r == 0)
		r = clone_fd < 0 ? clone_fd :
				   bh_sys_mount_setattr(clone_fd, "",
							AT_EMPTY_PATH, &attr);
	if (r < 0)
		return bh_fail(err, -r, "keep the mount %s", args->name);
	run->slots[args->clone] = bh_steal_fd(&clone_fd);
	return 0;
}
