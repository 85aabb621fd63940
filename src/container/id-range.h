/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which range of host ids is whose.  Containers of all root directories share the
 * ranges, so what is taken is noted in one place of the host: a file for each range,
 * which names its container's entry.
 *
 * A range is taken as long as its file is locked, by who makes a container, or the
 * entry that it names is there.  So nothing has to be given back, and whoever is
 * killed keeps nothing: what it left is free again, and the next one takes it.
 */
#ifndef BH_CONTAINER_ID_RANGE_H
#define BH_CONTAINER_ID_RANGE_H

#include <stdint.h>

#include "base/err.h"

struct bh_id_range {
	int fd;		/* of the range's file, locked; -1 none */
	uint32_t first; /* 0: none */
};

#define BH_NO_ID_RANGE \
	{              \
		-1, 0  \
	}

/* The range that would be taken now.  Nothing changes. */
int bh_id_range_look(uint32_t *ret_first, struct bh_err *err);

/* Take one, for as long as ret is open, */
int bh_id_range_take(struct bh_id_range *ret, struct bh_err *err);

/* or as long as there is the entry of a container. */
int bh_id_range_name(const struct bh_id_range *ids, const char *root,
		     const char *id, struct bh_err *err);

void bh_id_range_close(struct bh_id_range *ids);

#endif
