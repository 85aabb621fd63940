/* SPDX-License-Identifier: Apache-2.0 */
/* Inside trust/: what the parts of the walk through a workspace share. */
#ifndef BH_TRUST_WALK_H
#define BH_TRUST_WALK_H

#include <sys/stat.h>

#include "base/str.h"
#include "trust/workspace.h"

struct bh_walk {
	const struct bh_host *host;
	int root_fd;
	int procfs_fd;
	bool recursive; /* mounts below come along */
	struct bh_arena *arena;
	struct bh_workspace *ws;
	size_t entries; /* looked at so far */
	size_t unfollowed_count;
	struct bh_err *err;
};

/* What a file turned out to be. */
struct bh_walk_found {
	const char *broken; /* why it can't be trusted, or NULL */
	const char *target; /* of a link: below the workspace; or NULL */
	struct stat target_st;
};

/* More than the bound of something: -EINVAL. */
int bh_walk_too_large(struct bh_walk *w, const char *what, unsigned int bound);

/* A directory that nobody can judge. */
void bh_walk_unreadable(struct bh_walk *w, const char *path);

/* What is part of the trust but can't be looked at. */
void bh_walk_unfollowed(struct bh_walk *w, const char *path, const char *why);

/* workspace-file.c: judge the file or link of that name in a directory; with an
 * empty name the workspace's root, a file. */
void bh_walk_judge(struct bh_walk *w, int dir_fd, const char *name,
		   const struct stat *st, const struct bh_workspace_file *file,
		   struct bh_walk_found *ret);

/* Take an open file, too, that another names. */
void bh_walk_hash(struct bh_walk *w, int fd, const struct stat *st,
		  const struct bh_workspace_file *file);

/* workspace-named.c: the files that one names, with its content. */
void bh_walk_named(struct bh_walk *w, const struct bh_workspace_file *file,
		   const struct bh_buf *text);

/* workspace-git.c: .git of that name in a directory, found at path. */
int bh_walk_repository(struct bh_walk *w, int dir_fd, const char *name,
		       const char *path);
void bh_walk_fake_repository(struct bh_walk *w, const char *path);

/* Whether a file of .git/modules, in_git being its directory, is data that no
 * tool executes. */
bool bh_walk_is_data(const char *in_git, const char *name);

/* The part of a whole path that lies below .git; NULL when it does not. */
const char *bh_walk_in_git(const char *path);

#endif
