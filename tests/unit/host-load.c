/* SPDX-License-Identifier: Apache-2.0 */
/* Host descriptions, and the probe of this machine. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/str.h"
#include "host/host.h"
#include "tap.h"

/* Load a text by way of a file in memory. */
static int load(const char *text, struct bh_host *ret, struct bh_err *err)
{
	bh_autoclose int fd = memfd_create("host", MFD_CLOEXEC);
	char path[32];

	if (fd < 0 || bh_write_all(fd, text, strlen(text)) < 0)
		abort();
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return bh_host_load(path, ret, err);
}

static const char whole[] = "# a host\n"
			    "\n"
			    "  \t \n"
			    "kernel 5.14\n"
			    "user 1000 100\n"
			    "capabilities 0x1ffffffffff\n"
			    "user-namespace\tyes\n"
			    "setgroups deny\n"
			    "newgidmap /usr/bin/newgidmap\n"
			    "id-range 2013396992\n"
			    "cgroup cpu,cpuacct /sys/fs/cgroup/cpu / /user\n"
			    "cgroup v2 /sys/fs/cgroup/unified / /user.slice\n"
			    "path /bundle/rootfs dir\n"
			    "path /run/x.sock socket 0x1021994\n"
			    "path /dev/sda device";

static void check_whole(void)
{
	struct bh_host host = { 0 };
	struct bh_err err = { 0 };

	if (!is_int(load(whole, &host, &err), 0, "a description")) {
		diag("%s", err.text);
		return;
	}
	ok(host.fake && host.in_user_namespace, "fake, in a user namespace");
	ok(host.kernel_major == 5 && host.kernel_minor == 14, "kernel");
	ok(host.uid == 1000 && host.gid == 100, "user");
	is_int(host.caps, 0x1ffffffffff, "capabilities");
	ok(bh_host_can(&host, CAP_SYS_ADMIN) && bh_host_can(&host, 40) &&
		   !bh_host_can(&host, 41),
	   "what it can");
	ok(host.cgroups.layout == BH_CGROUP_V1 && host.cgroups.len == 2,
	   "v1, with v2 beside it");
	is_str(host.cgroups.items[0].name, "cpu,cpuacct", "a v1 name");
	ok(host.cgroups.items[1].v2, "v2");
	is_str(host.cgroups.items[1].name, "", "v2 has none");
	is_str(host.cgroups.items[0].own, "/user", "our own group");
	is_int(host.path_count, 3, "paths");
	is_int(host.id_range, 2013396992, "ids that are free");
	ok(host.setgroups_denied, "setgroups(2) is given up");
	is_str(host.newgidmap, "/usr/bin/newgidmap", "a program");
	ok(!host.newuidmap, "and one that is not there");
	bh_host_clear(&host);
	ok(!host.paths && !host.fake, "cleared");
}

static void check_paths(void)
{
	struct bh_host host = { 0 };
	struct bh_host_path path = { 0 };
	struct bh_err err = { 0 };

	if (load(whole, &host, &err) < 0)
		return;
	is_int(bh_host_open(&host, "/run/x.sock", false, &path, &err), 0,
	       "a path of the description");
	ok(path.type == S_IFSOCK && path.fs_type == 0x1021994 && path.fd == -1,
	   "is as described");
	is_int(bh_host_open(&host, "/elsewhere", true, &path, &err), 0,
	       "another path");
	ok(path.type == S_IFDIR && path.fd == -1, "is a directory");
	is_str(path.path, "/elsewhere", "of that name");
	bh_host_clear(&host);
}

static const char *const bad[] = {
	"kernel",
	"kernel 6",
	"kernel 6.",
	"kernel .1",
	"kernel 6.1.2",
	"kernel 6.1-rc1",
	"kernel 06.1",
	"kernel 6 1",
	"kernel 6.1 x",
	"user 0",
	"user 0 0 0",
	"user -1 0",
	"user 4294967296 0",
	"user 01 0",
	"user root root",
	"capabilities",
	"capabilities ffff",
	"capabilities 0x",
	"capabilities 0xg",
	"capabilities 0xFF",
	"capabilities 0x10000000000000000",
	"user-namespace",
	"user-namespace maybe",
	"user-namespace yes no",
	"id-range",
	"id-range 4294967296",
	"setgroups",
	"setgroups no",
	"setgroups deny allow",
	"newuidmap",
	"newgidmap /a /b",
	"cgroup v2 /sys/fs/cgroup /",
	"cgroup v2 /a / / /",
	"path /x",
	"path /x dirs",
	"path /x dir 12",
	"path /x dir 0x1 0x2",
	"Kernel 6.1",
	"selinux no",
};

static void check_bad(void)
{
	for (size_t i = 0; i < BH_COUNT(bad); i++) {
		struct bh_host host = { 0 };
		struct bh_err err = { 0 };
		bh_autofree char *text = NULL;

		if (asprintf(&text, "kernel 6.1\n%s\nuser 0 0\n", bad[i]) < 0)
			abort();
		if (!ok(load(text, &host, &err) == -EINVAL &&
				strstr(err.text, "line 2"),
			"refused: %s", bad[i]))
			diag("%s", err.text);
		bh_host_clear(&host);
	}
}

static void check_files(void)
{
	struct bh_host host = { 0 };
	struct bh_err err = { 0 };
	bh_autofree char *large = bh_calloc((1u << 20) + 2, 1);

	is_int(bh_host_load("/nonexistent", &host, &err), -ENOENT, "no file");
	is_int(load("", &host, &err), 0, "an empty one");
	ok(host.cgroups.layout == BH_CGROUP_NONE && !host.caps, "says nothing");
	bh_host_clear(&host);
	memset(large, '\n', (1u << 20) + 1);
	is_int(load(large, &host, &err), -EFBIG, "a large one");
}

static void check_probe(void)
{
	struct bh_host_path path = { 0 };
	struct bh_host host = { 0 };
	struct bh_err err = { 0 };
	struct stat st = { 0 };

	if (!ok(bh_host_probe(&host, &err) == 0, "this machine: %s", err.text))
		return;
	ok(!host.fake, "is no fake");
	ok(host.uid == geteuid() && host.gid == getegid(), "user");
	ok(host.kernel_major >= 3, "kernel");
	is_int(bh_host_open(&host, "/dev/null", false, &path, &err), 0,
	       "a path");
	ok(stat("/dev/null", &st) == 0 && path.device == st.st_dev &&
		   path.inode == st.st_ino && path.type == S_IFCHR &&
		   fcntl(path.fd, F_GETFD) == FD_CLOEXEC,
	   "is opened as it is, close-on-exec");
	bh_close(&path.fd);
	is_int(bh_host_open(&host, "/nonexistent", false, &path, &err), -ENOENT,
	       "a missing path");
	ok(strstr(err.text, "/nonexistent"), "is named");
	bh_host_clear(&host);
}

int main(void)
{
	check_whole();
	check_paths();
	check_bad();
	check_files();
	check_probe();
	return done_testing();
}
