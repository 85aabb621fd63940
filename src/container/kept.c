/* SPDX-License-Identifier: Apache-2.0 */
#include <fcntl.h>

#include "base/sys.h"
#include "container/kept.h"
#include "plan/ops.h"

int bh_kept_check(unsigned int count, struct bh_err *err)
{
	for (unsigned int i = 0; i < count; i++) {
		int fd = BH_FIRST_KEPT_FD + (int)i;
		int flags = fcntl(fd, F_GETFD);

		if (flags >= 0 && fcntl(fd, F_SETFD, flags & ~FD_CLOEXEC) == 0)
			continue;
		(void)bh_refuse(err,
				"hand descriptors on: %u are to be, and %d is "
				"not open",
				count, fd);
		return bh_hint(err,
			       "they are numbered from %d on; check "
			       "--preserve-fds and $LISTEN_FDS",
			       BH_FIRST_KEPT_FD);
	}
	return 0;
}

void bh_kept_close(unsigned int count)
{
	if (count)
		(void)bh_sys_close_range(BH_FIRST_KEPT_FD,
					 BH_FIRST_KEPT_FD + count - 1, 0);
}
