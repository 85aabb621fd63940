/* SPDX-License-Identifier: Apache-2.0 */
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "memory.h"

#define CHUNK_SIZE ((size_t)16 << 10)

struct oci_chunk {
	struct oci_chunk *next;
	size_t size;
	size_t used;
	alignas(max_align_t) char data[];
};

void *oci_new(size_t count, size_t size)
{
	void *block;

	if (count == 0)
		return NULL;

	block = calloc(count, size);
	if (!block)
		abort();
	return block;
}

void *oci_resize(void *old, size_t size)
{
	void *block = realloc(old, size);

	if (!block)
		abort();
	return block;
}

char *oci_copy(const char *text, size_t len)
{
	char *copy = oci_new(len + 1, 1);

	if (len > 0)
		memcpy(copy, text, len);
	return copy;
}

static struct oci_chunk *add_chunk(struct oci_arena *arena, size_t size)
{
	struct oci_chunk *chunk = oci_new(1, sizeof(*chunk) + size);

	chunk->size = size;
	/* A chunk for one large block goes behind the first, which may still
	 * have room for small ones. */
	if (arena->chunks && size > CHUNK_SIZE) {
		chunk->next = arena->chunks->next;
		arena->chunks->next = chunk;
	} else {
		chunk->next = arena->chunks;
		arena->chunks = chunk;
	}
	return chunk;
}

void *oci_arena_new(struct oci_arena *arena, size_t size)
{
	struct oci_chunk *chunk = arena->chunks;
	void *block;

	size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	if (!chunk || size > chunk->size - chunk->used)
		chunk = add_chunk(arena, size > CHUNK_SIZE ? size : CHUNK_SIZE);

	block = chunk->data + chunk->used;
	chunk->used += size;
	return block;
}

const char *oci_arena_copy(struct oci_arena *arena, const char *text,
			   size_t len)
{
	char *copy = oci_arena_new(arena, len + 1);

	if (len > 0)
		memcpy(copy, text, len);
	return copy;
}

void oci_arena_clear(struct oci_arena *arena)
{
	struct oci_chunk *chunk = arena->chunks;

	while (chunk) {
		struct oci_chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
	arena->chunks = NULL;
}
