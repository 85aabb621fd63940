/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptors that the caller hands on to the container's program: those from
 * 3 on, sockets of activation first (sd_listen_fds(3)), then what
 * --preserve-fds counts.
 */
#ifndef BH_CONTAINER_KEPT_H
#define BH_CONTAINER_KEPT_H

#include "base/err.h"

/*
 * Verify that all of them are open, and stay so when a program is executed.
 * Before anything else is opened, which could take the number of one that is
 * missing and be handed on in its place.  0 or -EINVAL.
 */
int bh_kept_check(unsigned int count, struct bh_err *err);

/* Close our own ones: a pipe's reader waits for every writer's end. */
void bh_kept_close(unsigned int count);

#endif
