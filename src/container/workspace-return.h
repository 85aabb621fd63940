/* SPDX-License-Identifier: Apache-2.0 */
/* The way back of what a container's git did to its own copy of an index. */
#ifndef BH_CONTAINER_WORKSPACE_RETURN_H
#define BH_CONTAINER_WORKSPACE_RETURN_H

#include "container/state.h"
#include "container/store.h"

/*
 * Once the container has ended, and before its entry is removed.  An index that the
 * host has changed meanwhile, or is about to, stays as it is: then git status shows
 * there what the container has committed as changes, until `git reset`.
 */
void bh_workspaces_return(const struct bh_entry *entry,
			  const struct bh_state *state);

#endif
