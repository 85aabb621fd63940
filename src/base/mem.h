/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory: an arena for what lives and dies together (spec, plan), allocation
 * that never fails, and cleanup attributes for everything else.
 *
 * Running out of memory ends the process (abort): nothing half-done is worth
 * recovering, and undo works from the state, not from memory.
 */
#ifndef BH_BASE_MEM_H
#define BH_BASE_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

struct bh_chunk;

/* All zero is an empty arena.  Pointers stay valid until bh_arena_clear. */
struct bh_arena {
	struct bh_chunk *chunks;
};

/* Zeroed memory, aligned for any type. */
void *bh_arena_alloc(struct bh_arena *arena, size_t size);
char *bh_arena_strdup(struct bh_arena *arena, const char *text);
char *bh_arena_strndup(struct bh_arena *arena, const char *text, size_t len);
void *bh_arena_memdup(struct bh_arena *arena, const void *data, size_t size);
char *bh_arena_printf(struct bh_arena *arena, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void bh_arena_clear(struct bh_arena *arena);

/*
 * Append one zeroed member to a growing array in the arena and return it.
 * *items and *len change; the array moves when it grows, so keep no pointers
 * into it while it does.
 */
void *bh_arena_append(struct bh_arena *arena, void *items, size_t *len,
		      size_t size);

/* malloc(3) and kin that abort instead of returning NULL. */
void *bh_calloc(size_t count, size_t size);
void *bh_realloc(void *old, size_t count, size_t size);
char *bh_strdup(const char *text);

static inline void bh_free_cleanup(void *pointer)
{
	free(*(void **)pointer);
}

#define bh_autofree  __attribute__((cleanup(bh_free_cleanup)))
#define bh_autoarena __attribute__((cleanup(bh_arena_clear)))

/* Hand ownership out of a variable with a cleanup attribute. */
#define bh_steal_ptr(pointer)                            \
	({                                               \
		__typeof__(pointer) stolen_ = (pointer); \
		(pointer) = NULL;                        \
		stolen_;                                 \
	})

#define BH_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
