/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fd.h"
#include "container/pid-file.h"

/* Under a name of our own, then renamed: a reader sees all of it or nothing. */
int bh_pid_file_write(const char *path, pid_t pid, struct bh_err *err)
{
	bh_autobuf struct bh_buf temporary = { 0 }, text = { 0 };
	bh_autoclose int fd = -1;
	int r;

	bh_buf_printf(&temporary, "%s.%d.new", path, (int)getpid());
	bh_buf_printf(&text, "%d", (int)pid);
	fd = open(temporary.data,
		  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return bh_fail(err, errno, "write the pid file %s", path);
	r = bh_write_all(fd, text.data, text.len);
	if (r == 0 && rename(temporary.data, path) < 0)
		r = -errno;
	if (r == 0)
		return 0;
	(void)unlink(temporary.data);
	return bh_fail(err, -r, "write the pid file %s", path);
}
