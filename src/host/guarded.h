/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that are as good as the path to them: what the host's owner has laid
 * down (policy, grants, the audit log).  Each directory, link and file on the
 * way must belong to root or the caller and not be writable for others; whoever
 * could change one would decide what containers may do.
 *
 * Since nobody else can change such a path, what was looked at by name is what
 * is opened.  `what` is what messages call the file: "policy", "grants".
 */
#ifndef BH_HOST_GUARDED_H
#define BH_HOST_GUARDED_H

#include <sys/stat.h>

#include "base/err.h"

/* Open a regular file for reading.  A descriptor, or -errno; -ENOENT where
 * something on the way is missing. */
int bh_guarded_open(const char *what, const char *path, struct bh_err *err);

/* An opened directory of the kind; what and path are borrowed. */
struct bh_guarded_dir {
	const char *what;
	const char *path;
	int fd; /* for reading; the caller's to close */
};

/* Not even with the sticky bit may it be writable for others.  -ENOENT as
 * above. */
int bh_guarded_dir_open(const char *what, const char *path,
			struct bh_guarded_dir *ret, struct bh_err *err);

/* The same; what is missing of it is made, for its owner alone (0700), and
 * will be there after a crash. */
int bh_guarded_dir_make(const char *what, const char *path,
			struct bh_guarded_dir *ret, struct bh_err *err);

/*
 * Open or make (mode 0600) a regular file in the directory, with flags of
 * open(2); a link is refused.  A descriptor, or -errno.
 */
int bh_guarded_open_in(const struct bh_guarded_dir *dir, const char *name,
		       int flags, struct bh_err *err);

/* Whether what lies at path, in a guarded directory, is root's: in a user
 * namespace also the host's root, for the few paths where that is known. */
bool bh_guarded_is_root(const char *path, const struct stat *st);

#endif
