/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside cgroup/: the list that settings are collected in, and the halves that
 * fill it.  All of it is pure.
 */
#ifndef BH_CGROUP_RESOURCES_H
#define BH_CGROUP_RESOURCES_H

#include "cgroup/devices.h"
#include "cgroup/settings.h"

#define BH_RESOURCES "/linux/resources"

struct bh_setting_list {
	const struct bh_cgroups *cgroups;
	struct bh_arena *arena;
	struct bh_cgroup_settings settings;
	struct bh_err *err;
};

/*
 * Append a setting.  An error when no hierarchy has the controller.  value and
 * field are kept, not copied; controller may be "" on v2.
 */
int bh_settings_add(struct bh_setting_list *list, const char *controller,
		    const char *file, const char *field, const char *value);

/* A limit that is one number or text in both documents. */
struct bh_limit {
	const char *controller;
	const char *file;
	const char *field;
	size_t offset; /* of the member in its struct oci_... */
	enum {
		BH_LIMIT_I64,
		BH_LIMIT_U64,
		BH_LIMIT_TEXT,
	} kind;
};

/* Append those of the limits that object gives: set and neither 0 nor "". */
int bh_settings_add_limits(struct bh_setting_list *list, const void *object,
			   const struct bh_limit *limits, size_t len);

/* The one limit that is the same file on v1 and v2. */
int bh_settings_add_pids(struct bh_setting_list *list,
			 const struct oci_pids *pids);

/* What is set, and 0 where nothing is: engines write 0 for "not given". */
static inline int64_t bh_given(struct oci_i64 number)
{
	return number.set ? number.value : 0;
}

/* resources-v1.c, resources-v2.c: ranges have been checked before. */
int bh_resources_v1(struct bh_setting_list *list,
		    const struct oci_resources *resources);
int bh_resources_v2(struct bh_setting_list *list,
		    const struct oci_resources *resources);

/* check.c: what is wrong with the resources on any machine. */
int bh_resources_check(const struct oci_resources *resources,
		       struct bh_err *err);

/* devices-v1.c, devices-v2.c */
int bh_devices_v1(struct bh_setting_list *list,
		  const struct bh_device_rules *rules);
int bh_devices_v2(struct bh_setting_list *list,
		  const struct bh_device_rules *rules);

#endif
