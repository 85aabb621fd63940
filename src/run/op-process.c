/* SPDX-License-Identifier: Apache-2.0 */
/* The process's own attributes: names, limits, user, capabilities, filter. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cpus.h"
#include "base/fd.h"
#include "base/procfs.h"
#include "base/sys.h"
#include "run/ops.h"
#include "spec/names.h"

int op_sysctl(struct bh_run *run, const struct bh_args_sysctl *args,
	      struct bh_err *err)
{
	char *path = run->scratch.data;
	int r;

	(void)snprintf(path, run->scratch.size, "sys/%s", args->key);
	r = bh_procfs_write(run->slots[args->procfs], path, args->value,
			    strlen(args->value));
	if (r < 0)
		return bh_fail(err, -r, "set the kernel parameter %s to \"%s\"",
			       args->key, args->value);
	return 0;
}

int op_hostname(struct bh_run *run, const struct bh_args_hostname *args,
		struct bh_err *err)
{
	(void)run;
	if (sethostname(args->name, strlen(args->name)) < 0)
		return bh_fail(err, errno, "set the host name to %s",
			       args->name);
	return 0;
}

int op_domainname(struct bh_run *run, const struct bh_args_domainname *args,
		  struct bh_err *err)
{
	(void)run;
	if (setdomainname(args->name, strlen(args->name)) < 0)
		return bh_fail(err, errno, "set the domain name to %s",
			       args->name);
	return 0;
}

int op_loopback_up(struct bh_run *run, const struct bh_args_loopback_up *args,
		   struct bh_err *err)
{
	bh_autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { 0 };

	(void)run;
	if (fd < 0)
		return bh_fail(err, errno, "open a socket to bring up %s",
			       args->interface);
	(void)snprintf(request.ifr_name, sizeof(request.ifr_name), "%s",
		       args->interface);
	request.ifr_flags = IFF_UP | IFF_RUNNING;
	if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		return bh_fail(err, errno, "bring up the interface %s",
			       args->interface);
	return 0;
}

int op_rlimit(struct bh_run *run, const struct bh_args_rlimit *args,
	      struct bh_err *err)
{
	/* The parent sets it where the child may not raise it any more. */
	pid_t pid = run->lane == BH_PARENT ? run->child : 0;
	struct rlimit limit = {
		.rlim_cur = args->soft,
		.rlim_max = args->hard,
	};
	struct rlimit now = { 0 };
	const char *name =
		bh_value_name(bh_rlimit_names, (uint64_t)args->resource);

	if (prlimit(pid, (enum __rlimit_resource)args->resource, &limit,
		    &now) == 0)
		return 0;
	bh_fail(err, errno, "set %s to %llu (hard %llu)", name,
		(unsigned long long)args->soft, (unsigned long long)args->hard);
	if (err->errnum == EPERM &&
	    prlimit(pid, (enum __rlimit_resource)args->resource, NULL, &now) ==
		    0)
		return bh_hint(err,
			       "the hard limit is %llu here, and raising "
			       "it needs CAP_SYS_RESOURCE: raise it for the "
			       "caller or lower the config's",
			       (unsigned long long)now.rlim_max);
	return -err->errnum;
}

int op_cpu_affinity(struct bh_run *run, const struct bh_args_cpu_affinity *args,
		    struct bh_err *err)
{
	struct bh_cpus cpus;
	int r = bh_cpus_parse(args->cpus, &cpus);

	(void)run;
	if (r == 0 && sched_setaffinity(0, sizeof(cpus),
					(const cpu_set_t *)cpus.bits) < 0)
		r = -errno;
	if (r == 0)
		return 0;
	(void)bh_fail(err, -r, "run on the processors %s", args->cpus);
	return r == -EINVAL ? bh_hint(err, "none of them is there, or none is "
					   "the cgroup's (cpuset.cpus)") :
			      r;
}

/* Without a new one the container would share the caller's keys. */
int op_keyring_join(struct bh_run *run, const struct bh_args_keyring_join *args,
		    struct bh_err *err)
{
	int r = bh_sys_join_session_keyring();

	(void)run;
	(void)args;
	/* A kernel without keyrings has nothing to share. */
	if (r >= 0 || r == -ENOSYS)
		return 0;
	bh_fail(err, -r, "join a new session keyring");
	if (r == -EDQUOT)
		return bh_hint(err, "raise sysctl kernel.keys.maxkeys or "
				    "kernel.keys.root_maxkeys");
	return r;
}

int op_session_new(struct bh_run *run, const struct bh_args_session_new *args,
		   struct bh_err *err)
{
	(void)run;
	(void)args;
	if (setsid() < 0)
		return bh_fail(err, errno, "start a new session");
	return 0;
}

int op_signals_reset(struct bh_run *run,
		     const struct bh_args_signals_reset *args,
		     struct bh_err *err)
{
	sigset_t none;

	(void)run;
	(void)args;
	/* The caller may ignore signals (a shell's nohup, Go's SIGPIPE), which
	 * execve would hand on.  SIGKILL and SIGSTOP are refused, and need
	 * nothing. */
	for (int signal = 1; signal < _NSIG; signal++)
		(void)bh_sys_default_action(signal);
	(void)sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) < 0)
		return bh_fail(err, errno, "unblock all signals");
	return 0;
}

int op_bounding_set(struct bh_run *run, const struct bh_args_bounding_set *args,
		    struct bh_err *err)
{
	(void)run;
	for (unsigned long cap = 0; cap < 64; cap++) {
		if (args->keep >> cap & 1)
			continue;
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) == 0)
			continue;
		/* The first number that the kernel does not know. */
		if (errno == EINVAL)
			return 0;
		return bh_fail(err, errno,
			       "drop capability %lu from the "
			       "bounding set",
			       cap);
	}
	return 0;
}

static int groups_fail(const struct bh_args_user_set *args, int errnum,
		       struct bh_err *err)
{
	(void)bh_fail(err, errnum, "set the groups of the process");
	if (errnum == EPERM && args->groups.len)
		return bh_hint(err, "the container's user namespace has given "
				    "up setgroups(2): remove "
				    "process.user.additionalGids");
	if (errnum == EINVAL)
		return bh_hint(err, "a group has no mapping in the container's "
				    "user namespace: see linux.gidMappings");
	return -errnum;
}

int op_user_set(struct bh_run *run, const struct bh_args_user_set *args,
		struct bh_err *err)
{
	(void)run;
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		return bh_fail(err, errno, "keep capabilities");
	if (setgroups(args->groups.len, args->groups.items) < 0 &&
	    !(errno == EPERM && args->keep_groups))
		return groups_fail(args, errno, err);
	if (setresgid(args->gid, args->gid, args->gid) < 0)
		bh_fail(err, errno, "become group %u", args->gid);
	else if (setresuid(args->uid, args->uid, args->uid) < 0)
		bh_fail(err, errno, "become user %u", args->uid);
	else
		return 0;
	if (err->errnum == EINVAL)
		return bh_hint(err, "the id has no mapping in the container's "
				    "user namespace: see linux.uidMappings");
	return -err->errnum;
}

static int raise_ambient(uint64_t caps, struct bh_err *err)
{
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return bh_fail(err, errno, "clear the ambient set");
	for (unsigned long cap = 0; cap < 64; cap++) {
		if (!(caps >> cap & 1))
			continue;
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0)
			return bh_fail(err, errno,
				       "raise ambient capability "
				       "%lu",
				       cap);
	}
	return 0;
}

int op_caps_set(struct bh_run *run, const struct bh_args_caps_set *args,
		struct bh_err *err)
{
	struct bh_cap_sets sets = {
		.effective = args->effective,
		.permitted = args->permitted,
		.inheritable = args->inheritable,
	};
	int r = bh_sys_capset(&sets);

	(void)run;
	if (r < 0)
		return bh_fail(err, -r, "set the capabilities");
	return raise_ambient(args->ambient, err);
}

int op_umask(struct bh_run *run, const struct bh_args_umask *args,
	     struct bh_err *err)
{
	(void)run;
	(void)err;
	(void)umask(args->mask);
	return 0;
}

int op_no_new_privs(struct bh_run *run, const struct bh_args_no_new_privs *args,
		    struct bh_err *err)
{
	(void)run;
	(void)args;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return bh_fail(err, errno, "set no_new_privs");
	return 0;
}

int op_seccomp(struct bh_run *run, const struct bh_args_seccomp *args,
	       struct bh_err *err)
{
	struct sock_fprog program = {
		.len = (unsigned short)args->program.count,
	};
	int r;

	(void)run;
	/* The kernel's structure is not const, though only read. */
	program.filter = (struct sock_filter *)(uintptr_t)args->program.data;
	r = bh_sys_seccomp(SECCOMP_SET_MODE_FILTER, (unsigned int)args->flags,
			   &program);
	if (r < 0)
		return bh_fail(err, -r, "install the seccomp filter");
	return 0;
}
