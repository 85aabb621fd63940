/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/filter.h>
#include <sys/mman.h>

#include "base/fd.h"
#include "seccomp/build.h"

/* libseccomp 2.5 writes to descriptors only. */
int bh_seccomp_export(scmp_filter_ctx context, struct bh_buf *program,
		      struct bh_err *err)
{
	bh_autoclose int fd = memfd_create("seccomp", MFD_CLOEXEC);
	size_t before = program->len;
	int r;

	if (fd < 0)
		return bh_fail(err, errno,
			       "make a memory file for the seccomp filter");
	r = seccomp_export_bpf(context, fd);
	if (r < 0)
		return bh_fail(err, -r, "generate the seccomp filter");
	if (lseek(fd, 0, SEEK_SET) < 0)
		return bh_fail(err, errno,
			       "rewind the generated seccomp filter");
	r = bh_read_all(fd, SIZE_MAX, program);
	if (r < 0)
		return bh_fail(err, -r, "read the generated seccomp filter");
	if (program->len == before ||
	    (program->len - before) % sizeof(struct sock_filter))
		return bh_refuse(err,
				 "libseccomp generated %zu bytes, which is no "
				 "filter",
				 program->len - before);
	return 0;
}
