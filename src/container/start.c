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
static int read_failure(const struct bh_container *c, struct bh_err *err)
{
	bh_autoclose int fd = openat(c->entry.fd, "shared",
				     O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	struct bh_shared shared;

	if (fd < 0 || pread(fd, &shared, sizeof(shared), 0) != sizeof(shared))
		return bh_fail(err, fd < 0 ? errno : EIO,
			       "read the shared page of container %s",
			       c->entry.id);
	if (!shared.failed && shared.step + 1 == shared.steps)
		return 0;
	if (!shared.failed)
		return bh_refuse(
			err,
			"start the container %s: its process was "
			"killed in step %zu of %zu, before its program "
			"was executed",
			c->entry.id, shared.step, shared.steps);
	*err = shared.err;
	bh_err_sanitize(err);
	return -err->errnum;
}

static int has_stopped(const struct bh_container *c, struct bh_err *err)
{
	/* One that failed while it was to wait tells better. */
	if (bh_entry_has(&c->entry, BH_START) && read_failure(c, err) < 0 &&
	    err->errnum != EINVAL)
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

/* An observer that can't be called is no reason to end what runs. */
static void tell_start(const struct bh_container *c,
		       const struct bh_agent_hooks *hooks)
{
	struct bh_err ignored;

	(void)bh_agent_tell_start(&c->entry, c->state, hooks, &ignored);
}

static int start(const struct bh_container *c,
		 const struct bh_agent_hooks *hooks, const char *notify_socket,
		 struct bh_err *err)
{
	struct bh_notify notify;
	int r = bh_notify_open(&c->entry, notify_socket, &notify, err);

	if (r < 0)
		return r;
	notify.main = (pid_t)c->state->pid.value;
	r = bh_deadline_watch(&c->entry, c->state, hooks, err);
	if (r == 0)
		r = let_go(c, err);
	if (r == 0) {
		r = read_failure(c, err);
		if (r < 0)
			(void)bh_process_wait(c->pidfd, KILL_TIMEOUT_MS);
	}
	if (r == 0)
		tell_start(c, hooks);
	if (r == 0)
		r = bh_notify_wait(&notify, c->pidfd, err);
	bh_notify_close(&notify);
	return r;
}

int bh_container_start(const char *root, const char *id,
		       const char *notify_socket, struct bh_err *err)
{
	struct bh_agent_hooks *hooks = NULL;
	struct bh_container c;
	int r = bh_container_open(root, id, BH_CHANGE, &c, err);

	if (r < 0)
		return r;
	r = check_status(&c, err);
	if (r == 0)
		r = bh_agent_load(&c.entry, &hooks, err);
	if (r == 0)
		r = start(&c, hooks, notify_socket, err);
	bh_agent_hooks_free(hooks);
	bh_container_close(&c);
	return r;
}
