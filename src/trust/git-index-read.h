/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An index read entry by entry; for git-index.c and git-index-write.c.  All zero
 * before open; close it also after a failure.
 */
#ifndef BH_TRUST_GIT_INDEX_READ_H
#define BH_TRUST_GIT_INDEX_READ_H

#include "trust/git-index.h"

/* Where what is in an entry: its stat data is about the file but for mode. */
#define BH_GIT_MODE_AT	 24
#define BH_GIT_STAT_SIZE 40

#define BH_GIT_ASSUME_VALID  0x8000u
#define BH_GIT_EXTENDED	     0x4000u
#define BH_GIT_STAGE_SHIFT   12
#define BH_GIT_NAME_MASK     0x0fffu
#define BH_GIT_SKIP_WORKTREE 0x4000u
#define BH_GIT_INTENT_TO_ADD 0x2000u

struct bh_git_reader {
	const struct bh_git_index *index;
	size_t at;  /* the first byte not read yet */
	size_t end; /* where the checksum begins */
	uint32_t version;
	uint32_t count;
	uint32_t number; /* of entries read */
	struct bh_buf path;
	struct bh_buf previous;
	/* The entry that was read. */
	struct bh_git_entry entry;
	const unsigned char *stat;
	const unsigned char *name; /* as it is stored, with its NUL */
	size_t name_len;
};

struct bh_git_extension {
	const unsigned char *data; /* with the head */
	size_t len;
};

#define bh_autogitreader __attribute__((cleanup(bh_git_reader_close)))

int bh_git_reader_open(struct bh_git_reader *reader,
		       const struct bh_git_index *index, struct bh_err *err);
void bh_git_reader_close(struct bh_git_reader *reader);

/* 1 with the next in reader->entry, 0 behind the last. */
int bh_git_reader_next(struct bh_git_reader *reader, struct bh_err *err);

/* Behind the last entry: 1 with the next extension, 0 behind the last. */
int bh_git_reader_extension(struct bh_git_reader *reader,
			    struct bh_git_extension *ret, struct bh_err *err);

/* The order of an index: by path, then by stage. */
int bh_git_entry_compare(const struct bh_git_entry *a,
			 const struct bh_git_entry *b);

/* SHA-1 or SHA-256. */
void bh_git_checksum(const void *data, size_t len, size_t hash_size,
		     unsigned char ret[BH_GIT_HASH_MAX]);

#endif
