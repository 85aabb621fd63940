/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "base/fd.h"
#include "base/sys.h"
#include "cgroup/driver.h"
#include "container/agent.h"
#include "container/deadline.h"
#include "container/group.h"
#include "container/pause.h"
#include "container/process.h"
#include "container/watcher.h"

/* How long its parent may take to notice an end; only then it is known how. */
#define REAP_TIMEOUT_MS 5000

static void note(const struct bh_watched *watched)
{
	const struct bh_entry entry = {
		.fd = watched->entry_fd,
		.id = watched->state->id,
	};
	bh_autobuf struct bh_buf text = { 0 };
	struct bh_err ignored;

	bh_buf_printf(&text, "deadline of %llu s",
		      (unsigned long long)watched->state->deadline.value);
	(void)bh_entry_write(&entry, BH_ENDED, text.data, text.len, &ignored);
}

static void end(const struct bh_watched *watched)
{
	const struct bh_state *state = watched->state;
	struct bh_err ignored;
	bh_autoclose int group_fd = bh_container_open_group(state, &ignored);

	note(watched);
	(void)bh_sys_pidfd_send_signal(watched->pidfd, SIGTERM);
	/* Frozen it would not hear of it. */
	if (bh_pause_is_on(state))
		(void)bh_pause_end(state, &ignored);
	if (bh_process_wait(watched->pidfd, BH_DEADLINE_GRACE_MS) == 0)
		return;
	(void)bh_sys_pidfd_send_signal(watched->pidfd, SIGKILL);
	if (group_fd >= 0)
		(void)bh_cgroup_signal(group_fd, SIGKILL, &ignored);
	(void)bh_process_wait(watched->pidfd, BH_DEADLINE_GRACE_MS);
}

/* Until the container's process has ended; true: at its deadline. */
static bool wait_for_end(const struct bh_watched *watched)
{
	int64_t until_ms =
		bh_now_ms() + (int64_t)watched->state->deadline.value * 1000;
	int64_t left_ms;

	if (!watched->state->deadline.value) {
		(void)bh_process_wait(watched->pidfd, -1);
		return false;
	}
	/* poll(2) takes an int. */
	do {
		left_ms = until_ms - bh_now_ms();
		if (left_ms > 1000000)
			left_ms = 1000000;
		if (left_ms <= 0) {
			end(watched);
			return true;
		}
	} while (bh_process_wait(watched->pidfd, (int)left_ms) < 0);
	return false;
}

/* ---- telling of it --------------------------------------------------------------- */

/* The number behind "oom_kill" in a file of a group's. */
static bool has_oom_kills(const char *text)
{
	const char *at = text ? strstr(text, "oom_kill ") : NULL;

	return at && at[strlen("oom_kill ")] != '0';
}

/* Whether the kernel killed in it for want of memory; as long as the group is
 * there. */
static bool was_out_of_memory(const struct bh_state *state)
{
	for (size_t i = 0; i < state->groups.len; i++) {
		const struct bh_state_group *group = &state->groups.items[i];
		const struct bh_hierarchy hierarchy = {
			.v2 = group->v2.value,
			.name = group->name ? group->name : "",
		};
		bh_autobuf struct bh_buf text = { 0 };
		bh_autoclose int fd = -1;
		struct bh_err ignored;

		if (!group->inode.set ||
		    !bh_hierarchy_has(&hierarchy, "memory"))
			continue;
		fd = bh_state_group_open(group, &ignored);
		if (fd >= 0 &&
		    bh_cgroup_read(fd,
				   group->v2.value ? "memory.events" :
						     "memory.oom_control",
				   &text, &ignored) == 0 &&
		    has_oom_kills(text.data))
			return true;
	}
	return false;
}

/* Its wait status, once its parent has taken it; -1: the kernel doesn't tell. */
static int wait_status(int pidfd)
{
	struct pollfd poll_fd = { .fd = pidfd };

	(void)poll(&poll_fd, 1, REAP_TIMEOUT_MS);
	return bh_sys_pidfd_exit_status(pidfd);
}

static void tell(const struct bh_watched *watched, bool at_deadline)
{
	const struct bh_agent_hooks *hooks = watched->arg;
	struct bh_agent_event event = {
		.id = watched->state->id,
		.bundle = watched->state->bundle,
		.pid = watched->state->pid.value,
		.status = -1,
	};
	bool out_of_memory = was_out_of_memory(watched->state);
	int status = wait_status(watched->pidfd);

	event.reason = "exit";
	if (status >= 0 && WIFSIGNALED(status)) {
		event.reason = out_of_memory ? "oom" : "signal";
		event.status = WTERMSIG(status);
	} else if (status >= 0) {
		event.status = WEXITSTATUS(status);
	}
	if (at_deadline)
		event.reason = "deadline";
	/* Nobody is left to hear of its failure. */
	free(bh_agent_tell(hooks->on_exit, "onExit", &event));
}

static void watch(const struct bh_watched *watched)
{
	const struct bh_agent_hooks *hooks = watched->arg;
	bool at_deadline = wait_for_end(watched);

	if (hooks && hooks->on_exit)
		tell(watched, at_deadline);
}

int bh_deadline_watch(const struct bh_entry *entry,
		      const struct bh_state *state,
		      const struct bh_agent_hooks *hooks, struct bh_err *err)
{
	union {
		const struct bh_agent_hooks *in;
		void *out;
	} arg = { .in = hooks };

	if (!state->deadline.value && !(hooks && hooks->on_exit))
		return 0;
	return bh_watcher_start(entry, state, watch, arg.out, err);
}
