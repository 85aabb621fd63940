/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/sys.h"
#include "cgroup/driver.h"
#include "container/deadline.h"
#include "container/group.h"
#include "container/pause.h"
#include "container/process.h"

/* What the watcher keeps open, in this order from here on. */
enum {
	FIRST_FD = 3,
	ENTRY_FD = FIRST_FD,
	PROCESS_FD,
	END_FD,
};

/* Not the caller's descriptors: an engine waits for the end of its pipes, and a
 * lock is held as long as the file is open. */
static int keep_two(int dir_fd, int pidfd)
{
	bh_autoclose int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	/* Out of the way of each other. */
	int first = fcntl(dir_fd, F_DUPFD_CLOEXEC, END_FD);
	int second = fcntl(pidfd, F_DUPFD_CLOEXEC, END_FD);

	if (null < 0 || first < 0 || second < 0 ||
	    dup3(first, ENTRY_FD, O_CLOEXEC) < 0 ||
	    dup3(second, PROCESS_FD, O_CLOEXEC) < 0)
		return -errno;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (dup2(null, fd) < 0)
			return -errno;
	return bh_sys_close_range(END_FD, ~0u, 0);
}

static void note(const struct bh_state *state)
{
	const struct bh_entry entry = { .fd = ENTRY_FD, .id = state->id };
	bh_autobuf struct bh_buf text = { 0 };
	struct bh_err ignored;

	bh_buf_printf(&text, "deadline of %llu s",
		      (unsigned long long)state->deadline.value);
	(void)bh_entry_write(&entry, BH_ENDED, text.data, text.len, &ignored);
}

static void end(const struct bh_state *state)
{
	struct bh_err ignored;
	bh_autoclose int group_fd = bh_container_open_group(state, &ignored);

	note(state);
	(void)bh_sys_pidfd_send_signal(PROCESS_FD, SIGTERM);
	/* Frozen it would not hear of it. */
	if (bh_pause_is_on(state))
		(void)bh_pause_end(state, &ignored);
	if (bh_process_wait(PROCESS_FD, BH_DEADLINE_GRACE_MS) == 0)
		return;
	(void)bh_sys_pidfd_send_signal(PROCESS_FD, SIGKILL);
	if (group_fd >= 0)
		(void)bh_cgroup_signal(group_fd, SIGKILL, &ignored);
}

/* Does not return. */
static void watch(const struct bh_state *state)
{
	int64_t until_ms = bh_now_ms() + (int64_t)state->deadline.value * 1000;
	int64_t left_ms;

	(void)prctl(PR_SET_NAME, "bulkhead-watch", 0, 0, 0);
	/* poll(2) takes an int. */
	do {
		left_ms = until_ms - bh_now_ms();
		if (left_ms > 1000000)
			left_ms = 1000000;
		if (left_ms <= 0) {
			end(state);
			break;
		}
	} while (bh_process_wait(PROCESS_FD, (int)left_ms) < 0);
	_exit(EXIT_SUCCESS);
}

/* In the child: away from the caller's session and process. */
static void become_watcher(int dir_fd, int pidfd, const struct bh_state *state)
{
	sigset_t all;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	if (setsid() < 0 || keep_two(dir_fd, pidfd) < 0)
		_exit(EXIT_FAILURE);
	switch (fork()) {
	case -1:
		_exit(EXIT_FAILURE);
	case 0:
		watch(state);
		break;
	default:
		_exit(EXIT_SUCCESS);
	}
}

int bh_deadline_watch(const struct bh_entry *entry,
		      const struct bh_state *state, struct bh_err *err)
{
	bh_autoclose int pidfd = -1, dir_fd = -1;
	int status = -1;
	pid_t middle;

	if (!state->deadline.value)
		return 0;
	pidfd = bh_process_open((pid_t)state->pid.value,
				state->start_time.value);
	if (pidfd < 0)
		return bh_fail(err, -pidfd, "watch the container %s",
			       state->id);
	/* Opened anew, it is not the one that is locked. */
	dir_fd = openat(entry->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	middle = dir_fd < 0 ? -1 : fork();
	if (middle < 0)
		return bh_fail(err, errno, "watch the container %s", state->id);
	if (middle == 0)
		become_watcher(dir_fd, pidfd, state);
	while (waitpid(middle, &status, 0) < 0 && errno == EINTR)
		;
	return status == 0 ? 0 :
			     bh_refuse(err,
				       "watch the container %s: its deadline "
				       "could not be set up",
				       state->id);
}
