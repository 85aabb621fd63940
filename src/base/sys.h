/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every raw system call, for those that libc does not wrap, or wraps only in
 * newer versions than the oldest that we build on (glibc 2.35).
 *
 * Each returns 0 or a value on success and -errno on failure; descriptors are
 * close-on-exec.  The man page of the same name, section 2, says the rest.
 */
#ifndef BH_BASE_SYS_H
#define BH_BASE_SYS_H

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

union bpf_attr;

int bh_sys_openat2(int dir_fd, const char *path, const struct open_how *how);
int bh_sys_close_range(unsigned int first, unsigned int last,
		       unsigned int flags);

int bh_sys_open_tree(int dir_fd, const char *path, unsigned int flags);
int bh_sys_move_mount(int from_fd, int to_fd, const char *to,
		      unsigned int flags);
int bh_sys_mount_setattr(int dir_fd, const char *path, unsigned int flags,
			 struct mount_attr *attr);
int bh_sys_fsopen(const char *type);
int bh_sys_fsconfig(int fs_fd, unsigned int command, const char *key,
		    const char *value, int aux);
int bh_sys_fsmount(int fs_fd, unsigned int attributes);
int bh_sys_pivot_root(const char *new_root, const char *put_old);
int bh_sys_umount2(const char *path, int flags);

/* Returns the pid in the parent and 0 in the child. */
pid_t bh_sys_clone3(struct clone_args *args);
int bh_sys_unshare(int flags);
int bh_sys_setns(int fd, int type);
int bh_sys_pidfd_open(pid_t pid);
/* Bytes of struct dirent64, 0 at the end, or -errno; getdents64(2). */
long bh_sys_getdents(int fd, void *list, size_t size);
int bh_sys_pidfd_send_signal(int pidfd, int signal);
/* The wait status of a process that has ended and was reaped; -1 where the kernel
 * does not tell (before 6.15, pidfd_open(2)). */
int bh_sys_pidfd_exit_status(int pidfd);
int bh_sys_execveat(int dir_fd, const char *path, char *const argv[],
		    char *const envp[], int flags);

/* Version 3 sets: bit n is capability n. */
struct bh_cap_sets {
	uint64_t effective;
	uint64_t permitted;
	uint64_t inheritable;
};

int bh_sys_capget(struct bh_cap_sets *ret);
int bh_sys_capset(const struct bh_cap_sets *sets);

/* SIG_DFL, also for the two signals that libc keeps to itself and for which
 * sigaction(3) answers EINVAL, 32 and 33 (signal(7)). */
int bh_sys_default_action(int signal);

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t bh_now_ms(void);

/* Joins a new anonymous session keyring, keyrings(7). */
int bh_sys_join_session_keyring(void);

int bh_sys_seccomp(unsigned int operation, unsigned int flags, void *args);
int bh_sys_bpf(int command, union bpf_attr *attr, unsigned int size);

/*
 * The current directory as the kernel tells it, without libc's repair: the
 * text starts with "(unreachable)" when the directory lies outside the root.
 * Returns its length with the NUL.
 */
int bh_sys_getcwd(char *buffer, size_t size);

/* A file in memory that can be sealed, and executed: memfd_create(2), with
 * MFD_EXEC where the kernel has it. */
int bh_sys_memfd(const char *name);

int bh_sys_faccessat2(int dir_fd, const char *path, int mode, int flags);

/* landlock(7).  The version of the kernel's ABI, 0: it has none, or not enabled. */
unsigned int bh_sys_landlock_abi(void);
struct bh_landlock_ruleset;
struct bh_landlock_path;
int bh_sys_landlock_create(const struct bh_landlock_ruleset *ruleset);
int bh_sys_landlock_allow(int ruleset_fd, const struct bh_landlock_path *path);
int bh_sys_landlock_restrict(int ruleset_fd);

#endif
