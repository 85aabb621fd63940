/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/capability.h>
#include <linux/mount.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/resource.h>

#include "base/landlock.h"
#include "base/str.h"
#include "spec/names.h"

#define CAP(name)                        \
	{                                \
		"CAP_" #name, CAP_##name \
	}

const struct bh_name bh_capability_names[] = {
	CAP(CHOWN),
	CAP(DAC_OVERRIDE),
	CAP(DAC_READ_SEARCH),
	CAP(FOWNER),
	CAP(FSETID),
	CAP(KILL),
	CAP(SETGID),
	CAP(SETUID),
	CAP(SETPCAP),
	CAP(LINUX_IMMUTABLE),
	CAP(NET_BIND_SERVICE),
	CAP(NET_BROADCAST),
	CAP(NET_ADMIN),
	CAP(NET_RAW),
	CAP(IPC_LOCK),
	CAP(IPC_OWNER),
	CAP(SYS_MODULE),
	CAP(SYS_RAWIO),
	CAP(SYS_CHROOT),
	CAP(SYS_PTRACE),
	CAP(SYS_PACCT),
	CAP(SYS_ADMIN),
	CAP(SYS_BOOT),
	CAP(SYS_NICE),
	CAP(SYS_RESOURCE),
	CAP(SYS_TIME),
	CAP(SYS_TTY_CONFIG),
	CAP(MKNOD),
	CAP(LEASE),
	CAP(AUDIT_WRITE),
	CAP(AUDIT_CONTROL),
	CAP(SETFCAP),
	CAP(MAC_OVERRIDE),
	CAP(MAC_ADMIN),
	CAP(SYSLOG),
	CAP(WAKE_ALARM),
	CAP(BLOCK_SUSPEND),
	CAP(AUDIT_READ),
	CAP(PERFMON),
	CAP(BPF),
	CAP(CHECKPOINT_RESTORE),
	{ NULL, 0 },
};

#define RLIM(name)                             \
	{                                      \
		"RLIMIT_" #name, RLIMIT_##name \
	}

const struct bh_name bh_rlimit_names[] = {
	RLIM(CPU),	RLIM(FSIZE), RLIM(DATA),   RLIM(STACK),
	RLIM(CORE),	RLIM(RSS),   RLIM(NPROC),  RLIM(NOFILE),
	RLIM(MEMLOCK),	RLIM(AS),    RLIM(LOCKS),  RLIM(SIGPENDING),
	RLIM(MSGQUEUE), RLIM(NICE),  RLIM(RTPRIO), RLIM(RTTIME),
	{ NULL, 0 },
};

#define SIG(name)                \
	{                        \
#name, SIG##name \
	}

const struct bh_name bh_signal_names[] = {
	SIG(HUP),  SIG(INT),	SIG(QUIT), SIG(ILL),	SIG(TRAP), SIG(ABRT),
	SIG(BUS),  SIG(FPE),	SIG(KILL), SIG(USR1),	SIG(SEGV), SIG(USR2),
	SIG(PIPE), SIG(ALRM),	SIG(TERM), SIG(STKFLT), SIG(CHLD), SIG(CONT),
	SIG(STOP), SIG(TSTP),	SIG(TTIN), SIG(TTOU),	SIG(URG),  SIG(XCPU),
	SIG(XFSZ), SIG(VTALRM), SIG(PROF), SIG(WINCH),	SIG(IO),   SIG(PWR),
	SIG(SYS),  { NULL, 0 },
};

/* The access time attributes are one field of two bits, not flags; "relatime"
 * is its zero. */
const struct bh_name bh_attribute_names[] = {
	{ "ro", MOUNT_ATTR_RDONLY },
	{ "nosuid", MOUNT_ATTR_NOSUID },
	{ "nodev", MOUNT_ATTR_NODEV },
	{ "noexec", MOUNT_ATTR_NOEXEC },
	{ "noatime", MOUNT_ATTR_NOATIME },
	{ "strictatime", MOUNT_ATTR_STRICTATIME },
	{ "nodiratime", MOUNT_ATTR_NODIRATIME },
	{ "nosymfollow", MOUNT_ATTR_NOSYMFOLLOW },
	{ NULL, 0 },
};

const struct bh_name bh_access_names[] = {
	{ "execute", BH_LANDLOCK_EXECUTE },
	{ "write-file", BH_LANDLOCK_WRITE_FILE },
	{ "read-file", BH_LANDLOCK_READ_FILE },
	{ "read-dir", BH_LANDLOCK_READ_DIR },
	{ "remove-dir", BH_LANDLOCK_REMOVE_DIR },
	{ "remove-file", BH_LANDLOCK_REMOVE_FILE },
	{ "make-char", BH_LANDLOCK_MAKE_CHAR },
	{ "make-dir", BH_LANDLOCK_MAKE_DIR },
	{ "make-reg", BH_LANDLOCK_MAKE_REG },
	{ "make-sock", BH_LANDLOCK_MAKE_SOCK },
	{ "make-fifo", BH_LANDLOCK_MAKE_FIFO },
	{ "make-block", BH_LANDLOCK_MAKE_BLOCK },
	{ "make-sym", BH_LANDLOCK_MAKE_SYM },
	{ "refer", BH_LANDLOCK_REFER },
	{ "truncate", BH_LANDLOCK_TRUNCATE },
	{ "ioctl-dev", BH_LANDLOCK_IOCTL_DEV },
	{ NULL, 0 },
};

const struct bh_name bh_scope_names[] = {
	{ "abstract-sockets", BH_LANDLOCK_SCOPE_ABSTRACT },
	{ "signals", BH_LANDLOCK_SCOPE_SIGNAL },
	{ NULL, 0 },
};

const struct bh_name bh_propagation_names[] = {
	{ "shared", MS_SHARED },
	{ "slave", MS_SLAVE },
	{ "private", MS_PRIVATE },
	{ "unbindable", MS_UNBINDABLE },
	{ NULL, 0 },
};

const struct bh_name bh_namespace_names[] = {
	{ "user", CLONE_NEWUSER },
	{ "mount", CLONE_NEWNS },
	{ "pid", CLONE_NEWPID },
	{ "network", CLONE_NEWNET },
	{ "ipc", CLONE_NEWIPC },
	{ "uts", CLONE_NEWUTS },
	{ "cgroup", CLONE_NEWCGROUP },
	{ "time", CLONE_NEWTIME },
	{ NULL, 0 },
};

bool bh_name_value(const struct bh_name *table, const char *name, uint64_t *ret)
{
	for (; table->name; table++) {
		if (bh_str_eq(table->name, name)) {
			*ret = table->value;
			return true;
		}
	}
	return false;
}

const char *bh_value_name(const struct bh_name *table, uint64_t value)
{
	for (; table->name; table++)
		if (table->value == value)
			return table->name;
	return NULL;
}

void bh_names_of_bits(const struct bh_name *table, uint64_t mask,
		      struct bh_buf *out)
{
	const char *comma = "";

	for (; table->name; table++) {
		if (!(mask & table->value))
			continue;
		bh_buf_printf(out, "%s%s", comma, table->name);
		mask &= ~table->value;
		comma = ",";
	}
	if (mask)
		bh_buf_printf(out, "%s0x%llx", comma, (unsigned long long)mask);
}
