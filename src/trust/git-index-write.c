/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/mem.h"
#include "trust/git-index-read.h"

struct writer {
	struct bh_git_reader *reader; /* of what is written in another way */
	struct bh_buf out;
	bool extended; /* some entry has more flags than version 2 knows */
};

static void free_writer(struct writer *writer)
{
	bh_buf_clear(&writer->out);
}

#define autowriter __attribute__((cleanup(free_writer)))

static void add_bytes(struct writer *writer, const unsigned char *data,
		      size_t len)
{
	bh_buf_add(&writer->out, (const char *)data, len);
}

static void add_flags(struct writer *writer, unsigned int flags)
{
	bh_buf_char(&writer->out, (char)(flags >> 8));
	bh_buf_char(&writer->out, (char)(flags & 0xff));
}

static void write_head(struct writer *writer)
{
	add_bytes(writer, writer->reader->index->data, writer->reader->at);
}

/*
 * The entry that was read, with the flags of entry.  A path is stored as it was:
 * in version 4 it is told by the one before, and no entry has come or gone.
 */
static void write_entry(struct writer *writer, const unsigned char *stat,
			const struct bh_git_entry *entry)
{
	const struct bh_git_reader *reader = writer->reader;
	size_t start = writer->out.len, len = strlen(entry->path);
	unsigned int flags = entry->stage << BH_GIT_STAGE_SHIFT;
	unsigned int extended =
		(entry->skip_worktree ? BH_GIT_SKIP_WORKTREE : 0) |
		(entry->intent_to_add ? BH_GIT_INTENT_TO_ADD : 0);

	flags |= len < BH_GIT_NAME_MASK ? (unsigned int)len : BH_GIT_NAME_MASK;
	flags |= entry->assume_valid ? BH_GIT_ASSUME_VALID : 0;
	flags |= extended ? BH_GIT_EXTENDED : 0;
	add_bytes(writer, stat, BH_GIT_STAT_SIZE);
	add_bytes(writer, entry->oid, reader->index->hash_size);
	add_flags(writer, flags);
	if (extended)
		add_flags(writer, extended);
	writer->extended |= extended != 0;
	add_bytes(writer, reader->name, reader->name_len);
	while (reader->version < 4 && (writer->out.len - start) % 8 != 0)
		bh_buf_char(&writer->out, '\0');
}

/* Version and checksum; and out of the writer. */
static void finish(struct writer *writer, struct bh_buf *ret)
{
	size_t hash_size = writer->reader->index->hash_size;
	unsigned char sum[BH_GIT_HASH_MAX];

	/* Git, too, writes 3 only where 2 does not do. */
	if (writer->reader->version < 4)
		writer->out.data[7] = writer->extended ? 3 : 2;
	bh_git_checksum(writer->out.data, writer->out.len, hash_size, sum);
	add_bytes(writer, sum, hash_size);
	*ret = writer->out;
	writer->out = (struct bh_buf){ 0 };
}

static bool is_kept(const struct bh_git_extension *extension)
{
	static const char kept[][5] = { "TREE", "REUC" };

	for (size_t i = 0; i < BH_COUNT(kept); i++)
		if (memcmp(extension->data, kept[i], 4) == 0)
			return true;
	return false;
}

static int hide_entry(struct writer *writer, bh_git_pick_fn pick, void *data,
		      struct bh_err *err)
{
	struct bh_git_entry entry = writer->reader->entry;

	if (!entry.skip_worktree && pick(&entry, data)) {
		bh_autobuf struct bh_buf path = { 0 };

		bh_buf_escaped(&path, entry.path, 256);
		if (entry.stage) {
			(void)bh_refuse(err,
					"git index: %s: it would be hidden, "
					"and is in conflict",
					path.data);
			return bh_hint(err, "resolve the conflict");
		}
		entry.skip_worktree = true;
	}
	write_entry(writer, writer->reader->stat, &entry);
	return 0;
}

int bh_git_index_hide(const struct bh_git_index *index, bh_git_pick_fn pick,
		      void *data, struct bh_buf *ret, struct bh_err *err)
{
	bh_autogitreader struct bh_git_reader reader = { 0 };
	autowriter struct writer writer = { .reader = &reader };
	struct bh_git_extension extension;
	int more;

	if (bh_git_reader_open(&reader, index, err) < 0)
		return -err->errnum;
	write_head(&writer);
	while ((more = bh_git_reader_next(&reader, err)) > 0)
		if (hide_entry(&writer, pick, data, err) < 0)
			return -err->errnum;
	if (more < 0)
		return more;
	while ((more = bh_git_reader_extension(&reader, &extension, err)) > 0)
		if (is_kept(&extension))
			add_bytes(&writer, extension.data, extension.len);
	if (more < 0)
		return more;
	finish(&writer, ret);
	return 0;
}

/* Another content, or the kind of file. */
static bool is_same(const struct bh_git_reader *a,
		    const struct bh_git_reader *b)
{
	return a->entry.mode == b->entry.mode &&
	       a->index->hash_size == b->index->hash_size &&
	       memcmp(a->entry.oid, b->entry.oid, a->index->hash_size) == 0;
}

static void merge_entry(struct writer *writer,
			const struct bh_git_reader *original)
{
	struct bh_git_entry entry = writer->reader->entry;
	unsigned char stat[BH_GIT_STAT_SIZE] = { 0 };

	entry.skip_worktree = original && original->entry.skip_worktree;
	entry.assume_valid = original && original->entry.assume_valid;
	memcpy(stat + BH_GIT_MODE_AT, writer->reader->stat + BH_GIT_MODE_AT, 4);
	if (original && is_same(writer->reader, original))
		memcpy(stat, original->stat, sizeof(stat));
	write_entry(writer, stat, &entry);
}

/*
 * Read on in original up to where the entry is or would be; both are in order.
 * More is what the last reading has said.
 */
static int find_original(struct bh_git_reader *original, int more,
			 const struct bh_git_entry *entry, struct bh_err *err)
{
	while (more > 0 && bh_git_entry_compare(&original->entry, entry) < 0)
		more = bh_git_reader_next(original, err);
	return more;
}

static int merge_entries(struct writer *writer, struct bh_git_reader *original,
			 struct bh_err *err)
{
	struct bh_git_reader *reader = writer->reader;
	int more, more_original = bh_git_reader_next(original, err);

	if (more_original < 0)
		return more_original;
	while ((more = bh_git_reader_next(reader, err)) > 0) {
		more_original = find_original(original, more_original,
					      &reader->entry, err);
		if (more_original < 0)
			return more_original;
		if (more_original > 0 &&
		    bh_git_entry_compare(&original->entry, &reader->entry) == 0)
			merge_entry(writer, original);
		else
			merge_entry(writer, NULL);
	}
	return more;
}

int bh_git_index_merge(const struct bh_git_index *container,
		       const struct bh_git_index *original, struct bh_buf *ret,
		       struct bh_err *err)
{
	bh_autogitreader struct bh_git_reader reader = { 0 };
	bh_autogitreader struct bh_git_reader known = { 0 };
	autowriter struct writer writer = { .reader = &reader };
	struct bh_git_extension extension;
	int more;

	if (bh_git_reader_open(&reader, container, err) < 0)
		return bh_context(err, "the container's");
	if (bh_git_reader_open(&known, original, err) < 0)
		return bh_context(err, "the original");
	write_head(&writer);
	if (merge_entries(&writer, &known, err) < 0)
		return -err->errnum;
	do
		more = bh_git_reader_extension(&reader, &extension, err);
	while (more > 0);
	if (more < 0)
		return more;
	finish(&writer, ret);
	return 0;
}
