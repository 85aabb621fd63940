/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/procfs.h"
#include "base/sys.h"
#include "container/seal.h"

#define ALL_SEALS (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* The running program, by the one link that can't lie about it. */
static int open_own_program(struct bh_err *err)
{
	bh_autoclose int procfs_fd = bh_procfs_open_shared();
	bh_autoclose int self_fd = -1;
	struct open_how how = { .flags = O_RDONLY };
	int fd;

	if (procfs_fd == -EINVAL)
		return bh_refuse(err, "open the own program: what is mounted "
				      "on /proc is no procfs");
	self_fd = procfs_fd < 0 ? procfs_fd :
				  bh_procfs_open_file(procfs_fd, "self",
						      O_PATH | O_DIRECTORY);
	fd = self_fd < 0 ? self_fd : bh_sys_openat2(self_fd, "exe", &how);
	if (fd < 0)
		return bh_fail(err, -fd,
			       "open the own program, /proc/self/exe");
	return fd;
}

/*
 * A sealed copy says so itself.  A detached mount is read-only, and is no part
 * of our mount namespace, so that it can't be cloned: EINVAL.
 */
static bool is_sealed(int fd, int clone_fd)
{
	struct statvfs fs;
	int seals = fcntl(fd, F_GET_SEALS);

	if (seals >= 0 && (seals & ALL_SEALS) == ALL_SEALS)
		return true;
	return clone_fd == -EINVAL && fstatvfs(fd, &fs) == 0 &&
	       fs.f_flag & ST_RDONLY;
}

/* The whole binary into sealed memory; 0 or -errno. */
static int copy_sealed(int from_fd, int to_fd)
{
	struct stat st;
	off_t left;

	if (fstat(from_fd, &st) < 0)
		return -errno;
	for (left = st.st_size; left > 0;) {
		ssize_t n = sendfile(to_fd, from_fd, NULL, (size_t)left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		left -= n;
	}
	if (fcntl(to_fd, F_ADD_SEALS, ALL_SEALS) < 0)
		return -errno;
	return 0;
}

static int make_copy(int program_fd, struct bh_err *err)
{
	bh_autoclose int fd =
		memfd_create("bulkhead", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int r;

	if (fd < 0)
		return bh_fail(err, errno,
			       "make a sealed copy of the own "
			       "program");
	r = copy_sealed(program_fd, fd);
	if (r < 0)
		return bh_fail(err, -r, "copy the own program");
	return bh_steal_fd(&fd);
}

int bh_seal(char *const argv[], char *const envp[], struct bh_err *err)
{
	struct mount_attr readonly = {
		.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV,
		.propagation = MS_PRIVATE,
	};
	bh_autoclose int program_fd = open_own_program(err);
	bh_autoclose int fd = -1;
	int r;

	if (program_fd < 0)
		return program_fd;
	fd = bh_sys_open_tree(program_fd, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
	if (is_sealed(program_fd, fd))
		return 0;
	if (fd >= 0 &&
	    bh_sys_mount_setattr(fd, "", AT_EMPTY_PATH, &readonly) < 0)
		bh_close(&fd);
	if (fd < 0)
		fd = make_copy(program_fd, err);
	if (fd < 0)
		return fd;
	r = bh_sys_execveat(fd, "", argv, envp, AT_EMPTY_PATH);
	return bh_fail(err, -r, "execute the sealed own program");
}
