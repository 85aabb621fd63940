/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /proc through a handle of our own, so that nothing mounted over /proc or
 * parts of it can swallow or redirect a write (CVE-2019-16884, 2025-52881).
 */
#ifndef BH_BASE_PROCFS_H
#define BH_BASE_PROCFS_H

#include <stddef.h>
#include <sys/types.h>

#include "base/str.h"

/*
 * A descriptor of a procfs for the caller's pid namespace: a private mount
 * where that is permitted, else /proc verified to be the root of a procfs.
 * fd or -errno (-EINVAL: what lies at /proc is no procfs).
 */
int bh_procfs_open(void);

/*
 * /proc verified, without a mount of its own: for reading plain facts, at a
 * fraction of the cost.
 */
int bh_procfs_open_shared(void);

/*
 * Open a file below a procfs handle without leaving it: no links but the
 * kernel's own "self" as the first component, no other mount.  fd or -errno.
 */
int bh_procfs_open_file(int procfs_fd, const char *path, int flags);

/* Open a namespace link of the caller, "net" or "time_for_children". */
int bh_procfs_open_namespace(int procfs_fd, const char *name);

/* The same of a process of ours that is not reaped, so that its pid is its own. */
int bh_procfs_open_namespace_of(int procfs_fd, pid_t pid, const char *name);

/* Open what an O_PATH descriptor of ours stands for; fd or -errno. */
int bh_procfs_reopen(int procfs_fd, int path_fd, int flags);

/* Open, write in one call, close; 0 or -errno. */
int bh_procfs_write(int procfs_fd, const char *path, const char *value,
		    size_t len);

/* Append a file's content, at most max bytes; 0 or -errno. */
int bh_procfs_read(int procfs_fd, const char *path, size_t max,
		   struct bh_buf *buf);

#endif
