/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file that is to be executed, read once: its digest, and a descriptor of bytes
 * that stay those of the digest.  For a fixed file that is the file itself, for
 * any other a copy, sealed in memory or kept by root.
 */
#ifndef BH_TRUST_PROGRAM_H
#define BH_TRUST_PROGRAM_H

#include "trust/fixed.h"
#include "trust/item.h"
#include "trust/keep.h"

struct bh_reading {
	int fd;
	struct bh_item_file file; /* its path is in the ground's arena */
	struct stat st;
	bool fresh; /* it was read, and that may be kept */
};

#define BH_NO_READING       \
	(struct bh_reading) \
	{                   \
		.fd = -1    \
	}

/* Read the program at path; the error says why it can't be run. */
int bh_program_read(struct bh_ground *ground, const struct bh_keep *keep,
		    const char *path, struct bh_reading *ret,
		    struct bh_err *err);
void bh_reading_close(struct bh_reading *reading);

/* The digest of a file that was found, now. */
int bh_program_digest(const struct bh_ground *ground,
		      const struct bh_found *found, struct bh_digest *ret,
		      struct bh_err *err);

#endif
