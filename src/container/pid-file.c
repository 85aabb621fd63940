/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/procfs.h"
#include "container/pid-file.h"

/* A file without a name: nothing is left of it if we are killed. */
static int open_nameless(const char *path)
{
	bh_autofree char *dir = bh_strdup(path);
	char *slash = strrchr(dir, '/');
	int fd;

	if (slash)
		slash[slash == dir] = '\0';
	fd = open(slash ? dir : ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0644);
	return fd < 0 ? -errno : fd;
}

/* Give it its name, in place of what has it. */
static int name_it(int fd, const char *path)
{
	bh_autoclose int procfs_fd = bh_procfs_open_shared();
	char link[32];

	if (procfs_fd < 0)
		return procfs_fd;
	(void)snprintf(link, sizeof(link), "self/fd/%d", fd);
	if (linkat(procfs_fd, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW) == 0)
		return 0;
	if (errno != EEXIST || unlink(path) < 0 ||
	    linkat(procfs_fd, link, AT_FDCWD, path, AT_SYMLINK_FOLLOW) < 0)
		return -errno;
	return 0;
}

/* For file systems that know no files without a name. */
static int write_and_rename(const char *path, const struct bh_buf *text)
{
	bh_autobuf struct bh_buf temporary = { 0 };
	bh_autoclose int fd = -1;
	int r;

	bh_buf_printf(&temporary, "%s.%d.new", path, (int)getpid());
	fd = open(temporary.data,
		  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return -errno;
	r = bh_write_all(fd, text->data, text->len);
	if (r == 0 && rename(temporary.data, path) < 0)
		r = -errno;
	if (r < 0)
		(void)unlink(temporary.data);
	return r;
}

int bh_pid_file_write(const char *path, pid_t pid, struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };
	bh_autoclose int fd = open_nameless(path);
	int r;

	bh_buf_printf(&text, "%d", (int)pid);
	if (fd == -EOPNOTSUPP || fd == -EISDIR)
		r = write_and_rename(path, &text);
	else
		r = fd < 0 ? fd : bh_write_all(fd, text.data, text.len);
	if (r == 0 && fd >= 0)
		r = name_it(fd, path);
	return r < 0 ? bh_fail(err, -r, "write the pid file %s", path) : 0;
}
