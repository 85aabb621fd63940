/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts: made detached, given their attributes, then attached below a root. */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/procfs.h"
#include "base/sys.h"
#include "run/ops.h"

static unsigned int tree_flags(bool recursive)
{
	return OPEN_TREE_CLONE | AT_EMPTY_PATH |
	       (recursive ? (unsigned int)AT_RECURSIVE : 0);
}

int op_tree_clone(struct bh_run *run, const struct bh_args_tree_clone *args,
		  struct bh_err *err)
{
	const struct bh_slot *source = &run->in.plan->slots[args->source];
	int fd = bh_sys_open_tree(run->slots[args->source], "",
				  tree_flags(args->recursive));

	if (fd < 0)
		return bh_fail(err, -fd, "clone the mount of %s", source->name);
	run->slots[args->tree] = fd;
	return 0;
}

/* Open path again in this mount namespace: it must be what was judged. */
static int open_judged(const char *path, int judged_fd, struct bh_err *err)
{
	bh_autoclose int fd = open(path, O_PATH | O_CLOEXEC);
	struct stat now, then;

	if (fd < 0)
		return bh_fail(err, errno, "open %s", path);
	if (fstat(fd, &now) < 0 || fstat(judged_fd, &then) < 0)
		return bh_fail(err, errno, "stat %s", path);
	if (now.st_dev != then.st_dev || now.st_ino != then.st_ino)
		return bh_refuse(err,
				 "open %s: it was replaced by another "
				 "file while the container was made",
				 path);
	return bh_steal_fd(&fd);
}

int op_tree_clone_own(struct bh_run *run,
		      const struct bh_args_tree_clone_own *args,
		      struct bh_err *err)
{
	bh_autoclose int at =
		open_judged(args->path, run->slots[args->source], err);
	int fd;

	if (at < 0)
		return at;
	fd = bh_sys_open_tree(at, "", tree_flags(args->recursive));
	if (fd == -EINVAL && !args->recursive) {
		bh_fail(err, EINVAL, "clone the mount of %s", args->path);
		return bh_hint(err,
			       "without privileges a directory with "
			       "mounts below it can only be bound with them: "
			       "use the option rbind");
	}
	if (fd < 0)
		return bh_fail(err, -fd, "clone the mount of %s", args->path);
	run->slots[args->tree] = fd;
	return 0;
}

int op_root_attach(struct bh_run *run, const struct bh_args_root_attach *args,
		   struct bh_err *err)
{
	bh_autoclose int at =
		open_judged(args->path, run->slots[args->source], err);
	int r;

	if (at < 0)
		return at;
	r = bh_sys_move_mount(run->slots[args->tree], at, "",
			      MOVE_MOUNT_T_EMPTY_PATH);
	if (r < 0)
		return bh_fail(err, -r, "attach the rootfs at %s", args->path);
	return 0;
}

/*
 * The kernel explains a refused option in the context's log, one message a
 * read(2), with a letter and a blank in front: "e tmpfs: Unknown parameter".
 */
static int fs_fail(struct bh_err *err, int errnum, int fs_fd,
		   const struct bh_args_mount_fs *args, const char *option)
{
	char log[256];
	ssize_t n = read(fs_fd, log, sizeof(log) - 1);

	bh_fail(err, errnum, "make the file system %s%s%s", args->type,
		option ? " with option " : "", option ? option : "");
	if (n <= 0 && errnum == EPERM)
		bh_hint(err,
			"in a user namespace proc needs a new pid "
			"namespace, sysfs a new network namespace and mqueue a "
			"new ipc namespace beside it");
	if (n > 2) {
		log[n] = '\0';
		log[strcspn(log, "\n")] = '\0';
		bh_hint(err, "the kernel says: %s", log + 2);
	}
	return -err->errnum;
}

static int set_option(struct bh_run *run, int fs_fd, const char *option)
{
	const char *value = strchr(option, '=');
	char *key = run->scratch.data;
	size_t len;

	if (!value)
		return bh_sys_fsconfig(fs_fd, FSCONFIG_SET_FLAG, option, NULL,
				       0);
	len = (size_t)(value - option);
	if (len >= run->scratch.size)
		return -ENAMETOOLONG;
	memcpy(key, option, len);
	key[len] = '\0';
	return bh_sys_fsconfig(fs_fd, FSCONFIG_SET_STRING, key, value + 1, 0);
}

int op_mount_fs(struct bh_run *run, const struct bh_args_mount_fs *args,
		struct bh_err *err)
{
	bh_autoclose int fs_fd = bh_sys_fsopen(args->type);
	int r;

	if (fs_fd < 0)
		return bh_fail(err, -fs_fd, "make the file system %s",
			       args->type);
	r = bh_sys_fsconfig(fs_fd, FSCONFIG_SET_STRING, "source", args->source,
			    0);
	if (r < 0)
		return fs_fail(err, -r, fs_fd, args, "source");
	for (size_t i = 0; args->options && args->options[i]; i++) {
		r = set_option(run, fs_fd, args->options[i]);
		if (r < 0)
			return fs_fail(err, -r, fs_fd, args, args->options[i]);
	}
	r = bh_sys_fsconfig(fs_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	if (r < 0)
		return fs_fail(err, -r, fs_fd, args, NULL);
	r = bh_sys_fsmount(fs_fd, (unsigned int)args->attributes);
	if (r < 0)
		return fs_fail(err, -r, fs_fd, args, NULL);
	run->slots[args->mount] = r;
	return 0;
}

int op_mount_attr(struct bh_run *run, const struct bh_args_mount_attr *args,
		  struct bh_err *err)
{
	struct mount_attr attr = {
		.attr_set = args->set,
		.attr_clr = args->clear,
		.propagation = args->propagation,
	};
	int r = bh_sys_mount_setattr(
		run->slots[args->mount], "",
		AT_EMPTY_PATH |
			(args->recursive ? (unsigned int)AT_RECURSIVE : 0),
		&attr);

	if (r < 0)
		return bh_fail(err, -r, "set the attributes of the mount %s",
			       run->in.plan->slots[args->mount].name);
	return 0;
}

/*
 * Open the target and make it when it is missing, as a directory or a file
 * like what will lie on it.
 */
static int open_target(struct bh_run *run,
		       const struct bh_args_mount_attach *args, mode_t type)
{
	return bh_path_make(run->slots[args->root], args->target, type,
			    type == S_IFDIR ? 0755 : 0644,
			    args->nolinks ? RESOLVE_NO_SYMLINKS : 0,
			    run->scratch);
}

/* /proc or below: such targets are followed over no link. */
static bool is_proc(const char *target)
{
	return bh_str_eq(target, "/proc") || bh_starts_with(target, "/proc/");
}

/*
 * A link of the image may lead a harmless target elsewhere: onto /proc, whose
 * files we and others trust, or onto the root itself.
 */
static int check_target(const struct bh_run *run,
			const struct bh_args_mount_attach *args, int target_fd,
			struct bh_err *err)
{
	struct stat root, target;
	struct statfs fs;

	if (fstatfs(target_fd, &fs) < 0 || fstat(target_fd, &target) < 0 ||
	    fstat(run->slots[args->root], &root) < 0)
		return bh_fail(err, errno, "stat the mount target %s",
			       args->target);
	if (fs.f_type == PROC_SUPER_MAGIC && !is_proc(args->target))
		return bh_refuse(err,
				 "mount on %s: a link in the rootfs leads "
				 "it into /proc",
				 args->target);
	if (root.st_dev == target.st_dev && root.st_ino == target.st_ino)
		return bh_refuse(err,
				 "mount on %s: a link in the rootfs leads "
				 "it to the root itself",
				 args->target);
	return 0;
}

int op_mount_attach(struct bh_run *run, const struct bh_args_mount_attach *args,
		    struct bh_err *err)
{
	int mount_fd = run->slots[args->mount];
	bh_autoclose int target_fd = -1;
	struct stat st;
	int r;

	if (fstat(mount_fd, &st) < 0)
		return bh_fail(err, errno, "stat the mount for %s",
			       args->target);
	target_fd =
		open_target(run, args, S_ISDIR(st.st_mode) ? S_IFDIR : S_IFREG);
	if (target_fd == -ELOOP && args->nolinks)
		return bh_refuse(err,
				 "mount on %s: it is or lies behind a "
				 "symbolic link in the rootfs, which would "
				 "lead the mount elsewhere",
				 args->target);
	if (target_fd < 0)
		return bh_fail(err, -target_fd, "open the mount target %s",
			       args->target);
	r = check_target(run, args, target_fd, err);
	if (r < 0)
		return r;
	r = bh_sys_move_mount(mount_fd, target_fd, "", MOVE_MOUNT_T_EMPTY_PATH);
	if (r < 0)
		return bh_fail(err, -r, "mount on %s", args->target);
	return 0;
}

int op_procfs_open(struct bh_run *run, const struct bh_args_procfs_open *args,
		   struct bh_err *err)
{
	int fd = bh_procfs_open();

	if (fd == -EINVAL)
		return bh_refuse(err, "open /proc: what is mounted there is "
				      "no procfs");
	if (fd < 0)
		return bh_fail(err, -fd, "open /proc");
	run->slots[args->procfs] = fd;
	return 0;
}
