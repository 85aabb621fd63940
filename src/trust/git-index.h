/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index of git (gitformat-index(5)), so that a container's git can work
 * where files are hidden from it: in a private copy these are marked
 * skip-worktree, so that `git commit -a` does not record them as emptied.
 *
 * Everything is bytes in, bytes out.  Versions 2, 3 and 4; at most 256 MiB, and
 * paths of 4096 bytes.  Refused is what can't be judged: a split index, a sparse
 * one, required extensions that are unknown, entries out of order or named as
 * git names none, a wrong checksum (none, index.skipHash, is right).
 *
 * A file of what is returned must have the modification time of the index that
 * it comes of (for a merge, of the original): by it git knows which entries may
 * be older than what is in the work tree ("racy git").
 *
 * Of the extensions a private copy keeps the cache of trees and what undoes
 * a resolution; the others are bound to offsets or to the host's view of the
 * work tree, are optional, and git makes them again.
 */
#ifndef BH_TRUST_GIT_INDEX_H
#define BH_TRUST_GIT_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/str.h"

#define BH_GIT_INDEX_MAX (256u << 20)
#define BH_GIT_PATH_MAX	 4096
#define BH_GIT_HASH_MAX	 32

/* Borrowed; data may be NULL where len is 0. */
struct bh_git_index {
	const unsigned char *data;
	size_t len;
	size_t hash_size; /* 20 or 32; see bh_git_config_hash_size */
};

/* Lent to the function that is called with it. */
struct bh_git_entry {
	const char *path;	  /* from the top of the work tree */
	const unsigned char *oid; /* of hash_size bytes */
	uint32_t mode;		  /* as of stat(2); 0160000 is a submodule */
	unsigned int stage;	  /* 1 to 3 in a conflict, else 0 */
	bool assume_valid;
	bool intent_to_add;
	bool skip_worktree;
};

/*
 * Call visit for each entry, in order; a path in conflict has up to three.  Of
 * an index that is refused, some may have been visited.
 */
typedef void (*bh_git_entry_fn)(const struct bh_git_entry *entry, void *data);
int bh_git_index_walk(const struct bh_git_index *index, bh_git_entry_fn visit,
		      void *data, struct bh_err *err);

/*
 * The index with the entries that pick says marked skip-worktree.  Pick isn't
 * asked about those that the user has marked.  An entry in conflict that is
 * picked is refused: git would take what it sees for the resolution.
 *
 * The marks hold only where core.sparseCheckout is off, which bh_git_config_filter
 * sees to: else git takes them from files that it finds.
 */
typedef bool (*bh_git_pick_fn)(const struct bh_git_entry *entry, void *data);
int bh_git_index_hide(const struct bh_git_index *index, bh_git_pick_fn pick,
		      void *data, struct bh_buf *ret, struct bh_err *err);

/*
 * The way back: what a container has made of its copy, for the host's git.
 * Original is what bh_git_index_hide was given.  Which paths there are and with
 * which content is taken of the container's; all that makes git not look at
 * a file is not (skip-worktree, assume-valid, times and sizes, cached trees):
 * it is the original's, or nothing, so that git looks again.
 */
int bh_git_index_merge(const struct bh_git_index *container,
		       const struct bh_git_index *original, struct bh_buf *ret,
		       struct bh_err *err);

#endif
