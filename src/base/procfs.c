/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/procfs.h"
#include "base/sys.h"

/* PROC_ROOT_INO of the kernel: the root of every procfs. */
#define PROC_ROOT_INODE 1

static int verify(int fd)
{
	struct statfs fs;
	struct stat st;

	if (fstatfs(fd, &fs) < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (fs.f_type != PROC_SUPER_MAGIC || st.st_ino != PROC_ROOT_INODE)
		return -EINVAL;
	return 0;
}

int bh_procfs_open_shared(void)
{
	bh_autoclose int fd = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (fd < 0)
		return -errno;
	r = verify(fd);
	return r < 0 ? r : bh_steal_fd(&fd);
}

int bh_procfs_open(void)
{
	bh_autoclose int fs_fd = bh_sys_fsopen("proc");
	int fd;

	if (fs_fd < 0)
		return bh_procfs_open_shared();
	if (bh_sys_fsconfig(fs_fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return bh_procfs_open_shared();
	fd = bh_sys_fsmount(fs_fd, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
					   MOUNT_ATTR_NOEXEC);
	return fd < 0 ? bh_procfs_open_shared() : fd;
}

int bh_procfs_open_file(int procfs_fd, const char *path, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned int)flags,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS |
			   RESOLVE_NO_XDEV,
	};

	return bh_sys_openat2(procfs_fd, path, &how);
}

static int open_namespace(int procfs_fd, const char *dir, const char *name)
{
	bh_autoclose int dir_fd =
		bh_procfs_open_file(procfs_fd, dir, O_PATH | O_DIRECTORY);
	/* The one place where a magic link is what is wanted. */
	struct open_how how = { .flags = O_RDONLY };

	if (dir_fd < 0)
		return dir_fd;
	return bh_sys_openat2(dir_fd, name, &how);
}

int bh_procfs_open_namespace(int procfs_fd, const char *name)
{
	return open_namespace(procfs_fd, "self/ns", name);
}

int bh_procfs_open_namespace_of(int procfs_fd, pid_t pid, const char *name)
{
	char dir[32];

	(void)snprintf(dir, sizeof(dir), "%d/ns", (int)pid);
	return open_namespace(procfs_fd, dir, name);
}

int bh_procfs_reopen(int procfs_fd, int path_fd, int flags)
{
	bh_autoclose int dir_fd =
		bh_procfs_open_file(procfs_fd, "self/fd", O_PATH | O_DIRECTORY);
	struct open_how how = { .flags = (uint64_t)(unsigned int)flags };
	char name[16];

	if (dir_fd < 0)
		return dir_fd;
	(void)snprintf(name, sizeof(name), "%d", path_fd);
	return bh_sys_openat2(dir_fd, name, &how);
}

int bh_procfs_write(int procfs_fd, const char *path, const char *value,
		    size_t len)
{
	bh_autoclose int fd = bh_procfs_open_file(procfs_fd, path, O_WRONLY);
	ssize_t n;

	if (fd < 0)
		return fd;
	/* One call: maps and sysctls take a value whole or not at all. */
	n = write(fd, value, len);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

int bh_procfs_read(int procfs_fd, const char *path, size_t max,
		   struct bh_buf *buf)
{
	bh_autoclose int fd = bh_procfs_open_file(procfs_fd, path, O_RDONLY);

	if (fd < 0)
		return fd;
	return bh_read_all(fd, max, buf);
}
