/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resources as a list of files and values.  Pure: the compiler turns the list
 * into plan steps, and only the driver knows directories.
 *
 * What the layout can't express is an error that names the field, never left
 * out: a limit that silently does not hold is worse than none.
 */
#ifndef BH_CGROUP_SETTINGS_H
#define BH_CGROUP_SETTINGS_H

#include <linux/bpf.h>

#include "base/err.h"
#include "base/mem.h"
#include "host/cgroups.h"
#include "ocispec.h"

struct bh_cgroup_setting {
	size_t hierarchy;	/* index into struct bh_cgroups */
	const char *controller;	/* "memory": what v2 must enable for it; "" for
				 * the core's own files */
	const char *file;	/* "memory.max" */
	const char *value;	/* written in one call */
	const char *field;	/* "/linux/resources/memory/limit" */
};

struct bh_cgroup_settings {
	size_t len;
	struct bh_cgroup_setting *items;	/* in the order to be written */
	/* v2 only: the device program, NULL without device rules */
	const struct bpf_insn *device_program;
	size_t device_program_len;	/* in instructions */
};

/*
 * Translate resources (may be NULL: no settings) for the layout.  Zero values
 * that engines write for "not given" are left alone; -1 is "no limit".
 * Fields that this version does not implement are refused by name.
 */
int bh_cgroup_settings(const struct oci_resources *resources,
		       const struct bh_cgroups *cgroups, struct bh_arena *arena,
		       struct bh_cgroup_settings *ret, struct bh_err *err);

#endif
