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

/* ---- signals ------------------------------------------------------------- */

#define BATCH 64

struct target {
	char pid[16];
	int pidfd;
};

/*
 * Signal those of the batch that are in the group still.  A pid that was read
 * from cgroup.procs may be another process by the time it is opened; but if
 * after that the group has this pid, then either it is the one we opened, or
 * that one has ended and the signal goes nowhere.
 */
static int signal_members(int group_fd, int signal, struct target *targets,
			  size_t len)
{
	bh_autobuf struct bh_buf procs = { 0 };
	int r = bh_group_read(group_fd, "cgroup.procs", &procs);
	size_t i;

	for (i = 0; i < len; i++) {
		if (r == 0 && bh_group_has_word(procs.data, targets[i].pid))
			(void)bh_sys_pidfd_send_signal(targets[i].pidfd,
						       signal);
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

static int signal_group(int group_fd, int signal)
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
		r = signal_members(group_fd, signal, targets, len);
		len = 0;
	}
	if (len)
		r = signal_members(group_fd, signal, targets, len);
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

/* What is done to each group: ended and removed, signalled, or looked at. */
enum deed {
	REMOVE,
	SIGNAL,
	LIST,
};

struct walk {
	enum deed deed;
	int signal;	     /* SIGNAL: which */
	struct bh_buf *pids; /* LIST: where to */
	int fd;		     /* the group that we are in */
	struct level *levels;
	size_t depth;
	size_t room;
	bool left; /* something could not be removed */
};

static void clear_walk(struct walk *walk)
{
	while (walk->depth)
		bh_buf_clear(&walk->levels[--walk->depth].names);
	free(walk->levels);
	bh_close(&walk->fd);
}

/* Make the group fd the current one; takes fd over. */
static int enter(struct walk *walk, int fd)
{
	struct level *level;

	bh_close(&walk->fd);
	walk->fd = fd;
	if (walk->depth == MAX_LEVELS)
		return -ELOOP;
	if (walk->depth == walk->room) {
		walk->room = walk->room ? 2 * walk->room : 16;
		walk->levels = bh_realloc(walk->levels, walk->room,
					  sizeof(*walk->levels));
	}
	level = &walk->levels[walk->depth++];
	*level = (struct level){ 0 };
	return bh_group_list(fd, &level->names);
}

/* Remove a sub-group of the current one; false when it has to be entered. */
static bool remove_name(const struct walk *walk, const char *name)
{
	return unlinkat(walk->fd, name, AT_REMOVEDIR) == 0 ||
	       bh_group_is_gone(-errno);
}

/* To the current group; -errno. */
static int do_deed(const struct walk *walk)
{
	int r;

	switch (walk->deed) {
	case SIGNAL:
		return signal_group(walk->fd, walk->signal);
	case LIST:
		r = bh_group_read(walk->fd, "cgroup.procs", walk->pids);
		return bh_group_is_gone(r) ? 0 : r;
	case REMOVE:
		break;
	}
	/* Only what has processes is still there after its sub-groups. */
	r = signal_group(walk->fd, SIGKILL);
	bh_group_thaw(walk->fd);
	return r;
}

/* Everything below the current group has been visited: back to its parent. */
static int leave(struct walk *walk)
{
	struct level *level = &walk->levels[walk->depth - 1];
	int fd, r;

	r = do_deed(walk);
	bh_buf_clear(&level->names);
	walk->depth--;
	if (r < 0 || !walk->depth)
		return r;
	fd = openat(walk->fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	bh_close(&walk->fd);
	walk->fd = fd;
	level = &walk->levels[walk->depth - 1];
	if (walk->deed == REMOVE && !remove_name(walk, level->entered))
		walk->left = true;
	return 0;
}

static int step(struct walk *walk)
{
	struct level *level = &walk->levels[walk->depth - 1];
	const char *name;
	int fd;

	if (level->at == level->names.len)
		return leave(walk);
	name = level->names.data + level->at;
	level->at += strlen(name) + 1;
	if (walk->deed == REMOVE && remove_name(walk, name))
		return 0;
	level->entered = name;
	fd = bh_group_open(walk->fd, name);
	if (bh_group_is_gone(fd))
		return 0;
	return fd < 0 ? fd : enter(walk, fd);
}

/* 0 or -errno; 1 when it has to be done again. */
static int walk_tree(struct walk *walk, int group_fd)
{
	int fd = bh_group_open(group_fd, ".");
	int r;

	if (fd < 0)
		return bh_group_is_gone(fd) ? 0 : fd;
	r = enter(walk, fd);
	while (r == 0 && walk->depth)
		r = step(walk);
	/* Somebody else removes the same tree: look again. */
	if (bh_group_is_gone(r))
		return 1;
	return r < 0 ? r : walk->left;
}

#define autowalk __attribute__((cleanup(clear_walk)))

int bh_group_sweep(int group_fd)
{
	autowalk struct walk walk = { .deed = REMOVE, .fd = -1 };

	return walk_tree(&walk, group_fd);
}

int bh_group_signal(int group_fd, int signal)
{
	autowalk struct walk walk = {
		.deed = SIGNAL,
		.signal = signal,
		.fd = -1,
	};
	int r = walk_tree(&walk, group_fd);

	return r < 0 ? r : 0;
}

int bh_group_pids(int group_fd, struct bh_buf *pids)
{
	autowalk struct walk walk = { .deed = LIST, .pids = pids, .fd = -1 };
	int r = walk_tree(&walk, group_fd);

	return r < 0 ? r : 0;
}
