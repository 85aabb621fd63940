/* SPDX-License-Identifier: Apache-2.0 */
#include "container/group.h"
#include "cgroup/driver.h"

static bool can_freeze(const struct bh_state_group *group)
{
	const struct bh_hierarchy hierarchy = {
		.v2 = group->v2.value,
		.name = group->name ? group->name : "",
	};

	return bh_hierarchy_has(&hierarchy, "freezer");
}

/* That of v1's freezer; else any, the last one, which is that of v2 if there is
 * one. */
static const struct bh_state_group *find_group(const struct bh_state *state)
{
	const struct bh_state_group *found = NULL;

	for (size_t i = 0; i < state->groups.len; i++) {
		const struct bh_state_group *group = &state->groups.items[i];

		if (!group->inode.set)
			continue;
		found = group;
		if (can_freeze(group))
			return group;
	}
	return found;
}

int bh_state_group_open(const struct bh_state_group *group, struct bh_err *err)
{
	const struct bh_hierarchy hierarchy = {
		.v2 = group->v2.value,
		.name = group->name ? group->name : "",
		.mount = group->mount,
		.mount_root = group->mount_root,
		.own = "",
	};

	return bh_cgroup_open(&hierarchy, group->path,
			      (ino_t)group->inode.value, err);
}

int bh_container_open_group(const struct bh_state *state, struct bh_err *err)
{
	const struct bh_state_group *group = find_group(state);

	if (!group) {
		(void)bh_refuse(err,
				"find the cgroup of container %s: it has "
				"none",
				state->id);
		return bh_hint(err, "containers of users other than root are "
				    "made without cgroups in this version");
	}
	return bh_state_group_open(group, err);
}
