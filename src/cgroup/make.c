/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Making a group, top down: each component is made and opened in its parent,
 * and on v2 the parent is told first to give its controllers to children.
 */
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/fd.h"
#include "cgroup/driver.h"
#include "cgroup/group.h"

/* How often a parent that vanishes is made again. */
#define MAX_TRIES 64

struct making {
	const struct bh_hierarchy *hierarchy;
	const char *path; /* for messages */
	const char *const *controllers;
	struct bh_group_path names;
	/* fds[0] is the mount, fds[i + 1] the group names[i]. */
	int fds[BH_GROUP_MAX_DEPTH + 1];
	size_t depth;	   /* how many of them are open, less one */
	size_t first_made; /* in names; names.len: none */
};

static int hint_write(struct bh_err *err, int r, const char *parent)
{
	if (r == -EBUSY)
		return bh_hint(err,
			       "the group %s has processes of its own, and "
			       "cgroup v2 gives controllers only to sub-groups "
			       "of groups without; choose another cgroupsPath",
			       parent);
	if (r == -EPERM || r == -EACCES)
		return bh_hint(err,
			       "the group %s belongs to another user; it "
			       "must be delegated with the controllers, "
			       "or the limits left out",
			       parent);
	if (r == -EROFS)
		return bh_hint(err,
			       "cgroups are mounted read-only; a container "
			       "with limits needs them writable, or the "
			       "limits left out");
	return r;
}

/* ---- v2: controllers ----------------------------------------------------- */

static int refuse_controller(const struct making *making, const char *parent,
			     const char *controller, struct bh_err *err)
{
	(void)bh_refuse(err,
			"the cgroup controller %s, which a limit needs, "
			"is not available in %s of %s",
			controller, parent, making->hierarchy->mount);
	return bh_hint(err, "enable it on the host (cgroup.subtree_control of "
			    "the groups above; Delegate= of systemd), or leave "
			    "the limit out");
}

static int enable_one(const struct making *making, const char *parent,
		      const char *controller, struct bh_err *err)
{
	int fd = making->fds[making->depth];
	bh_autobuf struct bh_buf available = { 0 };
	bh_autobuf struct bh_buf order = { 0 };
	int r = bh_group_read(fd, "cgroup.controllers", &available);

	if (r < 0)
		return bh_fail(err, -r, "read cgroup.controllers of %s",
			       parent);
	if (!bh_group_has_word(available.data, controller))
		return refuse_controller(making, parent, controller, err);
	bh_buf_printf(&order, "+%s", controller);
	r = bh_group_write(fd, "cgroup.subtree_control", order.data);
	if (r == 0)
		return 0;
	(void)bh_fail(err, -r, "enable the controller %s below the cgroup %s",
		      controller, parent);
	(void)hint_write(err, r, parent);
	return r;
}

/* Enable in the deepest group so far what the next one needs. */
static int enable_controllers(const struct making *making, struct bh_err *err)
{
	const char *parent =
		making->depth ? making->names.names[making->depth - 1] : "/";
	const char *const *controller = making->controllers;
	bh_autobuf struct bh_buf enabled = { 0 };
	int r;

	if (!controller || !*controller)
		return 0;
	r = bh_group_read(making->fds[making->depth], "cgroup.subtree_control",
			  &enabled);
	if (r < 0)
		return bh_fail(err, -r, "read cgroup.subtree_control of %s",
			       parent);
	for (; *controller; controller++) {
		/* "" stands for the core's own files. */
		if (!**controller ||
		    bh_group_has_word(enabled.data, *controller))
			continue;
		r = enable_one(making, parent, *controller, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- v1: cpuset ---------------------------------------------------------- */

static int copy_if_empty(int from_fd, int to_fd, const char *file)
{
	bh_autobuf struct bh_buf value = { 0 };
	int r = bh_group_read(to_fd, file, &value);

	if (r < 0 || value.data[strspn(value.data, "\n")])
		return r;
	bh_buf_clear(&value);
	r = bh_group_read(from_fd, file, &value);
	if (r == 0 && value.len)
		value.data[strcspn(value.data, "\n")] = '\0';
	return r < 0 ? r : bh_group_write(to_fd, file, value.data);
}

/* cpuset(7): a process can't join a set without processors or memory, and a
 * new one has neither. */
static int inherit_cpuset(const struct making *making, struct bh_err *err)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };
	const int *fds = making->fds;
	size_t i;

	if (!bh_hierarchy_has(making->hierarchy, "cpuset"))
		return 0;
	for (i = 0; i < BH_COUNT(files); i++) {
		int r = copy_if_empty(fds[making->depth - 1],
				      fds[making->depth], files[i]);

		if (r < 0)
			return bh_fail(err, -r, "inherit %s for the cgroup %s",
				       files[i], making->path);
	}
	return 0;
}

/* ---- one group after the other ------------------------------------------- */

static int make_level(struct making *making, struct bh_err *err)
{
	const char *name = making->names.names[making->depth];
	int parent_fd = making->fds[making->depth];
	int fd, r;

	r = enable_controllers(making, err);
	if (r < 0)
		return r;
	if (mkdirat(parent_fd, name, 0755) == 0) {
		if (making->first_made == making->names.len)
			making->first_made = making->depth;
	} else if (errno != EEXIST) {
		r = bh_fail(err, errno, "make cgroup %s (%s) in %s",
			    making->path, name, making->hierarchy->mount);
		(void)hint_write(err, r, making->depth ? "above it" : "/");
		return r;
	}
	fd = bh_group_open(parent_fd, name);
	if (fd < 0)
		return bh_fail(err, -fd, "open cgroup %s (%s) in %s",
			       making->path, name, making->hierarchy->mount);
	making->fds[++making->depth] = fd;
	/* So that whoever is the last below it knows that it may go.  Where
	 * that can't be noted it stays, which does no harm. */
	if (making->first_made < making->depth &&
	    making->depth < making->names.len)
		(void)fsetxattr(fd, BH_GROUP_MARK, "1", 1, 0);
	return inherit_cpuset(making, err);
}

static bool is_frozen(int fd)
{
	bh_autobuf struct bh_buf state = { 0 };

	if (bh_group_read(fd, "cgroup.freeze", &state) == 0)
		return bh_group_has_word(state.data, "1");
	bh_buf_clear(&state);
	return bh_group_read(fd, "freezer.state", &state) == 0 &&
	       !bh_group_has_word(state.data, "THAWED");
}

/*
 * A group that was there already may be another container's.  "A runtime MAY
 * check ... a frozen cgroup or a non-empty cgroup" (config-linux.md).
 */
static int check_unused(const struct making *making, struct bh_err *err)
{
	int fd = making->fds[making->depth];
	bh_autobuf struct bh_buf procs = { 0 };
	bh_autobuf struct bh_buf groups = { 0 };
	const char *problem = NULL;
	int r = bh_group_read(fd, "cgroup.procs", &procs);

	if (r == 0)
		r = bh_group_list(fd, &groups);
	if (r < 0)
		return bh_fail(err, -r, "look into cgroup %s", making->path);
	if (procs.len)
		problem = "processes";
	else if (groups.len)
		problem = "sub-groups";
	if (problem)
		r = bh_fail(err, EBUSY, "cgroup %s exists and has %s",
			    making->path, problem);
	else if (is_frozen(fd))
		r = bh_fail(err, EBUSY, "cgroup %s exists and is frozen",
			    making->path);
	if (r < 0)
		(void)bh_hint(err, "is it another container's? remove it or "
				   "choose another cgroupsPath");
	return r;
}

/*
 * Two that want the same group at the same time: whoever locks it first has
 * it, until its descriptor is closed; by then it has processes.
 */
static int claim(struct making *making, struct bh_err *err)
{
	if (flock(making->fds[making->depth], LOCK_EX | LOCK_NB) < 0) {
		/* What we have made is somebody else's now. */
		making->first_made = making->names.len;
		(void)bh_fail(err, errno == EWOULDBLOCK ? EBUSY : errno,
			      "lock cgroup %s", making->path);
		return bh_hint(err, "another container is being made in it; "
				    "choose another cgroupsPath");
	}
	if (making->first_made < making->names.len)
		return 0;
	return check_unused(making, err);
}

static int make_all(struct making *making, ino_t *ret_inode, struct bh_err *err)
{
	struct stat st;
	int r;

	making->fds[0] = bh_group_open_mount(making->hierarchy, err);
	if (making->fds[0] < 0)
		return making->fds[0];
	while (making->depth < making->names.len) {
		r = make_level(making, err);
		if (r < 0)
			return r;
	}
	r = claim(making, err);
	if (r < 0)
		return r;
	if (fstat(making->fds[making->depth], &st) < 0)
		return bh_fail(err, errno, "stat cgroup %s", making->path);
	*ret_inode = st.st_ino;
	return 0;
}

/* Deepest first; the first that can't be removed is in use by others now. */
static void remove_made(const struct making *making)
{
	size_t i = making->names.len;

	while (i-- > making->first_made) {
		if (i > making->depth)
			continue;
		if (unlinkat(making->fds[i], making->names.names[i],
			     AT_REMOVEDIR) < 0)
			return;
	}
}

static int make_group(struct making *making, ino_t *ret_inode,
		      struct bh_err *err)
{
	int fd = -1, r;

	making->first_made = making->names.len;
	making->depth = 0;
	r = make_all(making, ret_inode, err);
	if (r < 0)
		remove_made(making);
	else
		fd = bh_steal_fd(&making->fds[making->depth]);
	while (making->depth > 0)
		bh_close(&making->fds[making->depth--]);
	bh_close(&making->fds[0]);
	return r < 0 ? r : fd;
}

size_t bh_cgroup_existing(const struct bh_hierarchy *hierarchy,
			  const char *path)
{
	bh_autogrouppath struct bh_group_path names = { 0 };
	struct bh_err ignored;
	size_t count = 0;
	int fd;

	if (bh_group_path_parse(hierarchy, path, &names, &ignored) < 0 ||
	    names.len < 2)
		return 0;
	fd = bh_group_open_mount(hierarchy, &ignored);
	while (fd >= 0 && count + 1 < names.len) {
		int next = bh_group_open(fd, names.names[count]);

		bh_close(&fd);
		if (bh_group_is_gone(next))
			return count;
		fd = next;
		count++;
	}
	bh_close(&fd);
	return names.len - 1;
}

int bh_cgroup_make(const struct bh_hierarchy *hierarchy, const char *path,
		   const char *const *controllers, ino_t *ret_inode,
		   struct bh_err *err)
{
	struct making making = {
		.hierarchy = hierarchy,
		.path = path,
		.controllers = hierarchy->v2 ? controllers : NULL,
		.fds = { -1 },
	};
	bh_autogrouppath struct bh_group_path names = { 0 };
	int r;

	r = bh_group_path_parse(hierarchy, path, &names, err);
	if (r < 0)
		return r;
	making.names = names;
	/* Another container's end may take away a parent that was empty just
	 * then: it is made again. */
	for (int tries = 0; tries < MAX_TRIES; tries++) {
		r = make_group(&making, ret_inode, err);
		if (!bh_group_is_gone(r))
			break;
	}
	return r;
}
