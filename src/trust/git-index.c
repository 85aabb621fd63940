/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>
#include <strings.h>

#include "base/digest.h"
#include "base/mem.h"
#include "trust/git-index-read.h"

#define HEAD_SIZE 12

static uint32_t number_at(const unsigned char *data)
{
	return (uint32_t)data[0] << 24 | (uint32_t)data[1] << 16 |
	       (uint32_t)data[2] << 8 | data[3];
}

static unsigned int flags_at(const unsigned char *data)
{
	return (unsigned int)data[0] << 8 | data[1];
}

void bh_git_checksum(const void *data, size_t len, size_t hash_size,
		     unsigned char ret[BH_GIT_HASH_MAX])
{
	struct bh_digest digest;

	if (hash_size == BH_SHA1_SIZE) {
		bh_sha1_of(data, len, ret);
		return;
	}
	bh_digest_of(data, len, &digest);
	memcpy(ret, digest.bytes, sizeof(digest.bytes));
}

static bool has_checksum(const struct bh_git_index *index, size_t end)
{
	static const unsigned char none[BH_GIT_HASH_MAX];
	unsigned char sum[BH_GIT_HASH_MAX];

	if (memcmp(index->data + end, none, index->hash_size) == 0)
		return true; /* index.skipHash */
	bh_git_checksum(index->data, end, index->hash_size, sum);
	return memcmp(index->data + end, sum, index->hash_size) == 0;
}

int bh_git_reader_open(struct bh_git_reader *reader,
		       const struct bh_git_index *index, struct bh_err *err)
{
	size_t hash_size = index->hash_size;
	uint32_t version;

	if (hash_size != BH_SHA1_SIZE && hash_size != BH_DIGEST_SIZE)
		return bh_refuse(err, "git index: no hash has %zu bytes",
				 hash_size);
	if (index->len > BH_GIT_INDEX_MAX)
		return bh_refuse(err, "git index: larger than %u MiB",
				 BH_GIT_INDEX_MAX >> 20);
	if (index->len < HEAD_SIZE + hash_size ||
	    memcmp(index->data, "DIRC", 4) != 0)
		return bh_refuse(err, "git index: this is none");
	version = number_at(index->data + 4);
	if (version < 2 || version > 4)
		return bh_refuse(err, "git index: version %u is unknown",
				 version);
	if (!has_checksum(index, index->len - hash_size))
		return bh_refuse(err, "git index: the checksum is wrong");
	*reader = (struct bh_git_reader){
		.index = index,
		.at = HEAD_SIZE,
		.end = index->len - hash_size,
		.version = version,
		.count = number_at(index->data + 8),
	};
	return 0;
}

void bh_git_reader_close(struct bh_git_reader *reader)
{
	bh_buf_clear(&reader->path);
	bh_buf_clear(&reader->previous);
}

static int refuse_entry(const struct bh_git_reader *reader, const char *why,
			struct bh_err *err)
{
	return bh_refuse(err, "git index: entry %u: %s", reader->number, why);
}

/* The name of git's own directory, and what is no name of a file. */
static bool is_reserved(const char *name, size_t len)
{
	static const char *const reserved[] = { "", ".", "..", ".git",
						"git~1" };

	for (size_t i = 0; i < BH_COUNT(reserved); i++)
		if (strlen(reserved[i]) == len &&
		    strncasecmp(name, reserved[i], len) == 0)
			return true;
	return false;
}

static bool is_path(const char *path)
{
	for (;;) {
		size_t len = strcspn(path, "/");

		if (is_reserved(path, len))
			return false;
		path += len;
		if (!*path)
			return true;
		path++;
	}
}

/*
 * gitformat-pack(5), "offset encoding".  Values that no path has end it, so
 * that it can't overflow.
 */
static int read_offset(struct bh_git_reader *reader, size_t *ret)
{
	const unsigned char *data = reader->index->data;
	size_t value = 0;
	unsigned char byte;

	do {
		if (reader->at == reader->end || value > BH_GIT_PATH_MAX)
			return -1;
		byte = data[reader->at++];
		value = (value << 7) | (byte & 0x7f);
		if (byte & 0x80)
			value++;
	} while (byte & 0x80);
	*ret = value;
	return 0;
}

/* Of version 4: how much of the previous path is kept. */
static int read_kept(struct bh_git_reader *reader, size_t *ret,
		     struct bh_err *err)
{
	size_t removed;

	*ret = 0;
	if (reader->version < 4)
		return 0;
	if (read_offset(reader, &removed) < 0 || removed > reader->previous.len)
		return refuse_entry(reader, "its path takes away too much",
				    err);
	*ret = reader->previous.len - removed;
	return 0;
}

static int read_path(struct bh_git_reader *reader, struct bh_err *err)
{
	const unsigned char *data = reader->index->data, *end;
	size_t kept, len, stored = reader->at;

	if (read_kept(reader, &kept, err) < 0)
		return -err->errnum;
	end = memchr(data + reader->at, 0, reader->end - reader->at);
	if (!end)
		return refuse_entry(reader, "its path does not end", err);
	len = (size_t)(end - (data + reader->at));
	if (len > BH_GIT_PATH_MAX - kept)
		return refuse_entry(reader, "its path is too long", err);
	bh_buf_add(&reader->path, reader->previous.data, kept);
	bh_buf_add(&reader->path, (const char *)data + reader->at, len);
	reader->at += len + 1;
	reader->name = data + stored;
	reader->name_len = reader->at - stored;
	return 0;
}

/* Versions 2 and 3: at least one NUL, up to a multiple of eight bytes. */
static int skip_padding(struct bh_git_reader *reader, size_t start,
			struct bh_err *err)
{
	size_t len;

	if (reader->version == 4)
		return 0;
	len = (8 - (reader->at - start) % 8) % 8;
	if (len > reader->end - reader->at)
		return refuse_entry(reader, "it is cut off", err);
	reader->at += len;
	return 0;
}

static int check_mode(const struct bh_git_reader *reader, struct bh_err *err)
{
	switch (reader->entry.mode >> 12) {
	case 010:
	case 012:
	case 016:
		return 0;
	case 004:
		(void)refuse_entry(reader, "it stands for a whole directory",
				   err);
		return bh_hint(err, "`git sparse-checkout reapply "
				    "--no-sparse-index` lists all files");
	default:
		return refuse_entry(reader, "its mode is no file's", err);
	}
}

static int split_index(struct bh_err *err)
{
	return bh_hint(err, "`git update-index --no-split-index` makes it one "
			    "file");
}

static int check_path(const struct bh_git_reader *reader,
		      const struct bh_git_entry *before, struct bh_err *err)
{
	const struct bh_git_entry *entry = &reader->entry;

	if (!entry->path[0]) {
		(void)refuse_entry(reader,
				   "it has no path, as in a split index", err);
		return split_index(err);
	}
	if (!is_path(entry->path))
		return refuse_entry(reader, "git has no such paths", err);
	if (reader->number == 1)
		return 0;
	if (bh_git_entry_compare(before, entry) >= 0)
		return refuse_entry(reader, "it is out of order", err);
	if (before->stage == 0 && bh_str_eq(before->path, entry->path))
		return refuse_entry(reader, "it is resolved and in conflict",
				    err);
	return 0;
}

/* The flags, of which version 3 has more. */
static int read_flags(struct bh_git_reader *reader, unsigned int *ret_name_len,
		      struct bh_err *err)
{
	const unsigned char *data = reader->index->data;
	unsigned int flags = flags_at(data + reader->at), extended = 0;

	reader->at += 2;
	if (flags & BH_GIT_EXTENDED) {
		if (reader->version < 3 || reader->end - reader->at < 2)
			return refuse_entry(reader, "its flags are unknown",
					    err);
		extended = flags_at(data + reader->at);
		reader->at += 2;
	}
	if (extended & ~(BH_GIT_SKIP_WORKTREE | BH_GIT_INTENT_TO_ADD))
		return refuse_entry(reader, "its flags are unknown", err);
	reader->entry.stage = flags >> BH_GIT_STAGE_SHIFT & 3;
	reader->entry.assume_valid = flags & BH_GIT_ASSUME_VALID;
	reader->entry.skip_worktree = extended & BH_GIT_SKIP_WORKTREE;
	reader->entry.intent_to_add = extended & BH_GIT_INTENT_TO_ADD;
	*ret_name_len = flags & BH_GIT_NAME_MASK;
	return 0;
}

static int read_entry(struct bh_git_reader *reader, struct bh_err *err)
{
	const unsigned char *data = reader->index->data + reader->at;
	size_t start = reader->at, hash_size = reader->index->hash_size;
	unsigned int name_len;

	if (reader->end - start < BH_GIT_STAT_SIZE + hash_size + 2)
		return refuse_entry(reader, "it is cut off", err);
	reader->stat = data;
	reader->entry = (struct bh_git_entry){
		.oid = data + BH_GIT_STAT_SIZE,
		.mode = number_at(data + BH_GIT_MODE_AT),
	};
	reader->at += BH_GIT_STAT_SIZE + hash_size;
	if (read_flags(reader, &name_len, err) < 0 ||
	    read_path(reader, err) < 0 || skip_padding(reader, start, err) < 0)
		return -err->errnum;
	/* A longer length than the field can tell is its largest. */
	if (name_len != (reader->path.len < BH_GIT_NAME_MASK ?
				 reader->path.len :
				 BH_GIT_NAME_MASK))
		return refuse_entry(reader, "its path has another length", err);
	reader->entry.path = reader->path.data;
	return 0;
}

int bh_git_reader_next(struct bh_git_reader *reader, struct bh_err *err)
{
	struct bh_git_entry before = reader->entry;
	struct bh_buf buf = reader->previous;

	if (reader->number == reader->count)
		return 0;
	reader->number++;
	reader->previous = reader->path;
	reader->path = buf;
	reader->path.len = 0;
	if (read_entry(reader, err) < 0 || check_mode(reader, err) < 0 ||
	    check_path(reader, &before, err) < 0)
		return -err->errnum;
	return 1;
}

/* Small letters: what must be understood to understand the index. */
static int check_required(const unsigned char *head, struct bh_err *err)
{
	if (head[0] >= 'A' && head[0] <= 'Z')
		return 0;
	if (memcmp(head, "link", 4) == 0) {
		(void)bh_refuse(err, "git index: it is split");
		return split_index(err);
	}
	return bh_refuse(err, "git index: unknown extension %02x%02x%02x%02x",
			 head[0], head[1], head[2], head[3]);
}

int bh_git_reader_extension(struct bh_git_reader *reader,
			    struct bh_git_extension *ret, struct bh_err *err)
{
	const unsigned char *head = reader->index->data + reader->at;
	size_t left = reader->end - reader->at;

	if (left == 0)
		return 0;
	if (left < 8 || number_at(head + 4) > left - 8)
		return bh_refuse(err, "git index: an extension is cut off");
	if (check_required(head, err) < 0)
		return -err->errnum;
	*ret = (struct bh_git_extension){ head, 8 + number_at(head + 4) };
	reader->at += ret->len;
	return 1;
}

int bh_git_entry_compare(const struct bh_git_entry *a,
			 const struct bh_git_entry *b)
{
	int order = strcmp(a->path, b->path);

	return order ? order : (int)a->stage - (int)b->stage;
}

int bh_git_index_walk(const struct bh_git_index *index, bh_git_entry_fn visit,
		      void *data, struct bh_err *err)
{
	bh_autogitreader struct bh_git_reader reader = { 0 };
	struct bh_git_extension extension;
	int more;

	if (bh_git_reader_open(&reader, index, err) < 0)
		return -err->errnum;
	while ((more = bh_git_reader_next(&reader, err)) > 0)
		visit(&reader.entry, data);
	while (more == 0 &&
	       (more = bh_git_reader_extension(&reader, &extension, err)) > 0)
		more = 0;
	return more;
}
