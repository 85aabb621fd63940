/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A container that may make sub-groups can nest them as deep as it likes, so
 * there is no recursion here, and one descriptor at a time: the way back up is
 * "..", which in a cgroup file system nobody can redirect.
 */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/sys.h"
#include "cgroup/group.h"
#include "cgroup/sweep.h"

/* A hostile tree deeper than this takes the heap of a small program. */
#define MAX_LEVELS 65536u

/* ---- killing ------------------------------------------------------------- */

#define BATCH 64

struct target {
	char pid[16];
	int pidfd;
};

/*
 * Kill those of the batch that are in the group still.  A pid that was read
 * from cgroup.procs may be another process by the time it is opened; but if
 * after that the group has this pid, then either it is the one we opened, or
 * that one has ended and the signal goes nowhere.
 */
static int kill_members(int group_fd, struct target *targets, size_t len)
{
	bh_autobuf struct bh_buf procs = { 0 };
	int r = bh_group_read(group_fd, "cgroup.procs", &procs);
	size_t i;

	for (i = 0; i < len; i++) {
		if (r == 0 && bh_group_has_word(procs.data, targets[i].pid))
			(void)bh_sys_pidfd_send_signal(targets[i].pidfd,
						       SIGKILL);
		bh_close(&targets[i].pidfd);
	}
	return r;
}

/*
 * Open the process of a line of cgroup.procs.  0 is one that our pid namespace
 * does not have, and ourselves we can't mean.
 */
static bool open_target(const char *line, struct target *ret)
{
	uint64_t pid;

	if (strlen(line) >= sizeof(ret->pid) ||
	    bh_parse_u64(line, INT32_MAX, &pid) < 0)
		return false;
	if (pid == 0 || (pid_t)pid == getpid())
		return false;
	ret->pidfd = bh_sys_pidfd_open((pid_t)pid);
	memcpy(ret->pid, line, strlen(line) + 1);
	return ret->pidfd >= 0;
}

int bh_group_kill(int group_fd)
{
	struct target targets[BATCH];
	bh_autobuf struct bh_buf procs = { 0 };
	size_t len = 0;
	char *rest, *line;
	int r = bh_group_read(group_fd, "cgroup.procs", &procs);

	if (r < 0)
		return bh_group_is_gone(r) ? 0 : r;
	rest = procs.data;
	while (r == 0 && (line = strsep(&rest, "\n"))) {
		if (!open_target(line, &targets[len]))
			continue;
		if (++len < BATCH)
			continue;
		r = kill_members(group_fd, targets, len);
		len = 0;
	}
	if (len)
		r = kill_members(group_fd, targets, len);
	return bh_group_is_gone(r) ? 0 : r;
}

/* ---- freezing ------------------------------------------------------------ */

/* The file that is there decides; errors mean that there is nothing to do, or
 * that nothing can be done. */
void bh_group_freeze(int group_fd)
{
	if (bh_group_write(group_fd, "cgroup.freeze", "1") < 0)
		(void)bh_group_write(group_fd, "freezer.state", "FROZEN");
}

void bh_group_thaw(int group_fd)
{
	if (bh_group_write(group_fd, "cgroup.freeze", "0") < 0)
		(void)bh_group_write(group_fd, "freezer.state", "THAWED");
}

/* ---- the way through the tree -------------------------------------------- */

struct level {
	struct bh_buf names; /* sub-groups, each with its NUL */
	size_t at;	     /* the next one in names */
	const char *entered; /* the one that we are in, in names */
};

struct sweep {
	int fd; /* the group that we are in */
	struct level *levels;
	size_t depth;
	size_t room;
	bool left; /* something could not be removed */
};

static void clear_sweep(struct sweep *sweep)
{
	while (sweep->depth)
		bh_buf_clear(&sweep->levels[--sweep->depth].names);
	free(sweep->levels);
	bh_close(&sweep->fd);
}

/* Make the group fd the current one; takes fd over. */
static int enter(struct sweep *sweep, int fd)
{
	struct level *level;

	bh_close(&sweep->fd);
	sweep->fd = fd;
	if (sweep->depth == MAX_LEVELS)
		return -ELOOP;
	if (sweep->depth == sweep->room) {
		sweep->room = sweep->room ? 2 * sweep->room : 16;
		sweep->levels = bh_realloc(sweep->levels, sweep->room,
					   sizeof(*sweep->levels));
	}
	level = &sweep->levels[sweep->depth++];
	*level = (struct level){ 0 };
	return bh_group_list(fd, &level->names);
}

/* Remove a sub-group of the current one; false when it has to be entered. */
static bool remove_name(const struct sweep *sweep, const char *name)
{
	return unlinkat(sweep->fd, name, AT_REMOVEDIR) == 0 ||
	       bh_group_is_gone(-errno);
}

/* Everything below the current group has been visited: back to its parent. */
static int leave(struct sweep *sweep)
{
	struct level *level = &sweep->levels[sweep->depth - 1];
	int fd, r;

	/* Only what has processes is still there after its sub-groups. */
	r = bh_group_kill(sweep->fd);
	bh_group_thaw(sweep->fd);
	bh_buf_clear(&level->names);
	sweep->depth--;
	if (r < 0 || !sweep->depth)
		return r;
	fd = openat(sweep->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	bh_close(&sweep->fd);
	sweep->fd = fd;
	level = &sweep->levels[sweep->depth - 1];
	if (!remove_name(sweep, level->entered))
		sweep->left = true;
	return 0;
}

static int step(struct sweep *sweep)
{
	struct level *level = &sweep->levels[sweep->depth - 1];
	const char *name;
	int fd;

	if (level->at == level->names.len)
		return leave(sweep);
	name = level->names.data + level->at;
	level->at += strlen(name) + 1;
	if (remove_name(sweep, name))
		return 0;
	level->entered = name;
	fd = bh_group_open(sweep->fd, name);
	if (bh_group_is_gone(fd))
		return 0;
	return fd < 0 ? fd : enter(sweep, fd);
}

int bh_group_sweep(int group_fd)
{
	struct sweep sweep __attribute__((cleanup(clear_sweep))) = {
		.fd = -1,
	};
	int fd = bh_group_open(group_fd, ".");
	int r;

	if (fd < 0)
		return bh_group_is_gone(fd) ? 0 : fd;
	r = enter(&sweep, fd);
	while (r == 0 && sweep.depth)
		r = step(&sweep);
	/* Somebody else removes the same tree: look again. */
	if (bh_group_is_gone(r))
		return 1;
	return r < 0 ? r : sweep.left;
}
