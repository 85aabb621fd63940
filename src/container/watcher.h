/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A process of its own beside a container, for what happens when nobody else is
 * left: engines go on without the runtime.
 */
#ifndef BH_CONTAINER_WATCHER_H
#define BH_CONTAINER_WATCHER_H

#include "container/state.h"
#include "container/store.h"

/* What a watcher has: everything else of its caller is closed. */
struct bh_watched {
	const struct bh_state *state;
	int entry_fd; /* the container's directory */
	int pidfd;    /* its process */
	void *arg;    /* its caller's */
};

/*
 * Start one that calls work, and ends with it: in a session of its own, with
 * signals blocked and /dev/null as standard streams.  It is there when this
 * returns.  0 or -errno.
 */
int bh_watcher_start(const struct bh_entry *entry, const struct bh_state *state,
		     void (*work)(const struct bh_watched *watched), void *arg,
		     struct bh_err *err);

#endif
