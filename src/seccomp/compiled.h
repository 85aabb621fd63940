/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A compiled filter as bytes, to be kept for the next container with the same
 * rules: compiling costs more than all else that a start needs.
 *
 *	header, instructions, notes (each ends with NUL), SHA-256
 *
 * in this machine's own order.  The digest is of the key and of everything
 * before: what was cut off, or is of other rules, is not taken.  It is no proof
 * of who wrote it: that is for where the bytes are kept.
 */
#ifndef BH_SECCOMP_COMPILED_H
#define BH_SECCOMP_COMPILED_H

#include "base/digest.h"
#include "base/str.h"
#include "seccomp/filter.h"

/* A longer one is not kept: twice what a filter can have of instructions. */
#define BH_COMPILED_MAX (64u << 10)

/* Of all that decides what bh_seccomp_compile makes: the rules as JSON, the
 * sources of this folder, libseccomp, the architecture. */
void bh_seccomp_key(const struct oci_seccomp *seccomp, struct bh_digest *ret);

/* Append filter, and the notes that compiling it gave. */
void bh_compiled_print(const struct bh_filter *filter,
		       const struct bh_notes *notes,
		       const struct bh_digest *key, struct bh_buf *ret);

/* Back into the arena; the notes are appended.  -EINVAL where it is not what
 * was printed under this key. */
int bh_compiled_parse(const char *data, size_t len, const struct bh_digest *key,
		      struct bh_arena *arena, struct bh_filter *ret,
		      struct bh_notes *notes);

/* Made when bulkhead is: SHA-256 of the sources, in hexadecimal. */
extern const char bh_seccomp_sources[];

#endif
