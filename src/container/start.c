/* SPDX-License-Identifier: Apache-2.0 */
/*
 * start: one byte into the FIFO that the container's process reads.  execve
 * closes its end of it, and that is seen here as POLLERR; what went wrong, if
 * anything, stands in the shared page.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/sys.h"
#include "container/agent.h"
#include "container/container.h"
#include "container/deadline.h"
#include "container/notify.h"
#include "container/process.h"
#include "run/sync.h"

/* A process that was killed may take this long to be gone. */
#define KILL_TIMEOUT_MS 10000

/* What the process left behind if it did not get as far as execve. */
static int read_failure(const struct bh_container *c, struct bh_shared *shared,
			struct bh_err *err)
{
	bh_autoclose int fd = openat(c->entry.fd, "shared",
				     O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return bh_refuse(err,
				 "container does not exist: %s: it was deleted "
				 "meanwhile",
				 c->entry.id);
	if (fd < 0 || pread(fd, shared, sizeof(*shared), 0) != sizeof(*shared))
		return bh_fail(err, fd < 0 ? errno : EIO,
			       "read the shared page of container %s",
			       c->entry.id);
	if (!shared->failed && shared->step + 1 == shared->steps)
		return 0;
	if (!shared->failed)
		return bh_refuse(
			err,
			"start the container %s: its process was "
			"killed in step %zu of %zu, before its program "
			"was executed",
			c->entry.id, shared->step, shared->steps);
	*err = shared->err;
	bh_err_sanitize(err);
	return -err->errnum;
}

static int has_stopped(const struct bh_container *c, struct bh_err *err)
{
	struct bh_shared shared = { 0 };

	/* One that failed while it was to wait tells better. */
	if (bh_entry_has(&c->entry, BH_START) &&
	    read_failure(c, &shared, err) < 0 && err->errnum != EINVAL)
		return -err->errnum;
	return bh_refuse(err, "cannot start a container that has stopped: %s",
			 c->entry.id);
}

/* Nobody else has its lock: whoever was creating it is gone. */
static int not_created(const struct bh_container *c, struct bh_err *err)
{
	(void)bh_refuse(err,
			"start the container %s: it was not created completely",
			c->entry.id);
	return bh_hint(err, "its `create` was killed; delete it");
}

static int check_status(const struct bh_container *c, struct bh_err *err)
{
	if (c->status == OCI_STATUS_CREATED)
		return 0;
	if (c->status == OCI_STATUS_STOPPED)
		return has_stopped(c, err);
	if (c->status == OCI_STATUS_CREATING)
		return not_created(c, err);
	if (c->status == OCI_STATUS_PAUSED)
		return bh_refuse(err, "cannot start a paused container: %s",
				 c->entry.id);
	return bh_refuse(err, "cannot start an already running container: %s",
			 c->entry.id);
}

/* Wait until nobody has the FIFO open for reading any more, or the process has
 * ended. */
static int wait_for_exec(int fd, int pidfd, struct bh_err *err)
{
	struct pollfd poll_fds[] = {
		{ .fd = fd },
		{ .fd = pidfd, .events = POLLIN },
	};
	int r;

	do
		r = poll(poll_fds, 2, -1);
	while (r < 0 && errno == EINTR);
	return r < 0 ? bh_fail(err, errno, "wait for the program") : 0;
}

static int let_go(const struct bh_container *c, struct bh_err *err)
{
	bh_autoclose int fd =
		openat(c->entry.fd, BH_START,
		       O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == ENXIO)
		return has_stopped(c, err);
	if (fd < 0)
		return bh_fail(err, errno,
			       "open the start FIFO of container %s",
			       c->entry.id);
	/* It is started once, well or not, and by nobody else. */
	if (unlinkat(c->entry.fd, BH_START, 0) < 0 || write(fd, "", 1) != 1)
		return bh_fail(err, errno, "start the container %s",
			       c->entry.id);
	/* Others may look at it, or kill it, while it takes its time. */
	bh_entry_unlock(&c->entry);
	return wait_for_exec(fd, c->pidfd, err);
}

/* One call of bh_container_start. */
struct starting {
	struct bh_container *c;
	const struct bh_gate_places *places;
	struct bh_warnings *warnings;
	struct bh_kept_hooks kept; /* of startContainer and poststart */
	struct bh_passed passed;
};

/* runtime.md, Lifecycle: a hook that fails ends the container, and all of it.
 * Others may have deleted it meanwhile. */
static void destroy(struct starting *starting)
{
	struct bh_container *c = starting->c;
	struct bh_err ignored;

	/* The first failure is the one that tells; what is left of it can be
	 * deleted. */
	if (bh_entry_lock(&c->entry, &ignored) == 0)
		(void)bh_container_destroy(c, starting->places,
					   starting->warnings, &ignored);
}

static int execute(struct starting *starting, struct bh_err *err)
{
	struct bh_container *c = starting->c;
	struct bh_shared shared = { 0 };
	int r = let_go(c, err);

	if (r < 0)
		return r;
	r = read_failure(c, &shared, err);
	bh_hooks_take_printed(&shared.printed, starting->warnings);
	if (r < 0)
		(void)bh_process_wait(c->pidfd, KILL_TIMEOUT_MS);
	if (shared.hook_failed)
		destroy(starting);
	return r;
}

static int run_poststart(struct starting *starting, struct bh_err *err)
{
	int r = bh_hooks_poststart(&starting->passed, starting->c->state,
				   starting->warnings, err);

	if (r < 0)
		destroy(starting);
	return r;
}

static int start(struct starting *starting, const char *notify_socket,
		 struct bh_err *err)
{
	const struct bh_agent_hooks *hooks = starting->kept.agent_hooks;
	struct bh_container *c = starting->c;
	struct bh_notify notify;
	struct bh_err ignored;
	int r = bh_notify_open(&c->entry, notify_socket, &notify, err);

	if (r < 0)
		return r;
	notify.main = (pid_t)c->state->pid.value;
	r = bh_deadline_watch(&c->entry, c->state, hooks, err);
	if (r == 0)
		r = execute(starting, err);
	if (r == 0)
		r = run_poststart(starting, err);
	/* An observer that can't be called is no reason to end what runs. */
	if (r == 0)
		(void)bh_agent_tell_start(&c->entry, c->state, hooks, &ignored);
	if (r == 0)
		r = bh_notify_wait(&notify, c->pidfd, err);
	bh_notify_close(&notify);
	return r;
}

/* What was trusted when it was created may not be any more; refused, it stays
 * created. */
static int pass_gate(struct starting *starting, struct bh_err *err)
{
	const struct bh_state *state = starting->c->state;
	struct bh_gate_request request;
	int r = bh_hooks_load(&starting->c->entry, state,
			      1u << BH_START_CONTAINER | 1u << BH_POSTSTART,
			      &starting->kept, err);

	if (r < 0)
		return r;
	request = bh_hooks_request(&starting->kept, "start", starting->places);
	r = bh_pass_gate(&request, &starting->passed, err);
	if (r < 0) {
		const struct bh_agent_event event = {
			.verb = "start",
			.id = state->id,
			.bundle = state->bundle,
			.judgement = &starting->passed.judgement,
			.status = -1,
		};

		bh_agent_tell_refusal(starting->kept.agent_hooks, &event, err);
	}
	return r;
}

int bh_container_start(const char *root, const char *id,
		       const char *notify_socket,
		       const struct bh_gate_places *places,
		       struct bh_warnings *warnings, struct bh_err *err)
{
	struct bh_container c;
	struct starting starting = {
		.c = &c,
		.places = places,
		.warnings = warnings,
	};
	int r = bh_container_open(root, id, BH_CHANGE, &c, err);

	if (r < 0)
		return r;
	r = check_status(&c, err);
	if (r == 0)
		r = pass_gate(&starting, err);
	if (r == 0)
		r = start(&starting, notify_socket, err);
	bh_passed_clear(&starting.passed);
	bh_kept_hooks_clear(&starting.kept);
	bh_container_close(&c);
	return r;
}
