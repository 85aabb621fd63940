/* SPDX-License-Identifier: Apache-2.0 */
/* pause and resume: the container's group, frozen and thawed. */
#include <errno.h>

#include "base/fd.h"
#include "cgroup/driver.h"
#include "container/container.h"
#include "container/pause.h"

/* What is still running after this waits for something that does not come. */
#define FREEZE_TIMEOUT_MS 10000

static bool can_freeze(const struct bh_state_group *group)
{
	const struct bh_hierarchy hierarchy = {
		.v2 = group->v2.value,
		.name = group->name ? group->name : "",
	};

	return bh_hierarchy_has(&hierarchy, "freezer");
}

/* The group of v1's freezer; without one, as on v2, that of v2. */
static const struct bh_state_group *find_group(const struct bh_state *state)
{
	const struct bh_state_group *found = NULL;

	for (size_t i = 0; i < state->groups.len; i++) {
		const struct bh_state_group *group = &state->groups.items[i];

		if (!group->inode.set)
			continue;
		if (!group->v2.value && can_freeze(group))
			return group;
		if (group->v2.value)
			found = group;
	}
	return found;
}

static int open_group(const struct bh_state *state, struct bh_err *err)
{
	const struct bh_state_group *group = find_group(state);
	struct bh_hierarchy hierarchy = { 0 };

	if (!group) {
		(void)bh_refuse(err,
				"find the cgroup of container %s: it has none "
				"that can be frozen",
				state->id);
		return bh_hint(err, "containers of users other than root are "
				    "made without cgroups in this version");
	}
	hierarchy.v2 = group->v2.value;
	hierarchy.name = group->name ? group->name : "";
	hierarchy.mount = group->mount;
	hierarchy.mount_root = group->mount_root;
	hierarchy.own = "";
	return bh_cgroup_open(&hierarchy, group->path,
			      (ino_t)group->inode.value, err);
}

bool bh_pause_is_on(const struct bh_state *state)
{
	struct bh_err ignored;
	bh_autoclose int fd = find_group(state) ? open_group(state, &ignored) :
						  -1;

	return fd >= 0 && bh_cgroup_is_frozen(fd);
}

int bh_pause_end(const struct bh_state *state, struct bh_err *err)
{
	bh_autoclose int fd = open_group(state, err);

	return fd < 0 ? fd : bh_cgroup_thaw(fd, err);
}

static int refuse_status(const struct bh_container *c, const char *what,
			 struct bh_err *err)
{
	if (c->status == OCI_STATUS_STOPPED)
		return bh_refuse(err, "container not running: %s", c->entry.id);
	return bh_refuse(err, "cannot %s a container that is %s: %s", what,
			 oci_status_name(c->status), c->entry.id);
}

static int freeze(const struct bh_container *c, struct bh_err *err)
{
	bh_autoclose int fd = -1;

	if (c->status != OCI_STATUS_RUNNING && c->status != OCI_STATUS_CREATED)
		return refuse_status(c, "pause", err);
	fd = open_group(c->state, err);
	return fd < 0 ? fd : bh_cgroup_freeze(fd, FREEZE_TIMEOUT_MS, err);
}

int bh_container_pause(const char *root, const char *id, struct bh_err *err)
{
	struct bh_container c;
	int r = bh_container_open(root, id, BH_CHANGE, &c, err);

	if (r < 0)
		return r;
	r = freeze(&c, err);
	bh_container_close(&c);
	return r;
}

int bh_container_resume(const char *root, const char *id, struct bh_err *err)
{
	struct bh_container c;
	int r = bh_container_open(root, id, BH_CHANGE, &c, err);

	if (r < 0)
		return r;
	if (c.status != OCI_STATUS_PAUSED)
		r = refuse_status(&c, "resume", err);
	else
		r = bh_pause_end(c.state, err);
	bh_container_close(&c);
	return r;
}
