/* SPDX-License-Identifier: Apache-2.0 */
/*
 * floor ROOTFS [-s FILTER] PROGRAM [ARGUMENT...]: the least kernel work that a
 * default container asks for, done by hand: namespaces, mounts, devices, masks,
 * capabilities, and the BPF program in the file FILTER.
 *
 * A yardstick and not a sandbox: no configuration, no state, no cgroup, paths
 * are joined, nothing is verified.  What a runtime takes beyond it is its own.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

/* MNT_DETACH of <sys/mount.h>, which contradicts <linux/mount.h>. */
#define DETACH 2

#define LEN(array) (sizeof(array) / sizeof((array)[0]))

/* Capabilities of a default container. */
#define KEPT \
	(1U << CAP_AUDIT_WRITE | 1U << CAP_KILL | 1U << CAP_NET_BIND_SERVICE)

#define NO_PRIVILEGE (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC)

struct file_system {
	const char *type;
	const char *target;
	unsigned int attributes;
	const char *options[5][2];
};

static const struct file_system file_systems[] = {
	{ "proc", "proc", 0, { { NULL, NULL } } },
	{ "tmpfs",
	  "dev",
	  MOUNT_ATTR_NOSUID | MOUNT_ATTR_STRICTATIME,
	  { { "mode", "755" }, { "size", "65536k" } } },
	{ "devpts",
	  "dev/pts",
	  MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC,
	  { { "newinstance", NULL },
	    { "ptmxmode", "0666" },
	    { "mode", "0620" },
	    { "gid", "5" } } },
	{ "tmpfs",
	  "dev/shm",
	  NO_PRIVILEGE,
	  { { "mode", "1777" }, { "size", "65536k" } } },
	{ "mqueue", "dev/mqueue", NO_PRIVILEGE, { { NULL, NULL } } },
	{ "sysfs", "sys", NO_PRIVILEGE | MOUNT_ATTR_RDONLY, { { NULL, NULL } } },
};

static const struct {
	const char *path;
	unsigned int major;
	unsigned int minor;
} devices[] = {
	{ "dev/null", 1, 3 },	{ "dev/zero", 1, 5 },	 { "dev/full", 1, 7 },
	{ "dev/random", 1, 8 }, { "dev/urandom", 1, 9 }, { "dev/tty", 5, 0 },
};

static const char *const links[][2] = {
	{ "/proc/self/fd", "dev/fd" },
	{ "/proc/self/fd/0", "dev/stdin" },
	{ "/proc/self/fd/1", "dev/stdout" },
	{ "/proc/self/fd/2", "dev/stderr" },
	{ "pts/ptmx", "dev/ptmx" },
};

static const char *const read_only[] = {
	"proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger",
};

static const char *const masked[] = {
	"proc/acpi",	    "proc/asound",	  "proc/kcore",
	"proc/keys",	    "proc/latency_stats", "proc/timer_list",
	"proc/timer_stats", "proc/sched_debug",	  "sys/firmware",
	"proc/scsi",
};

/* Pass on the result of a call that may not fail. */
static int must(const char *what, long result)
{
	if (result < 0) {
		fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
		_exit(125);
	}
	return (int)result;
}

static void move_to(int mount_fd, int root_fd, const char *target)
{
	must(target, syscall(SYS_move_mount, mount_fd, "", root_fd, target,
			     MOVE_MOUNT_F_EMPTY_PATH));
	close(mount_fd);
}

static int make_file_system(const struct file_system *fs)
{
	int fd = must(fs->type, syscall(SYS_fsopen, fs->type, FSOPEN_CLOEXEC));

	for (size_t i = 0; i < LEN(fs->options) && fs->options[i][0]; i++) {
		const char *value = fs->options[i][1];
		unsigned int how = value ? FSCONFIG_SET_STRING :
					   FSCONFIG_SET_FLAG;

		must(fs->options[i][0], syscall(SYS_fsconfig, fd, how,
						fs->options[i][0], value, 0));
	}
	must(fs->type,
	     syscall(SYS_fsconfig, fd, FSCONFIG_CMD_CREATE, NULL, NULL, 0));

	int mount_fd = must(fs->type, syscall(SYS_fsmount, fd, FSMOUNT_CLOEXEC,
					      fs->attributes));
	close(fd);
	return mount_fd;
}

static void set_attributes(int mount_fd, unsigned int flags, uint64_t set)
{
	struct mount_attr attr = { .attr_set = set };

	must("mount_setattr",
	     syscall(SYS_mount_setattr, mount_fd, "", AT_EMPTY_PATH | flags,
		     &attr, sizeof(attr)));
}

/* A detached copy of the mount at path, or -1. */
static int copy_mount(int root_fd, const char *path)
{
	return (int)syscall(SYS_open_tree, root_fd, path,
			    OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
}

static void make_devices(int root_fd)
{
	umask(0);
	for (size_t i = 0; i < LEN(devices); i++)
		must(devices[i].path,
		     mknodat(root_fd, devices[i].path, S_IFCHR | 0666,
			     makedev(devices[i].major, devices[i].minor)));
	for (size_t i = 0; i < LEN(links); i++)
		must(links[i][1], symlinkat(links[i][0], root_fd, links[i][1]));
	umask(022);
}

static void protect_paths(int root_fd)
{
	static const struct file_system empty = {
		"tmpfs", "", MOUNT_ATTR_RDONLY, { { NULL, NULL } }
	};
	int empty_fd = make_file_system(&empty);

	for (size_t i = 0; i < LEN(read_only); i++) {
		int copy = copy_mount(root_fd, read_only[i]);

		if (copy < 0)
			continue;
		set_attributes(copy, AT_RECURSIVE,
			       NO_PRIVILEGE | MOUNT_ATTR_RDONLY);
		move_to(copy, root_fd, read_only[i]);
	}
	for (size_t i = 0; i < LEN(masked); i++) {
		struct stat st;

		if (fstatat(root_fd, masked[i], &st, 0) < 0)
			continue;
		if (!S_ISDIR(st.st_mode)) {
			move_to(must("mask", copy_mount(root_fd, "dev/null")),
				root_fd, masked[i]);
			continue;
		}
		/* One empty directory serves all. */
		move_to(must("mask", syscall(SYS_open_tree, empty_fd, "",
					     OPEN_TREE_CLONE | AT_EMPTY_PATH |
						     OPEN_TREE_CLOEXEC)),
			root_fd, masked[i]);
	}
	close(empty_fd);
}

static void enter_root(const char *rootfs)
{
	struct mount_attr slave = { .propagation = MS_SLAVE };

	must("propagation", syscall(SYS_mount_setattr, AT_FDCWD, "/",
				    AT_RECURSIVE, &slave, sizeof(slave)));

	int copy = must(rootfs, copy_mount(AT_FDCWD, rootfs));
	set_attributes(copy, 0, MOUNT_ATTR_RDONLY);
	move_to(copy, AT_FDCWD, rootfs);

	int root_fd =
		must(rootfs, open(rootfs, O_PATH | O_DIRECTORY | O_CLOEXEC));
	for (size_t i = 0; i < LEN(file_systems); i++) {
		if (strncmp(file_systems[i].target, "dev/", 4) == 0)
			must("mkdir",
			     mkdirat(root_fd, file_systems[i].target, 0755));
		move_to(make_file_system(&file_systems[i]), root_fd,
			file_systems[i].target);
	}
	make_devices(root_fd);
	protect_paths(root_fd);

	must("fchdir", fchdir(root_fd));
	must("pivot_root", syscall(SYS_pivot_root, ".", "."));
	must("umount", syscall(SYS_umount2, ".", DETACH));
	must("chdir", chdir("/"));
	close(root_fd);
}

static void drop_privileges(const struct sock_fprog *filter)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3,
						   0 };
	struct __user_cap_data_struct data[2] = { { KEPT, KEPT, 0 } };
	struct rlimit limit = { 1024, 1024 };

	must("sethostname", sethostname("bench", 5));
	must("setrlimit", setrlimit(RLIMIT_NOFILE, &limit));
	for (unsigned long cap = 0; cap <= CAP_LAST_CAP; cap++)
		if (cap >= 32 || !(KEPT >> cap & 1))
			must("bounding set",
			     prctl(PR_CAPBSET_DROP, cap, 0, 0, 0));
	must("capset", syscall(SYS_capset, &header, data));
	must("no_new_privs", prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	if (filter->len > 0)
		must("seccomp",
		     syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, filter));
}

static struct sock_fprog load_filter(const char *path)
{
	static struct sock_filter program[BPF_MAXINSNS];
	int fd = must(path, open(path, O_RDONLY | O_CLOEXEC));
	int len = must(path, read(fd, program, sizeof(program)));

	close(fd);
	return (struct sock_fprog){
		.len = (unsigned short)((size_t)len / sizeof(program[0])),
		.filter = program,
	};
}

int main(int argc, char *argv[])
{
	char path[] = "PATH=/bin";
	char term[] = "TERM=xterm";
	char *environment[] = { path, term, NULL };
	struct clone_args args = {
		.flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET |
			 CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP,
		.exit_signal = SIGCHLD,
	};
	struct sock_fprog filter = { 0 };
	int program = 2;

	if (argc > 4 && strcmp(argv[2], "-s") == 0) {
		filter = load_filter(argv[3]);
		program = 4;
	}
	if (argc <= program)
		return 2;

	pid_t pid = must("clone3", syscall(SYS_clone3, &args, sizeof(args)));
	if (pid == 0) {
		enter_root(argv[1]);
		drop_privileges(&filter);
		must(argv[program],
		     execve(argv[program], argv + program, environment));
	}

	int status;
	must("wait", waitpid(pid, &status, 0));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
