/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/procfs.h"
#include "base/str.h"
#include "base/sys.h"
#include "host/host.h"

/* The oldest kernel whose mount API has all that we build on. */
#define FLOOR_MAJOR 5u
#define FLOOR_MINOR 14u

#define MAX_PROC_FILE (8u << 20)

/* The number at the start of text, and what follows it. */
static unsigned int leading_number(const char **text)
{
	unsigned int number = 0;

	while (**text >= '0' && **text <= '9' && number < 100000)
		number = number * 10 + (unsigned int)(*(*text)++ - '0');
	return number;
}

/* selinuxfs(5) is mounted where the kernel has a policy. */
static bool has_selinux(void)
{
	struct statfs fs;

	return statfs("/sys/fs/selinux", &fs) == 0 &&
	       (unsigned long)fs.f_type == SELINUX_MAGIC;
}

static int probe_kernel(struct bh_host *host, struct bh_err *err)
{
	struct utsname names;
	const char *at = names.release;

	if (uname(&names) < 0)
		return bh_fail(err, errno, "ask for the kernel's version");
	host->kernel_major = leading_number(&at);
	if (*at == '.')
		at++;
	host->kernel_minor = leading_number(&at);
	if (host->kernel_major > FLOOR_MAJOR ||
	    (host->kernel_major == FLOOR_MAJOR &&
	     host->kernel_minor >= FLOOR_MINOR))
		return 0;
	return bh_refuse(err,
			 "look at the kernel: version %s is too old; "
			 "bulkhead needs Linux %u.%u or newer",
			 names.release, FLOOR_MAJOR, FLOOR_MINOR);
}

static int read_file(int procfs_fd, const char *path, struct bh_buf *text,
		     struct bh_err *err)
{
	int r = bh_procfs_read(procfs_fd, path, MAX_PROC_FILE, text);

	if (r < 0)
		return bh_fail(err, -r, "read /proc/%s", path);
	bh_buf_str(text, "");
	return 0;
}

/* The initial user namespace maps all ids to themselves. */
static int probe_map(int procfs_fd, bool *ret, struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };
	const char *at;
	unsigned int inside, outside;
	int r = read_file(procfs_fd, "self/uid_map", &text, err);

	if (r < 0)
		return r;
	at = text.data + strspn(text.data, " ");
	inside = leading_number(&at);
	at += strspn(at, " ");
	outside = leading_number(&at);
	at += strspn(at, " ");
	*ret = inside || outside || !bh_starts_with(at, "4294967295");
	return 0;
}

static int probe_setgroups(int procfs_fd, bool *ret, struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };
	int r = read_file(procfs_fd, "self/setgroups", &text, err);

	/* A kernel without user namespaces has no such file. */
	if (r == -ENOENT)
		return 0;
	if (r == 0)
		*ret = bh_starts_with(text.data, "deny");
	return r;
}

static int probe_user(struct bh_host *host, int procfs_fd, struct bh_err *err)
{
	struct bh_cap_sets sets;
	int r = probe_map(procfs_fd, &host->in_user_namespace, err);

	if (r == 0)
		r = probe_setgroups(procfs_fd, &host->setgroups_denied, err);
	if (r < 0)
		return r;
	r = bh_sys_capget(&sets);
	if (r < 0)
		return bh_fail(err, -r, "ask for the own capabilities");
	host->uid = geteuid();
	host->gid = getegid();
	host->caps = sets.effective;
	return 0;
}

/* Only where root alone installs programs: never by an environment's PATH. */
static const char *find_program(struct bh_arena *arena, const char *name)
{
	static const char *const places[] = { "/usr/bin", "/bin",
					      "/usr/local/bin" };

	for (size_t i = 0; i < BH_COUNT(places); i++) {
		const char *path =
			bh_arena_printf(arena, "%s/%s", places[i], name);

		if (access(path, X_OK) == 0)
			return path;
	}
	return NULL;
}

static void probe_programs(struct bh_host *host)
{
	if (!bh_host_can(host, CAP_SETUID))
		host->newuidmap = find_program(&host->arena, "newuidmap");
	if (!bh_host_can(host, CAP_SETGID))
		host->newgidmap = find_program(&host->arena, "newgidmap");
}

static int probe_cgroups(struct bh_host *host, int procfs_fd,
			 struct bh_err *err)
{
	bh_autobuf struct bh_buf mountinfo = { 0 }, cgroup = { 0 };
	int r = read_file(procfs_fd, "self/mountinfo", &mountinfo, err);

	if (r == 0)
		r = read_file(procfs_fd, "self/cgroup", &cgroup, err);
	if (r < 0)
		return r;
	return bh_cgroups_parse(mountinfo.data, cgroup.data, &host->arena,
				&host->cgroups, err);
}

bool bh_host_is_rootless(void)
{
	bh_autoclose int procfs_fd = bh_procfs_open_shared();
	struct bh_err ignored;
	bool inside = false;

	if (geteuid() != 0)
		return true;
	return procfs_fd >= 0 && probe_map(procfs_fd, &inside, &ignored) == 0 &&
	       inside;
}

int bh_host_probe(struct bh_host *ret, struct bh_err *err)
{
	bh_autoclose int procfs_fd = bh_procfs_open_shared();
	struct bh_host host = { 0 };
	int r;

	if (procfs_fd == -EINVAL)
		return bh_refuse(err, "look at the host: what is mounted on "
				      "/proc is no procfs");
	if (procfs_fd < 0)
		return bh_fail(err, -procfs_fd, "open /proc");
	r = probe_kernel(&host, err);
	if (r == 0)
		r = probe_user(&host, procfs_fd, err);
	if (r == 0)
		r = probe_cgroups(&host, procfs_fd, err);
	if (r < 0) {
		bh_host_clear(&host);
		return r;
	}
	probe_programs(&host);
	host.landlock_abi = bh_sys_landlock_abi();
	host.selinux = has_selinux();
	*ret = host;
	return 0;
}

static int open_fake(const struct bh_host *host, const char *path,
		     struct bh_host_path *ret)
{
	*ret = (struct bh_host_path){
		.path = path,
		.fd = -1,
		.type = S_IFDIR,
	};
	for (size_t i = 0; i < host->path_count; i++)
		if (bh_str_eq(host->paths[i].path, path))
			*ret = host->paths[i];
	return 0;
}

static void describe(const char *path, const struct stat *st,
		     const struct statfs *fs, struct bh_host_path *ret)
{
	*ret = (struct bh_host_path){
		.path = path,
		.fd = -1,
		.type = st->st_mode & S_IFMT,
		.device = st->st_dev,
		.inode = st->st_ino,
		.fs_type = (uint64_t)fs->f_type,
	};
}

/* Looked at before it is opened: opening a device or a FIFO does things. */
static int open_namespace(const char *path, struct bh_host_path *ret,
			  struct bh_err *err)
{
	bh_autoclose int fd = open(path, O_PATH | O_CLOEXEC);
	bh_autoclose int procfs_fd = -1;
	struct statfs fs;
	struct stat st;
	int open_fd;

	if (fd < 0 || fstat(fd, &st) < 0 || fstatfs(fd, &fs) < 0)
		return bh_fail(err, errno, "open %s", path);
	if (fs.f_type != NSFS_MAGIC)
		return bh_refuse(err, "open %s: it is no namespace", path);
	procfs_fd = bh_procfs_open_shared();
	open_fd = procfs_fd < 0 ? procfs_fd :
				  bh_procfs_reopen(procfs_fd, fd, O_RDONLY);
	if (open_fd < 0)
		return bh_fail(err, -open_fd, "open %s", path);
	describe(path, &st, &fs, ret);
	ret->fd = open_fd;
	return 0;
}

int bh_host_open(const struct bh_host *host, const char *path, bool reading,
		 struct bh_host_path *ret, struct bh_err *err)
{
	bh_autoclose int fd = -1;
	struct statfs fs;
	struct stat st;

	if (host->fake)
		return open_fake(host, path, ret);
	if (reading)
		return open_namespace(path, ret, err);
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 || fstatfs(fd, &fs) < 0)
		return bh_fail(err, errno, "open %s", path);
	describe(path, &st, &fs, ret);
	ret->fd = bh_steal_fd(&fd);
	return 0;
}

bool bh_host_can(const struct bh_host *host, unsigned int capability)
{
	return host->caps >> capability & 1;
}

void bh_host_clear(struct bh_host *host)
{
	bh_arena_clear(&host->arena);
	*host = (struct bh_host){ 0 };
}
