/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for libocispec.  Running out of it aborts: half a configuration is
 * worth nothing, and code for that case would never be tested.
 */
#ifndef OCISPEC_MEMORY_H
#define OCISPEC_MEMORY_H

#include <stddef.h>

/* ---- heap ---------------------------------------------------------------- */

/* count zeroed members of size bytes; NULL when there are none */
void *oci_new(size_t count, size_t size);

void *oci_resize(void *old, size_t size);

/* An owned, NUL-terminated copy of len bytes. */
char *oci_copy(const char *text, size_t len);

/* ---- arena --------------------------------------------------------------- */

/* Blocks that live and die together.  Start with {NULL}. */
struct oci_arena {
	struct oci_chunk *chunks;
};

/* size zeroed bytes, aligned for any type */
void *oci_arena_new(struct oci_arena *arena, size_t size);

/* A NUL-terminated copy of len bytes. */
const char *oci_arena_copy(struct oci_arena *arena, const char *text,
			   size_t len);

void oci_arena_clear(struct oci_arena *arena);

#endif
