/* SPDX-License-Identifier: Apache-2.0 */
/* Inside container/: the group that holds all processes of a container. */
#ifndef BH_CONTAINER_GROUP_H
#define BH_CONTAINER_GROUP_H

#include "container/state.h"

/*
 * Open the group by which the container can be frozen, or any on a host without
 * a freezer: a descriptor or -errno.
 */
int bh_container_open_group(const struct bh_state *state, struct bh_err *err);

/* Open one of its groups, if it is still the same: a descriptor or -errno. */
int bh_state_group_open(const struct bh_state_group *group, struct bh_err *err);

#endif
