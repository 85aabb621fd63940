/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/landlock.h"
#include "base/sys.h"

/* Not in the headers of older distributions; the numbers are the same on every
 * architecture since Linux 5.1 (asm-generic/unistd.h). */
#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

/* Since Linux 6.3. */
#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

static int result(long value)
{
	return value < 0 ? -errno : (int)value;
}

int bh_sys_openat2(int dir_fd, const char *path, const struct open_how *how)
{
	struct open_how copy = *how;

	copy.flags |= O_CLOEXEC;
	return result(syscall(SYS_openat2, dir_fd, path, &copy, sizeof(copy)));
}

int bh_sys_close_range(unsigned int first, unsigned int last,
		       unsigned int flags)
{
	return result(syscall(SYS_close_range, first, last, flags));
}

int bh_sys_open_tree(int dir_fd, const char *path, unsigned int flags)
{
	return result(syscall(SYS_open_tree, dir_fd, path,
			      flags | OPEN_TREE_CLOEXEC));
}

int bh_sys_move_mount(int from_fd, int to_fd, const char *to,
		      unsigned int flags)
{
	return result(syscall(SYS_move_mount, from_fd, "", to_fd, to,
			      flags | MOVE_MOUNT_F_EMPTY_PATH));
}

int bh_sys_mount_setattr(int dir_fd, const char *path, unsigned int flags,
			 struct mount_attr *attr)
{
	return result(syscall(SYS_mount_setattr, dir_fd, path, flags, attr,
			      sizeof(*attr)));
}

int bh_sys_fsopen(const char *type)
{
	return result(syscall(SYS_fsopen, type, FSOPEN_CLOEXEC));
}

int bh_sys_fsconfig(int fs_fd, unsigned int command, const char *key,
		    const char *value, int aux)
{
	return result(syscall(SYS_fsconfig, fs_fd, command, key, value, aux));
}

int bh_sys_fsmount(int fs_fd, unsigned int attributes)
{
	return result(syscall(SYS_fsmount, fs_fd, FSMOUNT_CLOEXEC, attributes));
}

int bh_sys_pivot_root(const char *new_root, const char *put_old)
{
	return result(syscall(SYS_pivot_root, new_root, put_old));
}

int bh_sys_umount2(const char *path, int flags)
{
	return result(syscall(SYS_umount2, path, flags));
}

pid_t bh_sys_clone3(struct clone_args *args)
{
	return result(syscall(SYS_clone3, args, sizeof(*args)));
}

int bh_sys_unshare(int flags)
{
	return result(syscall(SYS_unshare, flags));
}

int bh_sys_setns(int fd, int type)
{
	return result(syscall(SYS_setns, fd, type));
}

long bh_sys_getdents(int fd, void *list, size_t size)
{
	long n = syscall(SYS_getdents64, fd, list, size);

	return n < 0 ? -errno : n;
}

int bh_sys_pidfd_open(pid_t pid)
{
	return result(syscall(SYS_pidfd_open, pid, 0));
}

int bh_sys_pidfd_send_signal(int pidfd, int signal)
{
	return result(syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0));
}

/* struct pidfd_info of linux/pidfd.h in its first size, and what it asks for. */
struct pidfd_info {
	uint64_t mask, cgroup;
	uint32_t pid, tgid, ppid, ids[8];
	int32_t exit_code;
};

#define PIDFD_EXIT_INFO (1u << 3)
#define PIDFD_INFO_GET	_IOWR(0xFF, 11, struct pidfd_info)

int bh_sys_pidfd_exit_status(int pidfd)
{
	struct pidfd_info info = { .mask = PIDFD_EXIT_INFO };

	if (ioctl(pidfd, PIDFD_INFO_GET, &info) < 0 ||
	    !(info.mask & PIDFD_EXIT_INFO))
		return -1;
	return info.exit_code;
}

int bh_sys_execveat(int dir_fd, const char *path, char *const argv[],
		    char *const envp[], int flags)
{
	return result(syscall(SYS_execveat, dir_fd, path, argv, envp, flags));
}

int bh_sys_capget(struct bh_cap_sets *ret)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = { 0 };
	int r = result(syscall(SYS_capget, &header, data));

	if (r < 0)
		return r;
	ret->effective = data[0].effective | (uint64_t)data[1].effective << 32;
	ret->permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
	ret->inheritable = data[0].inheritable | (uint64_t)data[1].inheritable
							 << 32;
	return 0;
}

int bh_sys_capset(const struct bh_cap_sets *sets)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {
		{
			.effective = (uint32_t)sets->effective,
			.permitted = (uint32_t)sets->permitted,
			.inheritable = (uint32_t)sets->inheritable,
		},
		{
			.effective = (uint32_t)(sets->effective >> 32),
			.permitted = (uint32_t)(sets->permitted >> 32),
			.inheritable = (uint32_t)(sets->inheritable >> 32),
		},
	};

	return result(syscall(SYS_capset, &header, data));
}

/* All zero is SIG_DFL, no flags and no mask, whatever the order of members in
 * the kernel's structure (rt_sigaction(2)), which is shorter than this. */
int bh_sys_default_action(int signal)
{
	static const unsigned long by_default[8];

	return result(
		syscall(SYS_rt_sigaction, signal, by_default, NULL, _NSIG / 8));
}

int64_t bh_now_ms(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int bh_sys_join_session_keyring(void)
{
	return result(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL));
}

int bh_sys_seccomp(unsigned int operation, unsigned int flags, void *args)
{
	return result(syscall(SYS_seccomp, operation, flags, args));
}

int bh_sys_bpf(int command, union bpf_attr *attr, unsigned int size)
{
	return result(syscall(SYS_bpf, command, attr, size));
}

int bh_sys_getcwd(char *buffer, size_t size)
{
	return result(syscall(SYS_getcwd, buffer, size));
}

int bh_sys_memfd(const char *name)
{
	unsigned int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int fd = memfd_create(name, flags | MFD_EXEC);

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create(name, flags);
	return result(fd);
}

int bh_sys_faccessat2(int dir_fd, const char *path, int mode, int flags)
{
	return result(syscall(SYS_faccessat2, dir_fd, path, mode, flags));
}

/* landlock_create_ruleset(2): 1 << 0 */
#define CREATE_RULESET_VERSION 1u
/* landlock_add_rule(2) */
#define RULE_PATH_BENEATH 1

unsigned int bh_sys_landlock_abi(void)
{
	int r = result(syscall(SYS_landlock_create_ruleset, NULL, 0,
			       CREATE_RULESET_VERSION));

	return r < 0 ? 0 : (unsigned int)r;
}

/* An older kernel takes a longer structure if the rest of it is zero. */
int bh_sys_landlock_create(const struct bh_landlock_ruleset *ruleset)
{
	return result(syscall(SYS_landlock_create_ruleset, ruleset,
			      sizeof(*ruleset), 0));
}

int bh_sys_landlock_allow(int ruleset_fd, const struct bh_landlock_path *path)
{
	return result(syscall(SYS_landlock_add_rule, ruleset_fd,
			      RULE_PATH_BENEATH, path, 0));
}

int bh_sys_landlock_restrict(int ruleset_fd)
{
	return result(syscall(SYS_landlock_restrict_self, ruleset_fd, 0));
}
