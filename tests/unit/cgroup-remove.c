/* SPDX-License-Identifier: Apache-2.0 */
/* Removing groups with whatever is in them, on the real machine. */
#include <time.h>

#include "cgroup-machine.h"
#include "cgroup/sweep.h"

#define TIMEOUT_MS 5000

static int remove_group(const struct bh_hierarchy *hierarchy, const char *rest,
			ino_t inode)
{
	struct bh_err err = { 0 };
	int r = remove_within(hierarchy, group(rest), inode, TIMEOUT_MS, &err);

	if (r < 0)
		diag("%s: %s", err.text, err.hint);
	return r;
}

static void check_identity(const struct bh_hierarchy *hierarchy)
{
	bh_autoclose int fd = -1;
	ino_t inode = 0;
	pid_t pid;

	fd = make_group(hierarchy, "/id", &inode);
	pid = spawn_in(fd);
	is_int(remove_group(hierarchy, "/id", inode + 1), 0,
	       "another inode is no error");
	ok(exists(hierarchy, "/id") && kill(pid, 0) == 0,
	   "nothing happens to that group");
	is_int(remove_group(hierarchy, "/none", 1), 0, "missing group");
	is_int(remove_group(hierarchy, "/none/none", 1), 0, "missing parent");
	is_int(remove_group(hierarchy, "/id", inode), 0, "the right one");
	is_int(reap(pid), SIGKILL, "its process was killed");
	is_int(remove_group(hierarchy, "/id", inode), 0, "once more");
}

static void check_tree(const struct bh_hierarchy *hierarchy)
{
	static const char *const parts[] = { "/t", "/t/a", "/t/a/b", "/t/a/c",
					     "/t/d" };
	const char *name = hierarchy->v2 ? "v2" : hierarchy->name;
	pid_t pids[BH_COUNT(parts)];
	ino_t inode = 0;
	size_t i;

	for (i = 0; i < BH_COUNT(parts); i++) {
		bh_autoclose int fd = -1;
		ino_t here = 0;

		fd = make_group(hierarchy, parts[i], &here);
		if (i == 0)
			inode = here;
		pids[i] = -1;
	}
	for (i = 0; i < BH_COUNT(parts); i++) {
		bh_autoclose int fd = open(location(hierarchy, parts[i]),
					   O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		pids[i] = spawn_in(fd);
	}
	is_int(remove_group(hierarchy, "/t", inode), 0, "%s: a tree", name);
	ok(!exists(hierarchy, "/t"), "%s: it is gone", name);
	for (i = 0; i < BH_COUNT(parts); i++)
		is_int(reap(pids[i]), SIGKILL, "%s: process in %s", name,
		       parts[i]);
}

/* Nobody reaps while we remove: zombies must not be in the way. */
static void check_many(const struct bh_hierarchy *hierarchy)
{
	const char *name = hierarchy->v2 ? "v2" : hierarchy->name;
	bh_autoclose int fd = -1;
	pid_t pids[150];
	ino_t inode = 0;
	size_t i, killed = 0;

	fd = make_group(hierarchy, "/many", &inode);
	for (i = 0; i < BH_COUNT(pids); i++)
		pids[i] = spawn_in(fd);
	(void)kill(pids[0], SIGKILL);
	is_int(remove_group(hierarchy, "/many", inode), 0, "%s: many processes",
	       name);
	for (i = 0; i < BH_COUNT(pids); i++)
		killed += reap(pids[i]) == SIGKILL;
	is_int(killed, BH_COUNT(pids), "%s: all killed", name);
}

/* Deeper than paths or descriptors go. */
static void check_deep(const struct bh_hierarchy *hierarchy)
{
	const char *name = hierarchy->v2 ? "v2" : hierarchy->name;
	ino_t inode = 0;
	int fd = make_group(hierarchy, "/deep", &inode);
	int depth = 0;

	while (depth < 600 && mkdirat(fd, "nested", 0755) == 0) {
		int next = openat(fd, "nested",
				  O_RDONLY | O_DIRECTORY | O_CLOEXEC);

		bh_close(&fd);
		fd = next;
		depth++;
	}
	bh_close(&fd);
	ok(depth > 100, "%s: %d levels made", name, depth);
	is_int(remove_group(hierarchy, "/deep", inode), 0, "%s: deep groups",
	       name);
	ok(!exists(hierarchy, "/deep"), "%s: gone to the last", name);
}

static void fork_forever(void)
{
	for (;;) {
		pid_t pid = fork();

		if (pid > 0)
			(void)usleep(200);
		if (pid < 0)
			(void)usleep(1000);
		(void)signal(SIGCHLD, SIG_IGN);
	}
}

static void check_fork_bomb(const struct bh_hierarchy *pids,
			    const struct bh_hierarchy *hierarchy)
{
	const char *name = hierarchy->v2 ? "v2" : hierarchy->name;
	bh_autoclose int limit_fd = -1, fd = -1;
	ino_t limit_inode = 0, inode = 0;
	struct bh_err err = { 0 };
	pid_t pid;

	limit_fd = make_group(pids, "/limit", &limit_inode);
	fd = hierarchy == pids ? dup(limit_fd) :
				 make_group(hierarchy, "/bomb", &inode);
	if (bh_cgroup_write(limit_fd, "pids.max", "60", &err) < 0) {
		skip("no limit of processes");
		return;
	}
	pid = fork();
	if (pid == 0) {
		(void)bh_cgroup_join(limit_fd, getpid(), &err);
		(void)bh_cgroup_join(fd, getpid(), &err);
		fork_forever();
	}
	(void)usleep(50000);
	if (hierarchy != pids)
		is_int(remove_group(hierarchy, "/bomb", inode), 0,
		       "%s: processes that fork", name);
	is_int(remove_group(pids, "/limit", limit_inode), 0,
	       "%s: no process is left", name);
	is_int(reap(pid), SIGKILL, "%s: the first one too", name);
}

/* Frozen processes end only when they are thawed, from their freezer. */
static void check_frozen(const struct bh_hierarchy *freezer,
			 const struct bh_hierarchy *pids)
{
	bh_autoclose int ice_fd = -1, sub_fd = -1, fd = -1;
	ino_t ice = 0, sub = 0, inode = 0;
	struct bh_err err = { 0 };
	pid_t pid;

	ice_fd = make_group(freezer, "/ice", &ice);
	sub_fd = make_group(freezer, "/ice/sub", &sub);
	fd = make_group(pids, "/frozen", &inode);
	pid = spawn_in(fd);
	is_int(bh_cgroup_join(sub_fd, pid, &err), 0, "into the freezer");
	is_int(bh_cgroup_write(sub_fd, "freezer.state", "FROZEN", &err), 0,
	       "freeze a sub-group");
	is_int(bh_cgroup_write(ice_fd, "freezer.state", "FROZEN", &err), 0,
	       "and the group");
	is_int(remove_within(pids, group("/frozen"), inode, 150, &err), -EBUSY,
	       "elsewhere the time runs out");
	ok(strstr(err.text, "remove cgroup") && strstr(err.hint, "SIGKILL"),
	   "which is said");
	is_int(remove_group(freezer, "/ice", ice), 0, "the freezer's group");
	is_int(reap(pid), SIGKILL, "its process has ended");
	is_int(remove_group(pids, "/frozen", inode), 0, "now the other one");
}

/* A paused v2 container is killed as it is. */
static void check_frozen_v2(const struct bh_hierarchy *v2)
{
	bh_autoclose int fd = -1;
	struct bh_err err = { 0 };
	ino_t inode = 0;
	pid_t pid;

	fd = make_group(v2, "/ice", &inode);
	pid = spawn_in(fd);
	is_int(bh_cgroup_write(fd, "cgroup.freeze", "1", &err), 0,
	       "freeze on v2");
	is_int(remove_group(v2, "/ice", inode), 0, "removed frozen");
	is_int(reap(pid), SIGKILL, "its process has ended");
}

/* What a v2 without cgroup.kill gets: frozen, swept, thawed. */
static void check_sweep(const struct bh_hierarchy *hierarchy)
{
	const char *name = hierarchy->v2 ? "v2" : hierarchy->name;
	bh_autoclose int fd = -1, sub_fd = -1;
	struct bh_err err = { 0 };
	ino_t inode = 0, sub = 0;
	pid_t pids[2];

	fd = make_group(hierarchy, "/sweep", &inode);
	sub_fd = make_group(hierarchy, "/sweep/a", &sub);
	pids[0] = spawn_in(fd);
	pids[1] = spawn_in(sub_fd);
	bh_group_freeze(fd);
	/* Those that were killed may have ended by then, or not. */
	ok(bh_group_sweep(fd) >= 0, "%s: swept while frozen", name);
	bh_group_thaw(fd);
	is_int(reap(pids[0]), SIGKILL, "%s: process of the group", name);
	is_int(reap(pids[1]), SIGKILL, "%s: process of the sub-group", name);
	is_int(bh_group_sweep(fd), 0, "%s: none are left then", name);
	is_int(remove_within(hierarchy, group("/sweep"), inode, 0, &err), 0,
	       "%s: no wait is needed", name);
}

static void check_two(const struct bh_hierarchy *hierarchy)
{
	const char *name = hierarchy->v2 ? "v2" : hierarchy->name;
	int round, failed = 0;

	for (round = 0; round < 20; round++) {
		struct bh_err err = { 0 };
		int status = 0, fd;
		ino_t inode = 0, sub = 0;
		pid_t sleeper, other;

		fd = make_group(hierarchy, "/two", &inode);
		bh_close(&fd);
		fd = make_group(hierarchy, "/two/sub", &sub);
		sleeper = spawn_in(fd);
		bh_close(&fd);
		other = fork();
		if (other == 0)
			_exit(remove_within(hierarchy, group("/two"), inode,
					    TIMEOUT_MS, &err) < 0);
		failed += remove_group(hierarchy, "/two", inode) < 0;
		(void)waitpid(other, &status, 0);
		failed += status != 0;
		failed += reap(sleeper) != SIGKILL;
		failed += exists(hierarchy, "/two");
	}
	is_int(failed, 0, "%s: two removers at a time", name);
}

/* Ourselves we neither kill nor freeze. */
static void check_own(const struct bh_hierarchy *hierarchy)
{
	struct bh_hierarchy inside = *hierarchy;
	bh_autoclose int fd = -1;
	struct bh_err err = { 0 };
	int status = 0;
	ino_t inode = 0;
	pid_t pid;

	fd = make_group(hierarchy, "/own", &inode);
	inside.own = group("/own/deeper");
	pid = fork();
	if (pid == 0) {
		(void)bh_cgroup_join(fd, getpid(), &err);
		_exit(remove_within(&inside, group("/own"), inode, 50, &err) ==
				      -EDEADLK ?
			      7 :
			      8);
	}
	(void)waitpid(pid, &status, 0);
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 7,
	   "a caller inside is told so");
	is_int(remove_group(hierarchy, "/own", inode), 0, "removed from out");
}

static void check_hierarchy(const struct bh_hierarchy *hierarchy)
{
	if (!hierarchy) {
		skip("not mounted here");
		return;
	}
	check_identity(hierarchy);
	check_tree(hierarchy);
	check_many(hierarchy);
	check_deep(hierarchy);
	check_sweep(hierarchy);
	check_two(hierarchy);
	check_own(hierarchy);
}

int main(void)
{
	const char *reason = open_machine();
	const struct bh_hierarchy *v2, *pids, *freezer;

	if (reason)
		return skip_all("%s", reason);
	v2 = find_hierarchy("v2");
	pids = find_hierarchy("pids");
	freezer = find_hierarchy("freezer");
	check_hierarchy(v2);
	check_hierarchy(pids);
	check_hierarchy(freezer);
	if (v2)
		check_frozen_v2(v2);
	if (pids && freezer) {
		check_frozen(freezer, pids);
		check_fork_bomb(pids, pids);
		check_fork_bomb(pids, freezer);
	}
	if (pids && v2)
		check_fork_bomb(pids, v2);
	close_machine();
	return done_testing();
}
