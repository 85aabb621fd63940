/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "base/fd.h"
#include "base/sys.h"
#include "container/agent.h"
#include "container/birth.h"
#include "container/console.h"
#include "container/kept.h"
#include "container/pid-file.h"
#include "container/run.h"
#include "container/supervise.h"

/* One call of bh_container_run. */
struct running {
	const char *root;
	const struct bh_prepared *prepared;
	const struct bh_run_options *options;
	struct bh_relay *relay; /* NULL: the terminal, if any, is an engine's */
	int console_fd;
	struct bh_notify notify;
	struct bh_birth birth;
};

/* Others may have removed it already: `delete --force`. */
static int clean(struct bh_birth *birth, struct bh_err *err)
{
	int r = bh_entry_lock(&birth->entry, err);

	if (r == -ENOENT)
		return bh_run_undo(&birth->run, err);
	return r < 0 ? r : bh_birth_undo(birth, err);
}

static int make(struct running *running, struct bh_err *err)
{
	const struct bh_birth_options options = {
		.console_fd = running->console_fd,
		.notify = &running->notify,
		.notify_socket = running->options->notify_socket,
		.warnings = running->options->warnings,
	};
	int r = bh_birth_make(running->root, running->prepared, &options,
			      &running->birth, err);

	bh_kept_close(running->prepared->kept_count);
	return r;
}

/* A program that its caller will not know of must not go on. */
static int tell(struct running *running, struct bh_err *err)
{
	const char *pid_file = running->options->pid_file;
	pid_t pid = running->birth.run.child;
	int r = pid_file ? bh_pid_file_write(pid_file, pid, err) : 0;

	if (r == 0 && running->relay)
		r = bh_relay_start(running->relay, err);
	if (r < 0)
		(void)kill(pid, SIGKILL);
	return r;
}

/* An observer that can't be called is no reason to end what runs. */
static void tell_start(const struct running *running)
{
	struct bh_err ignored;

	(void)bh_agent_tell_start(&running->birth.entry, running->birth.state,
				  running->prepared->agent_hooks, &ignored);
}

static int finish(struct running *running, int result, struct bh_err *err)
{
	struct bh_err clean_err;
	int r = 0;

	if (result < 0 || !running->options->keep)
		r = clean(&running->birth, &clean_err);
	bh_birth_clear(&running->birth);
	/* The first failure is the one that tells. */
	if (result < 0 || r == 0)
		return result;
	*err = clean_err;
	return r;
}

/* Not before it is to be looked at and killed by others: a hook may take its time. */
static int run_poststart(struct running *running, struct bh_err *err)
{
	pid_t pid = running->birth.run.child;
	int r = bh_birth_poststart(&running->birth, err);

	if (r < 0) {
		(void)kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	return r;
}

static int run_to_end(struct running *running, struct bh_supervisor *supervisor,
		      int *ret_status, struct bh_err *err)
{
	struct bh_supervised job = {
		.relay = running->relay,
		.notify = running->prepared->notifies ? &running->notify : NULL,
	};
	int r = make(running, err);

	if (r < 0)
		return r;
	job.pid = running->birth.run.child;
	r = tell(running, err);
	/* It runs: others may look at it, execute in it, kill it. */
	bh_entry_unlock(&running->birth.entry);
	if (r == 0)
		r = run_poststart(running, err);
	if (r == 0)
		tell_start(running);
	if (r == 0)
		r = bh_supervise(supervisor, &job, ret_status, err);
	return finish(running, r, err);
}

static int run_attached(struct running *running, int *ret_status,
			struct bh_err *err)
{
	struct bh_supervisor supervisor;
	/* Signals that arrive from here on wait until there is somebody to
	 * hand them to. */
	int r = bh_supervisor_open(&supervisor, err);

	if (r < 0)
		return r;
	/* Without a pid namespace the container's orphans come to us. */
	if (!running->options->no_subreaper)
		(void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	r = run_to_end(running, &supervisor, ret_status, err);
	bh_supervisor_close(&supervisor);
	return r;
}

static int wait_until_ready(struct running *running, struct bh_err *err)
{
	pid_t pid = running->birth.run.child;
	bh_autoclose int pidfd = -1;

	if (running->notify.fd < 0)
		return 0;
	pidfd = bh_sys_pidfd_open(pid);
	if (pidfd < 0)
		return bh_fail(err, -pidfd, "open the container's process");
	running->notify.main = pid;
	return bh_notify_wait(&running->notify, pidfd, err);
}

static int run_detached(struct running *running, struct bh_err *err)
{
	int r = make(running, err);

	if (r < 0)
		return r;
	r = tell(running, err);
	if (r < 0)
		return finish(running, r, err);
	bh_entry_unlock(&running->birth.entry);
	r = run_poststart(running, err);
	if (r < 0)
		return finish(running, r, err);
	tell_start(running);
	r = wait_until_ready(running, err);
	bh_birth_clear(&running->birth);
	return r;
}

static int run(struct running *running, int *ret_status, struct bh_err *err)
{
	int r;

	*ret_status = 0;
	if (running->options->detach)
		r = run_detached(running, err);
	else
		r = run_attached(running, ret_status, err);
	bh_notify_close(&running->notify);
	return r;
}

static int run_for_engine(struct running *running, int *ret_status,
			  struct bh_err *err)
{
	bh_autoclose int fd =
		bh_console_connect(running->options->console_socket, err);

	if (fd < 0)
		return fd;
	running->console_fd = fd;
	return run(running, ret_status, err);
}

static int run_on_terminal(struct running *running, int *ret_status,
			   struct bh_err *err)
{
	struct bh_relay relay;
	int r = bh_relay_open(&relay, err);

	if (r < 0)
		return r;
	running->relay = &relay;
	running->console_fd = relay.peer_fd;
	r = run(running, ret_status, err);
	bh_relay_close(&relay);
	return r;
}

int bh_container_run(const char *root, const struct bh_prepared *prepared,
		     const struct bh_run_options *options, int *ret_status,
		     struct bh_err *err)
{
	struct running running = {
		.root = root,
		.prepared = prepared,
		.options = options,
		.console_fd = -1,
		.notify = BH_NO_NOTIFY,
	};

	if (options->console_socket)
		return run_for_engine(&running, ret_status, err);
	if (prepared->spec.process.terminal)
		return run_on_terminal(&running, ret_status, err);
	return run(&running, ret_status, err);
}
