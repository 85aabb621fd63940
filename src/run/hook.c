/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/sys.h"
#include "run/hook.h"

/* Where a script is read. */
#define SCRIPT_FD 3

/* What programs say of themselves when they could not be executed, as shells. */
#define NOT_EXECUTED 127

/* How much of its last line a message has. */
#define LAST_LINE 256

/* A hook while it runs. */
struct running {
	const struct bh_hook_call *call;
	struct bh_hook_output *output;
	pid_t pid;
	int pidfd;
	int output_fd;
	int64_t until_ms; /* 0: forever */
};

const char *const *bh_program_args(const struct bh_program *program,
				   const char *const *args,
				   struct bh_arena *arena)
{
	const char **ret;
	size_t count = 0, len = 0;

	if (!program->name)
		return args;
	while (args[count])
		count++;
	ret = bh_arena_alloc(arena, (count + 4) * sizeof(*ret));
	ret[len++] = program->name;
	if (program->option)
		ret[len++] = program->option;
	ret[len++] = "/proc/self/fd/3";
	for (size_t i = 1; i < count; i++)
		ret[len++] = args[i];
	return ret;
}

/* ---- the program's side --------------------------------------------------------- */

static void reset_signals(void)
{
	sigset_t none;

	for (int signal = 1; signal < _NSIG; signal++)
		(void)bh_sys_default_action(signal);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Put descriptors where the program expects them; all others end with execve. */
static int arrange(const struct bh_program *program, int input_fd,
		   int output_fd)
{
	unsigned int last = STDERR_FILENO;
	int script_fd = -1;

	if (program->script_fd >= 0) {
		script_fd = fcntl(program->script_fd, F_DUPFD_CLOEXEC,
				  SCRIPT_FD + 1);
		last = SCRIPT_FD;
	}
	if (dup2(input_fd, STDIN_FILENO) < 0 ||
	    dup2(output_fd, STDOUT_FILENO) < 0 ||
	    dup2(output_fd, STDERR_FILENO) < 0)
		return -errno;
	if (program->script_fd >= 0 && dup2(script_fd, SCRIPT_FD) < 0)
		return -errno;
	return bh_sys_close_range(last + 1, ~0u, CLOSE_RANGE_CLOEXEC);
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

static _Noreturn void execute(const struct bh_hook_call *call, int input_fd,
			      int output_fd)
{
	/* Out of the way of the numbers that it gets. */
	int fd = fcntl(call->program->fd, F_DUPFD_CLOEXEC, SCRIPT_FD + 1), r;

	(void)setsid();
	reset_signals();
	(void)umask(022);
	r = fd < 0 || chdir("/") < 0 ? -errno : 0;
	if (r == 0)
		r = arrange(call->program, input_fd, output_fd);
	if (r == 0)
		r = bh_sys_execveat(fd, "", plain(call->args), plain(call->env),
				    AT_EMPTY_PATH);
	(void)dprintf(output_fd, "execute it: %s\n", strerror(-r));
	_exit(NOT_EXECUTED);
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

static int start(struct running *running, struct bh_err *err)
{
	const struct bh_hook_call *call = running->call;
	bh_autoclose int input_fd = make_input(call);
	bh_autoclose int write_fd = -1;
	int ends[2];

	if (input_fd < 0)
		return bh_fail(err, -input_fd, "run the %s %s: make its input",
			       call->name, call->path);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return bh_fail(err, errno, "run the %s %s", call->name,
			       call->path);
	running->output_fd = ends[0];
	write_fd = ends[1];
	(void)fcntl(running->output_fd, F_SETFL, O_NONBLOCK);
	running->pid = fork();
	if (running->pid == 0)
		execute(call, input_fd, write_fd);
	if (running->pid < 0)
		return bh_fail(err, errno, "run the %s %s", call->name,
			       call->path);
	running->pidfd = bh_sys_pidfd_open(running->pid);
	return 0;
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

/* Its session's first group, and itself if it has not come that far. */
static void kill_group(const struct running *running)
{
	(void)kill(-running->pid, SIGKILL);
	(void)kill(running->pid, SIGKILL);
}

static int reap(const struct running *running)
{
	int status = -1;

	while (waitpid(running->pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
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

static int judge(const struct running *running, bool in_time, int status,
		 struct bh_err *err)
{
	const struct bh_hook_call *call = running->call;
	const char *line;
	int len = last_line(running->output, &line);
	char how[64];

	if (in_time && status == 0)
		return 0;
	if (!in_time)
		(void)snprintf(how, sizeof(how),
			       "killed at its timeout of %llu s",
			       (unsigned long long)call->timeout_ms / 1000);
	else if (WIFSIGNALED(status))
		(void)snprintf(how, sizeof(how), "killed by signal %d",
			       WTERMSIG(status));
	else
		(void)snprintf(how, sizeof(how), "exit status %d",
			       WEXITSTATUS(status));
	return bh_refuse(err, "run the %s %s: %s%s%.*s", call->name, call->path,
			 how, len ? "; it said: " : "", len, line);
}

static int run(struct running *running, struct bh_err *err)
{
	int r = start(running, err), status;
	bool in_time;

	if (r < 0)
		return r;
	in_time = wait_for_end(running);
	if (!in_time)
		kill_group(running);
	status = reap(running);
	r = judge(running, in_time, status, err);
	/* What fails leaves nothing behind. */
	if (r < 0)
		kill_group(running);
	return r;
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
	return r;
}
