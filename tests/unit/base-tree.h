/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A root directory to be hostile in, with a decoy directory beside it that must
 * stay empty: for the tests of base/path.
 */
#ifndef BASE_TREE_H
#define BASE_TREE_H

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/path.h"

struct tree {
	char path[64]; /* of the surrounding directory, without links */
	int fd;
	int root_fd; /* path/root, with have/dir and have/file */
};

/* The number of entries in a directory below the surrounding one. */
static inline size_t tree_count(const struct tree *tree, const char *name)
{
	int fd = openat(tree->fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	size_t count = 0;

	if (!dir)
		abort();
	while (readdir(dir))
		count++;
	(void)closedir(dir);
	return count - 2;
}

/* Nothing in the decoy, and nothing beside it and the root. */
static inline bool tree_is_clean(const struct tree *tree)
{
	return tree_count(tree, "decoy") == 0 && tree_count(tree, ".") == 2;
}

static inline void tree_make(struct tree *tree)
{
	static const char base[] = "/tmp/bh-path.XXXXXX";
	int fd;

	memcpy(tree->path, base, sizeof(base));
	if (!mkdtemp(tree->path))
		abort();
	tree->fd = open(tree->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (mkdirat(tree->fd, "root", 0755) < 0 ||
	    mkdirat(tree->fd, "decoy", 0777) < 0 ||
	    mkdirat(tree->fd, "root/have", 0755) < 0 ||
	    mkdirat(tree->fd, "root/have/dir", 0755) < 0)
		abort();
	tree->root_fd =
		openat(tree->fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	fd = openat(tree->root_fd, "have/file", O_WRONLY | O_CREAT | O_CLOEXEC,
		    0644);
	if (fd < 0 || bh_write_all(fd, "here", 4) < 0)
		abort();
	bh_close(&fd);
}

static inline int tree_remove_one(const char *path, const struct stat *st,
				  int type, struct FTW *where)
{
	(void)st;
	(void)type;
	(void)where;
	return remove(path);
}

static inline void tree_remove(struct tree *tree)
{
	bh_close(&tree->root_fd);
	bh_close(&tree->fd);
	(void)nftw(tree->path, tree_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* The path of what a descriptor is open for, as the kernel tells it. */
static inline char *tree_place(int fd)
{
	char link[32];
	char *place = bh_calloc(4096, 1);

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	if (readlink(link, place, 4095) < 0)
		abort();
	return place;
}

static inline struct bh_scratch tree_scratch(size_t size)
{
	return (struct bh_scratch){ bh_calloc(size, 1), size };
}

#endif
