/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/fd.h"

void bh_close(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
	errno = saved;
}

int bh_write_all(int fd, const void *data, size_t len)
{
	const char *at = data;

	while (len) {
		ssize_t n = write(fd, at, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

int bh_read_all(int fd, size_t max, struct bh_buf *buf)
{
	char block[16384];

	for (;;) {
		ssize_t n = read(fd, block, sizeof(block));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return 0;
		if ((size_t)n > max || buf->len > max - (size_t)n)
			return -EFBIG;
		bh_buf_add(buf, block, (size_t)n);
	}
}
