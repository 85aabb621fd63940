/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "base/str.h"
#include "cgroup/resources.h"

/* On v2 every controller is in the one hierarchy; which ones are enabled is
 * seen when the group is made. */
static size_t find_hierarchy(const struct bh_cgroups *cgroups,
			     const char *controller)
{
	bool v2 = cgroups->layout == BH_CGROUP_V2;
	size_t i;

	for (i = 0; i < cgroups->len; i++)
		if (v2 ? cgroups->items[i].v2 :
			 bh_hierarchy_has(&cgroups->items[i], controller))
			break;
	return i;
}

static int refuse_missing(const struct bh_setting_list *list,
			  const char *controller, const char *field)
{
	if (list->cgroups->layout == BH_CGROUP_NONE)
		(void)bh_refuse(list->err, "%s: no cgroup hierarchy is mounted",
				field);
	else
		(void)bh_refuse(list->err,
				"%s: the cgroup controller %s is not mounted",
				field, controller);
	return bh_hint(list->err, "mount it on the host or take the setting "
				  "out of the config");
}

int bh_settings_add(struct bh_setting_list *list, const char *controller,
		    const char *file, const char *field, const char *value)
{
	size_t hierarchy = find_hierarchy(list->cgroups, controller);
	struct bh_cgroup_settings *settings = &list->settings;
	struct bh_cgroup_setting *setting;

	if (hierarchy == list->cgroups->len) {
		/* What is not to be limited needs no controller. */
		if (bh_str_eq(value, "-1") || bh_str_eq(value, "max"))
			return 0;
		return refuse_missing(list, controller, field);
	}
	setting = bh_arena_append(list->arena, &settings->items, &settings->len,
				  sizeof(*setting));
	*setting = (struct bh_cgroup_setting){
		.hierarchy = hierarchy,
		.controller = controller,
		.file = file,
		.value = value,
		.field = field,
	};
	return 0;
}

/* The value as text; NULL where nothing is given. */
static const char *limit_text(struct bh_arena *arena, const void *object,
			      const struct bh_limit *limit)
{
	const void *member = (const char *)object + limit->offset;
	const struct oci_i64 *i64 = member;
	const struct oci_u64 *u64 = member;
	const char *const *text = member;

	switch (limit->kind) {
	case BH_LIMIT_I64:
		return i64->set && i64->value ?
			       bh_arena_printf(arena, "%" PRId64, i64->value) :
			       NULL;
	case BH_LIMIT_U64:
		return u64->set && u64->value ?
			       bh_arena_printf(arena, "%" PRIu64, u64->value) :
			       NULL;
	case BH_LIMIT_TEXT:
		return *text && **text ? bh_arena_strdup(arena, *text) : NULL;
	}
	return NULL;
}

int bh_settings_add_limits(struct bh_setting_list *list, const void *object,
			   const struct bh_limit *limits, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		const struct bh_limit *limit = &limits[i];
		const char *value = limit_text(list->arena, object, limit);
		int r;

		if (!value)
			continue;
		r = bh_settings_add(list, limit->controller, limit->file,
				    limit->field, value);
		if (r < 0)
			return r;
	}
	return 0;
}

/*
 * 0 is a limit here, not "not given": engines write -1 for none.  The first
 * process is not counted against it when it joins, so that 1 does the same;
 * systemd takes no 0.
 */
int bh_settings_add_pids(struct bh_setting_list *list,
			 const struct oci_pids *pids)
{
	int64_t limit = pids->limit.value;
	const char *value = "max";

	if (!pids->limit.set)
		return 0;
	if (limit >= 0)
		value = bh_arena_printf(list->arena, "%" PRId64,
					limit ? limit : 1);
	return bh_settings_add(list, "pids", "pids.max",
			       BH_RESOURCES "/pids/limit", value);
}

int bh_cgroup_settings(const struct oci_resources *resources,
		       const struct bh_cgroups *cgroups, struct bh_arena *arena,
		       struct bh_cgroup_settings *ret, struct bh_err *err)
{
	struct bh_setting_list list = {
		.cgroups = cgroups,
		.arena = arena,
		.err = err,
	};
	int r = 0;

	if (resources)
		r = bh_resources_check(resources, err);
	/* Without any hierarchy the v1 half names the first field in vain. */
	if (r == 0 && resources)
		r = cgroups->layout == BH_CGROUP_V2 ?
			    bh_resources_v2(&list, resources) :
			    bh_resources_v1(&list, resources);
	if (r < 0)
		return r;
	*ret = list.settings;
	return 0;
}
