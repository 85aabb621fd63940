/* SPDX-License-Identifier: Apache-2.0 */
/* exec: another program in a container that is there. */
#ifndef BH_CONTAINER_EXEC_H
#define BH_CONTAINER_EXEC_H

#include "base/err.h"
#include "container/prepare.h"
#include "plan/compile.h"
#include "spec/exec.h"

struct bh_exec_request {
	const char *id;
	const char *process;  /* a file with the process as JSON, or NULL: */
	struct bh_exec line;  /* what the command line says */
	const char *pid_file; /* or NULL */
	const char *console_socket; /* or NULL */
	struct bh_texts groups;	    /* as bh_exec_groups() wants them */
	bool ignore_paused;	    /* it waits until it is resumed */
	bool detach;
	struct bh_caller caller;
};

/*
 * Execute a program in the namespaces and groups of a container below root,
 * with the container's filter, as a plan like any other.  Attached, signals
 * are handed on and *ret_status is its exit status, 128 + n after signal n;
 * detached, it goes on alone and the status is 0.
 */
int bh_container_exec(const char *root, const struct bh_exec_request *request,
		      int *ret_status, struct bh_err *err);

/* Only as far as the plan.  ret must be all zero; clear it, also after a failure. */
int bh_container_exec_prepare(const char *root,
			      const struct bh_exec_request *request,
			      struct bh_prepared *ret, struct bh_err *err);

#endif
