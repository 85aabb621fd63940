/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as an index: the first says which hash and which entries are hidden,
 * the checksum is made right.  What is written must be read again, with the same
 * entries in the same order and the flags that are meant, and merging it back
 * takes the marks away.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "trust/git-index-read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool pick(const struct bh_git_entry *entry, void *data)
{
	const uint8_t *choice = data;

	return (strlen(entry->path) + *choice) % 3 == 0 && entry->stage == 0;
}

static void check_error(const struct bh_err *err)
{
	if (!err->text[0])
		abort();
	for (const char *i = err->text; *i; i++)
		if ((unsigned char)*i < 0x20)
			abort();
}

/* Two that have the same entries; both or none of skip-worktree where same. */
static void check_alike(const struct bh_git_index *a,
			const struct bh_git_index *b, uint8_t *choice)
{
	bh_autogitreader struct bh_git_reader one = { 0 }, other = { 0 };
	struct bh_err err = { 0 };
	int more;

	if (bh_git_reader_open(&one, a, &err) < 0 ||
	    bh_git_reader_open(&other, b, &err) < 0)
		abort();
	while ((more = bh_git_reader_next(&one, &err)) > 0) {
		if (bh_git_reader_next(&other, &err) != 1 ||
		    bh_git_entry_compare(&one.entry, &other.entry) != 0 ||
		    one.entry.mode != other.entry.mode ||
		    one.entry.assume_valid != other.entry.assume_valid ||
		    one.entry.intent_to_add != other.entry.intent_to_add ||
		    memcmp(one.stat, other.stat, BH_GIT_STAT_SIZE) != 0 ||
		    memcmp(one.entry.oid, other.entry.oid, a->hash_size) != 0)
			abort();
		if (other.entry.skip_worktree !=
		    (one.entry.skip_worktree ||
		     (choice && pick(&one.entry, choice))))
			abort();
	}
	if (more < 0 || bh_git_reader_next(&other, &err) != 0)
		abort();
}

static void check(const struct bh_git_index *index, uint8_t choice)
{
	bh_autobuf struct bh_buf hidden = { 0 }, merged = { 0 };
	struct bh_git_index other = { .hash_size = index->hash_size };
	struct bh_err err = { 0 };

	if (bh_git_index_hide(index, pick, &choice, &hidden, &err) < 0) {
		check_error(&err);
		return;
	}
	other.data = (const unsigned char *)hidden.data;
	other.len = hidden.len;
	check_alike(index, &other, &choice);
	if (bh_git_index_merge(&other, index, &merged, &err) < 0)
		abort();
	other.data = (const unsigned char *)merged.data;
	other.len = merged.len;
	check_alike(index, &other, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bh_git_index index = { .hash_size = size && data[0] & 1 ? 32 :
									 20 };
	struct bh_err err = { 0 };
	bh_autobuf struct bh_buf out = { 0 };
	uint8_t choice = size ? data[0] : 0;
	unsigned char sum[BH_GIT_HASH_MAX];
	bh_autofree unsigned char *copy = NULL;

	if (size < 1 + index.hash_size) {
		index.data = size ? data + 1 : NULL;
		index.len = size ? size - 1 : 0;
		if (bh_git_index_hide(&index, pick, &choice, &out, &err) == 0)
			abort();
		return 0;
	}
	index.len = size - 1;
	copy = bh_calloc(index.len, 1);
	memcpy(copy, data + 1, index.len);
	bh_git_checksum(copy, index.len - index.hash_size, index.hash_size,
			sum);
	memcpy(copy + index.len - index.hash_size, sum, index.hash_size);
	index.data = copy;
	check(&index, choice);
	return 0;
}
