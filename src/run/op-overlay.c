/* SPDX-License-Identifier: Apache-2.0 */
/* A root whose changes are thrown away: overlayfs(5), Documentation/filesystems/
 * overlayfs.rst. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/sys.h"
#include "run/ops.h"

/* The root of an overlay is what upper is. */
static int make_upper(int layers_fd)
{
	struct stat lower;

	if (fstatat(layers_fd, "lower", &lower, AT_SYMLINK_NOFOLLOW) < 0 ||
	    mkdirat(layers_fd, "work", 0700) < 0 ||
	    mkdirat(layers_fd, "upper", lower.st_mode & 07777) < 0)
		return -errno;
	/* An owner who is not mapped can't be given; then it is ours. */
	if (fchownat(layers_fd, "upper", lower.st_uid, lower.st_gid,
		     AT_SYMLINK_NOFOLLOW) < 0 &&
	    errno != EINVAL && errno != EOVERFLOW)
		return -errno;
	return fchmodat(layers_fd, "upper", lower.st_mode & 07777, 0) < 0 ?
		       -errno :
		       0;
}

static int configure(int fs_fd, const char *const *options)
{
	static const char *const layers[][2] = {
		{ "source", "overlay" },
		{ "lowerdir", "lower" },
		{ "upperdir", "upper" },
		{ "workdir", "work" },
	};
	int r = 0;

	for (size_t i = 0; r >= 0 && i < sizeof(layers) / sizeof(layers[0]);
	     i++)
		r = bh_sys_fsconfig(fs_fd, FSCONFIG_SET_STRING, layers[i][0],
				    layers[i][1], 0);
	for (; r >= 0 && options && *options; options++)
		r = bh_sys_fsconfig(fs_fd, FSCONFIG_SET_FLAG, *options, NULL,
				    0);
	return r < 0 ? r :
		       bh_sys_fsconfig(fs_fd, FSCONFIG_CMD_CREATE, NULL, NULL,
				       0);
}

/* Layers are named by paths: from their own directory, so that no other is
 * walked. */
int op_overlay(struct bh_run *run, const struct bh_args_overlay *args,
	       struct bh_err *err)
{
	int layers_fd = run->slots[args->layers];
	bh_autoclose int fs_fd = -1;
	int r = make_upper(layers_fd);

	if (r < 0)
		return bh_fail(err, -r, "make the layers of the overlay");
	fs_fd = bh_sys_fsopen("overlay");
	if (fs_fd < 0) {
		(void)bh_fail(err, -fs_fd, "make the file system overlay");
		return bh_hint(err, "the policy key rootfs: ephemeral needs a "
				    "kernel with overlay file systems "
				    "(modprobe overlay)");
	}
	if (fchdir(layers_fd) < 0)
		return bh_fail(err, errno, "enter the layers of the overlay");
	r = configure(fs_fd, args->options);
	if (r >= 0)
		r = bh_sys_fsmount(fs_fd, 0);
	if (chdir("/") < 0)
		return bh_fail(err, errno, "leave the layers of the overlay");
	if (r < 0)
		return bh_fail(err, -r, "make an overlay over the rootfs");
	run->slots[args->mount] = r;
	return 0;
}
