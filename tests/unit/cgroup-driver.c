/* SPDX-License-Identifier: Apache-2.0 */
/* Making groups, writing to them and joining them, on the real machine. */
#include <linux/bpf.h>
#include <sys/sysmacros.h>

#include "cgroup-machine.h"
#include "cgroup/settings.h"

static const char *const bad_paths[] = {
	"",	 "relative", "/",      "//", "/a/", "/a//b",
	"/../a", "/a/..",    "/a/./b", ".",  "/.",
};

static void check_paths(void)
{
	char deep[2 * 70 + 1] = "";
	struct bh_err err = { 0 };
	struct bh_hierarchy part = {
		.name = "x",
		.mount = "/nowhere",
		.mount_root = "/docker/c1",
	};
	const struct bh_cgroup_made bad = { "/a/../..", 1, 0 };
	ino_t inode = 7;
	size_t i;

	for (i = 0; i < BH_COUNT(bad_paths); i++)
		is_int(bh_cgroup_make(&machine.items[0], bad_paths[i], NULL,
				      &inode, &err),
		       -EINVAL, "path \"%s\" is refused", bad_paths[i]);
	for (i = 0; i < 70; i++)
		memcpy(deep + 2 * i, "/d", 3);
	is_int(bh_cgroup_make(&machine.items[0], deep, NULL, &inode, &err),
	       -EINVAL, "a path of 70 parts is refused");
	ok(strstr(err.text, "more than 64 parts"), "and said to be too deep");
	is_int(bh_cgroup_remove(&machine.items[0], &bad, 0, &err), -EINVAL,
	       "remove refuses paths too");
	is_int(bh_cgroup_make(&part, "/docker/c2/x", NULL, &inode, &err),
	       -EINVAL, "a group outside of what is mounted is refused");
	ok(strstr(err.text, "outside of /docker/c1"), "with a message");
	is_int(bh_cgroup_make(&part, "/docker/c1x", NULL, &inode, &err),
	       -EINVAL, "a name that only begins like the root is outside");
	is_int(bh_cgroup_make(&part, "/docker/c1/x", NULL, &inode, &err),
	       -ENOENT, "one inside is looked for below the mount");
	is_int(inode, 7, "outputs are written on success only");
}

static void check_not_cgroups(void)
{
	struct bh_hierarchy fake = {
		.name = "memory",
		.mount = "/proc",
		.mount_root = "/",
	};
	struct bh_err err = { 0 };
	ino_t inode;

	is_int(bh_cgroup_make(&fake, "/a", NULL, &inode, &err), -EINVAL,
	       "another file system is refused");
	is_str(err.text, "/proc is not a cgroup v1 file system",
	       "with a message");
}

/* Refused, and why. */
static void check_refused(const struct bh_hierarchy *hierarchy,
			  const char *rest, const char *why)
{
	struct bh_err err = { 0 };
	ino_t inode;

	if (!ok(bh_cgroup_make(hierarchy, group(rest), NULL, &inode, &err) ==
				-EBUSY &&
			strstr(err.text, why) && err.hint[0],
		"%s: one that %s is refused", hierarchy->mount, why))
		diag("%s; %s", err.text, err.hint);
}

static void check_existing(const struct bh_hierarchy *hierarchy, ino_t inode)
{
	bh_autoclose int fd = -1;
	struct bh_err err = { 0 };
	ino_t again = 0;
	/* Before the group is locked: a child would keep the lock. */
	pid_t pid = spawn_in(-1);

	fd = make_group(hierarchy, "/a/b", &again);
	ok(fd >= 0 && again == inode, "%s: an empty one is taken",
	   hierarchy->mount);
	check_refused(hierarchy, "/a/b", "lock cgroup");
	is_int(bh_cgroup_join(fd, pid, &err), 0, "%s: join", hierarchy->mount);
	ok(strstr(slurp(location(hierarchy, "/a/b/cgroup.procs")),
		  bh_arena_printf(&machine_arena, "%d\n", (int)pid)),
	   "%s: joined", hierarchy->mount);
	bh_close(&fd);
	check_refused(hierarchy, "/a/b", "exists and has processes");
	check_refused(hierarchy, "/a", "exists and has sub-groups");
	(void)kill(pid, SIGKILL);
	is_int(reap(pid), SIGKILL, "%s: the child ends", hierarchy->mount);
}

static void check_make(const struct bh_hierarchy *hierarchy)
{
	const char *name = hierarchy->mount;
	struct bh_err err = { 0 };
	struct stat st = { 0 };
	ino_t inode = 0;
	int fd;

	(void)mkdir(location(hierarchy, ""), 0755);
	fd = make_group(hierarchy, "/a/b", &inode);
	ok(fd >= 0, "%s: make with a missing parent", name);
	(void)stat(location(hierarchy, "/a/b"), &st);
	is_int(inode, st.st_ino, "%s: inode", name);
	ok(fcntl(fd, F_GETFD) & FD_CLOEXEC, "%s: closed on exec", name);
	bh_close(&fd);
	check_existing(hierarchy, inode);
	is_int(remove_within(hierarchy, group("/a/b"), inode, 1000, &err), 0,
	       "%s: removed", name);
	ok(!exists(hierarchy, "/a"), "%s: with the parent that was made", name);
	ok(exists(hierarchy, ""), "%s: but not with another one", name);
}

/* A parent that was made stays as long as another group is below it. */
static void check_siblings(const struct bh_hierarchy *hierarchy)
{
	ino_t first = 0, second = 0;
	struct bh_err err = { 0 };
	int fd;

	fd = make_group(hierarchy, "/p/first", &first);
	bh_close(&fd);
	fd = make_group(hierarchy, "/p/second", &second);
	bh_close(&fd);
	is_int(remove_within(hierarchy, group("/p/first"), first, 0, &err), 0,
	       "%s: the first of two", hierarchy->mount);
	ok(exists(hierarchy, "/p/second"), "%s: the second stays",
	   hierarchy->mount);
	is_int(remove_within(hierarchy, group("/p/second"), second, 0, &err), 0,
	       "%s: the last of two", hierarchy->mount);
	ok(!exists(hierarchy, "/p"), "%s: their parent goes", hierarchy->mount);
}

/* What was missing before goes without our mark, what was there does not. */
static void check_existing_parents(const struct bh_hierarchy *hierarchy)
{
	struct bh_cgroup_made made = { 0 };
	struct bh_err err = { 0 };

	(void)mkdir(location(hierarchy, "/old"), 0755);
	made.path = group("/old/new/last");
	made.existing = bh_cgroup_existing(hierarchy, made.path);
	(void)mkdir(location(hierarchy, "/old/new"), 0755);
	is_int(bh_cgroup_remove(hierarchy, &made, 0, &err), 0,
	       "%s: a group that was never made", hierarchy->mount);
	ok(!exists(hierarchy, "/old/new"), "%s: its new parent goes",
	   hierarchy->mount);
	ok(exists(hierarchy, "/old"), "%s: the old one stays",
	   hierarchy->mount);
	(void)rmdir(location(hierarchy, "/old"));
}

static void check_rollback(const struct bh_hierarchy *v2)
{
	static const char *const missing[] = { "", "nosuchthing", NULL };
	struct bh_err err = { 0 };
	ino_t inode;

	if (!v2) {
		skip("no v2 hierarchy");
		return;
	}
	is_int(bh_cgroup_make(v2, group("/c/d/e"), missing, &inode, &err),
	       -EINVAL, "a controller that is not there");
	ok(strstr(err.text, "controller nosuchthing") && err.hint[0],
	   "is named, with what helps");
	(void)mkdir(location(v2, ""), 0755);
	(void)mkdir(location(v2, "/d"), 0755);
	is_int(bh_cgroup_make(v2, group("/d/e/f"), missing, &inode, &err),
	       -EINVAL, "the same below an existing group");
	ok(exists(v2, "/d") && !exists(v2, "/d/e"),
	   "only what was made is removed");
}

/* The file of a v2 group, and whether it has a word. */
static bool file_has(const struct bh_hierarchy *v2, const char *file,
		     const char *word)
{
	return strstr(slurp(location(v2, file)), word) != NULL;
}

/*
 * Controllers of v2, with one that a machine under v1 may have left for it.
 * The root's own file is put back as it was.
 */
static void check_controllers(const struct bh_hierarchy *v2)
{
	static const char *const needed[] = { "hugetlb", "", NULL };
	const char *root, *control;
	bh_autoclose int root_fd = -1, fd = -1;
	struct bh_err err = { 0 };
	ino_t inode = 0;
	pid_t pid;

	root = v2 ? v2->mount : "/nowhere";
	control = bh_arena_printf(&machine_arena, "%s/cgroup.subtree_control",
				  root);
	if (!strstr(slurp(bh_arena_printf(&machine_arena,
					  "%s/cgroup.controllers", root)),
		    needed[0]) ||
	    strstr(slurp(control), needed[0])) {
		skip("no v2 controller to play with");
		return;
	}
	fd = bh_cgroup_make(v2, group("/e/f"), needed, &inode, &err);
	if (!ok(fd >= 0, "make with a controller"))
		diag("%s; %s", err.text, err.hint);
	ok(file_has(v2, "/e/f/cgroup.controllers", needed[0]),
	   "it is there through all parents");
	ok(!file_has(v2, "/e/f/cgroup.subtree_control", needed[0]),
	   "but not for groups further down");
	pid = spawn_in(fd);
	is_int(bh_cgroup_make(v2, group("/e/f/g/h"), needed, &inode, &err),
	       -EBUSY, "below a group with processes");
	ok(strstr(err.text, "enable the controller hugetlb") &&
		   strstr(err.hint, "has processes of its own"),
	   "is refused, and why");
	ok(!exists(v2, "/e/f/g"), "nothing is left of it");
	(void)kill(pid, SIGKILL);
	(void)reap(pid);
	bh_close(&fd);
	remove_groups();
	root_fd = open(control, O_WRONLY | O_CLOEXEC);
	is_int(write(root_fd, "-hugetlb", 8), 8, "as it was before");
}

static void check_write(const struct bh_hierarchy *pids)
{
	bh_autoclose int fd = -1;
	struct bh_err err = { 0 };
	ino_t inode;

	if (!pids) {
		skip("no v1 pids hierarchy");
		return;
	}
	fd = make_group(pids, "/w", &inode);
	is_int(bh_cgroup_write(fd, "pids.max", "17", &err), 0, "write");
	is_str(slurp(location(pids, "/w/pids.max")), "17\n", "read back");
	is_int(bh_cgroup_write(fd, "pids.max", "so\nmany", &err), -EINVAL,
	       "the kernel refuses a value");
	is_str(err.text, "write \"so\\x0amany\" to pids.max",
	       "which is shown harmlessly");
	ok(err.hint[0], "with a hint");
	is_int(bh_cgroup_write(fd, "pids.nothing", "1", &err), -ENOENT,
	       "a file that is not there");
	is_int(bh_cgroup_write(fd, "../pids.max", "1", &err), -EINVAL,
	       "a file of another group");
	is_int(bh_cgroup_write(fd, "..", "1", &err), -EXDEV, "not upwards");
	is_int(bh_cgroup_join(fd, 0x3fffffff, &err), -ESRCH,
	       "a process that is not there");
	is_str(err.text, "move process 1073741823 into the cgroup",
	       "its message");
}

static void check_frozen(const struct bh_hierarchy *freezer)
{
	bh_autoclose int fd = -1;
	struct bh_err err = { 0 };
	ino_t inode = 0;

	if (!freezer) {
		skip("no v1 freezer hierarchy");
		return;
	}
	fd = make_group(freezer, "/f", &inode);
	is_int(bh_cgroup_write(fd, "freezer.state", "FROZEN", &err), 0,
	       "freeze");
	bh_close(&fd);
	check_refused(freezer, "/f", "exists and is frozen");
}

static void check_cpuset(const struct bh_hierarchy *cpuset)
{
	bh_autoclose int fd = -1;
	ino_t inode;
	pid_t pid;

	if (!cpuset) {
		skip("no v1 cpuset hierarchy");
		return;
	}
	(void)mkdir(location(cpuset, ""), 0755);
	(void)mkdir(location(cpuset, "/s"), 0755);
	fd = make_group(cpuset, "/s/t", &inode);
	is_str(slurp(location(cpuset, "/s/t/cpuset.cpus")),
	       slurp(bh_arena_printf(&machine_arena, "%s/cpuset.cpus",
				     cpuset->mount)),
	       "processors come from above, through an empty parent");
	is_str(slurp(location(cpuset, "/s/t/cpuset.mems")),
	       slurp(bh_arena_printf(&machine_arena, "%s/cpuset.mems",
				     cpuset->mount)),
	       "and so does memory");
	pid = spawn_in(fd);
	ok(strlen(slurp(location(cpuset, "/s/t/cgroup.procs"))) > 1,
	   "so that it can be joined");
	(void)kill(pid, SIGKILL);
	(void)reap(pid);
}

/* In a group that permits the default devices and c 1:11 for reading, what
 * open says: 0 or an errno. */
static int open_in(int group_fd, const char *path, int flags)
{
	struct bh_err err = { 0 };
	int status = 0, fd;
	pid_t pid = fork();

	if (pid == 0) {
		if (bh_cgroup_join(group_fd, getpid(), &err) < 0)
			_exit(200);
		fd = open(path, flags | O_CLOEXEC);
		_exit(fd < 0 ? errno : 0);
	}
	(void)waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int attach(int fd, struct bh_err *err)
{
	static struct bh_hierarchy item = { .v2 = true, .name = "" };
	static const struct bh_cgroups v2 = { BH_CGROUP_V2, 1, &item };
	char type[] = "c", access[] = "r";
	struct oci_device_rule rules[] = {
		{ .allow = { true, false } },
		{ .allow = { true, true },
		  .type = type,
		  .major = { true, 1 },
		  .minor = { true, 11 },
		  .access = access },
	};
	struct oci_resources resources = {
		.devices = { true, BH_COUNT(rules), rules },
	};
	struct bh_cgroup_settings settings = { 0 };
	int r = bh_cgroup_settings(&resources, &v2, &machine_arena, &settings,
				   err);

	if (r < 0)
		return r;
	return bh_cgroup_attach_devices(fd, settings.device_program,
					settings.device_program_len, err);
}

/* A node of our own, c 1:1 (mem), which not every machine has. */
static void check_other_device(int group_fd)
{
	const char *path = bh_arena_printf(
		&machine_arena, "/tmp/bulkhead-test-%d", (int)machine_pid);
	int r;

	if (mknod(path, S_IFCHR | 0600, makedev(1, 1)) < 0) {
		skip("mknod: %s", strerror(errno));
		return;
	}
	r = open_in(group_fd, path, O_RDONLY);
	(void)unlink(path);
	if (r == EACCES)
		skip("/tmp has no devices");
	else
		is_int(r, EPERM, "another device is not permitted");
}

static void check_devices(const struct bh_hierarchy *v2)
{
	static const struct bpf_insn bad = { .code = BPF_JMP | BPF_EXIT };
	bh_autoclose int fd = -1;
	struct bh_err err = { 0 };
	ino_t inode;
	int r;

	if (!v2) {
		skip("no v2 hierarchy");
		return;
	}
	fd = make_group(v2, "/dev", &inode);
	r = attach(fd, &err);
	if (r == -EPERM || r == -ENOSYS) {
		skip("bpf(2): %s", strerror(-r));
		return;
	}
	if (!is_int(r, 0, "attach a device program"))
		diag("%s; %s", err.text, err.hint);
	is_int(open_in(fd, "/dev/null", O_RDWR), 0, "/dev/null is permitted");
	is_int(open_in(fd, "/dev/kmsg", O_RDONLY), 0, "/dev/kmsg for reading");
	is_int(open_in(fd, "/dev/kmsg", O_WRONLY), EPERM, "not for writing");
	is_int(open_in(fd, "/dev/kmsg", O_RDWR), EPERM, "nor for both");
	check_other_device(fd);
	ok(bh_cgroup_attach_devices(fd, &bad, 1, &err) < 0,
	   "a program that the verifier refuses");
	is_str(err.text, "load the cgroup device program", "its message");
}

int main(void)
{
	const char *reason = open_machine();
	size_t i;

	if (reason)
		return skip_all("%s", reason);
	check_paths();
	check_not_cgroups();
	for (i = 0; i < machine.len; i++)
		check_make(&machine.items[i]);
	for (i = 0; i < machine.len; i++) {
		check_siblings(&machine.items[i]);
		check_existing_parents(&machine.items[i]);
	}
	check_controllers(find_hierarchy("v2"));
	check_rollback(find_hierarchy("v2"));
	check_write(find_hierarchy("pids"));
	check_frozen(find_hierarchy("freezer"));
	check_cpuset(find_hierarchy("cpuset"));
	check_devices(find_hierarchy("v2"));
	remove_groups();
	for (i = 0; i < machine.len; i++)
		ok(!exists(&machine.items[i], ""), "%s: nothing is left",
		   machine.items[i].mount);
	close_machine();
	return done_testing();
}
