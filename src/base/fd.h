/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors: ownership, whole reads and writes. */
#ifndef BH_BASE_FD_H
#define BH_BASE_FD_H

#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/str.h"

/* Close *fd when it is open, keep errno, and set it to -1. */
void bh_close(int *fd);

#define bh_autoclose __attribute__((cleanup(bh_close)))

static inline int bh_steal_fd(int *fd)
{
	int stolen = *fd;

	*fd = -1;
	return stolen;
}

/* Write all of data in as few calls as it takes; 0 or -errno. */
int bh_write_all(int fd, const void *data, size_t len);

/*
 * Append all that fd has to buf.  More than max bytes is -EFBIG.  Returns 0 or
 * -errno.
 */
int bh_read_all(int fd, size_t max, struct bh_buf *buf);

#endif
