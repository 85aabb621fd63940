/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Freezing a group with all below it: freezer.state on v1 (freezer-subsystem.rst)
 * and cgroup.freeze on v2 (cgroup-v2.rst).  Both only ask for it; the group is
 * frozen when every process has stopped, and says so in a file.
 */
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/sys.h"
#include "cgroup/driver.h"
#include "cgroup/group.h"
#include "cgroup/sweep.h"

/* v1 tells of no event: between two looks. */
#define WAIT_MS 5

/* 1 frozen, 0 not, or not yet; -errno where it can't be known. */
static int look(int group_fd)
{
	bh_autobuf struct bh_buf text = { 0 };
	int r = bh_group_read(group_fd, "freezer.state", &text);

	if (r == 0)
		return bh_group_has_word(text.data, "FROZEN");
	if (r != -ENOENT)
		return r;
	r = bh_group_read(group_fd, "cgroup.events", &text);
	if (r < 0)
		return r;
	return text.data && strstr(text.data, "frozen 1") ? 1 : 0;
}

bool bh_cgroup_is_frozen(int group_fd)
{
	return look(group_fd) == 1;
}

/* v1: "reading freezer.state ... a FREEZING group becomes FROZEN when the read
 * finds its processes stopped", so that looking again is all there is to do. */
static int wait_until_frozen(int group_fd, int timeout_ms)
{
	int64_t deadline_ms = bh_now_ms() + timeout_ms;
	int r;

	while ((r = look(group_fd)) == 0) {
		if (bh_now_ms() >= deadline_ms)
			return -ETIMEDOUT;
		(void)poll(NULL, 0, WAIT_MS);
	}
	return r < 0 ? r : 0;
}

int bh_cgroup_freeze(int group_fd, int timeout_ms, struct bh_err *err)
{
	int r = bh_group_write(group_fd, "freezer.state", "FROZEN");

	if (r == -ENOENT)
		r = bh_group_write(group_fd, "cgroup.freeze", "1");
	if (r == 0)
		r = wait_until_frozen(group_fd, timeout_ms);
	if (r == 0)
		return 0;
	/* Half frozen is no state to leave anybody in. */
	bh_group_thaw(group_fd);
	(void)bh_fail(err, -r, "freeze the container's cgroup");
	if (r == -ETIMEDOUT)
		return bh_hint(err, "a process of it waits in the kernel and "
				    "can't be stopped; it runs again");
	return r;
}

int bh_cgroup_thaw(int group_fd, struct bh_err *err)
{
	int r = bh_group_write(group_fd, "freezer.state", "THAWED");

	if (r == -ENOENT)
		r = bh_group_write(group_fd, "cgroup.freeze", "0");
	return r < 0 ? bh_fail(err, -r, "thaw the container's cgroup") : 0;
}
