/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Acting on cgroups: make, write, join, kill, remove.  Everything goes through
 * directory descriptors resolved below the hierarchy's mount.
 */
#ifndef BH_CGROUP_DRIVER_H
#define BH_CGROUP_DRIVER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "host/cgroups.h"

/*
 * Make the group at path (absolute from the root of the hierarchy, plain
 * components only) below mount, with its missing parents.  controllers, on v2,
 * is a NULL-terminated list to be enabled for it in every ancestor ("" is
 * skipped); on v1 NULL.
 * A v1 cpuset group inherits cpus and mems from its parent, as an empty one
 * can't be joined.
 *
 * Refused, -EBUSY: a group that exists and has processes or sub-groups, or is
 * frozen.  Returns the directory's descriptor or -errno; what was made before
 * a failure is removed again.  *ret_inode identifies the group for undo.
 * Parents that are made are marked as ours.
 */
int bh_cgroup_make(const struct bh_hierarchy *hierarchy, const char *path,
		   const char *const *controllers, ino_t *ret_inode,
		   struct bh_err *err);

/*
 * How many of the parents of the group at path are there, from the mount on: what
 * is missing now and there later may go with the group.  One that can't be told
 * counts as there.
 */
size_t bh_cgroup_existing(const struct bh_hierarchy *hierarchy,
			  const char *path);

/*
 * Open a group that is there: its descriptor, or -ENOENT when the one of that
 * inode is gone.
 */
int bh_cgroup_open(const struct bh_hierarchy *hierarchy, const char *path,
		   ino_t inode, struct bh_err *err);

/* Open a group by its path of plain parts below another: a descriptor, or
 * -errno. */
int bh_cgroup_open_below(int group_fd, const char *path, struct bh_err *err);

/* Write value to file of the group in one call. */
int bh_cgroup_write(int group_fd, const char *file, const char *value,
		    struct bh_err *err);

/* Append what file of the group has. */
int bh_cgroup_read(int group_fd, const char *file, struct bh_buf *text,
		   struct bh_err *err);

/* Move pid (in our pid namespace) into the group. */
int bh_cgroup_join(int group_fd, pid_t pid, struct bh_err *err);

/* Send a signal to each process of the group and below it, once. */
int bh_cgroup_signal(int group_fd, int signal, struct bh_err *err);

/* Append the pids of the group and below it, in our pid namespace, a line each. */
int bh_cgroup_pids(int group_fd, struct bh_buf *pids, struct bh_err *err);

/*
 * Stop all processes of the group and below it, and wait until they have
 * stopped: 0, or -errno with nothing frozen.  A group of the freezer hierarchy
 * on v1, any on v2.
 */
int bh_cgroup_freeze(int group_fd, int timeout_ms, struct bh_err *err);
int bh_cgroup_thaw(int group_fd, struct bh_err *err);
bool bh_cgroup_is_frozen(int group_fd);

/* Attach a device program (v2), BPF_PROG_TYPE_CGROUP_DEVICE. */
struct bpf_insn;
int bh_cgroup_attach_devices(int group_fd, const struct bpf_insn *program,
			     size_t len, struct bh_err *err);

/* A group that is to go. */
struct bh_cgroup_made {
	const char *path;
	ino_t inode;	 /* 0: not known */
	size_t existing; /* bh_cgroup_existing() before it was made */
};

/* Not known: only parents with our mark go. */
#define BH_CGROUP_EXISTING_ALL SIZE_MAX

/*
 * Kill what is left in the group and its sub-groups, wait until it is empty,
 * and remove it with its sub-groups, and with its parents as far as they are
 * empty, and marked as made by us or not among the existing ones.  Nothing
 * happens to a group whose inode is not the one given (somebody else's by now),
 * nor is a missing one an error.  timeout_ms bounds the wait for processes to
 * end.
 *
 * inode 0: the group that was to be made there, by somebody who died before
 * noting it.  It may be another's, so that nothing in it is killed: it is
 * removed as soon as it is empty.
 *
 * On v1, remove the group of the freezer hierarchy first: processes that are
 * frozen end only when it thaws them, which this does, also when it fails.
 */
int bh_cgroup_remove(const struct bh_hierarchy *hierarchy,
		     const struct bh_cgroup_made *made, int timeout_ms,
		     struct bh_err *err);

#endif
