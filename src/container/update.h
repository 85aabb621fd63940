/* SPDX-License-Identifier: Apache-2.0 */
/* update: other limits for a container that is there. */
#ifndef BH_CONTAINER_UPDATE_H
#define BH_CONTAINER_UPDATE_H

#include "base/err.h"

/*
 * Change the limits that the JSON in file says, "-" for standard input: an
 * object as /linux/resources in a config, of memory, cpu and pids.  What it does
 * not give, or gives as 0, stays.  All of them are changed or none.  0 or
 * -errno.
 */
int bh_container_update(const char *root, const char *id, const char *file,
			struct bh_err *err);

#endif
