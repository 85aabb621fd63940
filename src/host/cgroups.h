/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cgroup hierarchies of this machine, as facts: where each is mounted,
 * which controllers it has and in which group of it we are.  Parsed from the
 * text of /proc/self/mountinfo and /proc/self/cgroup, so that tests can
 * imitate any machine.
 */
#ifndef BH_HOST_CGROUPS_H
#define BH_HOST_CGROUPS_H

#include "base/err.h"
#include "base/mem.h"

enum bh_cgroup_layout {
	BH_CGROUP_NONE,	/* nothing is mounted */
	BH_CGROUP_V1,	/* v1 controllers; a v2 hierarchy without them beside
			 * makes it "hybrid" */
	BH_CGROUP_V2,	/* one v2 hierarchy and no v1 controller */
};

struct bh_hierarchy {
	bool v2;
	/* v1: as in /proc/self/cgroup, "cpu,cpuacct" or "name=systemd"; v2:
	 * "" */
	const char *name;
	/* Where it is mounted on the host, and which of its groups is shown
	 * there ("/" outside containers; mountinfo field 4). */
	const char *mount;
	const char *mount_root;
	/* Our own group, from the root of the hierarchy: "/user.slice/..." */
	const char *own;
};

struct bh_cgroups {
	enum bh_cgroup_layout layout;
	size_t len;
	struct bh_hierarchy *items;	/* in the order of /proc/self/cgroup */
};

/*
 * Parse the two texts.  A hierarchy that is mounted several times is taken
 * where its whole tree is shown; one that is not mounted is left out.  Strings
 * live in the arena.  Malformed text is an error.
 */
int bh_cgroups_parse(const char *mountinfo, const char *cgroup,
		     struct bh_arena *arena, struct bh_cgroups *ret,
		     struct bh_err *err);

/* Whether a v1 hierarchy's name lists controller ("cpu" in "cpu,cpuacct"). */
bool bh_hierarchy_has(const struct bh_hierarchy *hierarchy,
		      const char *controller);

#endif
