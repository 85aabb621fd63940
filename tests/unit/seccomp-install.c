/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled filters in the kernel: what calls really answer. */
#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/sys.h"
#include "seccomp-program.h"

/* Far above all calls of today; no architecture begins its numbers there. */
#define FUTURE_CALL 20000

#define ENDED 1000

static int install(const struct bh_filter *filter)
{
	struct sock_fprog program = {
		.len = (unsigned short)filter->len,
	};
	union {
		const struct sock_filter *in;
		struct sock_filter *out;
	} insns = { .in = filter->insns };

	program.filter = insns.out;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return bh_sys_seccomp(SECCOMP_SET_MODE_FILTER, filter->flags, &program);
}

/* The errno of call(arg) under the filter, 0, or ENDED and the signal. */
static int call_under(const struct bh_filter *filter, long call, long arg)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		if (install(filter) < 0)
			_exit(250);
		errno = 0;
		(void)syscall(call, arg, 0, 0, 0, 0, 0);
		/* Not _exit(3): sanitizers make calls of their own there. */
		(void)syscall(SYS_exit_group, errno);
	}
	(void)waitpid(pid, &status, 0);
	if (WIFSIGNALED(status))
		return ENDED + WTERMSIG(status);
	return WEXITSTATUS(status);
}

static int compile(int action, struct oci_u64 errno_ret,
		   const struct short_rule *rules, size_t len,
		   struct bh_arena *arena, struct bh_filter *ret)
{
	int flag = OCI_SECCOMP_FLAG_SPEC_ALLOW;
	struct oci_seccomp profile = {
		.default_action = { true, action },
		.default_errno_ret = errno_ret,
		.flags = { true, 1, &flag },
	};
	struct compiled out = { 0 };
	int r = compile_rules(profile, rules, len, arena, &out);

	if (r < 0)
		diag("%s; %s", out.err.text, out.err.hint);
	*ret = out.filter;
	return r;
}

static void check_deny_list(void)
{
	static const struct short_rule rules[] = {
		{ .names = { "getpid" }, OCI_SECCOMP_ERRNO, SET(ENOTTY) },
		{ .names = { "close" },
		  OCI_SECCOMP_ERRNO,
		  SET(EXDEV),
		  1,
		  { ARG(0, GE, 0x100000000) } },
		{ .names = { "getppid" }, OCI_SECCOMP_KILL_PROCESS },
		{ .names = { "getuid" }, OCI_SECCOMP_TRAP },
	};
	bh_autoarena struct bh_arena arena = { 0 };
	struct bh_filter filter = { 0 };

	if (!is_int(compile(OCI_SECCOMP_ALLOW, (struct oci_u64){ 0 }, rules,
			    BH_COUNT(rules), &arena, &filter),
		    0, "list of what is denied"))
		return;
	is_int(call_under(&filter, SYS_getpid, 0), ENOTTY, "errno");
	is_int(call_under(&filter, SYS_getpgid, 0), 0, "not denied");
	is_int(call_under(&filter, SYS_close, -1), EXDEV, "argument matches");
	is_int(call_under(&filter, SYS_close, 0x7fffffff), EBADF, "does not");
	is_int(call_under(&filter, SYS_getppid, 0), ENDED + SIGSYS, "killed");
	is_int(call_under(&filter, SYS_getuid, 0), ENDED + SIGSYS, "trapped");
	is_int(call_under(&filter, FUTURE_CALL, 0), ENOSYS, "the kernel's own");
}

static void check_allow_list(void)
{
	static const struct short_rule rules[] = {
		{ .names = { "exit_group", "rt_sigreturn", "getpgid", "close",
			     "openat2" },
		  OCI_SECCOMP_ALLOW },
	};
	bh_autoarena struct bh_arena arena = { 0 };
	struct bh_filter filter = { 0 };

	if (!is_int(compile(OCI_SECCOMP_ERRNO, (struct oci_u64)SET(EACCES),
			    rules, BH_COUNT(rules), &arena, &filter),
		    0, "list of what is allowed"))
		return;
	is_int(call_under(&filter, SYS_getpgid, 0), 0, "allowed");
	is_int(call_under(&filter, SYS_getpid, 0), EACCES, "not allowed");
	is_int(call_under(&filter, SYS_faccessat2, 0), ENOSYS, "newer");
	is_int(call_under(&filter, FUTURE_CALL, 0), ENOSYS, "much newer");
}

int main(void)
{
	bh_autoarena struct bh_arena arena = { 0 };
	struct bh_filter filter = { 0 };

	if (compile(OCI_SECCOMP_ALLOW, (struct oci_u64){ 0 }, NULL, 0, &arena,
		    &filter) == 0 &&
	    call_under(&filter, SYS_getpid, 0) == 250)
		return skip_all("the kernel takes no seccomp filter here");
	check_deny_list();
	check_allow_list();
	return done_testing();
}
