/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Removing a group with what is in it.  Several processes may do so at the same
 * time: what is gone is as good as removed.
 *
 * A process counts until it has ended, not until it is reaped: "a cgroup which
 * ... is associated only with zombie processes is considered empty and can be
 * removed" (cgroup-v2.rst; the same code serves v1).
 */
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/sys.h"
#include "cgroup/driver.h"
#include "cgroup/group.h"
#include "cgroup/sweep.h"

/* Waits between looks where no event tells of a change, and at most. */
#define FIRST_WAIT_MS 1
#define LAST_WAIT_MS  50

struct removal {
	const struct bh_hierarchy *hierarchy;
	const char *path;
	struct bh_group_path names;
	ino_t inode;
	size_t existing; /* of names, from the first */
	int parent_fd;
	int64_t deadline_ms;
	int wait_ms;
};

static const char *last_name(const struct removal *removal)
{
	return removal->names.names[removal->names.len - 1];
}

/* From the mount on, open what has the group; -ENOENT when that is gone. */
static int open_parent(struct removal *removal, int fd, struct bh_err *err)
{
	size_t i;

	for (i = 0; fd >= 0 && i + 1 < removal->names.len; i++) {
		int next = bh_group_open(fd, removal->names.names[i]);

		bh_close(&fd);
		fd = next;
		if (fd < 0 && !bh_group_is_gone(fd))
			(void)bh_fail(err, -fd, "open cgroup %s (%s)",
				      removal->path, removal->names.names[i]);
	}
	if (fd < 0)
		return fd;
	removal->parent_fd = fd;
	return 0;
}

/* Open the group if it is the one; -ENOENT if it is gone or another's. */
static int open_group(const struct removal *removal)
{
	bh_autoclose int fd =
		bh_group_open(removal->parent_fd, last_name(removal));
	struct stat st;

	if (fd < 0)
		return bh_group_is_gone(fd) ? -ENOENT : fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (removal->inode && st.st_ino != removal->inode)
		return -ENOENT;
	return bh_steal_fd(&fd);
}

/* Whether we are in the group ourselves, and would freeze or die with it. */
static bool has_us(const struct removal *removal)
{
	const char *own = removal->hierarchy->own;
	size_t len = strlen(removal->path);

	return bh_starts_with(own, removal->path) &&
	       (own[len] == '/' || !own[len]);
}

/* Remove it and everything below: 0, or 1 when something is left. */
static int sweep_once(const struct removal *removal, int fd)
{
	int r;

	if (unlinkat(removal->parent_fd, last_name(removal), AT_REMOVEDIR) == 0)
		return 0;
	if (errno != EBUSY)
		return -errno;
	if (has_us(removal))
		return -EDEADLK;
	if (!removal->inode)
		return 1;
	/* Atomic, recursive, and faster than anything can fork; a frozen group
	 * dies as well.  Linux 5.14, v2 only. */
	if (bh_group_write(fd, "cgroup.kill", "1") < 0)
		bh_group_freeze(fd);
	r = bh_group_sweep(fd);
	bh_group_thaw(fd);
	if (r < 0)
		return r;
	if (unlinkat(removal->parent_fd, last_name(removal), AT_REMOVEDIR) == 0)
		return 0;
	return errno == EBUSY ? 1 : -errno;
}

/* Whether events_fd says that processes are left; seen, it can be polled. */
static bool is_populated(int events_fd)
{
	bh_autobuf struct bh_buf events = { 0 };

	return events_fd >= 0 && lseek(events_fd, 0, SEEK_SET) == 0 &&
	       bh_read_all(events_fd, 4096, &events) == 0 && events.data &&
	       strstr(events.data, "populated 1");
}

/*
 * Wait for processes to end: on v2 until cgroup.events changes, else for a
 * while that grows.  false when the time is over.
 */
static bool wait_a_little(struct removal *removal, int fd)
{
	bh_autoclose int events_fd =
		openat(fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	struct pollfd poll_fd = { .fd = events_fd, .events = POLLPRI };
	int64_t left_ms = removal->deadline_ms - bh_now_ms();
	int wait_ms = removal->wait_ms;

	if (left_ms <= 0)
		return false;
	if (is_populated(events_fd))
		wait_ms = LAST_WAIT_MS;
	else
		poll_fd.fd = -1;
	if (wait_ms > left_ms)
		wait_ms = (int)left_ms;
	/* Interrupted or not, the group is looked at again. */
	(void)poll(&poll_fd, 1, wait_ms);
	removal->wait_ms = removal->wait_ms * 2 < LAST_WAIT_MS ?
				   removal->wait_ms * 2 :
				   LAST_WAIT_MS;
	return true;
}

static int remove_group(struct removal *removal, struct bh_err *err)
{
	int r;

	for (;;) {
		bh_autoclose int fd = open_group(removal);

		r = fd < 0 ? fd : sweep_once(removal, fd);
		if (bh_group_is_gone(r))
			return 0;
		if (r <= 0)
			break;
		if (!wait_a_little(removal, fd)) {
			r = -EBUSY;
			break;
		}
	}
	if (r == 0)
		return 0;
	(void)bh_fail(err, -r, "remove cgroup %s from %s", removal->path,
		      removal->hierarchy->mount);
	if (r == -EBUSY && removal->inode)
		(void)bh_hint(err, "it has processes that did not end after "
				   "SIGKILL; see cgroup.procs in it");
	if (r == -EBUSY && !removal->inode)
		(void)bh_hint(err, "it has processes, and nobody noted whose; "
				   "see cgroup.procs in it, and end them");
	if (r == -EDEADLK)
		(void)bh_hint(err, "the caller is in this cgroup itself");
	return r;
}

/* Whether the group was made by one of us: it has the mark, or was missing
 * before (its maker was killed before he could mark it). */
static bool is_ours(const struct removal *removal, int fd)
{
	char mark;

	return removal->names.len > removal->existing ||
	       fgetxattr(fd, BH_GROUP_MARK, &mark, 1) == 1;
}

/* Remove what names mean now: 0, also if it is gone already, or -errno. */
static int remove_parent(struct removal *removal, struct bh_err *err)
{
	bh_autoclose int fd = -1;
	int r = bh_group_open_mount(removal->hierarchy, err);

	bh_close(&removal->parent_fd);
	if (r >= 0)
		r = open_parent(removal, r, err);
	if (r == 0)
		fd = r = bh_group_open(removal->parent_fd, last_name(removal));
	if (r < 0)
		return bh_group_is_gone(r) ? 0 : r;
	if (!is_ours(removal, fd))
		return -EPERM;
	/* Whoever uses it now will remove it. */
	return unlinkat(removal->parent_fd, last_name(removal), AT_REMOVEDIR) ?
		       -errno :
		       0;
}

/* Parents that we have made go with the last group below them. */
static void remove_parents(struct removal *removal)
{
	struct bh_err ignored;
	int r = 0;

	while (r == 0 && removal->names.len > 1) {
		removal->names.len--;
		r = remove_parent(removal, &ignored);
	}
}

int bh_cgroup_remove(const struct bh_hierarchy *hierarchy,
		     const struct bh_cgroup_made *made, int timeout_ms,
		     struct bh_err *err)
{
	bh_autogrouppath struct bh_group_path names = { 0 };
	struct removal removal = {
		.hierarchy = hierarchy,
		.path = made->path,
		.inode = made->inode,
		.existing = made->existing,
		.parent_fd = -1,
		.deadline_ms = bh_now_ms() + timeout_ms,
		.wait_ms = FIRST_WAIT_MS,
	};
	int r;

	r = bh_group_path_parse(hierarchy, made->path, &names, err);
	if (r < 0)
		return r;
	removal.names = names;
	r = bh_group_open_mount(hierarchy, err);
	if (r < 0)
		return r;
	r = open_parent(&removal, r, err);
	if (r == 0)
		r = remove_group(&removal, err);
	else if (bh_group_is_gone(r))
		r = 0;
	if (r == 0)
		remove_parents(&removal);
	bh_close(&removal.parent_fd);
	return r;
}
