/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which file a path stands for, and whether anybody but root could change that:
 * the file, or a directory or link that was gone through.  If nobody can, it is
 * called fixed; ground.h says when a place is.
 */
#ifndef BH_TRUST_FIXED_H
#define BH_TRUST_FIXED_H

#include "trust/ground.h"

struct bh_found {
	int fd;		  /* O_PATH; the caller's */
	const char *path; /* absolute, without links; in the ground's arena */
	struct stat st;
	bool fixed;
	/* The kernel keeps its times: what is known of it may be kept, too. */
	bool local;
};

/*
 * Find what lies at an absolute path.  Links are followed, but for those of
 * /proc that lead anywhere; `/proc/PID/exe` stands for the path that it names,
 * if the same file lies there.  -ENOENT, -ENOTDIR: nothing does.
 */
int bh_fixed_find(struct bh_ground *ground, const char *path,
		  struct bh_found *ret, struct bh_err *err);

/* Whether nobody but root can put anything into a directory, or put one there if
 * it doesn't exist. */
bool bh_fixed_is_directory(struct bh_ground *ground, const char *path);

/* Open what was found for reading; only a regular file, without waiting. */
int bh_fixed_open(const struct bh_ground *ground, const struct bh_found *found,
		  struct bh_err *err);

#endif
