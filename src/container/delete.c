/* SPDX-License-Identifier: Apache-2.0 */
/* kill and delete: the ends of a container. */
#include <errno.h>
#include <signal.h>

#include "base/sys.h"
#include "cgroup/driver.h"
#include "container/container.h"
#include "container/pause.h"
#include "container/process.h"

#define KILL_TIMEOUT_MS 10000

int bh_container_kill(const char *root, const char *id, int signal,
		      struct bh_err *err)
{
	struct bh_container c;
	int r = bh_container_open(root, id, BH_LOOK, &c, err);

	if (r < 0)
		return r;
	r = c.pidfd < 0 ? -ESRCH : bh_sys_pidfd_send_signal(c.pidfd, signal);
	if (r == 0 && signal == SIGKILL && c.status == OCI_STATUS_PAUSED)
		r = bh_pause_end(c.state, err);
	else if (r == -ESRCH)
		r = bh_refuse(err, "container not running: %s", id);
	else if (r < 0)
		r = bh_fail(err, -r, "send signal %d to container %s", signal,
			    id);
	bh_container_close(&c);
	return r;
}

static int end_process(const struct bh_container *c, bool force,
		       struct bh_err *err)
{
	int r;

	if (c->pidfd < 0)
		return 0;
	if (!force)
		return bh_refuse(err,
				 "cannot delete container %s that is not "
				 "stopped: %s",
				 c->entry.id, oci_status_name(c->status));
	r = bh_sys_pidfd_send_signal(c->pidfd, SIGKILL);
	if (r == 0 && c->status == OCI_STATUS_PAUSED)
		r = bh_pause_end(c->state, err);
	if (r == 0)
		r = bh_process_wait(c->pidfd, KILL_TIMEOUT_MS);
	if (r < 0 && r != -ESRCH)
		return bh_fail(err, -r, "kill container %s", c->entry.id);
	return 0;
}

/* Groups are identified by inode: those of somebody else are left alone.  One
 * that nobody noted goes if it is empty. */
static int remove_groups(const struct bh_container *c, struct bh_err *err)
{
	int result = 0;

	for (size_t i = c->state->groups.len; i > 0; i--) {
		const struct bh_state_group *group =
			&c->state->groups.items[i - 1];
		struct bh_hierarchy hierarchy = {
			.v2 = group->v2.value,
			.name = group->name ? group->name : "",
			.mount = group->mount,
			.mount_root = group->mount_root,
			.own = "",
		};
		int r = bh_cgroup_remove(&hierarchy, group->path,
					 group->inode.set ? group->inode.value :
							    0,
					 KILL_TIMEOUT_MS, err);

		if (r < 0)
			result = r;
	}
	return result;
}

int bh_container_delete(const char *root, const char *id, bool force,
			struct bh_err *err)
{
	struct bh_container c;
	int r = bh_container_open(root, id, BH_CHANGE, &c, err);

	if (r == -ENOENT && force)
		return 0;
	if (r < 0)
		return r;
	r = end_process(&c, force, err);
	if (r == 0)
		r = remove_groups(&c, err);
	if (r == 0)
		r = bh_entry_remove(&c.entry, err);
	bh_container_close(&c);
	return r;
}
