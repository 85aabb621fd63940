/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interpreter: lanes and turns, tolerance, and how failures of either
 * process are told.  Plans are of ops that anybody may perform.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "run-build.h"

static void check_success(void)
{
	struct job job;

	job_init(&job);
	job_clone(&job);
	(void)job_step(&job, BH_OP_session_new, BH_CHILD);
	job_step(&job, BH_OP_umask, BH_CHILD)->umask.mask = 027;
	job_step(&job, BH_OP_cwd, BH_CHILD)->cwd.path = "/";
	/* No pipe: the shell may still have its end of one. */
	job_shell(&job, "umask; pwd; echo $HOME; exec 9>&1; ls /proc/$$/fd; :");
	job_prints(&job, "0027\n/\n/h\n0\n1\n2\n9\n", "success");

	job_init(&job);
	job_clone(&job);
	job_shell(&job, "exit 7");
	job_run(&job);
	ok(WIFEXITED(job.status) && WEXITSTATUS(job.status) == 7,
	   "the program's own status");
	job_end(&job, "status");

	job_init(&job);
	job_clone(&job);
	job_shell(&job, "kill -9 $$");
	job_run(&job);
	is_int(job.result, 0, "a program that is killed has run");
	ok(WIFSIGNALED(job.status) && WTERMSIG(job.status) == SIGKILL,
	   "and is not our failure");
	job_end(&job, "killed program");
}

/* sigaction(3) refuses the two that libc keeps to itself. */
static void set_libc_signals(unsigned long handler)
{
	unsigned long action[8] = { handler };

	(void)syscall(SYS_rt_sigaction, 32, action, NULL, _NSIG / 8);
	(void)syscall(SYS_rt_sigaction, 33, action, NULL, _NSIG / 8);
}

/* The caller's signals stay out of the container. */
static void check_signals(void)
{
	static const char *const path[] = { "/bin/cat", "/usr/bin/cat", NULL };
	static const char *const args[] = { "cat", "/proc/self/status", NULL };
	static const char *const none[] = { NULL };
	struct job job;
	sigset_t set;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGRTMIN, SIG_IGN);
	set_libc_signals(1); /* SIG_IGN */
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	job_init(&job);
	job_clone(&job);
	(void)job_step(&job, BH_OP_signals_reset, BH_CHILD);
	job_exec(&job, path, args, none);
	job_run(&job);
	ok(strstr(job.out.data, "\nSigBlk:\t0000000000000000\n"), "blocked");
	ok(strstr(job.out.data, "\nSigIgn:\t0000000000000000\n"), "ignored");
	job_end(&job, "signals");
	(void)sigprocmask(SIG_UNBLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGRTMIN, SIG_DFL);
	set_libc_signals(0);
}

static void add_cwd(struct job *job, const char *path,
		    enum bh_on_error tolerant)
{
	job_step(job, BH_OP_cwd_early, BH_CHILD)->cwd_early.path = path;
	job->plan.steps[job->plan.len - 1].on_error = tolerant;
}

static void check_tolerance(void)
{
	struct job job;

	job_init(&job);
	job_clone(&job);
	add_cwd(&job, "/tmp", BH_FAIL);
	add_cwd(&job, "/nonexistent", BH_SKIP_ENOENT);
	job_shell(&job, "pwd -P");
	job_prints(&job, "/tmp\n", "skip what is missing");

	job_init(&job);
	job_clone(&job);
	add_cwd(&job, "/dev/null/x", BH_SKIP_ENOENT);
	job_shell(&job, "pwd");
	job_fails(&job, ENOTDIR, "/dev/null/x", "skip nothing else");

	job_init(&job);
	job_clone(&job);
	add_cwd(&job, "/dev/null/x", BH_ELSE);
	add_cwd(&job, "/dev", BH_FAIL);
	job_shell(&job, "pwd -P");
	job_prints(&job, "/dev\n", "a replacement");

	job_init(&job);
	job_clone(&job);
	add_cwd(&job, "/dev", BH_ELSE);
	add_cwd(&job, "/nonexistent", BH_FAIL);
	job_shell(&job, "pwd -P");
	job_prints(&job, "/dev\n", "no need of a replacement");

	job_init(&job);
	job_clone(&job);
	add_cwd(&job, "/nonexistent", BH_ELSE);
	add_cwd(&job, "/nonexistent/2", BH_FAIL);
	job_shell(&job, "pwd");
	job_fails(&job, ENOENT, "/nonexistent/2", "a replacement that fails");

	job_init(&job);
	job_clone(&job);
	add_cwd(&job, "/nonexistent", BH_ELSE);
	add_cwd(&job, "/nonexistent", BH_ELSE);
	add_cwd(&job, "/dev", BH_FAIL);
	job_shell(&job, "pwd -P");
	job_prints(&job, "/dev\n", "a replacement's replacement");
}

static void add_rlimit(struct job *job, enum bh_lane lane, int resource,
		       uint64_t value)
{
	job_step(job, BH_OP_rlimit, lane)->rlimit = (struct bh_args_rlimit){
		.resource = resource,
		.soft = value,
		.hard = value,
	};
}

/* From the parent to the child and back, many times. */
static void check_turns(void)
{
	struct rlimit limit = { 0 };
	struct job job;

	job_init(&job);
	job_clone(&job);
	for (mode_t i = 0; i < 100; i++) {
		add_rlimit(&job, BH_PARENT, RLIMIT_NOFILE, 300 - i);
		job_step(&job, BH_OP_umask, BH_CHILD)->umask.mask = i;
	}
	add_rlimit(&job, BH_PARENT, RLIMIT_CORE, 0);
	add_rlimit(&job, BH_PARENT, RLIMIT_NOFILE, 77);
	job_shell(&job, "umask; ulimit -n; ulimit -c");
	job_prints(&job, "0143\n77\n0\n", "turns");
	ok(getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != 77,
	   "the parent sets limits of the child, not its own");

	job_init(&job);
	job_clone(&job);
	job_step(&job, BH_OP_umask, BH_CHILD)->umask.mask = 022;
	job_step(&job, BH_OP_rlimit, BH_PARENT)->rlimit =
		(struct bh_args_rlimit){ RLIMIT_CORE, 2, 1 };
	job_shell(&job, "echo no");
	job_fails(&job, EINVAL, "RLIMIT_CORE", "a failure of the parent");

	job_init(&job);
	job_clone(&job);
	add_cwd(&job, "/nonexistent", BH_FAIL);
	add_rlimit(&job, BH_PARENT, RLIMIT_CORE, 0);
	job_step(&job, BH_OP_umask, BH_CHILD)->umask.mask = 022;
	job_shell(&job, "echo no");
	job_fails(&job, ENOENT, "/nonexistent",
		  "a failure of the child while the parent waits");
}

static void check_before_clone(void)
{
	struct job job;

	job_init(&job);
	job.preset = open("/", O_PATH | O_CLOEXEC);
	job_step(&job, BH_OP_ns_join, BH_PARENT)->ns_join.namespace = 1;
	job_clone(&job);
	job_shell(&job, "echo no");
	job_fails(&job, EBADF, "namespace", "a failure before the clone");
	bh_close(&job.preset);
}

static const char *const programs[][3] = {
	{ "nosuch", "executable file not found in $PATH", NULL },
	{ "/nonexistent/x", "stat /nonexistent/x: no such file", NULL },
	{ "/dev/null/x", "no such file or directory", NULL },
};

static void check_program(const char *name, const char *first,
			  const char *second, int errnum, const char *words)
{
	const char *candidates[] = { first, second, NULL };
	const char *arguments[] = { name, NULL };
	const char *environment[] = { NULL };
	struct job job;

	job_init(&job);
	job_clone(&job);
	job_exec(&job, candidates, arguments, environment);
	job_fails(&job, errnum, words, name);
}

static void put(const char *path, const char *text, mode_t mode)
{
	bh_autoclose int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);

	if (fd < 0 || bh_write_all(fd, text, strlen(text)) < 0 ||
	    fchmod(fd, mode) < 0)
		abort();
}

static void check_programs(void)
{
	char dir[] = "/tmp/bh-run.XXXXXX";

	for (size_t i = 0; i < BH_COUNT(programs); i++)
		check_program(programs[i][0], "/nonexistent/x", NULL, ENOENT,
			      programs[i][1]);
	if (!mkdtemp(dir) || chdir(dir) < 0)
		abort();
	put("plain", "x", 0644);
	put("script", "#!/nonexistent/interpreter\n", 0755);
	put("text", "no program\n", 0755);
	check_program("plain", "plain", NULL, EACCES, "permission denied");
	check_program("dir", dir, NULL, EACCES, "permission denied");
	/* What can't be executed is passed over, but told in the end. */
	check_program("both", "plain", "/nonexistent/x", EACCES,
		      "permission denied");
	check_program("script", "script", NULL, ENOENT, "its interpreter");
	check_program("text", "text", NULL, ENOEXEC, "no program of this");
	check_program("first", "script", "/bin/sh", ENOENT, "its interpreter");
	if (unlink("plain") < 0 || unlink("script") < 0 || unlink("text") < 0 ||
	    chdir("/") < 0 || rmdir(dir) < 0)
		abort();
}

/* A filter kills the child at its next call: the step is told all the same. */
static void check_killed(void)
{
	static const struct sock_filter kill_all[] = {
		{ BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS },
	};
	struct job job;

	job_init(&job);
	job_clone(&job);
	(void)job_step(&job, BH_OP_no_new_privs, BH_CHILD);
	job_step(&job, BH_OP_seccomp, BH_CHILD)->seccomp.program =
		(struct bh_blob){ 1, kill_all };
	job_step(&job, BH_OP_umask, BH_CHILD)->umask.mask = 022;
	job_shell(&job, "echo no");
	job_fails(&job, EINVAL,
		  "killed by signal 31 in step 3, umask mask=0022",
		  "a child that is killed");
}

static void check_no_exec(void)
{
	struct job job;

	job_init(&job);
	job_clone(&job);
	job_step(&job, BH_OP_umask, BH_CHILD)->umask.mask = 022;
	job_fails(&job, EINVAL, "no step executes a program", "no exec");
}

/* HOME comes from the container's passwd when the environment has none. */
static void check_home(uint32_t uid, const char *passwd, const char *want)
{
	static const char *const path[] = { "/bin/sh", NULL };
	static const char *const args[] = { "sh", "-c", "echo $HOME", NULL };
	static const char *const environment[] = { "A=b", NULL };
	char dir[] = "/tmp/bh-home.XXXXXX";
	bh_autofree char *file = NULL, *etc = NULL;
	struct job job;

	if (!mkdtemp(dir) || asprintf(&etc, "%s/etc", dir) < 0 ||
	    asprintf(&file, "%s/etc/passwd", dir) < 0 || mkdir(etc, 0700) < 0)
		abort();
	if (passwd && passwd[0] == '/' && symlink(passwd, file) < 0)
		abort();
	else if (passwd && passwd[0] != '/')
		put(file, passwd, 0600);
	job_init(&job);
	job.preset = open(dir, O_PATH | O_CLOEXEC);
	job_clone(&job);
	job_step(&job, BH_OP_home, BH_CHILD)->home =
		(struct bh_args_home){ 1, uid };
	job_exec(&job, path, args, environment);
	job_prints(&job, want, want);
	bh_close(&job.preset);
	(void)unlink(file);
	if (rmdir(etc) < 0 || rmdir(dir) < 0)
		abort();
}

static void check_homes(void)
{
	check_home(0, NULL, "/\n");
	check_home(7, "root:x:0:0:r:/root:/bin/sh\nu:x:7:7::/home/u:/bin/sh",
		   "/home/u\n");
	check_home(8, "u:x:7:7::/home/u:/bin/sh\n", "/\n");
	/* lines that are none, and numbers that are none (S19) */
	check_home(7,
		   "\n:\nu:x:07:7::/a:\nu:x: 7:7::/b:\nu:x:7:7::rel:\n"
		   "u:x:4294967303:7::/c:\nu:x:7:7::/good:x\n",
		   "/good\n");
	check_home(0, "u:x::7::/empty:\n", "/\n");
	check_home(7, "u:x:7:7::/no-shell", "/no-shell\n");
	/* a link that leads out of the root (S12) */
	check_home(0, "/etc/passwd", "/\n");
	check_home(0, "/proc/self/status", "/\n");
}

/* The child that a short-lived process starts is as good as our own. */
static void check_joined(void)
{
	static const uint32_t preset[] = { 1 };
	struct bh_args_clone_joined clone = { .process = 0, .group = -1 };
	struct job job;

	job_init(&job);
	job_step(&job, BH_OP_clone_joined, BH_PARENT)->clone_joined = clone;
	add_rlimit(&job, BH_PARENT, RLIMIT_NOFILE, 55);
	job_shell(&job, "ulimit -n; echo $PPID");
	job_run(&job);
	ok(job.result == 0 && strncmp(job.out.data, "55\n", 3) == 0,
	   "a sibling runs");
	if (job.out.len > 3) {
		bh_autofree char *want = NULL;

		if (asprintf(&want, "%d\n", getpid()) < 0)
			abort();
		is_str(job.out.data + 3, want, "and is our child");
	}
	job_end(&job, "sibling");

	clone.joins = (struct bh_ids){ 1, preset };
	job_init(&job);
	job.preset = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	job_step(&job, BH_OP_clone_joined, BH_PARENT)->clone_joined = clone;
	job_shell(&job, "echo no");
	job_fails(&job, EINVAL, "join the namespace preset",
		  "what is no namespace");
	bh_close(&job.preset);
}

/* The program waits until it is started, or goes when nobody can. */
static void check_start(bool start)
{
	struct job job;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		abort();
	job_init(&job);
	job.preset = ends[0];
	job_clone(&job);
	job_step(&job, BH_OP_close_fds, BH_CHILD)->close_fds.start = 1;
	job_step(&job, BH_OP_created, BH_PARENT)->created.process = 0;
	job_step(&job, BH_OP_await_start, BH_CHILD)->await_start.start = 1;
	job_shell(&job, "exit 3");
	job_start(&job);
	is_int(job.result, 0, "created");
	ok(waitpid(job.run.child, NULL, WNOHANG) == 0, "the program waits");
	if (start && write(ends[1], "", 1) != 1)
		abort();
	bh_close(&ends[1]);
	bh_close(&ends[0]);
	job_wait(&job);
	ok(WIFEXITED(job.status), "it ends");
	is_int(WEXITSTATUS(job.status), start ? 3 : 125, "%s",
	       start ? "started, it runs" : "not started, it does not run");
	job_end(&job, "start");
}

int main(void)
{
	check_success();
	check_signals();
	check_tolerance();
	check_turns();
	check_before_clone();
	check_joined();
	check_start(true);
	check_start(false);
	check_programs();
	check_killed();
	check_no_exec();
	check_homes();
	return done_testing();
}
