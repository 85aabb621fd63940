/* SPDX-License-Identifier: Apache-2.0 */
/* The root: propagation, pivot_root, and what is made or covered inside it. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/sys.h"
#include "run/ops.h"

/* From <sys/mount.h>, which can't be included beside <linux/mount.h>. */
#define BH_MNT_DETACH 2

int op_propagation(struct bh_run *run, const struct bh_args_propagation *args,
		   struct bh_err *err)
{
	struct mount_attr attr = { .propagation = args->propagation };
	int r = bh_sys_mount_setattr(
		AT_FDCWD, "/", args->recursive ? (unsigned int)AT_RECURSIVE : 0,
		&attr);

	(void)run;
	if (r < 0)
		(void)bh_fail(err, -r, "set the propagation of /");
	if (r == -EINVAL)
		return bh_hint(err, "the caller is in a chroot, whose root is "
				    "no mount point; make it one by a bind "
				    "mount");
	return r;
}

/*
 * pivot_root(".", ".") stacks the old root on the new one, so no directory for
 * it is needed; the old one is then on top and is let go (pivot_root(2)).
 */
int op_pivot_root(struct bh_run *run, const struct bh_args_pivot_root *args,
		  struct bh_err *err)
{
	int r;

	if (fchdir(run->slots[args->root]) < 0)
		return bh_fail(err, errno, "enter the rootfs");
	r = bh_sys_pivot_root(".", ".");
	if (r < 0)
		(void)bh_fail(err, -r, "pivot_root to the rootfs");
	if (r == -EINVAL)
		return bh_hint(err, "if the host's root is its initramfs, "
				    "there is --no-pivot");
	if (r < 0)
		return r;
	r = bh_sys_umount2(".", BH_MNT_DETACH);
	if (r < 0)
		return bh_fail(err, -r, "let go of the old root");
	if (chdir("/") < 0)
		return bh_fail(err, errno, "enter the new root");
	return 0;
}

int op_make_dir(struct bh_run *run, const struct bh_args_make_dir *args,
		struct bh_err *err)
{
	bh_autoclose int fd = bh_path_make(run->slots[args->root], args->path,
					   S_IFDIR, args->mode, 0,
					   run->scratch);

	if (fd < 0)
		return bh_fail(err, -fd, "make the directory %s", args->path);
	return 0;
}

int op_make_node(struct bh_run *run, const struct bh_args_make_node *args,
		 struct bh_err *err)
{
	const char *name = NULL;
	bh_autoclose int dir_fd = bh_path_parent(
		run->slots[args->root], args->path, &name, run->scratch);

	if (dir_fd < 0)
		return bh_fail(err, -dir_fd, "open the directory of %s",
			       args->path);
	/* The umask is 0 until the step that sets the container's. */
	if (mknodat(dir_fd, name, args->mode,
		    makedev((unsigned int)args->major,
			    (unsigned int)args->minor)) < 0)
		return bh_fail(err, errno, "make the device %s", args->path);
	if ((args->uid || args->gid) &&
	    fchownat(dir_fd, name, args->uid, args->gid, AT_SYMLINK_NOFOLLOW) <
		    0)
		return bh_fail(err, errno, "change the owner of %s",
			       args->path);
	return 0;
}

/* Clone the mount that from_fd lies on, from there downwards. */
static int clone_mount(int from_fd, bool recursive)
{
	return bh_sys_open_tree(
		from_fd, "",
		OPEN_TREE_CLONE | AT_EMPTY_PATH |
			(recursive ? (unsigned int)AT_RECURSIVE : 0));
}

static int attach(int mount_fd, int target_fd)
{
	return bh_sys_move_mount(mount_fd, target_fd, "",
				 MOVE_MOUNT_T_EMPTY_PATH);
}

/* Reading and writing; nobody executes a device. */
#define DEVICE_MODES 0666u

static int check_node(int fd, const struct bh_args_bind_node *args,
		      struct bh_err *err)
{
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return bh_fail(err, errno, "open the host's device %s",
			       args->source);
	if ((st.st_mode & S_IFMT) != (args->mode & S_IFMT) ||
	    st.st_rdev != makedev((unsigned int)args->major,
				  (unsigned int)args->minor))
		return bh_refuse(err,
				 "bind the host's device %s: it is not "
				 "the device %u:%u",
				 args->source, (unsigned int)args->major,
				 (unsigned int)args->minor);
	if (!(st.st_mode & DEVICE_MODES & ~args->mode))
		return 0;
	(void)bh_refuse(err,
			"bind the host's device %s: its mode %04o allows more "
			"than the fileMode %04o, and in a user namespace it "
			"can't be changed",
			args->source, st.st_mode & 07777, args->mode & 07777);
	return bh_hint(err, "set fileMode in linux.devices to the host's, or "
			    "leave it out");
}

int op_bind_node(struct bh_run *run, const struct bh_args_bind_node *args,
		 struct bh_err *err)
{
	bh_autoclose int source_fd =
		open(args->source, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	bh_autoclose int target_fd = -1, clone_fd = -1;
	int r = check_node(source_fd, args, err);

	if (r < 0)
		return r;
	target_fd = bh_path_make(run->slots[args->root], args->path, S_IFREG,
				 0644, 0, run->scratch);
	if (target_fd < 0)
		return bh_fail(err, -target_fd, "make the device %s",
			       args->path);
	clone_fd = clone_mount(source_fd, false);
	r = clone_fd < 0 ? clone_fd : attach(clone_fd, target_fd);
	if (r < 0)
		return bh_fail(err, -r, "bind the host's device %s",
			       args->source);
	return 0;
}

int op_make_link(struct bh_run *run, const struct bh_args_make_link *args,
		 struct bh_err *err)
{
	const char *name = NULL;
	bh_autoclose int dir_fd = bh_path_parent(
		run->slots[args->root], args->path, &name, run->scratch);

	if (dir_fd < 0)
		return bh_fail(err, -dir_fd, "open the directory of %s",
			       args->path);
	if (symlinkat(args->target, dir_fd, name) < 0 && errno != EEXIST)
		return bh_fail(err, errno, "make the link %s", args->path);
	return 0;
}

/*
 * The null device that masks are made of comes from the host, before
 * pivot_root, and its numbers are verified: one from the rootfs could be
 * anything (CVE-2025-31133).
 */
int op_null_open(struct bh_run *run, const struct bh_args_null_open *args,
		 struct bh_err *err)
{
	/* Read-only, so that nobody can chmod the host's device through it. */
	struct mount_attr attr = {
		.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
			    MOUNT_ATTR_NOEXEC,
		.propagation = MS_PRIVATE,
	};
	bh_autoclose int fd =
		open("/dev/null", O_PATH | O_NOFOLLOW | O_CLOEXEC);
	bh_autoclose int clone_fd = -1;
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return bh_fail(err, errno, "open the host's /dev/null");
	if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(1, 3))
		return bh_refuse(err, "open the host's /dev/null: it is not "
				      "the null device, character 1:3");
	clone_fd = clone_mount(fd, false);
	r = clone_fd < 0 ?
		    clone_fd :
		    bh_sys_mount_setattr(clone_fd, "", AT_EMPTY_PATH, &attr);
	if (r < 0)
		return bh_fail(err, -r, "clone the host's /dev/null");
	run->slots[args->null] = bh_steal_fd(&clone_fd);
	return 0;
}

/*
 * All masked files share one mount of the null device, all directories one empty
 * file system.  Before 6.15 a detached mount can't be cloned: there the first
 * use attaches the mount itself, and later ones clone it from where it lies.
 */
static int cover(int cover_fd, int target_fd)
{
	bh_autoclose int clone_fd = clone_mount(cover_fd, false);

	if (clone_fd == -EINVAL)
		return attach(cover_fd, target_fd);
	if (clone_fd < 0)
		return clone_fd;
	return attach(clone_fd, target_fd);
}

/* A path that is covered or cloned is opened and looked at; many are, in one
 * root. */
static bool is_root(struct bh_run *run, int root_slot, const struct stat *st)
{
	struct bh_run_root *root = &run->root;
	struct stat now;

	if (root->fd != run->slots[root_slot]) {
		if (fstat(run->slots[root_slot], &now) < 0)
			return false;
		*root = (struct bh_run_root){ run->slots[root_slot], now.st_dev,
					      now.st_ino };
	}
	return root->device == st->st_dev && root->inode == st->st_ino;
}

int op_mask(struct bh_run *run, const struct bh_args_mask *args,
	    struct bh_err *err)
{
	bh_autoclose int fd =
		bh_path_open(run->slots[args->root], args->path, O_PATH, 0);
	struct stat st;
	int r;

	if (fd == -ENOTDIR)
		fd = -ENOENT;
	if (fd < 0 || fstat(fd, &st) < 0)
		return bh_fail(err, fd < 0 ? -fd : errno,
			       "open the path %s, "
			       "to mask it",
			       args->path);
	if (is_root(run, args->root, &st))
		return bh_refuse(err, "mask %s: it is the root itself",
				 args->path);
	r = cover(run->slots[S_ISDIR(st.st_mode) ? args->empty : args->null],
		  fd);
	if (r < 0)
		return bh_fail(err, -r, "mask %s", args->path);
	return 0;
}

int op_writable(struct bh_run *run, const struct bh_args_writable *args,
		struct bh_err *err)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_NOSUID |
					       MOUNT_ATTR_NODEV };
	bh_autoclose int clone_fd = -1;
	bh_autoclose int fd = bh_path_open(run->slots[args->root], args->path,
					   O_PATH, RESOLVE_NO_SYMLINKS);
	struct stat st;
	int r;

	if (fd == -ENOTDIR)
		fd = -ENOENT;
	if (fd < 0 || fstat(fd, &st) < 0)
		return bh_fail(err, fd < 0 ? -fd : errno,
			       "open %s, to keep it writable", args->path);
	if (is_root(run, args->root, &st)) {
		(void)bh_refuse(err, "keep %s writable: it is the root itself",
				args->path);
		return bh_hint(err, "for that there is the policy key rootfs");
	}
	clone_fd = clone_mount(fd, true);
	r = clone_fd < 0 ?
		    clone_fd :
		    bh_sys_mount_setattr(clone_fd, "",
					 AT_EMPTY_PATH | AT_RECURSIVE, &attr);
	if (r == 0)
		r = attach(clone_fd, fd);
	return r < 0 ? bh_fail(err, -r, "keep %s writable", args->path) : 0;
}

int op_readonly(struct bh_run *run, const struct bh_args_readonly *args,
		struct bh_err *err)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_RDONLY };
	bh_autoclose int clone_fd = -1;
	bh_autoclose int fd =
		bh_path_open(run->slots[args->root], args->path, O_PATH, 0);
	struct stat st;
	int r;

	if (fd == -ENOTDIR)
		fd = -ENOENT;
	if (fd < 0 || fstat(fd, &st) < 0)
		return bh_fail(err, fd < 0 ? -fd : errno,
			       "open %s, to make it read-only", args->path);
	/* A mount over the root would lie beside what is the root already. */
	if (is_root(run, args->root, &st)) {
		r = bh_sys_mount_setattr(run->slots[args->root], "",
					 AT_EMPTY_PATH, &attr);
		return r < 0 ? bh_fail(err, -r, "make / read-only") : 0;
	}
	clone_fd = clone_mount(fd, true);
	if (clone_fd < 0)
		return bh_fail(err, -clone_fd, "clone %s, to make it read-only",
			       args->path);
	r = bh_sys_mount_setattr(clone_fd, "", AT_EMPTY_PATH | AT_RECURSIVE,
				 &attr);
	if (r == 0)
		r = attach(clone_fd, fd);
	if (r < 0)
		return bh_fail(err, -r, "make %s read-only", args->path);
	return 0;
}
