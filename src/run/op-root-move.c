/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The root without pivot_root(2), which can't replace the file system that the
 * kernel started with (an initramfs): it has no parent to be put below.
 *
 * The rootfs is moved over it.  What lies on the very root of the namespace
 * covers it for good: no `..` leads behind it, since there is no directory to
 * come back to.  The host's other mounts are detached, so that none of them,
 * its procfs above all, lies there uncovered for a user namespace to ask for.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/procfs.h"
#include "base/sys.h"
#include "host/mountinfo.h"
#include "run/ops.h"

/* From <sys/mount.h>, which can't be included beside <linux/mount.h>. */
#define BH_MNT_DETACH	   2
#define BH_UMOUNT_NOFOLLOW 8

/* One line of mountinfo, proc_pid_mountinfo(5). */
struct mount_line {
	uint64_t id, parent;
	char *target; /* as in the line, then unescaped */
};

/* Whole into the scratch room: 0 or -errno, -E2BIG where it does not fit. */
static int read_mounts(const struct bh_run *run, int procfs_fd)
{
	bh_autoclose int fd =
		bh_procfs_open_file(procfs_fd, "self/mountinfo", O_RDONLY);
	size_t room = run->scratch.size - 1, len = 0;
	ssize_t n = 1;

	if (fd < 0)
		return fd;
	while (len < room && n > 0) {
		n = read(fd, run->scratch.data + len, room - len);
		if (n < 0)
			return -errno;
		len += (size_t)n;
	}
	run->scratch.data[len] = '\0';
	return len == room ? -E2BIG : 0;
}

/* Cut a line off the text; false at its end, or where it is no mountinfo. */
static bool next_line(char **text, struct mount_line *ret)
{
	char *line = strsep(text, "\n");
	char *id = strsep(&line, " "), *parent = strsep(&line, " ");

	(void)strsep(&line, " ");
	(void)strsep(&line, " ");
	ret->target = strsep(&line, " ");
	if (!ret->target || bh_parse_u64(id, UINT64_MAX, &ret->id) < 0 ||
	    bh_parse_u64(parent, UINT64_MAX, &ret->parent) < 0)
		return false;
	(void)bh_mount_unescape(ret->target);
	return true;
}

/* The namespace's own root is its own parent.  *ret_id, or -EINVAL when / is
 * another mount, or none. */
static int find_root(char *text, uint64_t *ret_id)
{
	struct mount_line line;

	while (next_line(&text, &line)) {
		if (line.target[0] != '/' || line.target[1] ||
		    line.id != line.parent)
			continue;
		*ret_id = line.id;
		return 0;
	}
	return -EINVAL;
}

/* Detach one of the mounts that lie on the old root: 1, 0 when there is none
 * left, or -errno.  Paths start at the old root still. */
static int detach_one(char *text, uint64_t root_id)
{
	struct mount_line line;

	while (next_line(&text, &line)) {
		int r;

		if (line.parent != root_id || line.id == root_id ||
		    !line.target[1])
			continue;
		r = bh_sys_umount2(line.target,
				   BH_MNT_DETACH | BH_UMOUNT_NOFOLLOW);
		return r < 0 ? r : 1;
	}
	return 0;
}

static int detach_mounts(const struct bh_run *run, int procfs_fd,
			 uint64_t root_id)
{
	int r;

	do {
		r = read_mounts(run, procfs_fd);
		if (r == 0)
			r = detach_one(run->scratch.data, root_id);
	} while (r > 0);
	return r;
}

static int enter(int root_fd)
{
	if (fchdir(root_fd) < 0 || chroot(".") < 0 || chdir("/") < 0)
		return -errno;
	return 0;
}

int op_root_move(struct bh_run *run, const struct bh_args_root_move *args,
		 struct bh_err *err)
{
	int root_fd = run->slots[args->root];
	int procfs_fd = run->slots[args->procfs];
	bh_autoclose int slash_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	uint64_t root_id = 0;
	int r = read_mounts(run, procfs_fd);

	if (r == 0)
		r = find_root(run->scratch.data, &root_id);
	if (r < 0) {
		(void)bh_fail(err, -r, "replace the root without pivot_root");
		return bh_hint(err, "--no-pivot is for a host whose root is "
				    "its initramfs, and pivot_root was tried "
				    "before; here it must work");
	}
	r = bh_sys_move_mount(root_fd, slash_fd, "", MOVE_MOUNT_T_EMPTY_PATH);
	if (r < 0)
		return bh_fail(err, -r, "move the rootfs over the root");
	r = detach_mounts(run, procfs_fd, root_id);
	if (r < 0)
		return bh_fail(err, -r, "detach the host's mounts");
	r = enter(root_fd);
	return r < 0 ? bh_fail(err, -r, "enter the new root") : 0;
}
