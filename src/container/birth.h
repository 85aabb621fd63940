/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a prepared bundle to a process that others know of: what `create` and
 * `run` have in common.
 *
 *	bundle ── bh_prepare_spec ──► spec ── bh_prepare_plan ──► plan
 *	plan ── bh_birth_make ──► entry, state.json, groups, process
 */
#ifndef BH_CONTAINER_BIRTH_H
#define BH_CONTAINER_BIRTH_H

#include "container/hooks.h"
#include "container/notify.h"
#include "container/prepare.h"
#include "container/state.h"
#include "container/store.h"
#include "run/run.h"

/* What is wanted of a container beside the bundle. */
struct bh_birth_options {
	const char *pid_file; /* or NULL */
	int console_fd;	      /* a console socket, borrowed; -1: none */
	/* To be opened, with the service manager's socket; NULL: `start` does,
	 * or nobody. */
	struct bh_notify *notify;
	const char *notify_socket;
	struct bh_warnings *warnings; /* of its hooks */
};

struct bh_birth {
	const struct bh_prepared *prepared; /* borrowed */
	struct bh_birth_options options;
	struct bh_entry entry; /* locked */
	struct bh_state *state;
	int start_fd;  /* the FIFO, -1: does not wait for `start` */
	int notify_fd; /* the notify directory, -1: has none */
	int shared_fd; /* the shared page, -1: nobody reads it later */
	bool made;
	struct bh_run run;
};

/*
 * Make the entry and carry the plan out.  On success the program was executed
 * or waits for `start`, as the plan says.  After a failure nothing is left.
 * Clear it with bh_birth_clear, which leaves the container alone.
 */
int bh_birth_make(const char *root, const struct bh_prepared *prepared,
		  const struct bh_birth_options *options, struct bh_birth *ret,
		  struct bh_err *err);
void bh_birth_clear(struct bh_birth *birth);

/* The container's program was executed.  After a failure it is to be ended. */
int bh_birth_poststart(const struct bh_birth *birth, struct bh_err *err);

/* Remove the groups and the entry of a container whose process has ended, then run
 * what is to run when it is gone. */
int bh_birth_undo(struct bh_birth *birth, struct bh_err *err);

#endif
