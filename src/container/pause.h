/* SPDX-License-Identifier: Apache-2.0 */
/* Inside container/: the group in which a container is frozen. */
#ifndef BH_CONTAINER_PAUSE_H
#define BH_CONTAINER_PAUSE_H

#include <stdbool.h>

#include "base/err.h"
#include "container/state.h"

/* Whether all of the container's processes are stopped. */
bool bh_pause_is_on(const struct bh_state *state);

/* Let them run: before they are to end, since on v1 a frozen process does not. */
int bh_pause_end(const struct bh_state *state, struct bh_err *err);

#endif
