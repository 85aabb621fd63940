/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interpreter: carries a plan out and decides nothing.
 *
 * bh_run_plan walks the parent's lane.  The step `clone` starts the child,
 * which walks its own lane in the same loop and ends in execve or _exit; it
 * never returns to the caller.  sync.h tells how the two talk.
 */
#ifndef BH_RUN_RUN_H
#define BH_RUN_RUN_H

#include <sys/types.h>

#include "base/err.h"
#include "base/path.h"
#include "base/str.h"
#include "host/cgroups.h"
#include "plan/plan.h"
#include "spec/spec.h"

/* The longest "HOME=..." that is taken from a passwd file. */
#define BH_HOME_SIZE 4096u

/* What steps add to the environment: HOME, LISTEN_FDS, _PID and _FDNAMES. */
#define BH_ADDED_VARIABLES 4

/* A cgroup that a step made: undone by bh_run_undo. */
struct bh_made_group {
	size_t hierarchy; /* index into the host's cgroups */
	const char *path; /* from the plan */
	ino_t inode;	  /* whose group it is */
};

struct bh_run;

/* What a plan needs beside itself; borrowed by the run. */
struct bh_run_inputs {
	const struct bh_plan *plan;
	const int *preset_fds; /* by preset number */
	const struct bh_cgroups *cgroups;
	/* A file to share with the child, so that `start` can read what became
	 * of it; -1: memory of this process. */
	int shared_fd;
	/* Called for the step `record`, when there is a child, and for
	 * `created`, before it is let go to wait; NULL: nothing to do.  arg is
	 * the caller's. */
	int (*record)(const struct bh_run *run, struct bh_err *err);
	int (*created)(const struct bh_run *run, struct bh_err *err);
	/* What a hook of this stage gets on its input: the container's state.
	 * Called by the parent alone, at first when there is no child yet, to
	 * know how long it is; NULL: it gets nothing. */
	void (*state)(const struct bh_run *run, enum bh_hook_stage stage,
		      struct bh_buf *text);
	void *arg;
};

/* A scope of systemd's that a step made. */
struct bh_made_scope {
	const struct bh_args_scope_make *made; /* of the plan; NULL: none */
	pid_t holder; /* the process in it until the child is; or 0 */
	ino_t inode;  /* the holder's group; or 0 */
};

struct bh_run {
	struct bh_run_inputs in;
	enum bh_lane lane;   /* which process this is */
	enum bh_lane holder; /* whose turn it is */
	size_t at;	     /* the step, an index */
	int *slots;	     /* descriptors, -1 empty */
	struct bh_scratch scratch;
	struct bh_shared *shared;      /* what the child leaves behind */
	struct bh_hook_states *states; /* for the child's hooks; or NULL */
	int sync_fd;		       /* our end */
	int peer_fd;		       /* the other's end, until the clone */
	pid_t child;		       /* 0 before the clone */
	size_t made_count;
	struct bh_made_group *made;
	struct bh_made_scope scope;

	/* What the descriptor of the rootfs is of, once one was asked for. */
	struct bh_run_root {
		int fd;
		dev_t device;
		ino_t inode;
	} root;

	/* The child's own, between its last steps. */
	bool cwd_entered;
	const char *program;	  /* what program_find found */
	const char **environment; /* with room at its end for what is added */
	size_t environment_len;
	char *home;	     /* room for "HOME=..." */
	char listen_pid[32]; /* "LISTEN_PID=..." */
};

#define BH_NO_RUN                                                 \
	(struct bh_run)                                           \
	{                                                         \
		.sync_fd = -1, .peer_fd = -1, .root = {.fd = -1 } \
	}

/*
 * Carry the plan out.  On success the container's program has been executed, or
 * waits in `await_start`; run->child is its pid and stays ours to wait for.  On failure the error names
 * the step, the child is dead and reaped, and bh_run_undo takes back the rest.
 */
int bh_run_plan(struct bh_run *run, const struct bh_run_inputs *inputs,
		struct bh_err *err);

/* Remove what the steps made outside the new namespaces. */
int bh_run_undo(struct bh_run *run, struct bh_err *err);

/* Free memory and descriptors; processes and groups are left alone. */
void bh_run_clear(struct bh_run *run);

#endif
