/* SPDX-License-Identifier: Apache-2.0 */
/* kill and delete: the ends of a container; ps: what there is to kill. */
#include <errno.h>
#include <signal.h>

#include "base/fd.h"
#include "base/sys.h"
#include "cgroup/driver-systemd.h"
#include "cgroup/driver.h"
#include "container/container.h"
#include "container/group.h"
#include "container/pause.h"
#include "container/process.h"
#include "container/workspace-return.h"

#define KILL_TIMEOUT_MS 10000

static int kill_process(const struct bh_container *c, int signal,
			struct bh_err *err)
{
	int r = c->pidfd < 0 ? -ESRCH :
			       bh_sys_pidfd_send_signal(c->pidfd, signal);

	if (r == -ESRCH)
		return bh_refuse(err, "container not running: %s", c->entry.id);
	if (r < 0)
		return bh_fail(err, -r, "send signal %d to container %s",
			       signal, c->entry.id);
	return 0;
}

/* A container that has stopped, and has left nothing, is as good as killed. */
static int kill_all(const struct bh_container *c, int signal,
		    struct bh_err *err)
{
	bh_autoclose int fd = bh_container_open_group(c->state, err);

	if (fd == -ENOENT && c->pidfd < 0)
		return 0;
	return fd < 0 ? fd : bh_cgroup_signal(fd, signal, err);
}

int bh_container_kill(const char *root, const char *id, int signal, bool all,
		      struct bh_err *err)
{
	struct bh_container c;
	int r = bh_container_open(root, id, BH_LOOK, &c, err);

	if (r < 0)
		return r;
	r = all ? kill_all(&c, signal, err) : kill_process(&c, signal, err);
	/* On v1 a frozen process does not end. */
	if (r == 0 && signal == SIGKILL && c.status == OCI_STATUS_PAUSED)
		r = bh_pause_end(c.state, err);
	bh_container_close(&c);
	return r;
}

int bh_container_pids(const char *root, const char *id, struct bh_buf *pids,
		      struct bh_err *err)
{
	struct bh_container c;
	int r = bh_container_open(root, id, BH_LOOK, &c, err);

	if (r < 0)
		return r;
	r = bh_container_open_group(c.state, err);
	if (r >= 0) {
		bh_autoclose int fd = r;

		r = bh_cgroup_pids(fd, pids, err);
	} else if (r == -ENOENT && c.pidfd < 0) {
		r = 0;
	}
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
		const struct bh_cgroup_made made = {
			.path = group->path,
			.inode = group->inode.set ? group->inode.value : 0,
			.existing = group->existing.set ?
					    group->existing.value :
					    BH_CGROUP_EXISTING_ALL,
		};
		int r = bh_cgroup_remove(&hierarchy, &made, KILL_TIMEOUT_MS,
					 err);

		if (r < 0)
			result = r;
	}
	return result;
}

/* A scope without processes goes by itself, and its name may be another's by then:
 * it is ours as long as it holds our group. */
static int remove_all(const struct bh_container *c, struct bh_err *err)
{
	struct bh_err ignored;
	bh_autoclose int fd =
		c->state->scope ? bh_container_open_group(c->state, &ignored) :
				  -1;
	int r = remove_groups(c, err);

	if (r < 0 || fd < 0)
		return r;
	return bh_systemd_stop(c->state->scope, err);
}

/* Its config goes with it, so it is read before.  One that can't be read must not
 * keep it from going. */
static int destroy(struct bh_container *c, bool force,
		   const struct bh_gate_places *places,
		   struct bh_warnings *warnings, struct bh_err *err)
{
	struct bh_gate_request request;
	struct bh_kept_hooks kept;
	struct bh_err load_err;
	int r = end_process(c, force, err);

	if (r == 0)
		r = remove_all(c, err);
	if (r < 0)
		return r;
	bh_workspaces_return(&c->entry, c->state);
	if (bh_hooks_load(&c->entry, c->state, 1u << BH_POSTSTOP, &kept,
			  &load_err) < 0) {
		bh_autofree char *message = bh_err_message(&load_err);

		bh_note(&warnings->notes, &warnings->arena,
			"its poststop hooks were not run: %s", message);
	}
	r = bh_entry_remove(&c->entry, err);
	request = bh_hooks_request(&kept, "delete", places);
	if (r == 0)
		bh_hooks_poststop(&request, c->state, warnings);
	bh_kept_hooks_clear(&kept);
	return r;
}

int bh_container_destroy(struct bh_container *container,
			 const struct bh_gate_places *places,
			 struct bh_warnings *warnings, struct bh_err *err)
{
	return destroy(container, true, places, warnings, err);
}

int bh_container_delete(const char *root, const char *id, bool force,
			const struct bh_gate_places *places,
			struct bh_warnings *warnings, struct bh_err *err)
{
	struct bh_container c;
	int r = bh_container_open(root, id, BH_CHANGE, &c, err);

	if (r == -ENOENT && force)
		return 0;
	if (r < 0)
		return r;
	r = destroy(&c, force, places, warnings, err);
	bh_container_close(&c);
	return r;
}
