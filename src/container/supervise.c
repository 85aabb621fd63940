/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "base/fd.h"
#include "container/supervise.h"

/* What is waited for at once: the relay's come first. */
enum {
	POLL_NOTIFY = BH_RELAY_POLLS,
	POLL_SIGNAL,
	POLL_COUNT,
};

/*
 * Not held back: faults, which are ours; SIGKILL and SIGSTOP, which can't be;
 * and the terminal's stop signals, so that the caller's shell can suspend us
 * as any program.
 */
static const int left_alone[] = {
	SIGSEGV, SIGBUS,  SIGFPE,  SIGILL,  SIGTRAP, SIGSYS,
	SIGABRT, SIGKILL, SIGSTOP, SIGTSTP, SIGTTIN, SIGTTOU,
};

int bh_supervisor_open(struct bh_supervisor *ret, struct bh_err *err)
{
	struct sigaction by_default = { .sa_handler = SIG_DFL };
	sigset_t held;
	int fd;

	(void)sigfillset(&held);
	for (size_t i = 0; i < sizeof(left_alone) / sizeof(left_alone[0]); i++)
		(void)sigdelset(&held, left_alone[i]);
	if (sigprocmask(SIG_BLOCK, &held, &ret->saved) < 0)
		return bh_fail(err, errno, "hold back signals");
	fd = signalfd(-1, &held, SFD_CLOEXEC);
	if (fd < 0) {
		bh_fail(err, errno, "make a descriptor of signals");
		(void)sigprocmask(SIG_SETMASK, &ret->saved, NULL);
		return -err->errnum;
	}
	ret->signal_fd = fd;
	/* A caller that ignores SIGCHLD would take our child's status away. */
	(void)sigaction(SIGCHLD, &by_default, &ret->saved_child);
	return 0;
}

/* Reap pid if it has ended, and orphans that were handed to us.  1 when it
 * has. */
static int try_reap(pid_t pid, int *ret_status, struct bh_err *err)
{
	int status = 0;
	pid_t got;

	do
		got = waitpid(-1, &status, WNOHANG);
	while (got > 0 && got != pid);
	if (got < 0)
		return bh_fail(err, errno, "wait for the container");
	if (got == 0)
		return 0;
	*ret_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
					    WEXITSTATUS(status);
	return 1;
}

/* One signal: 1 when the program has ended. */
static int take_signal(const struct bh_supervised *job, int signal_fd,
		       int *ret_status, struct bh_err *err)
{
	struct signalfd_siginfo info;
	ssize_t n = read(signal_fd, &info, sizeof(info));

	if (n < 0 && errno == EINTR)
		return 0;
	if (n != sizeof(info))
		return bh_fail(err, n < 0 ? errno : EIO, "wait for signals");
	if (info.ssi_signo == SIGCHLD)
		return try_reap(job->pid, ret_status, err);
	/* The program hears of it from its own terminal. */
	if (info.ssi_signo == SIGWINCH && job->relay)
		bh_relay_resize(job->relay);
	/* SIGURG: language runtimes send it to their own threads. */
	else if (info.ssi_signo != SIGURG)
		(void)kill(job->pid, (int)info.ssi_signo);
	return 0;
}

static void prepare_polls(const struct bh_supervised *job, int signal_fd,
			  struct pollfd *polls)
{
	for (size_t i = 0; i < BH_RELAY_POLLS; i++)
		polls[i] = (struct pollfd){ .fd = -1 };
	if (job->relay)
		bh_relay_wait_for(job->relay, polls);
	polls[POLL_NOTIFY] = (struct pollfd){
		.fd = job->notify ? job->notify->fd : -1,
		.events = POLLIN,
	};
	polls[POLL_SIGNAL] = (struct pollfd){ signal_fd, POLLIN, 0 };
}

static int work_until_signal(const struct bh_supervised *job, int signal_fd,
			     struct bh_err *err)
{
	struct pollfd polls[POLL_COUNT];

	do {
		prepare_polls(job, signal_fd, polls);
		if (poll(polls, POLL_COUNT, -1) < 0) {
			if (errno != EINTR)
				return bh_fail(err, errno,
					       "wait for the container");
			continue;
		}
		if (job->relay)
			bh_relay_work(job->relay, polls);
		if (polls[POLL_NOTIFY].revents)
			bh_notify_take(job->notify);
	} while (!polls[POLL_SIGNAL].revents);
	return 0;
}

int bh_supervise(struct bh_supervisor *supervisor,
		 const struct bh_supervised *job, int *ret_status,
		 struct bh_err *err)
{
	/* It may have ended before anybody looked. */
	int r = try_reap(job->pid, ret_status, err);

	while (r == 0) {
		if (job->relay || job->notify)
			r = work_until_signal(job, supervisor->signal_fd, err);
		if (r == 0)
			r = take_signal(job, supervisor->signal_fd, ret_status,
					err);
	}
	if (job->relay)
		bh_relay_drain(job->relay);
	return r < 0 ? r : 0;
}

void bh_supervisor_close(struct bh_supervisor *supervisor)
{
	bh_close(&supervisor->signal_fd);
	(void)sigaction(SIGCHLD, &supervisor->saved_child, NULL);
	(void)sigprocmask(SIG_SETMASK, &supervisor->saved, NULL);
}
