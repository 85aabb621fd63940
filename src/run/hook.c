/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/sys.h"
#include "run/hook.h"

/* Where a script is read. */
#define SCRIPT_FD 3

/* How much of its last line a message has. */
#define LAST_LINE 256

/* A hook while it runs. */
struct running {
	const struct bh_hook_call *call;
	struct bh_hook_output *output;
	pid_t pid;
	int pidfd;
	int output_fd;
	int failure_fd;	  /* why it was not executed, unless it was */
	int64_t until_ms; /* 0: forever */
};

/* ---- the program's side --------------------------------------------------------- */

static void reset_signals(void)
{
	sigset_t none;

	for (int signal = 1; signal < _NSIG; signal++)
		(void)bh_sys_default_action(signal);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static int lift(int fd)
{
	return fd < 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, SCRIPT_FD + 1);
}

/* What the program's side is given, by numbers of its own. */
struct given {
	int input_fd, output_fd, failure_fd;
};

/*
 * Put descriptors where the program expects them; all others end with execve.
 * Returns the one to be executed, or -errno.
 */
static int arrange(const struct bh_program *program, struct given *given)
{
	/* Out of the way of the numbers that it gets. */
	int fd = lift(program->fd), script_fd = lift(program->script_fd);
	int input_fd = lift(given->input_fd);
	int output_fd = lift(given->output_fd);
	bool script = program->script_fd >= 0;
	int r;

	given->failure_fd = lift(given->failure_fd);
	if (fd < 0 || (script && script_fd < 0) || input_fd < 0 ||
	    output_fd < 0 || given->failure_fd < 0)
		return -errno;
	if (dup2(input_fd, STDIN_FILENO) < 0 ||
	    dup2(output_fd, STDOUT_FILENO) < 0 ||
	    dup2(output_fd, STDERR_FILENO) < 0 ||
	    (script && dup2(script_fd, SCRIPT_FD) < 0))
		return -errno;
	r = bh_sys_close_range(script ? SCRIPT_FD + 1 : SCRIPT_FD, ~0u,
			       CLOSE_RANGE_CLOEXEC);
	if (r < 0)
		return r;
	return script && program->script_fd == program->fd ? SCRIPT_FD : fd;
}

/* execve(2) takes what it does not change as if it did. */
static char *const *plain(const char *const *texts)
{
	union {
		const char *const *in;
		char *const *out;
	} pun = { .in = texts };

	return pun.out;
}

static int try_execute(const struct bh_hook_call *call, struct given *given,
		       pid_t parent)
{
	int fd;

	(void)setsid();
	/* Without us nobody would end it. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return -errno;
	if (getppid() != parent)
		return -ECHILD;
	reset_signals();
	(void)umask(022);
	if (chdir("/") < 0)
		return -errno;
	fd = arrange(call->program, given);
	if (fd < 0)
		return fd;
	return bh_sys_execveat(fd, "", plain(call->args), plain(call->env),
			       AT_EMPTY_PATH);
}

static _Noreturn void execute(const struct bh_hook_call *call,
			      struct given given, pid_t parent)
{
	int r = try_execute(call, &given, parent);

	(void)bh_write_all(given.failure_fd, &r, sizeof(r));
	_exit(127);
}

/* ---- ours ------------------------------------------------------------------------ */

/* What it reads is there already: nobody waits for it, and it may leave it. */
static int make_input(const struct bh_hook_call *call)
{
	bh_autoclose int fd = memfd_create("input", MFD_CLOEXEC);
	int r = fd < 0 ? -errno : 0;

	if (r == 0 && call->input_len)
		r = bh_write_all(fd, call->input, call->input_len);
	if (r == 0 && lseek(fd, 0, SEEK_SET) < 0)
		r = -errno;
	return r < 0 ? r : bh_steal_fd(&fd);
}

static int fail(const struct running *running, int errnum, const char *doing,
		struct bh_err *err)
{
	return bh_fail(err, errnum, "run the %s %s: %s", running->call->name,
		       running->call->path, doing);
}

/* clone(2), which the filter of a container may know when it does not know
 * clone3(2). */
static int fork_plain(struct running *running)
{
	running->pid = fork();
	if (running->pid <= 0)
		return running->pid < 0 ? -errno : 0;
	running->pidfd = bh_sys_pidfd_open(running->pid);
	return running->pidfd < 0 ? running->pidfd : 0;
}

static int start_program(struct running *running, struct given given)
{
	struct clone_args args = {
		.flags = CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&running->pidfd,
		.exit_signal = SIGCHLD,
	};
	pid_t parent = getpid();
	int r = bh_sys_clone3(&args);

	running->pid = r > 0 ? r : 0;
	if (r == -ENOSYS || r == -EPERM)
		r = fork_plain(running);
	if (r >= 0 && running->pid == 0)
		execute(running->call, given, parent);
	return r < 0 ? r : 0;
}

static int make_pipe(int *ret_read_fd, int *ret_write_fd)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -errno;
	*ret_read_fd = ends[0];
	*ret_write_fd = ends[1];
	return 0;
}

static int start(struct running *running, struct bh_err *err)
{
	bh_autoclose int input_fd = make_input(running->call);
	bh_autoclose int output_fd = -1, failure_fd = -1;
	int r;

	if (input_fd < 0)
		return fail(running, -input_fd, "make its input", err);
	r = make_pipe(&running->output_fd, &output_fd);
	if (r == 0)
		r = make_pipe(&running->failure_fd, &failure_fd);
	/* Ours alone: the two ends are descriptions of their own. */
	if (r == 0 && fcntl(running->output_fd, F_SETFL, O_NONBLOCK) < 0)
		r = -errno;
	if (r < 0)
		return fail(running, -r, "make a pipe", err);
	r = start_program(running, (struct given){
					   .input_fd = input_fd,
					   .output_fd = output_fd,
					   .failure_fd = failure_fd,
				   });
	return r < 0 ? fail(running, -r, "start its process", err) : 0;
}

/* 0 when the program was executed: execve has closed the other end. */
static int executed(const struct running *running, struct bh_err *err)
{
	int r = 0;

	if (read(running->failure_fd, &r, sizeof(r)) != sizeof(r))
		return 0;
	(void)fail(running, -r, "execute it", err);
	if (r == -ENOENT)
		return bh_hint(err, "its interpreter or loader is missing");
	if (r == -ENOEXEC)
		return bh_hint(err, "it is no program of this machine's kind, "
				    "or a script without #!");
	return r;
}

/* Keep the last of it. */
static void keep(struct bh_hook_output *output, const char *data, size_t len)
{
	size_t over;

	if (len > sizeof(output->data)) {
		data += len - sizeof(output->data);
		len = sizeof(output->data);
		output->cut = true;
	}
	over = output->len + len > sizeof(output->data) ?
		       output->len + len - sizeof(output->data) :
		       0;
	memmove(output->data, output->data + over, output->len - over);
	output->cut |= over > 0;
	output->len -= over;
	memcpy(output->data + output->len, data, len);
	output->len += len;
}

/* What can be read now; false at its end. */
static bool drain(struct running *running)
{
	char piece[4096];
	/* Someone who prints faster than we read must not hold us here. */
	int rounds = 64;
	ssize_t n;

	while (rounds-- > 0) {
		n = read(running->output_fd, piece, sizeof(piece));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 && errno == EAGAIN;
		keep(running->output, piece, (size_t)n);
	}
	return true;
}

static int time_left_ms(const struct running *running)
{
	int64_t left_ms;

	if (!running->until_ms)
		return -1;
	left_ms = running->until_ms - bh_now_ms();
	if (left_ms > 1000000)
		return 1000000;
	return left_ms > 0 ? (int)left_ms : 0;
}

/* Until it has ended: what it leaves running may keep the pipe.  false: it was
 * still there at the timeout. */
static bool wait_for_end(struct running *running)
{
	struct pollfd polls[] = {
		{ .fd = running->pidfd, .events = POLLIN },
		{ .fd = running->output_fd, .events = POLLIN },
	};

	for (;;) {
		int left_ms = time_left_ms(running);
		int n = poll(polls, 2, left_ms);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0 && polls[1].revents && !drain(running))
			polls[1].fd = -1;
		if (n > 0 && polls[0].revents)
			break;
		if (left_ms == 0)
			return false;
	}
	(void)drain(running);
	return true;
}

/* Its session's first group, and itself if it has not come that far.  Before it
 * is reaped: until then its number is nobody else's. */
static void kill_group(const struct running *running)
{
	(void)kill(-running->pid, SIGKILL);
	(void)kill(running->pid, SIGKILL);
}

static int wait_by_pid(const struct running *running, int options,
		       siginfo_t *info)
{
	int r;

	do
		r = waitid(P_PID, (id_t)running->pid, info,
			   WEXITED | __WALL | options);
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : 0;
}

/* The others of our pid namespace.  Anywhere else that would be the host's. */
static void end_others(void)
{
	pid_t pid;

	if (getpid() != 1)
		return;
	(void)kill(-1, SIGKILL);
	do
		pid = waitpid(-1, NULL, __WALL);
	while (pid > 0 || (pid < 0 && errno == EINTR));
}

/* What fails leaves nothing behind. */
static int reap(const struct running *running, siginfo_t *info)
{
	enum bh_hook_rest rest = running->call->rest;
	int r = wait_by_pid(running, WNOWAIT, info);

	if (rest != BH_REST_STAYS || r < 0 || info->si_code != CLD_EXITED ||
	    info->si_status != 0)
		kill_group(running);
	if (r == 0)
		(void)wait_by_pid(running, 0, info);
	if (rest == BH_REST_ALL_ENDS)
		end_others();
	return r;
}

/* The last line that says something, at most LAST_LINE bytes of it. */
static int last_line(const struct bh_hook_output *output, const char **ret)
{
	size_t end = output->len, start;

	while (end > 0 && (unsigned char)output->data[end - 1] <= ' ')
		end--;
	start = end;
	while (start > 0 && output->data[start - 1] != '\n')
		start--;
	if (end - start > LAST_LINE)
		end = start + LAST_LINE;
	*ret = output->data + start;
	return (int)(end - start);
}

static int judge(const struct running *running, bool in_time,
		 const siginfo_t *info, struct bh_err *err)
{
	const struct bh_hook_call *call = running->call;
	const char *line;
	int len = last_line(running->output, &line);
	char how[64];
	bool exited = info->si_code == CLD_EXITED;

	if (in_time && exited && info->si_status == 0)
		return 0;
	if (!in_time)
		(void)snprintf(how, sizeof(how),
			       "killed at its timeout of %llu s",
			       (unsigned long long)call->timeout_ms / 1000);
	else
		(void)snprintf(how, sizeof(how), "%s %d",
			       exited ? "exit status" : "killed by signal",
			       info->si_status);
	return bh_refuse(err, "run the %s %s: %s%s%.*s", call->name, call->path,
			 how, len ? "; it said: " : "", len, line);
}

static int run(struct running *running, struct bh_err *err)
{
	siginfo_t info = { 0 };
	bool in_time = true;
	int r = start(running, err), ended;

	if (r == 0)
		r = executed(running, err);
	if (r == 0)
		in_time = wait_for_end(running);
	if (running->pid && (r < 0 || !in_time))
		kill_group(running);
	ended = running->pid ? reap(running, &info) : 0;
	if (r < 0)
		return r;
	if (ended < 0)
		return fail(running, -ended, "wait for it", err);
	return judge(running, in_time, &info, err);
}

int bh_hook_run(const struct bh_hook_call *call, struct bh_hook_output *output,
		struct bh_err *err)
{
	struct bh_hook_output own = { 0 };
	struct sigaction by_default = { .sa_handler = SIG_DFL }, saved;
	struct running running = {
		.call = call,
		.output = output ? output : &own,
		.pidfd = -1,
		.output_fd = -1,
		.failure_fd = -1,
		.until_ms = call->timeout_ms ?
				    bh_now_ms() + (int64_t)call->timeout_ms :
				    0,
	};
	int r;

	running.output->len = 0;
	running.output->cut = false;
	/* A caller that ignores SIGCHLD would take its status away. */
	(void)sigaction(SIGCHLD, &by_default, &saved);
	r = run(&running, err);
	(void)sigaction(SIGCHLD, &saved, NULL);
	bh_close(&running.pidfd);
	bh_close(&running.output_fd);
	bh_close(&running.failure_fd);
	return r;
}
