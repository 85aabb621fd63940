/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define CHUNK_SIZE 16384u
#define ALIGNMENT  16u

struct bh_chunk {
	struct bh_chunk *next;
	size_t used;
	size_t size;
	_Alignas(ALIGNMENT) unsigned char data[];
};

static size_t round_up(size_t size)
{
	if (size > SIZE_MAX - ALIGNMENT)
		abort();
	return (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

void *bh_calloc(size_t count, size_t size)
{
	void *memory = calloc(count ? count : 1, size ? size : 1);

	if (!memory)
		abort();
	return memory;
}

void *bh_realloc(void *old, size_t count, size_t size)
{
	void *memory = reallocarray(old, count ? count : 1, size ? size : 1);

	if (!memory)
		abort();
	return memory;
}

char *bh_strdup(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		abort();
	return copy;
}

static struct bh_chunk *new_chunk(struct bh_arena *arena, size_t size)
{
	size_t room = size > CHUNK_SIZE ? size : CHUNK_SIZE;
	struct bh_chunk *chunk = bh_calloc(1, sizeof(*chunk) + room);

	chunk->size = room;
	/* A large chunk goes second, so that the room in the first is kept. */
	if (arena->chunks && size > CHUNK_SIZE) {
		chunk->next = arena->chunks->next;
		arena->chunks->next = chunk;
	} else {
		chunk->next = arena->chunks;
		arena->chunks = chunk;
	}
	return chunk;
}

void *bh_arena_alloc(struct bh_arena *arena, size_t size)
{
	struct bh_chunk *chunk = arena->chunks;
	void *memory;

	size = round_up(size);
	if (!chunk || chunk->size - chunk->used < size)
		chunk = new_chunk(arena, size);
	memory = chunk->data + chunk->used;
	chunk->used += size;
	return memory;
}

void *bh_arena_memdup(struct bh_arena *arena, const void *data, size_t size)
{
	void *copy = bh_arena_alloc(arena, size);

	if (size)
		memcpy(copy, data, size);
	return copy;
}

char *bh_arena_strndup(struct bh_arena *arena, const char *text, size_t len)
{
	char *copy = bh_arena_alloc(arena, len + 1);

	memcpy(copy, text, len);
	return copy;
}

char *bh_arena_strdup(struct bh_arena *arena, const char *text)
{
	return bh_arena_strndup(arena, text, strlen(text));
}

char *bh_arena_printf(struct bh_arena *arena, const char *format, ...)
{
	bh_autofree char *text = NULL;
	va_list args;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0)
		abort();
	return bh_arena_strndup(arena, text, (size_t)len);
}

void *bh_arena_append(struct bh_arena *arena, void *items, size_t *len,
		      size_t size)
{
	void **array = items;
	size_t n = *len;

	/* The capacity is the next power of two from eight on. */
	if (n == 0 || (n >= 8 && (n & (n - 1)) == 0)) {
		size_t room = n ? 2 * n : 8;
		void *larger;

		if (room > SIZE_MAX / size)
			abort();
		larger = bh_arena_alloc(arena, room * size);
		if (n)
			memcpy(larger, *array, n * size);
		*array = larger;
	}
	*len = n + 1;
	return (unsigned char *)*array + n * size;
}

void bh_arena_clear(struct bh_arena *arena)
{
	while (arena->chunks) {
		struct bh_chunk *next = arena->chunks->next;

		free(arena->chunks);
		arena->chunks = next;
	}
}
