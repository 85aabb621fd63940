/* SPDX-License-Identifier: Apache-2.0 */
/* Inside cgroup/: one pass over a group and all below it, deepest first. */
#ifndef BH_CGROUP_SWEEP_H
#define BH_CGROUP_SWEEP_H

#include "base/str.h"

/*
 * Remove every sub-group of the group that can be removed.  Where processes are
 * in the way, in the group itself too, kill them; they end later, so that it
 * takes another pass then.  Returns 0 when no sub-group is left, 1 when some
 * are, or -errno.
 */
int bh_group_sweep(int group_fd);

/*
 * Send a signal to each process of the group and below it, once; those that are
 * forked meanwhile may not get it.  0 or -errno.
 */
int bh_group_signal(int group_fd, int signal);

/* Append the pids of the group and below it, as our pid namespace sees them, a
 * line each; 0 stands for one that it does not.  0 or -errno. */
int bh_group_pids(int group_fd, struct bh_buf *pids);

/*
 * Stop what is in the group and below from running and multiplying, where the
 * hierarchy can; and let it run again, by all means.
 */
void bh_group_freeze(int group_fd);
void bh_group_thaw(int group_fd);

#endif
