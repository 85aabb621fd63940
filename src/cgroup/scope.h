/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A transient scope of systemd that holds a container's group: what it is called,
 * where it lies and what limits it has.  Pure; the driver is driver-systemd.c.
 *
 *	/machine.slice/machine-x.slice/	the slice, a unit for each part of its name
 *	  engine-ID.scope/		systemd's: its limits are properties
 *	    container/			ours, delegated: the same limits in its files
 *
 * The limits are in both because systemd writes those of its unit again whenever it
 * likes, and knows nothing of files below (systemd.resource-control(5), Delegate=).
 */
#ifndef BH_CGROUP_SCOPE_H
#define BH_CGROUP_SCOPE_H

#include "cgroup/settings.h"

/* The container's group below its scope. */
#define BH_SCOPE_GROUP "container"

struct bh_scope {
	const char *unit;  /* "engine-ID.scope" */
	const char *slice; /* "machine-x.slice" */
	const char *path;  /* of the scope, from the hierarchy's root */
};

/*
 * cgroups_path is slice:prefix:name as engines write it with --systemd-cgroup; the
 * slice may be empty (system.slice), the prefix too.  NULL: system.slice, with id.
 * What a unit's name can't have is written as \xHH.  Texts are in the arena.
 */
int bh_scope_parse(const char *cgroups_path, const char *id,
		   struct bh_arena *arena, struct bh_scope *ret,
		   struct bh_err *err);

#define BH_SCOPE_ANNOTATION "org.systemd.property."

/*
 * The properties that annotations ask for (KillSignal, TimeoutStopUSec), in GVariant's
 * text form as engines write them: "15", "uint64 10000000".  *ret is like that of
 * bh_scope_properties(), behind those of `more`.
 */
int bh_scope_annotations(const struct oci_pairs *annotations,
			 const char *const *more, struct bh_arena *arena,
			 const char *const **ret, struct bh_err *err);

/*
 * The settings of v2 that systemd has properties for, as "MemoryMax=1048576", NULL
 * at the end: bytes, tasks, microseconds and weights as numbers, "infinity", and
 * lists of processors and nodes.  Others hold in the container's group alone.
 */
const char *const *bh_scope_properties(const struct bh_cgroup_setting *settings,
				       size_t len, struct bh_arena *arena);

#endif
