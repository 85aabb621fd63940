/* SPDX-License-Identifier: Apache-2.0 */
/* The directories of containers: made, locked, read, removed. */
#ifndef BH_CONTAINER_STORE_H
#define BH_CONTAINER_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/str.h"

/* A container's directory. */
struct bh_entry {
	int root_fd;
	int fd;
	const char *id; /* borrowed */
};

/* The FIFO that a created container waits at, and its name before. */
#define BH_START     "start"
#define BH_START_NEW "start.new"

/* The beginning of the names of directories on which a mount is kept. */
#define BH_KEPT_GIT "git-"

/* Whether an entry is only looked at, or locked to be changed: then nobody
 * else is about to. */
enum bh_access {
	BH_LOOK,
	BH_CHANGE,
};

#define BH_NO_ENTRY          \
	{                    \
		-1, -1, NULL \
	}

/* Open the root directory as it is: the caller must own it, and nobody else may
 * write to it. */
int bh_root_open(const char *root, struct bh_err *err);

/*
 * Make and lock the directory of a new container, and the root directory where it is
 * missing.  -EEXIST with the words that engines match on where there is one.
 */
int bh_entry_create(const char *root, const char *id, struct bh_entry *ret,
		    struct bh_err *err);

/* Open that of an existing one; -ENOENT, "container does not exist". */
int bh_entry_open(const char *root, const char *id, enum bh_access access,
		  struct bh_entry *ret, struct bh_err *err);

/* Whole files in it: the new content or the old one, never a part. */
int bh_entry_write(const struct bh_entry *entry, const char *name,
		   const char *text, size_t len, struct bh_err *err);
int bh_entry_read(const struct bh_entry *entry, const char *name,
		  struct bh_buf *text, struct bh_err *err);
bool bh_entry_has(const struct bh_entry *entry, const char *name);

int bh_entry_rename(const struct bh_entry *entry, const char *from,
		    const char *to, struct bh_err *err);

/* Remove the directory with all its files, and what is mounted in it. */
int bh_entry_remove(struct bh_entry *entry, struct bh_err *err);

/* Lock an open entry; -ENOENT when it was removed meanwhile, whatever has its
 * name now. */
int bh_entry_lock(const struct bh_entry *entry, struct bh_err *err);

/* Let others work with it while it stays open. */
void bh_entry_unlock(const struct bh_entry *entry);

void bh_entry_close(struct bh_entry *entry);

/*
 * Call visit with the id of each container below root, in order.  A missing
 * default root has none.
 */
int bh_entries_each(const char *root, bool may_be_missing,
		    int (*visit)(void *arg, const char *id, struct bh_err *err),
		    void *arg, struct bh_err *err);

#endif
