/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cgroups of the machine that the tests run on: groups named after the
 * test's process, which are removed at its end by means other than the ones
 * under test.
 */
#ifndef CGROUP_MACHINE_H
#define CGROUP_MACHINE_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "cgroup/driver.h"
#include "tap.h"

static struct bh_arena machine_arena;
static struct bh_cgroups machine;
static pid_t machine_pid;

/* The group of this test: "/bulkhead-test-PID" and what follows. */
static const char *group(const char *rest)
{
	return bh_arena_printf(&machine_arena, "/bulkhead-test-%d%s",
			       (int)machine_pid, rest);
}

/* A file of the group, or the group itself, in the file system. */
static const char *location(const struct bh_hierarchy *hierarchy,
			    const char *rest)
{
	return bh_arena_printf(&machine_arena, "%s%s", hierarchy->mount,
			       group(rest));
}

__attribute__((unused)) static bool exists(const struct bh_hierarchy *hierarchy,
					   const char *rest)
{
	return access(location(hierarchy, rest), F_OK) == 0;
}

static int remove_entry(const char *path, const struct stat *st, int type,
			struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	return type == FTW_DP && rmdir(path) < 0 ? 1 : 0;
}

static void remove_groups(void)
{
	size_t i;

	if (getpid() != machine_pid)
		return;
	for (i = 0; i < machine.len; i++)
		(void)nftw(location(&machine.items[i], ""), remove_entry, 16,
			   FTW_DEPTH | FTW_PHYS);
}

static const char *slurp(const char *path)
{
	bh_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	bh_autobuf struct bh_buf buf = { 0 };

	if (fd < 0 || bh_read_all(fd, 1 << 20, &buf) < 0)
		return "";
	return bh_arena_strndup(&machine_arena, buf.data ? buf.data : "",
				buf.len);
}

/* Why the tests can't run here; NULL when they can. */
static const char *open_machine(void)
{
	struct bh_err err = { 0 };

	machine_pid = getpid();
	if (geteuid() != 0)
		return "not root";
	if (bh_cgroups_parse(slurp("/proc/self/mountinfo"),
			     slurp("/proc/self/cgroup"), &machine_arena,
			     &machine, &err) < 0 ||
	    machine.layout == BH_CGROUP_NONE)
		return "no cgroups mounted";
	if (mkdir(location(&machine.items[0], ""), 0755) < 0)
		return "cgroups are not writable";
	(void)atexit(remove_groups);
	(void)rmdir(location(&machine.items[0], ""));
	return NULL;
}

/* At the end, when nothing of this header is used any more. */
static void close_machine(void)
{
	remove_groups();
	machine.len = 0;
	bh_arena_clear(&machine_arena);
}

/* The hierarchy with a controller, "v2" or NULL. */
__attribute__((unused)) static const struct bh_hierarchy *
find_hierarchy(const char *controller)
{
	size_t i;

	for (i = 0; i < machine.len; i++)
		if (strcmp(controller, "v2") == 0 ?
			    machine.items[i].v2 :
			    bh_hierarchy_has(&machine.items[i], controller))
			return &machine.items[i];
	return NULL;
}

/* Make a group or say why not; a descriptor. */
__attribute__((unused)) static int
make_group(const struct bh_hierarchy *hierarchy, const char *rest,
	   ino_t *ret_inode)
{
	struct bh_err err = { 0 };
	int fd = bh_cgroup_make(hierarchy, group(rest), NULL, ret_inode, &err);

	if (fd < 0)
		diag("make %s in %s: %s; %s", group(rest), hierarchy->mount,
		     err.text, err.hint);
	return fd;
}

/* Remove what was made; of its parents, those with our mark. */
__attribute__((unused)) static int
remove_within(const struct bh_hierarchy *hierarchy, const char *path,
	      ino_t inode, int timeout_ms, struct bh_err *err)
{
	const struct bh_cgroup_made made = { path, inode,
					     BH_CGROUP_EXISTING_ALL };

	return bh_cgroup_remove(hierarchy, &made, timeout_ms, err);
}

/* A child that sleeps in the group, if that is a descriptor. */
__attribute__((unused)) static pid_t spawn_in(int group_fd)
{
	struct bh_err err = { 0 };
	pid_t pid = fork();

	if (pid == 0) {
		for (;;)
			(void)pause();
	}
	if (pid > 0 && group_fd >= 0 && bh_cgroup_join(group_fd, pid, &err) < 0)
		diag("join: %s; %s", err.text, err.hint);
	return pid;
}

/* The signal that ended a child, or -1. */
__attribute__((unused)) static int reap(pid_t pid)
{
	int status = 0;

	if (waitpid(pid, &status, 0) != pid || !WIFSIGNALED(status))
		return -1;
	return WTERMSIG(status);
}

#endif
