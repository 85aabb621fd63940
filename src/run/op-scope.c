/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A scope of systemd's, which has to have a process from its beginning; but the
 * container's is born into a group below it, whose limits are set by then.  So a
 * process holds it open meanwhile, in a group of its own, as one with processes in
 * it can't hand controllers down (cgroups(7), no internal processes).  When that
 * one ends, by whatever, an empty scope goes by itself.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/procfs.h"
#include "base/str.h"
#include "cgroup/driver-systemd.h"
#include "cgroup/driver.h"
#include "run/ops.h"

#define KILL_TIMEOUT_MS 10000

/* Of /proc/PID/cgroup. */
#define CGROUP_MAX 65536

static _Noreturn void hold(pid_t parent)
{
	(void)close_range(0, ~0u, 0);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* It may have gone before that. */
	while (getppid() == parent)
		(void)pause();
	_exit(0);
}

static int start_holder(struct bh_run *run, struct bh_err *err)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0)
		hold(parent);
	if (pid < 0)
		return bh_fail(err, errno,
			       "start the process that holds the scope");
	run->scope.holder = pid;
	return 0;
}

static void end_holder(struct bh_run *run)
{
	if (!run->scope.holder)
		return;
	(void)kill(run->scope.holder, SIGKILL);
	while (waitpid(run->scope.holder, NULL, 0) < 0 && errno == EINTR)
		;
	run->scope.holder = 0;
}

/* systemd has its own idea of where a slice lies, where it runs in a container. */
static int check_place(const struct bh_run *run,
		       const struct bh_args_scope_make *args,
		       struct bh_err *err)
{
	bh_autoclose int fd = bh_procfs_open_shared();
	bh_autobuf struct bh_buf text = { 0 };
	const char *line;
	char name[64];
	int r;

	(void)snprintf(name, sizeof(name), "%d/cgroup", (int)run->scope.holder);
	r = fd < 0 ? fd : bh_procfs_read(fd, name, CGROUP_MAX, &text);
	if (r < 0)
		return bh_fail(err, -r, "look where the scope %s is",
			       args->unit);
	if (text.len && text.data[text.len - 1] == '\n')
		text.data[text.len - 1] = '\0';
	line = text.len && bh_starts_with(text.data, "0::") ? text.data + 3 :
							      "no place";
	if (bh_str_eq(line, args->path))
		return 0;
	return bh_refuse(err,
			 "start the scope %s: systemd has put it at %s and not "
			 "at %s; use cgroupfs here",
			 args->unit, line, args->path);
}

/* Out of the scope itself, so that it can hand controllers down. */
static int step_aside(struct bh_run *run, const struct bh_args_scope_make *args,
		      struct bh_err *err)
{
	static const char *const none[] = { NULL };
	bh_autobuf struct bh_buf path = { 0 };
	bh_autoclose int fd = -1;

	bh_buf_printf(&path, "%s/starting", args->path);
	fd = bh_cgroup_make(&run->in.cgroups->items[args->hierarchy], path.data,
			    none, &run->scope.inode, err);
	return fd < 0 ? fd : bh_cgroup_join(fd, run->scope.holder, err);
}

int op_scope_make(struct bh_run *run, const struct bh_args_scope_make *args,
		  struct bh_err *err)
{
	int r = start_holder(run, err);

	if (r == 0)
		r = bh_systemd_start(args->unit, args->slice, run->scope.holder,
				     args->properties, err);
	if (r < 0) {
		end_holder(run);
		return r;
	}
	run->scope.made = args;
	r = check_place(run, args, err);
	return r < 0 ? r : step_aside(run, args, err);
}

static int leave(struct bh_run *run, struct bh_err *err)
{
	const struct bh_args_scope_make *args = run->scope.made;
	bh_autobuf struct bh_buf path = { 0 };
	struct bh_cgroup_made made = {
		.inode = run->scope.inode,
		.existing = BH_CGROUP_EXISTING_ALL,
	};

	end_holder(run);
	if (!made.inode)
		return 0;
	run->scope.inode = 0;
	bh_buf_printf(&path, "%s/starting", args->path);
	made.path = path.data;
	return bh_cgroup_remove(&run->in.cgroups->items[args->hierarchy], &made,
				KILL_TIMEOUT_MS, err);
}

int op_scope_leave(struct bh_run *run, const struct bh_args_scope_leave *args,
		   struct bh_err *err)
{
	(void)args;
	return leave(run, err);
}

int bh_scope_undo(struct bh_run *run, struct bh_err *err)
{
	const struct bh_args_scope_make *args = run->scope.made;
	int left, r;

	if (!args)
		return 0;
	left = leave(run, err);
	run->scope.made = NULL;
	r = bh_systemd_stop(args->unit, err);
	return r < 0 ? r : left;
}
