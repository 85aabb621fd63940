/* SPDX-License-Identifier: Apache-2.0 */
/* What a writer of the store leaves that fails, is killed, or is not alone. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "trust-places.h"

/* ---- when it fails ----------------------------------------------------------- */

/* In a child, whose status is its result. */
static int child_result(int (*work)(void *arg), void *arg)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(work(arg));
	(void)waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* 0: refused with these words, 77: can't be tried here. */
static int grant_without_room(void *arg)
{
	const char *words = arg;
	struct bh_grant *one = grant_of("full", NULL);
	const struct rlimit none = { 100, 100 };
	struct bh_err err = { 0 };

	(void)signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &none) < 0)
		return 77;
	if (bh_trust_grant(&places, one, &err) >= 0)
		return 1;
	return strstr(err.text, words) ? 0 : 2;
}

static int grant_on_full_disk(void *arg)
{
	struct bh_grant *one = grant_of("full", NULL);
	struct bh_err err = { 0 };
	char path[256];
	int fd, r;

	(void)arg;
	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("none", granted, "tmpfs", 0, "size=4096,mode=0700") < 0)
		return 77;
	(void)snprintf(path, sizeof(path), "%s/fill", granted);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (write(fd, path, sizeof(path)) < 0)
		return 1;
	r = bh_trust_grant(&places, one, &err);
	return r == -ENOSPC && strstr(err.text, "write the grant") &&
			       count(NULL) == 0 ?
		       0 :
		       2;
}

static void check_full(void)
{
	struct bh_grant *kept = grant_of("kept", NULL);
	struct bh_err err = { 0 };
	char no_room[] = "write the grant";
	size_t before;
	char path[256];
	int r;

	if (bh_trust_grant(&places, kept, &err) < 0)
		abort();
	before = events("grant");
	is_int(child_result(grant_without_room, no_room), 0,
	       "no room for a document is a failure");
	r = child_result(grant_on_full_disk, NULL);
	if (r == 77)
		skip("a full disk is made by root alone");
	else
		is_int(r, 0, "a full disk, too");
	is_int(count(NULL), 1, "nothing was granted");
	is_int(events("grant"), before, "nor said to be");
	(void)snprintf(path, sizeof(path), "%s/.new", granted);
	ok(access(path, F_OK) < 0, "nothing is left of it");
	is_int(bh_trust_revoke_all(&places, &err), 1,
	       "of what was before, all");
	bh_grant_free(kept);
}

/* What nobody is told of is no grant. */
static void check_no_log(void)
{
	struct bh_grant *one = grant_of("quiet", NULL);
	struct bh_err err = { 0 };

	if (chmod(log_path, 0666) < 0)
		abort();
	ok(bh_trust_grant(&places, one, &err) < 0 &&
		   strstr(err.text, "open the audit log"),
	   "without the audit log nothing is granted");
	is_int(count(NULL), 0, "really nothing");
	if (chmod(log_path, 0600) < 0 ||
	    bh_trust_grant(&places, one, &err) < 0 || chmod(log_path, 0666) < 0)
		abort();
	ok(bh_trust_revoke(&places, one->id, &err) < 0 &&
		   strstr(err.text, "is revoked, but that is not in the"),
	   "but trust is taken away");
	is_int(count(NULL), 0, "really");
	if (chmod(log_path, 0600) < 0)
		abort();
	bh_grant_free(one);
}

/* ---- killed ------------------------------------------------------------------ */

/*
 * Let `work` run to its stop number `stop` (two for each system call: before and
 * behind it) and kill it there.  1 when it has ended before that; -1: no
 * tracing here.
 */
static int kill_at_stop(void (*work)(void *arg), void *arg, int stop)
{
	int status, first = 1;
	pid_t pid = fork();

	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
			_exit(77);
		(void)raise(SIGSTOP);
		work(arg);
		_exit(0);
	}
	while (waitpid(pid, &status, 0) == pid) {
		if (WIFEXITED(status))
			return WEXITSTATUS(status) == 77 ? -1 : 1;
		if (stop-- == 0) {
			(void)kill(pid, SIGKILL);
			(void)waitpid(pid, &status, 0);
			return 0;
		}
		if (first)
			(void)ptrace(PTRACE_SETOPTIONS, pid, NULL,
				     PTRACE_O_EXITKILL);
		first = 0;
		if (ptrace(PTRACE_SYSCALL, pid, NULL, NULL) < 0)
			return -1;
	}
	return -1;
}

static void do_grant(void *arg)
{
	struct bh_err err;

	(void)bh_trust_grant(&places, arg, &err);
}

static void do_revoke(void *arg)
{
	struct bh_err err;

	(void)bh_trust_revoke(&places, ((struct bh_grant *)arg)->id, &err);
}

/* After each kill the first grant is there, old or new, and all can be read. */
static void sweep(void (*work)(void *), struct bh_grant *old,
		  struct bh_grant *fresh, const char *title)
{
	struct bh_err err = { 0 };
	int stops = 0, wrong = 0, was_old = 0, was_new = 0, r;

	do {
		const char *comment = "none";
		int found;

		if (bh_trust_grant(&places, old, &err) < 0)
			abort();
		r = kill_at_stop(work, fresh, ++stops);
		found = count(&comment);
		was_old += strcmp(comment, "old") == 0;
		was_new += strcmp(comment, "new") == 0 || found == 0;
		wrong += found < 0 || (found == 0 && work == do_grant);
	} while (r == 0 && stops < 5000);
	if (r < 0) {
		skip("system calls can't be traced here");
		return;
	}
	is_int(wrong, 0, "%s: whole after each of %d kills", title, stops);
	ok(was_old > 10 && was_new > 1 && was_old + was_new == stops,
	   "%s: old before (%d times), new behind (%d)", title, was_old,
	   was_new);
}

static void check_killed(void)
{
	struct bh_grant *old = grant_of("a", "old");
	struct bh_grant *fresh = grant_of("a", "new");
	struct bh_err err = { 0 };
	char path[256];

	sweep(do_grant, old, fresh, "a grant");
	sweep(do_revoke, old, fresh, "a revocation");
	if (bh_trust_grant(&places, old, &err) < 0)
		abort();
	(void)snprintf(path, sizeof(path), "%s/.new", granted);
	ok(access(path, F_OK) < 0, "the next writer has cleaned up");
	is_int(bh_trust_revoke_all(&places, &err), 1, "and all is well");
	bh_grant_free(old);
	bh_grant_free(fresh);
}

/* Several at once, with a reader. */
static void check_many(void)
{
	struct bh_err err = { 0 };
	size_t writers = 6, each = 10;
	int status = 0, failed = 0, broken = 0;

	for (size_t i = 0; i < writers; i++) {
		if (fork() != 0)
			continue;
		for (size_t j = 0; j < each; j++) {
			char name[16];

			(void)snprintf(name, sizeof(name), "%zu-%zu", i, j);
			if (bh_trust_grant(&places, grant_of(name, NULL),
					   &err) < 0)
				_exit(1);
		}
		_exit(0);
	}
	while (waitpid(-1, &status, WNOHANG) >= 0) {
		failed += status != 0;
		status = 0;
		broken += count(NULL) < 0;
	}
	is_int(failed, 0, "several grant at once");
	is_int(broken, 0, "and are read meanwhile");
	is_int(count(NULL), (int)(writers * each), "all of them are there");
	is_int(bh_trust_revoke_all(&places, &err), (int)(writers * each),
	       "and gone");
}

int main(void)
{
	make_places();
	check_full();
	check_no_log();
	check_killed();
	check_many();
	tree_remove(&tree);
	return done_testing();
}
