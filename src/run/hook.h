/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Run a program of the host's beside a container, and wait for it: a hook of a
 * config, or of the host's own policy.
 *
 * It gets the environment that is given and nothing else, / as its working
 * directory, its input on descriptor 0, and no other descriptor but 1, 2 and the
 * script's (base/program.h).  It leads a session of its own, which is killed whole
 * at the timeout.  Nothing is allocated, so that a container's child can call it.
 */
#ifndef BH_RUN_HOOK_H
#define BH_RUN_HOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/program.h"

/* The last of what it printed, to either stream. */
#define BH_HOOK_OUTPUT 4096

struct bh_hook_output {
	size_t len;
	bool cut; /* there was more before */
	char data[BH_HOOK_OUTPUT];
};

/* What becomes of processes that a hook leaves behind. */
enum bh_hook_rest {
	/* They go on, as a daemon does, unless the hook fails. */
	BH_REST_STAYS,
	/* Those of its group end with it. */
	BH_REST_ENDS,
	/* The caller is process 1 of a pid namespace that has nobody else yet:
	 * all others end with the hook, and are reaped. */
	BH_REST_ALL_ENDS,
};

struct bh_hook_call {
	const char *name; /* "hook createRuntime[0]": for messages */
	const char *path; /* and what it is */
	/* With its script_fd the same as its fd it is a script that the kernel
	 * finds the interpreter of, as /dev/fd/3. */
	const struct bh_program *program;
	const char *const *args; /* as bh_program_args gives them */
	const char *const *env;
	uint64_t timeout_ms; /* 0: as long as it takes */
	const char *input; /* on its standard input; may be a socket's worth */
	size_t input_len;
	enum bh_hook_rest rest;
};

/*
 * 0 when it ended with status 0.  Otherwise -errno; the message says how it
 * ended, with the last line that it printed.  output may be NULL.
 */
int bh_hook_run(const struct bh_hook_call *call, struct bh_hook_output *output,
		struct bh_err *err);

#endif
