/* SPDX-License-Identifier: Apache-2.0 */
/* Inside container/: in which of a container's groups a program is executed. */
#ifndef BH_CONTAINER_EXEC_GROUP_H
#define BH_CONTAINER_EXEC_GROUP_H

#include "base/mem.h"
#include "container/state.h"
#include "spec/exec.h"

/*
 * Where below each group of state a program is to go: ret[i] for
 * state->groups.items[i], a path of plain parts, or NULL for the group itself;
 * ret and its texts live in arena.
 *
 * wishes are the command line's, `[CONTROLLER,...:]PATH`, the later ones first.
 * Without any, and where the container has given the controllers of its v2 group
 * to sub-groups, so that no process may be in it (cgroup-v2.rst, No Internal
 * Process Constraint), the program goes where the container's process is.
 *
 * -EINVAL with err for a wish that can't be meant.
 */
int bh_exec_groups(const struct bh_state *state, const struct bh_texts *wishes,
		   struct bh_arena *arena, const char ***ret,
		   struct bh_err *err);

#endif
