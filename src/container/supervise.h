/* SPDX-License-Identifier: Apache-2.0 */
/* Waiting for a container in the foreground: one event loop. */
#ifndef BH_CONTAINER_SUPERVISE_H
#define BH_CONTAINER_SUPERVISE_H

#include <signal.h>
#include <sys/types.h>

#include "base/err.h"
#include "container/notify.h"
#include "container/relay.h"

struct bh_supervisor {
	int signal_fd;
	sigset_t saved;		      /* the caller's mask */
	struct sigaction saved_child; /* and what it does on SIGCHLD */
};

/* Hold back the signals that are to be handed on.  0 or -errno. */
int bh_supervisor_open(struct bh_supervisor *ret, struct bh_err *err);

struct bh_supervised {
	pid_t pid;
	struct bh_relay *relay;	  /* of its terminal; NULL: it has none */
	struct bh_notify *notify; /* NULL: nobody waits for it */
};

/*
 * Hand signals on to the process until it ends, and reap it; serve its terminal
 * meanwhile.  *ret_status is its exit status, 128 + n after signal n.
 */
int bh_supervise(struct bh_supervisor *supervisor,
		 const struct bh_supervised *job, int *ret_status,
		 struct bh_err *err);

/* Give the caller's signal mask back. */
void bh_supervisor_close(struct bh_supervisor *supervisor);

#endif
