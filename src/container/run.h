/* SPDX-License-Identifier: Apache-2.0 */
/* Run a prepared container in the foreground, from its start to its end. */
#ifndef BH_CONTAINER_RUN_H
#define BH_CONTAINER_RUN_H

#include "container/prepare.h"

/*
 * Carry the plan out, hand signals on, wait for the program's end, and take
 * back what was made on the host.  Meanwhile it is a container like one of
 * `create`, with an entry below root.  *ret_status is the program's exit status,
 * 128 + n after signal n.  On failure nothing is left behind.
 *
 * The caller's signal mask, and its action on SIGCHLD, are changed during the
 * call.
 */
int bh_container_run(const char *root, const struct bh_prepared *prepared,
		     int *ret_status, struct bh_err *err);

#endif
