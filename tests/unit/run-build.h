/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Small plans that need no privilege, carried out with standard output caught
 * in a pipe: for the tests of run/.
 */
#ifndef RUN_BUILD_H
#define RUN_BUILD_H

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "run/run.h"
#include "tap.h"

struct job {
	struct bh_plan plan;
	struct bh_run run;
	struct bh_err err;
	struct bh_buf out; /* what the program printed */
	int preset;	   /* the descriptor in preset 0; -1: none */
	int result;	   /* of bh_run_plan */
	int status;	   /* of the program, from waitpid */
};

static inline union bh_args *job_step(struct job *job, enum bh_op op,
				      enum bh_lane lane)
{
	return &bh_plan_step(&job->plan, op, lane, BH_PHASE_PREPARE)->args;
}

/* An empty plan; slots: 0 the child, 1 the preset. */
static inline void job_init(struct job *job)
{
	*job = (struct job){ .preset = -1 };
	(void)bh_plan_slot(&job->plan, "child", -1);
	(void)bh_plan_slot(&job->plan, "preset", 0);
}

static inline void job_clone(struct job *job)
{
	union bh_args *args = job_step(job, BH_OP_clone, BH_PARENT);

	args->clone = (struct bh_args_clone){ .process = 0, .group = -1 };
}

/* The last steps: find the program, close, execute. */
static inline void job_exec(struct job *job, const char *const *candidates,
			    const char *const *arguments,
			    const char *const *environment)
{
	union bh_args *args = job_step(job, BH_OP_program_find, BH_CHILD);

	args->program_find.name = arguments[0];
	args->program_find.candidates = candidates;
	job_step(job, BH_OP_close_fds, BH_CHILD)->close_fds.start = -1;
	args = job_step(job, BH_OP_exec, BH_CHILD);
	args->exec.arguments = arguments;
	args->exec.environment = environment;
}

/* Execute a line of shell at the end. */
static inline void job_shell(struct job *job, const char *line)
{
	static const char *const candidates[] = { "/nonexistent/sh", "/bin/sh",
						  NULL };
	static const char *const environment[] = { "PATH=/bin:/usr/bin",
						   "HOME=/h", NULL };
	const char **arguments =
		bh_arena_alloc(&job->plan.arena, 4 * sizeof(*arguments));

	arguments[0] = "sh";
	arguments[1] = "-c";
	arguments[2] = line;
	job_exec(job, candidates, arguments, environment);
}

/* Carry the plan out, without waiting for the program. */
static inline void job_start(struct job *job)
{
	struct bh_run_inputs inputs = {
		.plan = &job->plan,
		.preset_fds = &job->preset,
		.shared_fd = -1,
	};

	job->result = bh_run_plan(&job->run, &inputs, &job->err);
}

static inline void job_wait(struct job *job)
{
	if (job->result == 0 &&
	    waitpid(job->run.child, &job->status, 0) != job->run.child)
		abort();
}

/* Carry the plan out, to the end of its program. */
static inline void job_run(struct job *job)
{
	int saved = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 0), ends[2];

	(void)fflush(stdout);
	if (saved < 0 || pipe2(ends, O_CLOEXEC) < 0 ||
	    dup2(ends[1], STDOUT_FILENO) < 0)
		abort();
	bh_close(&ends[1]);
	job_start(job);
	if (dup2(saved, STDOUT_FILENO) < 0)
		abort();
	bh_close(&saved);
	(void)bh_read_all(ends[0], 1u << 20, &job->out);
	bh_buf_str(&job->out, "");
	bh_close(&ends[0]);
	job_wait(job);
}

/* No process may be left behind, dead or alive. */
static inline void job_end(struct job *job, const char *title)
{
	bool none = waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD;

	ok(none, "%s: no process is left", title);
	bh_run_clear(&job->run);
	bh_plan_clear(&job->plan);
	bh_buf_clear(&job->out);
}

/* What the program printed, and that it ended well. */
static inline void job_prints(struct job *job, const char *want,
			      const char *title)
{
	job_run(job);
	if (!is_int(job->result, 0, "%s: runs", title))
		diag("%s", job->err.text);
	is_int(job->status, 0, "%s: ends", title);
	is_str(job->out.data, want, "%s: prints", title);
	job_end(job, title);
}

/* The plan fails with this errno and words, in the message or the hint. */
static inline void job_fails(struct job *job, int errnum, const char *words,
			     const char *title)
{
	job_run(job);
	is_int(job->result, -errnum, "%s: fails", title);
	is_int(job->err.errnum, errnum, "%s: errno", title);
	if (!ok(strstr(job->err.text, words) || strstr(job->err.hint, words),
		"%s: says why", title))
		diag("%s; %s", job->err.text, job->err.hint);
	is_int(job->run.child, 0, "%s: the child is gone", title);
	is_str(job->out.data, "", "%s: nothing runs", title);
	job_end(job, title);
}

#endif
