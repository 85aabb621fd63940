/* SPDX-License-Identifier: Apache-2.0 */
/* Run a prepared container, from its start to its end. */
#ifndef BH_CONTAINER_RUN_H
#define BH_CONTAINER_RUN_H

#include "container/hooks.h"
#include "container/prepare.h"

/* What is wanted beside the bundle; texts may be NULL. */
struct bh_run_options {
	const char *pid_file;
	const char *console_socket;
	const char *notify_socket;    /* $NOTIFY_SOCKET */
	struct bh_warnings *warnings; /* never NULL */
	bool detach;	   /* leave it alone once its program was executed */
	bool keep;	   /* leave its entry and groups behind at its end */
	bool no_subreaper; /* its orphans are not ours to reap */
};

/*
 * Carry the plan out, hand signals on, wait for the program's end, and take
 * back what was made on the host.  Meanwhile it is a container like one of
 * `create`, with an entry below root.  *ret_status is the program's exit status,
 * 128 + n after signal n; detached, 0.  On failure nothing is left behind.
 *
 * The caller's signal mask, and its action on SIGCHLD, are changed during the
 * call.
 */
int bh_container_run(const char *root, const struct bh_prepared *prepared,
		     const struct bh_run_options *options, int *ret_status,
		     struct bh_err *err);

#endif
