/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/sys.h"
#include "container/process.h"
#include "container/watcher.h"

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

/* In the child: away from the caller's session and process. */
static _Noreturn void become_watcher(int dir_fd, int pidfd,
				     struct bh_watched *watched,
				     void (*work)(const struct bh_watched *))
{
	sigset_t all;
	pid_t pid;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	if (setsid() < 0 || keep_two(dir_fd, pidfd) < 0)
		_exit(EXIT_FAILURE);
	pid = fork();
	if (pid != 0)
		_exit(pid < 0 ? EXIT_FAILURE : EXIT_SUCCESS);
	watched->entry_fd = ENTRY_FD;
	watched->pidfd = PROCESS_FD;
	(void)prctl(PR_SET_NAME, "bulkhead-watch", 0, 0, 0);
	work(watched);
	_exit(EXIT_SUCCESS);
}

static int refuse(const struct bh_state *state, struct bh_err *err)
{
	return bh_refuse(err,
			 "watch the container %s: the process for it could not "
			 "be set up",
			 state->id);
}

int bh_watcher_start(const struct bh_entry *entry, const struct bh_state *state,
		     void (*work)(const struct bh_watched *watched), void *arg,
		     struct bh_err *err)
{
	bh_autoclose int pidfd = bh_process_open((pid_t)state->pid.value,
						 state->start_time.value);
	struct bh_watched watched = { .state = state, .arg = arg };
	bh_autoclose int dir_fd = -1;
	int status = -1;
	pid_t middle;

	if (pidfd < 0)
		return bh_fail(err, -pidfd, "watch the container %s",
			       state->id);
	/* Opened anew, it is not the one that is locked. */
	dir_fd = openat(entry->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	middle = dir_fd < 0 ? -1 : fork();
	if (middle < 0)
		return bh_fail(err, errno, "watch the container %s", state->id);
	if (middle == 0)
		become_watcher(dir_fd, pidfd, &watched, work);
	while (waitpid(middle, &status, 0) < 0 && errno == EINTR)
		;
	return status == 0 ? 0 : refuse(state, err);
}
