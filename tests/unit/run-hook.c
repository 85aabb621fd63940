/* SPDX-License-Identifier: Apache-2.0 */
/* Programs of the host beside a container: what they get, how they end. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "run/hook.h"
#include "tap.h"

static struct bh_hook_output output;
static struct bh_err err;

static int run_with(const char *text, uint64_t timeout_ms, const char *input,
		    enum bh_hook_rest rest)
{
	static const char *const env[] = { "PATH=/usr/bin:/bin", "ONE=1",
					   NULL };
	const char *const args[] = { "sh", "-c", text, NULL };
	bh_autoclose int fd = open("/bin/sh", O_RDONLY | O_CLOEXEC);
	const struct bh_program program = { .fd = fd, .script_fd = -1 };
	const struct bh_hook_call call = {
		.name = "hook test[0]",
		.path = "/bin/sh",
		.program = &program,
		.args = args,
		.env = env,
		.timeout_ms = timeout_ms,
		.input = input,
		.input_len = input ? strlen(input) : 0,
		.rest = rest,
	};

	return bh_hook_run(&call, &output, &err);
}

/* Run a text of sh(1). */
static int run_shell(const char *text, uint64_t timeout_ms, const char *input)
{
	return run_with(text, timeout_ms, input, BH_REST_STAYS);
}

static void prints(const char *text, const char *want, const char *title)
{
	is_int(run_shell(text, 0, "in\n"), 0, "%s: status 0", title);
	output.data[output.len < BH_HOOK_OUTPUT ? output.len :
						  BH_HOOK_OUTPUT - 1] = '\0';
	is_str(output.data, want, "%s", title);
}

static void fails(const char *text, const char *want, const char *title)
{
	ok(run_shell(text, 0, NULL) < 0, "%s: fails", title);
	is_str(err.text, want, "%s: why", title);
}

static void check_what_it_gets(void)
{
	prints("cat", "in\n", "its input");
	prints("pwd", "/\n", "its directory");
	prints("echo $ONE $HOME $BULKHEAD", "1\n", "its environment alone");
	prints("umask", "0022\n", "its mask");
	prints("echo out; echo err >&2", "out\nerr\n", "both streams");
	/* ls has one of the directory itself. */
	prints("for f in /proc/self/fd/*; do echo ${f##*/}; done | sort -n |"
	       " head -n 3 | tr '\\n' ' '; [ -e /proc/$$/fd/3 ] || echo only",
	       "0 1 2 only\n", "its descriptors");
	prints("[ $(cut -d' ' -f6 /proc/$$/stat) = $$ ] && echo leads",
	       "leads\n", "a session of its own");
	prints("true", "", "it may leave its input");
}

static void check_signals(void)
{
	sigset_t all, saved;

	(void)signal(SIGUSR1, SIG_IGN);
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &saved);
	prints("grep -E '^Sig(Blk|Ign):' /proc/self/status",
	       "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n",
	       "no signal is blocked or ignored");
	(void)sigprocmask(SIG_SETMASK, &saved, NULL);
	(void)signal(SIGUSR1, SIG_DFL);
	(void)signal(SIGCHLD, SIG_IGN);
	fails("exit 4", "run the hook test[0] /bin/sh: exit status 4",
	      "where children are reaped by the kernel");
	(void)signal(SIGCHLD, SIG_DFL);
}

/* Runs a hook that leaves a process behind with a pipe of ours, whose end is
 * that of the last process that has it. */
static int leave(const char *text, uint64_t timeout_ms, enum bh_hook_rest rest,
		 bool *ret_gone)
{
	struct pollfd fds = { .events = POLLIN };
	bh_autofree char *full = NULL;
	int ends[2], r;

	if (pipe2(ends, O_CLOEXEC) < 0 ||
	    asprintf(&full, "exec 9>/proc/%d/fd/%d; %s", (int)getpid(), ends[1],
		     text) < 0)
		return -errno;
	r = run_with(full, timeout_ms, NULL, rest);
	(void)close(ends[1]);
	fds.fd = ends[0];
	*ret_gone = poll(&fds, 1, *ret_gone ? 10000 : 0) == 1;
	(void)close(ends[0]);
	return r;
}

static void check_groups(void)
{
	bool gone = true;

	(void)leave("sleep 1000 & sleep 1000", 300, BH_REST_STAYS, &gone);
	ok(gone, "all of its group ends at its time");
	gone = true;
	(void)leave("sleep 1000 & exit 1", 0, BH_REST_STAYS, &gone);
	ok(gone, "and when it fails");
	gone = true;
	is_int(leave("sleep 1000 & exit 0", 0, BH_REST_ENDS, &gone), 0,
	       "one that leaves a process");
	ok(gone, "leaves none where none may stay");
	gone = false;
	is_int(leave("sleep 5 & exit 0", 0, BH_REST_STAYS, &gone), 0,
	       "and elsewhere");
	ok(!gone, "that goes on");
}

static int memory_of(const char *text)
{
	int fd = memfd_create("script", MFD_CLOEXEC);

	(void)bh_write_all(fd, text, strlen(text));
	return fd;
}

static int run_program(struct bh_program program, const char *const *args)
{
	static const char *const env[] = { NULL };
	const struct bh_hook_call call = {
		.name = "hook test[1]",
		.path = "/script",
		.program = &program,
		.args = args,
		.env = env,
	};
	int r;

	err = (struct bh_err){ 0 };
	r = bh_hook_run(&call, &output, &err);
	output.data[output.len < BH_HOOK_OUTPUT ? output.len : 0] = '\0';
	return r;
}

static void check_scripts(void)
{
	static const char text[] = "#!/bin/sh\necho \"$0 $*\"\n";
	const char *const args[] = { "script", "y", NULL };
	bh_autoarena struct bh_arena arena = { 0 };
	bh_autoclose int fd = memory_of(text);
	bh_autoclose int shell_fd = open("/bin/sh", O_PATH | O_CLOEXEC);
	bh_autoclose int bad_fd = memory_of("nothing that runs");
	struct bh_program program = {
		.fd = shell_fd, .script_fd = fd, .name = "sh", .option = "-e"
	};

	is_int(run_program(program, bh_program_args(&program, args, &arena)), 0,
	       "a script by its interpreter");
	is_str(output.data, "/proc/self/fd/3 y\n", "is descriptor 3");
	program = (struct bh_program){ .fd = fd, .script_fd = fd };
	is_int(run_program(program, args), 0, "a script by the kernel");
	is_str(output.data, "/dev/fd/3 y\n", "is descriptor 3, too");
	program = (struct bh_program){ .fd = bad_fd, .script_fd = -1 };
	is_int(run_program(program, args), -ENOEXEC, "what is no program");
	is_str(err.text, "run the hook test[1] /script: execute it",
	       "is named");
	ok(err.hint[0], "with what helps");
}

int main(void)
{
	static char large[3 * BH_HOOK_OUTPUT];

	check_what_it_gets();
	check_signals();
	check_groups();
	check_scripts();
	fails("exit 3", "run the hook test[0] /bin/sh: exit status 3",
	      "a status");
	fails("echo one; echo two; echo; exit 1",
	      "run the hook test[0] /bin/sh: exit status 1; it said: two",
	      "with what it said last");
	fails("kill -9 $$", "run the hook test[0] /bin/sh: killed by signal 9",
	      "a signal");
	ok(run_shell("sleep 1000 & sleep 1000", 300, NULL) < 0, "a timeout");
	ok(strstr(err.text, "timeout"), "is said");
	is_int(run_shell("sleep 5 >/dev/null 2>&1 & exit 0", 0, NULL), 0,
	       "what it leaves running is not waited for");
	is_int(run_shell("sleep 3 & echo end; exit 0", 0, NULL), 0,
	       "even with its streams");
	memset(large, 'x', sizeof(large) - 1);
	is_int(run_shell("yes | head -c 1000000; cat >/dev/null; echo end", 0,
			 large),
	       0, "much output, much input");
	ok(output.len == BH_HOOK_OUTPUT &&
		   memcmp(output.data + BH_HOOK_OUTPUT - 4, "end\n", 4) == 0,
	   "its end is kept");
	return done_testing();
}
