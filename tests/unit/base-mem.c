/* SPDX-License-Identifier: Apache-2.0 */
/* The arena and the arrays that grow in it. */
#include "base/mem.h"
#include "base/notes.h"
#include "tap.h"

static bool is_zero(const unsigned char *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (data[i])
			return false;
	return true;
}

static void check_blocks(void)
{
	static const size_t sizes[] = { 0,    1,     15,    16,	   17,
					4096, 16383, 16384, 16385, 100000 };
	bh_autoarena struct bh_arena arena = { 0 };
	unsigned char *blocks[BH_COUNT(sizes) * 20];
	bool aligned = true, zeroed = true, kept = true;
	size_t count = 0;

	for (size_t round = 0; round < 20; round++)
		for (size_t i = 0; i < BH_COUNT(sizes); i++) {
			unsigned char *block = bh_arena_alloc(&arena, sizes[i]);

			aligned &= (uintptr_t)block % 16 == 0;
			zeroed &= is_zero(block, sizes[i]);
			memset(block, (int)(count % 255) + 1, sizes[i]);
			blocks[count++] = block;
		}
	ok(aligned, "blocks of every size are aligned");
	ok(zeroed, "and zeroed");
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < sizes[i % BH_COUNT(sizes)]; j++)
			kept &= blocks[i][j] == i % 255 + 1;
	ok(kept, "and none lies over another");
	bh_arena_clear(&arena);
	ok(!arena.chunks, "a cleared arena is empty");
	bh_arena_clear(&arena);
	ok(bh_arena_alloc(&arena, 8) != NULL, "and can be used again");
}

/* The room in the first chunk must not be lost to a large block. */
static void check_large_block(void)
{
	bh_autoarena struct bh_arena arena = { 0 };
	char *first = bh_arena_alloc(&arena, 16);
	char *large = bh_arena_alloc(&arena, 1 << 20);
	char *second = bh_arena_alloc(&arena, 16);

	memset(large, 1, 1 << 20);
	is_int(second - first, 16, "a large block takes no room from small");
	ok(is_zero((unsigned char *)second, 16), "nor writes to them");
}

static void check_copies(void)
{
	bh_autoarena struct bh_arena arena = { 0 };
	bh_autofree char *long_text = bh_calloc(50001, 1);
	const char *copy;

	memset(long_text, 'x', 50000);
	is_str(bh_arena_strdup(&arena, "abc"), "abc", "a copy");
	is_str(bh_arena_strdup(&arena, ""), "", "an empty copy");
	is_str(bh_arena_strndup(&arena, "abcdef", 3), "abc", "a part");
	is_str(bh_arena_printf(&arena, "%s/%d", "a", 7), "a/7", "formatted");
	copy = bh_arena_printf(&arena, "%s", long_text);
	is_str(copy, long_text, "formatted, and long");
	copy = bh_arena_memdup(&arena, "a\0b", 4);
	ok(memcmp(copy, "a\0b", 4) == 0, "bytes");
	ok(bh_arena_memdup(&arena, NULL, 0) != NULL, "no bytes");
}

struct member {
	size_t number;
	char pad[20];
};

static void check_append(void)
{
	bh_autoarena struct bh_arena arena = { 0 };
	struct member *items = NULL;
	size_t len = 0;
	bool right = true, zeroed = true;

	for (size_t i = 0; i < 1000; i++) {
		struct member *member =
			bh_arena_append(&arena, &items, &len, sizeof(*member));

		right &= member == &items[i] && len == i + 1;
		zeroed &= is_zero((unsigned char *)member, sizeof(*member));
		*member = (struct member){ .number = i };
		member->pad[19] = (char)i;
		/* Another array in between, so that growth must move. */
		(void)bh_arena_alloc(&arena, 1);
	}
	ok(right, "each member is the array's last");
	ok(zeroed, "and zeroed");
	for (size_t i = 0; i < len; i++)
		right &= items[i].number == i && items[i].pad[19] == (char)i;
	ok(right, "and keeps its value while the array grows");
}

static void check_notes(void)
{
	bh_autoarena struct bh_arena arena = { 0 };
	struct bh_notes notes = { 0 };

	bh_note(&notes, &arena, "first %d", 1);
	bh_note(&notes, &arena, "%s", "second");
	is_int(notes.len, 2, "two notes");
	is_str(notes.items[0], "first 1", "the first");
	is_str(notes.items[1], "second", "the second");
}

static void check_ownership(void)
{
	bh_autofree char *owner = bh_strdup("x");
	bh_autofree char *other = bh_steal_ptr(owner);
	unsigned char *zero = bh_calloc(0, 0);

	ok(!owner && other && strcmp(other, "x") == 0, "ownership leaves");
	ok(zero != NULL, "no size is a size");
	zero = bh_realloc(zero, 10, 10);
	memset(zero, 1, 100);
	ok(zero[99] == 1, "grown");
	free(zero);
}

int main(void)
{
	check_blocks();
	check_large_block();
	check_copies();
	check_append();
	check_notes();
	check_ownership();
	return done_testing();
}
