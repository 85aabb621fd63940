/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of a container: at a time, and who is told of it.  The watcher that
 * waits for it is there before the container's program is.
 */
#ifndef BH_CONTAINER_DEADLINE_H
#define BH_CONTAINER_DEADLINE_H

#include "container/state.h"
#include "container/store.h"
#include "policy/policy.h"

/* Written by the watcher before it ends a container: why. */
#define BH_ENDED "ended"

/* How the state of a container says it. */
#define BH_ENDED_ANNOTATION "org.bulkhead.ended"

/* From SIGTERM to SIGKILL. */
#define BH_DEADLINE_GRACE_MS 10000

/*
 * Start to watch the process of state, which must be set: for state->deadline
 * seconds from now on, then SIGTERM, some grace, and the end of all that is in
 * the container's group; and for onExit of the agent hooks (may be NULL), which
 * is told of its end.  Nothing without either.  0 or -errno.
 */
int bh_deadline_watch(const struct bh_entry *entry,
		      const struct bh_state *state,
		      const struct bh_agent_hooks *hooks, struct bh_err *err);

#endif
