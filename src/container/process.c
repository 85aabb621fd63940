/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/fd.h"
#include "base/procfs.h"
#include "base/sys.h"
#include "container/process.h"

/* Fields behind the name, which may hold anything, blanks and brackets too. */
#define STATE_FIELD 3
#define START_FIELD 22

/* The start of field number `field`, of the text behind the last bracket. */
static char *find_field(char *text, int field)
{
	char *at = strrchr(text, ')');

	for (int i = STATE_FIELD - 1; at && i < field; i++) {
		at = strchr(at, ' ');
		if (at)
			at++;
	}
	return at;
}

static int parse_stat(char *text, uint64_t *ret)
{
	char *start = find_field(text, START_FIELD);

	if (!start)
		return -EIO;
	start[strcspn(start, " \n")] = '\0';
	return bh_parse_u64(start, UINT64_MAX, ret);
}

int bh_process_start_time(pid_t pid, uint64_t *ret)
{
	bh_autoclose int procfs_fd = bh_procfs_open_shared();
	bh_autobuf struct bh_buf text = { 0 };
	char path[32];
	int r;

	if (procfs_fd < 0)
		return procfs_fd;
	(void)snprintf(path, sizeof(path), "%d/stat", (int)pid);
	r = bh_procfs_read(procfs_fd, path, 4096, &text);
	if (r == -ENOENT)
		return -ESRCH;
	if (r < 0)
		return r;
	bh_buf_str(&text, "");
	return parse_stat(text.data, ret);
}

int bh_process_open(pid_t pid, uint64_t start_time)
{
	bh_autoclose int pidfd = bh_sys_pidfd_open(pid);
	uint64_t now;
	int r;

	if (pidfd < 0)
		return pidfd;
	/* Readable once all threads have ended, reaped or not; the state letter
	 * tells of the first one only. */
	if (bh_process_wait(pidfd, 0) == 0)
		return -ESRCH;
	/* The pidfd is of whoever has the pid now; it stays so. */
	r = bh_process_start_time(pid, &now);
	if (r < 0)
		return r;
	return now == start_time ? bh_steal_fd(&pidfd) : -ESRCH;
}

int bh_process_wait(int pidfd, int timeout_ms)
{
	struct pollfd poll_fd = { .fd = pidfd, .events = POLLIN };
	int r;

	do
		r = poll(&poll_fd, 1, timeout_ms);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return -errno;
	return r ? 0 : -ETIMEDOUT;
}
