/* SPDX-License-Identifier: Apache-2.0 */
#include "container/update.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "cgroup/driver-systemd.h"
#include "cgroup/driver.h"
#include "cgroup/scope.h"
#include "cgroup/settings.h"
#include "container/container.h"
#include "container/posture-file.h"
#include "container/profile.h"
#include "host/host.h"
#include "policy/narrow.h"

/* Nobody writes a longer one. */
#define MAX_RESOURCES (1u << 20)

#define V1_LIMIT "memory.limit_in_bytes"
#define V1_SWAP	 "memory.memsw.limit_in_bytes"

/* A file that gets another value. */
struct change {
	const struct bh_cgroup_setting *setting;
	const char *value;
	const char *before; /* what it has */
	bool written;
};

/* One call. */
struct updating {
	const struct bh_container *container;
	struct bh_arena arena;
	struct bh_host host;
	struct bh_cgroup_settings settings;
	int *groups; /* by hierarchy; -1: not open */
	size_t count;
	struct change *changes;
};

/* ---- what is asked --------------------------------------------------------------- */

static int read_resources(const char *file, struct oci_resources **ret,
			  struct bh_err *err)
{
	bool standard = bh_str_eq(file, "-");
	bh_autoclose int fd =
		standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) :
			   open(file, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	bh_autobuf struct bh_buf text = { 0 };
	struct oci_error error;
	int r = fd < 0 ? -errno : bh_read_all(fd, MAX_RESOURCES, &text);

	if (r < 0)
		return bh_fail(err, -r, "read the resources %s", file);
	bh_buf_str(&text, "");
	if (oci_resources_read(text.data, text.len, ret, NULL, &error) == 0)
		return 0;
	return bh_refuse(err,
			 "read the resources %s: line %zu, column %zu: %s%s%s",
			 file, error.line, error.column, error.pointer,
			 error.pointer[0] ? ": " : "", error.message);
}

/* What a container was made with stays. */
static int check_members(const struct oci_resources *resources,
			 struct bh_err *err)
{
	const char *member = NULL;

	if (resources->devices.len)
		member = "devices";
	else if (resources->unified.len)
		member = "unified";
	if (!member)
		return 0;
	return bh_refuse(err,
			 "update the limits: /%s can't be changed, only "
			 "memory, cpu and pids",
			 member);
}

/* 0 is a limit of processes for a new container; here it is what engines write
 * for "not given", as with all others. */
static void drop_zero(struct oci_resources *resources)
{
	struct oci_pids *pids = resources->pids;

	if (pids && pids->limit.value == 0)
		pids->limit.set = false;
}

/* By the profile of the container, as when it was made. */
static int translate(struct updating *u, const struct oci_resources *resources,
		     struct bh_err *err)
{
	struct bh_profile *profile = NULL;
	int r = bh_profile_load(&u->container->entry, &profile, err);

	if (r == 0)
		resources = bh_narrow_update(profile, resources, &u->arena);
	if (r == 0)
		r = bh_cgroup_settings(resources, &u->host.cgroups, &u->arena,
				       &u->settings, err);
	bh_profile_free(profile);
	return r;
}

/* ---- the container's groups -------------------------------------------------------- */

static const struct bh_state_group *
find_group(const struct updating *u, const struct bh_hierarchy *hierarchy)
{
	const struct bh_state *state = u->container->state;

	for (size_t i = 0; i < state->groups.len; i++)
		if (bh_str_eq(state->groups.items[i].mount, hierarchy->mount))
			return &state->groups.items[i];
	return NULL;
}

static int open_group(struct updating *u, size_t index, struct bh_err *err)
{
	const struct bh_hierarchy *hierarchy = &u->host.cgroups.items[index];
	const struct bh_state_group *group = find_group(u, hierarchy);

	if (u->groups[index] >= 0)
		return 0;
	if (!group || !group->inode.set)
		return bh_refuse(err,
				 "update the limits: the container has no "
				 "cgroup in %s",
				 hierarchy->mount);
	u->groups[index] = bh_cgroup_open(hierarchy, group->path,
					  (ino_t)group->inode.value, err);
	return u->groups[index] < 0 ? u->groups[index] : 0;
}

/* What a file has, without the newline; in the arena. */
static int read_value(struct updating *u,
		      const struct bh_cgroup_setting *setting, const char **ret,
		      struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };
	int r = bh_cgroup_read(u->groups[setting->hierarchy], setting->file,
			       &text, err);

	if (r < 0)
		return bh_context(err, "update %s", setting->field);
	*ret = bh_arena_strndup(&u->arena, text.data, strcspn(text.data, "\n"));
	return 0;
}

/* ---- in which order ------------------------------------------------------------------ */

/* Of a new group's settings some are written twice, to be out of the way; here
 * the last value is the one. */
static bool comes_again(const struct bh_cgroup_settings *settings, size_t index)
{
	for (size_t i = index + 1; i < settings->len; i++)
		if (bh_str_eq(settings->items[i].file,
			      settings->items[index].file))
			return true;
	return false;
}

/* A period alone must not lift the quota of v2's one file. */
static int keep_quota(struct updating *u, struct change *change,
		      struct bh_err *err)
{
	const char *before;
	int r;

	if (!bh_str_eq(change->setting->file, "cpu.max") ||
	    !bh_starts_with(change->value, "max ") ||
	    strstr(change->setting->field, "quota"))
		return 0;
	r = read_value(u, change->setting, &before, err);
	if (r == 0)
		change->value = bh_arena_printf(&u->arena, "%.*s %s",
						(int)strcspn(before, " "),
						before,
						change->value + strlen("max "));
	return r;
}

static int list_changes(struct updating *u, struct bh_err *err)
{
	int r = 0;

	u->changes = bh_arena_alloc(&u->arena,
				    u->settings.len * sizeof(*u->changes));
	for (size_t i = 0; r == 0 && i < u->settings.len; i++) {
		const struct bh_cgroup_setting *setting = &u->settings.items[i];
		struct change *change = &u->changes[u->count];

		if (comes_again(&u->settings, i))
			continue;
		*change = (struct change){ setting, setting->value, NULL, false };
		u->count++;
		r = open_group(u, setting->hierarchy, err);
		if (r == 0)
			r = keep_quota(u, change, err);
	}
	return r;
}

static struct change *find_change(struct updating *u, const char *file)
{
	for (size_t i = 0; i < u->count; i++)
		if (bh_str_eq(u->changes[i].setting->file, file))
			return &u->changes[i];
	return NULL;
}

static uint64_t number(const char *text)
{
	uint64_t value;

	return bh_parse_u64(text, UINT64_MAX, &value) < 0 ? UINT64_MAX : value;
}

/* On v1 the limit of memory and swap is never below that of memory: when they
 * grow it goes first, else last. */
static int order_swap(struct updating *u, struct bh_err *err)
{
	struct change *limit = find_change(u, V1_LIMIT);
	struct change *swap = find_change(u, V1_SWAP);
	const char *before;
	struct change first;
	int r;

	if (!limit || !swap)
		return 0;
	r = read_value(u, swap->setting, &before, err);
	if (r < 0)
		return r;
	if (number(limit->value) <= number(before) || swap < limit)
		return 0;
	first = *swap;
	*swap = *limit;
	*limit = first;
	return 0;
}

/* ---- writing --------------------------------------------------------------------------- */

/* systemd has the same limits, and writes them whenever it likes. */
static int tell_scope(struct updating *u, bool back, struct bh_err *err)
{
	const char *scope = u->container->state->scope;
	const char *const *properties;
	struct bh_cgroup_setting *settings;

	if (!scope)
		return 0;
	settings = bh_arena_alloc(&u->arena, u->count * sizeof(*settings));
	for (size_t i = 0; i < u->count; i++) {
		settings[i] = *u->changes[i].setting;
		settings[i].value = back ? u->changes[i].before :
					   u->changes[i].value;
	}
	properties = bh_scope_properties(settings, u->count, &u->arena);
	return properties[0] ? bh_systemd_set(scope, properties, err) : 0;
}

static void put_back(struct updating *u)
{
	struct bh_err ignored;

	/* The failure that led here is the one to be told. */
	(void)tell_scope(u, true, &ignored);
	for (size_t i = u->count; i > 0; i--) {
		const struct change *change = &u->changes[i - 1];

		if (change->written)
			(void)bh_cgroup_write(
				u->groups[change->setting->hierarchy],
				change->setting->file, change->before,
				&ignored);
	}
}

static int read_values(struct updating *u, struct bh_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < u->count; i++) {
		struct change *change = &u->changes[i];

		r = read_value(u, change->setting, &change->before, err);
		if (r < 0)
			(void)bh_context(err, "update %s",
					 change->setting->field);
	}
	return r;
}

static int write_changes(struct updating *u, struct bh_err *err)
{
	int r = tell_scope(u, false, err);

	for (size_t i = 0; r == 0 && i < u->count; i++) {
		struct change *change = &u->changes[i];

		r = bh_cgroup_write(u->groups[change->setting->hierarchy],
				    change->setting->file, change->value, err);
		if (r < 0)
			(void)bh_context(err, "update %s",
					 change->setting->field);
		change->written = r == 0;
	}
	if (r < 0)
		put_back(u);
	return r;
}

/* What was promised is the new limit from now on. */
static int promise(const struct updating *u, struct bh_err *err)
{
	const struct bh_entry *entry = &u->container->entry;
	struct bh_posture *posture = NULL;
	int r = bh_posture_load(entry, &posture, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < u->count; i++) {
		const struct bh_cgroup_setting *setting = u->changes[i].setting;
		const struct bh_state_group *group = find_group(
			u, &u->host.cgroups.items[setting->hierarchy]);

		if (group && bh_posture_is_limit(setting->file))
			bh_posture_limit(posture, group->mount, group->path,
					 setting->file, u->changes[i].value);
	}
	r = bh_posture_save(entry, posture, err);
	bh_posture_free(posture);
	return r;
}

/* ---- all of it ------------------------------------------------------------------------- */

static int check_status(const struct bh_container *c, struct bh_err *err)
{
	if (c->status == OCI_STATUS_CREATED ||
	    c->status == OCI_STATUS_RUNNING || c->status == OCI_STATUS_PAUSED)
		return 0;
	return bh_refuse(err, "container not running: %s", c->entry.id);
}

static int change_limits(struct updating *u, struct oci_resources *resources,
			 struct bh_err *err)
{
	int r = check_members(resources, err);

	drop_zero(resources);

	if (r == 0)
		r = bh_host_probe(&u->host, err);
	if (r < 0)
		return r;
	u->groups = bh_arena_alloc(&u->arena,
				   u->host.cgroups.len * sizeof(*u->groups));
	for (size_t i = 0; i < u->host.cgroups.len; i++)
		u->groups[i] = -1;
	r = translate(u, resources, err);
	if (r == 0)
		r = list_changes(u, err);
	if (r == 0)
		r = order_swap(u, err);
	if (r == 0)
		r = read_values(u, err);
	if (r == 0)
		r = write_changes(u, err);
	if (r == 0)
		r = promise(u, err);
	for (size_t i = 0; i < u->host.cgroups.len; i++)
		bh_close(&u->groups[i]);
	return r;
}

int bh_container_update(const char *root, const char *id, const char *file,
			struct bh_err *err)
{
	struct oci_resources *resources = NULL;
	struct updating u = { 0 };
	struct bh_container c;
	int r = read_resources(file, &resources, err);

	if (r < 0)
		return r;
	r = bh_container_open(root, id, BH_CHANGE, &c, err);
	if (r < 0) {
		oci_resources_free(resources);
		return r;
	}
	u.container = &c;
	r = check_status(&c, err);
	if (r == 0)
		r = change_limits(&u, resources, err);
	bh_host_clear(&u.host);
	bh_arena_clear(&u.arena);
	oci_resources_free(resources);
	bh_container_close(&c);
	return r;
}
