/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/procfs.h"
#include "run/ops.h"

/* proc_pid_attr(5): what this process gets when it executes something. */
#define ATTRIBUTE "self/attr/exec"

/* What stands there: bytes, or -errno. */
static ssize_t read_back(const struct bh_run *run, int procfs_fd)
{
	bh_autoclose int fd =
		bh_procfs_open_file(procfs_fd, ATTRIBUTE, O_RDONLY);
	ssize_t n = fd < 0 ? fd :
			     read(fd, run->scratch.data, run->scratch.size);

	return fd >= 0 && n < 0 ? -errno : n;
}

int op_selinux_exec(struct bh_run *run, const struct bh_args_selinux_exec *args,
		    struct bh_err *err)
{
	int procfs_fd = run->slots[args->procfs];
	size_t len = strlen(args->label);
	ssize_t n;
	int r = bh_procfs_write(procfs_fd, ATTRIBUTE, args->label, len);

	if (r == -EINVAL)
		return bh_fail(err, EINVAL,
			       "set the SELinux label %s: the host's policy "
			       "has none of that kind",
			       args->label);
	if (r < 0)
		return bh_fail(err, -r, "set the SELinux label %s",
			       args->label);
	n = read_back(run, procfs_fd);
	if (n < 0)
		return bh_fail(err, (int)-n, "read the SELinux label back");
	/* It ends in a NUL or a newline, or in neither. */
	while (n > 0 && (run->scratch.data[n - 1] == '\0' ||
			 run->scratch.data[n - 1] == '\n'))
		n--;
	if ((size_t)n != len ||
	    memcmp(run->scratch.data, args->label, len) != 0)
		return bh_refuse(err,
				 "set the SELinux label %s: the kernel has "
				 "another one",
				 args->label);
	return 0;
}
