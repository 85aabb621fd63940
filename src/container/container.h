/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The life cycle of a container, runtime.md: a function for each command.
 *
 *	create ──► created ── start ──► running ── its end ──► stopped ──► delete
 *
 * The status is never stored: it follows from the process (none yet, alive or
 * not), its group (frozen or not) and the FIFO `start` (there from its creation until it was started).
 */
#ifndef BH_CONTAINER_CONTAINER_H
#define BH_CONTAINER_CONTAINER_H

#include "container/hooks.h"
#include "container/prepare.h"
#include "container/state.h"
#include "container/store.h"

/* An existing container. */
struct bh_container {
	struct bh_entry entry;
	struct bh_state *state;
	enum oci_status status;
	int pidfd; /* -1 when there is no process, or none any more */
};

/*
 * Open one and find out its status, in parts that may not fit together if it
 * is only looked at while it changes.  0 or -errno; close what was opened.
 */
int bh_container_open(const char *root, const char *id, enum bh_access access,
		      struct bh_container *ret, struct bh_err *err);
void bh_container_close(struct bh_container *container);

/* What an engine wants beside the bundle; each may be NULL. */
struct bh_create_options {
	const char *pid_file;
	const char *console_socket;
	struct bh_warnings *warnings; /* never NULL */
};

/* Make a container of a prepared bundle; its process waits to be started.
 * After a failure nothing is left. */
int bh_container_create(const char *root, const struct bh_prepared *prepared,
			const struct bh_create_options *options,
			struct bh_err *err);

/* Execute the program of a created one.  With the socket of a service manager
 * (NULL: none), wait until the program is ready, too.  When a hook fails nothing is
 * left of the container. */
int bh_container_start(const char *root, const char *id,
		       const char *notify_socket,
		       const struct bh_gate_places *places,
		       struct bh_warnings *warnings, struct bh_err *err);

/* Stop all processes of a container that is created or running, without their
 * knowing; let them run again.  Nothing stays half stopped. */
int bh_container_pause(const char *root, const char *id, struct bh_err *err);
int bh_container_resume(const char *root, const char *id, struct bh_err *err);

/* Signal the container's process, or all of its processes. */
int bh_container_kill(const char *root, const char *id, int signal, bool all,
		      struct bh_err *err);

/* Append the pids of all its processes, as the caller sees them, a line each;
 * none of one that has stopped. */
int bh_container_pids(const char *root, const char *id, struct bh_buf *pids,
		      struct bh_err *err);

/* Remove a stopped container; with force, any, and missing is no error. */
int bh_container_delete(const char *root, const char *id, bool force,
			const struct bh_gate_places *places,
			struct bh_warnings *warnings, struct bh_err *err);

/* The same with one that is open and locked: kill it, remove it, run its poststop
 * hooks. */
int bh_container_destroy(struct bh_container *container,
			 const struct bh_gate_places *places,
			 struct bh_warnings *warnings, struct bh_err *err);

#endif
