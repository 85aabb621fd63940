/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Copies in sealed memory, memfd_create(2): hashed while they are made, in one
 * read, so that the bytes that were judged are those that run, whatever becomes
 * of the file.
 */
#ifndef BH_TRUST_SEALED_H
#define BH_TRUST_SEALED_H

#include "base/digest.h"
#include "base/err.h"

/* More is refused. */
#define BH_SEALED_MAX (256u << 20)

/* A sealed copy of what fd has, of which nothing was read yet; with
 * ret_digest, that of the copy. */
int bh_sealed_copy(int fd, struct bh_digest *ret_digest, struct bh_err *err);

/* The digest of what fd has, which stays where it is. */
int bh_sealed_hash(int fd, struct bh_digest *ret, struct bh_err *err);

#endif
