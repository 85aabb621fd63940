/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths below a root descriptor that its owner may be hostile to.
 *
 * Nothing here joins strings and opens the result: every path is resolved by
 * the kernel with openat2(2), RESOLVE_IN_ROOT and RESOLVE_NO_MAGICLINKS, so
 * that links and `..` end at the root (CVE-2019-18837, CVE-2021-30465,
 * CVE-2024-45310).  Missing parts are made one by one, each in a directory
 * that was resolved the same way.
 *
 * Nothing here allocates, since most callers run between clone and exec: where
 * room for a path is needed, the caller lends it.
 */
#ifndef BH_BASE_PATH_H
#define BH_BASE_PATH_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Room that is lent for path work; size at least BH_SCRATCH_MIN bytes. */
struct bh_scratch {
	char *data;
	size_t size;
};

#define BH_SCRATCH_MIN 8192u

/* Open path below root_fd.  resolve adds RESOLVE_* flags.  fd or -errno. */
int bh_path_open(int root_fd, const char *path, int flags, uint64_t resolve);

/*
 * Open path below root_fd with O_PATH, making it first when it is missing:
 * a directory, or with S_IFREG in type an empty file.  Missing parents are made
 * as directories of mode 0755; a link that dangles is followed inside the root
 * and its target made.  resolve adds RESOLVE_* flags for every part of that:
 * with RESOLVE_NO_SYMLINKS nothing is made behind a link, wherever it stands
 * and whenever it came.  Returns the descriptor or -errno (-ELOOP past 40
 * links, -ENAMETOOLONG when the path outgrows the scratch room).
 */
int bh_path_make(int root_fd, const char *path, mode_t type, mode_t mode,
		 uint64_t resolve, struct bh_scratch scratch);

/*
 * Open the directory that path's last component lies in, making it when it is
 * missing, and point *ret_name at that component, inside the scratch room.
 * The last component itself is not looked at.  -EINVAL when there is none.
 */
int bh_path_parent(int root_fd, const char *path, const char **ret_name,
		   struct bh_scratch scratch);

#endif
