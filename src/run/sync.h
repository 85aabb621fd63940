/* SPDX-License-Identifier: Apache-2.0 */
/* How the two processes that walk a plan take turns: see sync.c. */
#ifndef BH_RUN_SYNC_H
#define BH_RUN_SYNC_H

#include <stdatomic.h>

#include "run/printed.h"
#include "run/run.h"

/*
 * Memory that parent and child share.  The child writes, the parent reads
 * once the child is gone, and takes nothing in it on trust.
 */
struct bh_shared {
	size_t steps;		 /* of the plan */
	_Atomic size_t step;	 /* which the child is at */
	_Atomic int failed;	 /* err is filled */
	_Atomic int hooked;	 /* a hook was run, or tried */
	_Atomic int hook_failed; /* of the container's own, at its start */
	pid_t child;		 /* of clone_joined: pid or -errno, */
	int child_pidfd;	 /* and its descriptor */
	struct bh_err err;
	struct bh_printed printed; /* by hooks, of either process */
};

/* Make the socket pair and the page.  0 or -errno with err. */
int bh_sync_open(struct bh_run *run, struct bh_err *err);

/* Behind the clone: each keeps one end. */
void bh_sync_split(struct bh_run *run);

/* Give the turn to the other process, for step `at`. */
int bh_sync_give(struct bh_run *run, size_t at, struct bh_err *err);

/* Wait for the turn at step `at`.  -EPIPE: the other one is gone. */
int bh_sync_take(struct bh_run *run, size_t at, struct bh_err *err);

/* Parent: wait until the child's end is closed, by execve or by its end. */
int bh_sync_wait_end(struct bh_run *run, struct bh_err *err);

#endif
