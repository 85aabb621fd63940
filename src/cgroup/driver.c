/* SPDX-License-Identifier: Apache-2.0 */
/* What is done to one group that is there; making and removing have files of
 * their own. */
#include <inttypes.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/sys.h"
#include "cgroup/driver.h"
#include "cgroup/group.h"
#include "cgroup/sweep.h"

struct hint {
	int errnum;
	const char *text;
};

static void add_hint(struct bh_err *err, const struct hint *hints, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (hints[i].errnum == err->errnum)
			(void)bh_hint(err, "%s", hints[i].text);
}

static int open_below(int fd, const struct bh_group_path *names)
{
	for (size_t i = 0; fd >= 0 && i < names->len; i++) {
		int next = bh_group_open(fd, names->names[i]);

		bh_close(&fd);
		fd = next;
	}
	return fd;
}

int bh_cgroup_open(const struct bh_hierarchy *hierarchy, const char *path,
		   ino_t inode, struct bh_err *err)
{
	bh_autogrouppath struct bh_group_path names = { 0 };
	bh_autoclose int fd = -1;
	struct stat st;
	int r = bh_group_path_parse(hierarchy, path, &names, err);

	if (r < 0)
		return r;
	fd = bh_group_open_mount(hierarchy, err);
	if (fd < 0)
		return fd;
	fd = open_below(fd, &names);
	if (fd < 0 || fstat(fd, &st) < 0)
		return bh_fail(err, fd < 0 ? -fd : errno,
			       "open cgroup %s in %s", path, hierarchy->mount);
	if (st.st_ino != inode)
		return bh_fail(err, ENOENT,
			       "open cgroup %s in %s: it is another's now",
			       path, hierarchy->mount);
	return bh_steal_fd(&fd);
}

int bh_cgroup_open_below(int group_fd, const char *path, struct bh_err *err)
{
	int fd = bh_group_open(group_fd, path);

	if (fd >= 0)
		return fd;
	(void)bh_fail(err, -fd, "open the group %s below the container's",
		      path);
	return bh_group_is_gone(fd) ?
		       bh_hint(err, "nobody has made it in the container yet, "
				    "or it is gone") :
		       fd;
}

int bh_cgroup_signal(int group_fd, int signal, struct bh_err *err)
{
	int r = bh_group_signal(group_fd, signal);

	return r < 0 ? bh_fail(err, -r, "signal the container's cgroup") : 0;
}

int bh_cgroup_pids(int group_fd, struct bh_buf *pids, struct bh_err *err)
{
	int r = bh_group_pids(group_fd, pids);

	return r < 0 ? bh_fail(err, -r, "list the container's cgroup") : 0;
}

int bh_cgroup_read(int group_fd, const char *file, struct bh_buf *text,
		   struct bh_err *err)
{
	int r = bh_group_read(group_fd, file, text);

	return r < 0 ? bh_fail(err, -r, "read %s of the cgroup", file) : 0;
}

int bh_cgroup_write(int group_fd, const char *file, const char *value,
		    struct bh_err *err)
{
	static const struct hint hints[] = {
		{ ENOENT, "the kernel does not have this setting, or its "
			  "controller is not enabled for the group" },
		{ EINVAL, "the kernel does not take this value, or not beside "
			  "the others of the group and its parent" },
		{ ERANGE, "the value is out of range" },
		{ EBUSY, "more is in use than the limit allows" },
		{ EPERM, "the parent group does not permit it" },
		{ EACCES, "the group belongs to another user, or its parent "
			  "does not permit it" },
		{ EROFS, "the cgroup file system is mounted read-only" },
	};
	bh_autobuf struct bh_buf shown = { 0 };
	int r = bh_group_write(group_fd, file, value);

	if (r == 0)
		return 0;
	bh_buf_escaped(&shown, value, 128);
	(void)bh_fail(err, -r, "write \"%s\" to %s",
		      shown.data ? shown.data : "", file);
	add_hint(err, hints, BH_COUNT(hints));
	return r;
}

int bh_cgroup_join(int group_fd, pid_t pid, struct bh_err *err)
{
	static const struct hint hints[] = {
		{ EBUSY, "the group has controllers enabled for sub-groups and "
			 "can't have processes" },
		{ ENOSPC, "the group's cpuset is empty" },
		{ EINVAL, "a realtime process needs realtimeRuntime in the "
			  "group" },
		{ EOPNOTSUPP, "the group is threaded, or its parent is" },
		{ EPERM, "the caller may not move processes there" },
		{ EACCES, "the caller may not move processes there" },
		{ EROFS, "the cgroup file system is mounted read-only" },
	};
	char text[16] = "";
	int r;

	(void)snprintf(text, sizeof(text), "%" PRIdMAX, (intmax_t)pid);
	r = bh_group_write(group_fd, "cgroup.procs", text);
	if (r == 0)
		return 0;
	(void)bh_fail(err, -r, "move process %s into the cgroup", text);
	add_hint(err, hints, BH_COUNT(hints));
	return r;
}

static int load_devices(const struct bpf_insn *program, size_t len)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attr.insns = (uintptr_t)program;
	attr.insn_cnt = (uint32_t)len;
	attr.license = (uintptr_t) "Apache-2.0";
	memcpy(attr.prog_name, "bulkhead_dev", sizeof("bulkhead_dev"));
	return bh_sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
}

int bh_cgroup_attach_devices(int group_fd, const struct bpf_insn *program,
			     size_t len, struct bh_err *err)
{
	static const struct hint hints[] = {
		{ EPERM, "device rules on cgroup v2 need CAP_BPF and "
			 "CAP_NET_ADMIN, or CAP_SYS_ADMIN, outside of user "
			 "namespaces" },
		{ EINVAL, "is the kernel built with CONFIG_CGROUP_BPF?" },
	};
	bh_autoclose int program_fd = -1;
	union bpf_attr attr;
	int r;

	program_fd = load_devices(program, len);
	if (program_fd < 0) {
		(void)bh_fail(err, -program_fd,
			      "load the cgroup device program");
		add_hint(err, hints, BH_COUNT(hints));
		return -err->errnum;
	}
	memset(&attr, 0, sizeof(attr));
	attr.target_fd = (uint32_t)group_fd;
	attr.attach_bpf_fd = (uint32_t)program_fd;
	attr.attach_type = BPF_CGROUP_DEVICE;
	/* Beside those of the parents: all must permit an access.  The kernel
	 * keeps it until the group ends. */
	attr.attach_flags = BPF_F_ALLOW_MULTI;
	r = bh_sys_bpf(BPF_PROG_ATTACH, &attr, sizeof(attr));
	if (r < 0) {
		(void)bh_fail(err, -r, "attach the cgroup device program");
		add_hint(err, hints, BH_COUNT(hints));
	}
	return r < 0 ? r : 0;
}
