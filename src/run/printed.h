/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What hooks printed, from whichever process ran them to whoever logs it.  Lies in
 * shared memory: the reader takes nothing in it on trust.
 */
#ifndef BH_RUN_PRINTED_H
#define BH_RUN_PRINTED_H

#include <stdatomic.h>

#include "run/hook.h"

/* Room for all hooks together; what doesn't fit is cut. */
#define BH_PRINTED_SIZE 8192

/* All zero is empty. */
struct bh_printed {
	_Atomic size_t len;
	char texts[BH_PRINTED_SIZE]; /* each ends in NUL */
};

/* Append "NAME printed: TEXT", if it printed anything.  Allocates nothing. */
void bh_printed_add(struct bh_printed *printed, const char *name,
		    const struct bh_hook_output *output);

/* The text behind the one before, NULL at first; NULL at the end. */
const char *bh_printed_next(const struct bh_printed *printed,
			    const char *before);

#endif
