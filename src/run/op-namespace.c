/* SPDX-License-Identifier: Apache-2.0 */
/* The child, its namespaces and id-maps. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/procfs.h"
#include "base/sys.h"
#include "run/ops.h"
#include "run/sync.h"
#include "spec/names.h"

static int clone_fail(struct bh_err *err, int errnum, uint64_t namespaces)
{
	bh_fail(err, errnum, "start the process%s",
		namespaces ? " in new namespaces" : "");
	if (errnum == EPERM && namespaces & CLONE_NEWUSER)
		return bh_hint(err,
			       "this host may not let the caller make "
			       "user namespaces: see sysctl "
			       "kernel.unprivileged_userns_clone and "
			       "kernel.apparmor_restrict_unprivileged_userns");
	if (errnum == EPERM)
		return bh_hint(err, "new namespaces need root, or a user "
				    "namespace in linux.namespaces");
	if (errnum == EBUSY)
		return bh_hint(err, "its cgroup has controllers enabled for "
				    "sub-groups and can't have processes");
	if (errnum == EAGAIN)
		return bh_hint(err, "a limit of processes is reached: see "
				    "pids.max of its cgroup, and ulimit -u");
	if (errnum == ENOSPC || errnum == EUSERS)
		return bh_hint(err, "the limit of namespaces is reached: see "
				    "sysctl user.max_*_namespaces");
	return -errnum;
}

/* What the child does first, in whatever way it was started. */
static void become_child(struct bh_run *run)
{
	run->lane = BH_CHILD;
	bh_sync_split(run);
	/* Modes of files that are made are exact until the step umask. */
	(void)umask(0);
}

int op_clone(struct bh_run *run, const struct bh_args_clone *args,
	     struct bh_err *err)
{
	int group_fd = bh_slot_fd(run, args->group), pidfd = -1;
	struct clone_args clone_args = {
		.flags = args->namespaces | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
		.exit_signal = SIGCHLD,
	};
	pid_t pid;

	if (group_fd >= 0) {
		clone_args.flags |= CLONE_INTO_CGROUP;
		clone_args.cgroup = (unsigned int)group_fd;
	}
	pid = bh_sys_clone3(&clone_args);
	if (pid < 0)
		return clone_fail(err, -pid, args->namespaces);
	if (pid == 0) {
		become_child(run);
		return 0;
	}
	run->child = pid;
	run->slots[args->process] = pidfd;
	bh_sync_split(run);
	return 0;
}

/*
 * The short-lived process of clone_joined: it joins namespaces, which are then
 * the child's or own the child's new ones, and starts the child as its own
 * sibling (CLONE_PARENT).  It shares our descriptor table, so the pidfd is
 * ours as well.
 */
static pid_t start_sibling(struct bh_run *run,
			   const struct bh_args_clone_joined *args,
			   int *ret_pidfd)
{
	struct clone_args clone_args = {
		.flags = args->namespaces | CLONE_PIDFD | CLONE_PARENT,
		.pidfd = (uint64_t)(uintptr_t)ret_pidfd,
	};
	int group_fd = bh_slot_fd(run, args->group), r;

	for (size_t i = 0; i < args->joins.len; i++) {
		uint32_t slot = args->joins.items[i];

		r = bh_sys_setns(run->slots[slot], 0);
		if (r < 0)
			return bh_fail(&run->shared->err, -r,
				       "join the namespace %s",
				       run->in.plan->slots[slot].name);
	}
	if (group_fd >= 0) {
		clone_args.flags |= CLONE_INTO_CGROUP;
		clone_args.cgroup = (unsigned int)group_fd;
	}
	r = bh_sys_clone3(&clone_args);
	if (r < 0)
		return clone_fail(&run->shared->err, -r, args->namespaces);
	return r;
}

int op_clone_joined(struct bh_run *run, const struct bh_args_clone_joined *args,
		    struct bh_err *err)
{
	struct clone_args middle_args = {
		.flags = CLONE_FILES,
		.exit_signal = SIGCHLD,
	};
	struct bh_shared *shared = run->shared;
	int status, pidfd = -1;
	pid_t middle, pid;

	middle = bh_sys_clone3(&middle_args);
	if (middle < 0)
		return clone_fail(err, -middle, 0);
	if (middle == 0) {
		pid = start_sibling(run, args, &pidfd);
		if (pid == 0) {
			become_child(run);
			return 0;
		}
		shared->child = pid;
		shared->child_pidfd = pidfd;
		_exit(0);
	}
	while (waitpid(middle, &status, 0) < 0 && errno == EINTR)
		;
	if (shared->child <= 0) {
		*err = shared->err;
		bh_err_sanitize(err);
		return -err->errnum;
	}
	run->child = shared->child;
	run->slots[args->process] = shared->child_pidfd;
	bh_sync_split(run);
	return 0;
}

int op_ns_join(struct bh_run *run, const struct bh_args_ns_join *args,
	       struct bh_err *err)
{
	int r = bh_sys_setns(run->slots[args->namespace], (int)args->type);

	if (r < 0)
		return bh_fail(err, -r, "join the %s namespace %s",
			       bh_value_name(bh_namespace_names, args->type),
			       run->in.plan->slots[args->namespace].name);
	return 0;
}

int op_ns_keep(struct bh_run *run, const struct bh_args_ns_keep *args,
	       struct bh_err *err)
{
	const char *file = args->type == CLONE_NEWNET ? "net" : "pid";
	bh_autoclose int procfs_fd = bh_procfs_open_shared();
	int fd = procfs_fd;

	if (fd >= 0)
		fd = bh_procfs_open_namespace(procfs_fd, file);
	if (fd < 0)
		return bh_fail(err, -fd, "open the own %s namespace", file);
	run->slots[args->namespace] = fd;
	return 0;
}

int op_ns_unshare(struct bh_run *run, const struct bh_args_ns_unshare *args,
		  struct bh_err *err)
{
	int r = bh_sys_unshare((int)args->namespaces);

	(void)run;
	return r < 0 ? clone_fail(err, -r, args->namespaces) : 0;
}

int op_time_offset(struct bh_run *run, const struct bh_args_time_offset *args,
		   struct bh_err *err)
{
	int r = bh_procfs_write(run->slots[args->procfs], "self/timens_offsets",
				args->offsets, strlen(args->offsets));

	if (r < 0)
		return bh_fail(err, -r, "set the time offset \"%s\"",
			       args->offsets);
	return 0;
}

/*
 * unshare(2) makes a time namespace for children only.  A single-threaded
 * process may enter it itself by setns(2), once the offsets are written.
 */
int op_time_enter(struct bh_run *run, const struct bh_args_time_enter *args,
		  struct bh_err *err)
{
	bh_autoclose int fd = bh_procfs_open_namespace(run->slots[args->procfs],
						       "time_for_children");
	int r = fd < 0 ? fd : bh_sys_setns(fd, CLONE_NEWTIME);

	if (r < 0)
		return bh_fail(err, -r, "enter the new time namespace");
	return 0;
}

/* Write a file of the child's directory in procfs. */
static int write_child_file(struct bh_run *run, int slot, const char *file,
			    const char *value)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%d/%s", (int)run->child, file);
	return bh_procfs_write(run->slots[slot], path, value, strlen(value));
}

int op_setgroups_deny(struct bh_run *run,
		      const struct bh_args_setgroups_deny *args,
		      struct bh_err *err)
{
	int r = write_child_file(run, args->procfs, "setgroups", "deny");

	if (r < 0)
		return bh_fail(err, -r, "deny setgroups to the container");
	return 0;
}

int op_id_map(struct bh_run *run, const struct bh_args_id_map *args,
	      struct bh_err *err)
{
	int r = write_child_file(run, args->procfs, args->file, args->map);

	if (r == 0)
		return 0;
	bh_fail(err, -r, "write %s of the container", args->file);
	if (r == -EPERM)
		return bh_hint(err, "host ids must exist in the caller's own "
				    "user namespace, and host id 0 needs "
				    "CAP_SETFCAP there");
	if (r == -EINVAL)
		return bh_hint(err, "mappings must not overlap");
	return r;
}

int op_oom_score_adj(struct bh_run *run,
		     const struct bh_args_oom_score_adj *args,
		     struct bh_err *err)
{
	char value[32];
	int r;

	(void)snprintf(value, sizeof(value), "%lld", (long long)args->value);
	r = write_child_file(run, args->procfs, "oom_score_adj", value);
	if (r == 0)
		return 0;
	bh_fail(err, -r, "set process.oomScoreAdj to %s", value);
	if (r == -EACCES || r == -EPERM)
		return bh_hint(err, "a value below the caller's own needs "
				    "CAP_SYS_RESOURCE");
	return r;
}

int op_become_root(struct bh_run *run, const struct bh_args_become_root *args,
		   struct bh_err *err)
{
	(void)run;
	if (args->groups && setgroups(0, NULL) < 0)
		return bh_fail(err, errno, "leave the caller's groups");
	if (setresgid(0, 0, 0) < 0)
		return bh_fail(err, errno,
			       "become group 0 of the user "
			       "namespace");
	if (setresuid(0, 0, 0) < 0)
		return bh_fail(err, errno,
			       "become user 0 of the user "
			       "namespace");
	return 0;
}

/*
 * Not dumpable, so that no process of a shared pid namespace can trace us or
 * take our descriptors (CVE-2016-9962).  execve sets it back.
 */
int op_dumpable_off(struct bh_run *run, const struct bh_args_dumpable_off *args,
		    struct bh_err *err)
{
	(void)run;
	(void)args;
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return bh_fail(err, errno, "make the set-up untraceable");
	return 0;
}
