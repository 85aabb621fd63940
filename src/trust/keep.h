/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was read once and needn't be again: a directory of root's own, in memory
 * (/run), with digests and copies of files.
 *
 *	KIND-DEVICE-INODE-SIZE-MTIME-CTIME	the digest of a file with these facts
 *	DIGEST					a copy of one that others can change
 *
 * Nobody can set a ctime: the kernel does, at every change, on the file systems
 * that are asked here (bh_ground_is_local).  Two changes may get the same one,
 * though, where they are closer than its clock ticks; so nothing is kept of a
 * file that was changed less than two seconds before it was read (git's "racily
 * clean").  What is left is a store through a mapping that a page was dirty
 * behind already: that changes bytes and no time.  It does no harm.  Of a file
 * that others can change it is the copy that runs, the very bytes of the digest,
 * and with a fixed one only root could do it.
 *
 * A directory that isn't the caller's own, or is open for others, is not used:
 * whatever doesn't fit, the file is read again.
 */
#ifndef BH_TRUST_KEEP_H
#define BH_TRUST_KEEP_H

#include <stdbool.h>
#include <sys/stat.h>

#include "base/digest.h"
#include "base/err.h"

struct bh_keep {
	int fd;	   /* of the directory; -1: there is none */
	bool runs; /* programs can be executed there */
};

/* Only looks; dir may be NULL. */
void bh_keep_open(const char *dir, struct bh_keep *ret);
void bh_keep_close(struct bh_keep *keep);

/* The digest of a file; false: it isn't known. */
bool bh_keep_find(const struct bh_keep *keep, const struct stat *st, bool fixed,
		  struct bh_digest *ret);

/* Open the copy of a file with this digest and size; -1: there is none. */
int bh_keep_find_copy(const struct bh_keep *keep,
		      const struct bh_digest *digest, off_t size);

/* Whether what was read of a file may be kept: st is from before, as is now. */
bool bh_keep_may(const struct stat *st, const struct timespec *now);

/* Make the directory, below one that exists, where it is missing; and make room
 * where too much has come together. */
int bh_keep_make(const char *dir, struct bh_keep *ret, struct bh_err *err);

/* Of a fixed file copy_fd is -1; of another, what is to be copied. */
int bh_keep_save(const struct bh_keep *keep, const struct stat *st,
		 const struct bh_digest *digest, int copy_fd,
		 struct bh_err *err);

#endif
