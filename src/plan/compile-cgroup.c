/* SPDX-License-Identifier: Apache-2.0 */
/* The container's groups: made and limited before the child exists. */
#include <linux/capability.h>
#include <linux/mount.h>
#include <string.h>

#include "base/str.h"
#include "plan/compiler.h"

static int refuse_path(struct bh_compiler *c, const char *path, const char *why)
{
	return bh_refuse(c->err, "compile the plan: /linux/cgroupsPath: %s: %s",
			 path, why);
}

static int check_path(struct bh_compiler *c, const char *path)
{
	if (path[0] != '/' && strchr(path, ':'))
		return refuse_path(c, path,
				   "the form slice:prefix:name is for "
				   "--systemd-cgroup");
	for (const char *at = path; *at; at += strcspn(at, "/")) {
		size_t len;

		at += strspn(at, "/");
		len = strcspn(at, "/");
		if ((len == 1 && at[0] == '.') ||
		    (len == 2 && at[0] == '.' && at[1] == '.'))
			return refuse_path(c, path, "must not contain . or ..");
		if (len > 255)
			return refuse_path(c, path,
					   "a component is longer "
					   "than 255 bytes");
	}
	if (strspn(path, "/") == strlen(path))
		return refuse_path(c, path,
				   "the root of the hierarchy is not "
				   "the container's");
	return 0;
}

/* Single slashes, none at the end. */
static const char *tidy(struct bh_compiler *c, const char *path)
{
	char *copy = bh_arena_strdup(&c->plan->arena, path), *to = copy;

	for (const char *at = copy; *at; at++)
		if (*at != '/' || (at[1] != '/' && at[1]))
			*to++ = *at;
	*to = '\0';
	return copy;
}

/*
 * An absolute path starts at the hierarchy's root, a relative one at the
 * runtime's own group (config-linux.md, cgroupsPath).  The default has no
 * parent of its own, which whichever container is the last had to remove.
 */
static const char *group_path(struct bh_compiler *c,
			      const struct bh_hierarchy *hierarchy)
{
	const char *path = c->spec->cgroup_path;
	struct bh_arena *arena = &c->plan->arena;

	if (c->scope.unit)
		return bh_arena_printf(arena, "%s/" BH_SCOPE_GROUP,
				       c->scope.path);
	if (!path)
		return bh_arena_printf(arena, "/bulkhead-%s", c->spec->id);
	if (path[0] == '/')
		return tidy(c, path);
	return tidy(c, bh_arena_printf(arena, "%s/%s", hierarchy->own, path));
}

/* The controllers that the settings of a v2 hierarchy need, each once. */
static const char *const *needed_controllers(struct bh_compiler *c,
					     size_t hierarchy)
{
	const struct bh_cgroup_settings *settings = c->in->settings;
	const char **list = bh_arena_alloc(&c->plan->arena,
					   (settings->len + 1) * sizeof(*list));
	size_t count = 0;

	if (!c->in->host->cgroups.items[hierarchy].v2)
		return NULL;
	for (size_t i = 0; i < settings->len; i++) {
		const struct bh_cgroup_setting *setting = &settings->items[i];
		size_t j = 0;

		while (j < count && !bh_str_eq(list[j], setting->controller))
			j++;
		if (j == count && setting->hierarchy == hierarchy &&
		    setting->controller)
			list[count++] = setting->controller;
	}
	return list;
}

static int group_slot(struct bh_compiler *c,
		      const struct bh_hierarchy *hierarchy)
{
	const char *name = hierarchy->v2 ? "v2" : hierarchy->name;
	size_t skip = bh_starts_with(name, "name=") ? strlen("name=") : 0;

	return bh_compile_slot(c, bh_arena_printf(&c->plan->arena, "cgroup-%s",
						  name + skip));
}

static void make_group(struct bh_compiler *c, size_t i)
{
	const struct bh_hierarchy *hierarchy = &c->in->host->cgroups.items[i];
	union bh_args *args;

	bh_compile_why(c,
		       c->spec->cgroup_path ? "config /linux/cgroupsPath" :
					      "default",
		       NULL);
	c->groups[i] = group_slot(c, hierarchy);
	args = bh_compile_step(c, BH_OP_cgroup_make);
	args->cgroup_make = (struct bh_args_cgroup_make){
		.group = c->groups[i],
		.hierarchy = i,
		.path = group_path(c, hierarchy),
		.controllers = needed_controllers(c, i),
	};
	if (hierarchy->v2)
		c->v2_group = c->groups[i];
}

static void set_values(struct bh_compiler *c)
{
	const struct bh_cgroup_settings *settings = c->in->settings;

	for (size_t i = 0; i < settings->len; i++) {
		const struct bh_cgroup_setting *setting = &settings->items[i];
		union bh_args *args;

		bh_compile_why(c,
			       bh_arena_printf(&c->plan->arena, "config %s",
					       setting->field),
			       NULL);
		args = bh_compile_step(c, BH_OP_cgroup_set);
		args->cgroup_set = (struct bh_args_cgroup_set){
			.group = c->groups[setting->hierarchy],
			.file = setting->file,
			.value = setting->value,
		};
	}
	if (settings->device_program && c->v2_group >= 0) {
		union bh_args *args;

		bh_compile_why(c, "config /linux/resources/devices", NULL);
		args = bh_compile_step(c, BH_OP_cgroup_devices);
		args->cgroup_devices = (struct bh_args_cgroup_devices){
			.group = c->v2_group,
			.program = { settings->device_program_len,
				     settings->device_program },
		};
	}
}

/* Settings that are not only device rules, which a user namespace makes moot:
 * nobody can make a device node in one. */
static const struct bh_cgroup_setting *first_limit(const struct bh_compiler *c)
{
	const struct bh_cgroup_settings *settings = c->in->settings;

	for (size_t i = 0; i < settings->len; i++)
		if (!bh_starts_with(settings->items[i].field,
				    "/linux/resources/devices"))
			return &settings->items[i];
	return NULL;
}

/* Without privileges, or on request, there are no groups, and then no limits
 * either. */
static int without_groups(struct bh_compiler *c)
{
	const struct bh_cgroup_setting *limit = first_limit(c);
	const char *without = "where none are mounted";

	if (!c->privileged)
		without = "without root";
	else if (c->in->caller.no_cgroups)
		without = "(--cgroup-manager disabled)";
	if (limit && c->privileged)
		return bh_refuse(c->err,
				 "compile the plan: %s: limits need a cgroup "
				 "of the container, and --cgroup-manager "
				 "disabled forbids one; remove one of them",
				 limit->field);
	if (limit)
		return bh_refuse(c->err,
				 "compile the plan: %s: limits need a "
				 "cgroup of the container, which only root can "
				 "make in this version; run as root, or remove "
				 "the limits",
				 limit->field);
	bh_note(&c->plan->notes, &c->plan->arena,
		"no cgroup is made %s; the container stays in the caller's",
		without);
	return 0;
}

/* Without a cgroup namespace a mount of type cgroup shows them. */
static void clone_groups(struct bh_compiler *c)
{
	const struct bh_cgroups *cgroups = &c->in->host->cgroups;
	const struct bh_spec *spec = c->spec;
	bool shown = false;

	for (size_t i = 0; i < spec->mount_count; i++)
		shown |= spec->mounts[i].kind == BH_MOUNT_CGROUP;
	/* In a user namespace the container could make it writable. */
	if (!shown || spec->namespaces[OCI_NS_CGROUP].wanted || c->user)
		return;
	for (size_t i = 0; i < cgroups->len; i++) {
		if (c->groups[i] < 0)
			continue;
		c->group_trees[i] = bh_compile_slot(
			c, bh_arena_printf(&c->plan->arena, "tree:%s",
					   c->plan->slots[c->groups[i]].name));
		bh_compile_step(c, BH_OP_tree_clone)->tree_clone =
			(struct bh_args_tree_clone){
				.source = c->groups[i],
				.tree = c->group_trees[i],
			};
	}
}

/* From a container's group on to one below it; its slot. */
static int open_place(struct bh_compiler *c, int group, const char *place)
{
	int slot = bh_compile_slot(
		c, bh_arena_printf(&c->plan->arena, "%s/%s",
				   c->plan->slots[group].name, place));

	bh_compile_step(c, BH_OP_cgroup_below)->cgroup_below =
		(struct bh_args_cgroup_below){
			.above = group,
			.group = slot,
			.path = place,
		};
	return slot;
}

static void open_groups(struct bh_compiler *c)
{
	const struct bh_cgroups *cgroups = &c->in->host->cgroups;

	bh_compile_why(c, "container", NULL);
	for (size_t i = 0; i < c->in->group_count; i++) {
		const struct bh_plan_group *group = &c->in->groups[i];
		const struct bh_hierarchy *hierarchy =
			&cgroups->items[group->hierarchy];
		int slot = group_slot(c, hierarchy);

		bh_compile_step(c, BH_OP_cgroup_open)->cgroup_open =
			(struct bh_args_cgroup_open){
				.group = slot,
				.hierarchy = group->hierarchy,
				.path = group->path,
				.inode = group->inode,
			};
		if (group->place)
			slot = open_place(c, slot, group->place);
		c->groups[group->hierarchy] = slot;
		if (hierarchy->v2)
			c->v2_group = slot;
	}
}

bool bh_plan_has_groups(const struct bh_host *host,
			const struct bh_caller *caller)
{
	return bh_host_can(host, CAP_SYS_ADMIN) && !host->in_user_namespace &&
	       host->cgroups.len && !caller->no_cgroups;
}

int bh_compile_cgroups(struct bh_compiler *c)
{
	const struct bh_cgroups *cgroups = &c->in->host->cgroups;
	int r;

	c->groups = bh_arena_alloc(&c->plan->arena,
				   cgroups->len * sizeof(*c->groups));
	c->group_trees = bh_arena_alloc(&c->plan->arena,
					cgroups->len * sizeof(*c->group_trees));
	for (size_t i = 0; i < cgroups->len; i++) {
		c->groups[i] = -1;
		c->group_trees[i] = -1;
	}
	c->grouped = c->in->joins ?
			     c->privileged && c->in->group_count :
			     bh_plan_has_groups(c->in->host, &c->in->caller);
	if (!c->grouped)
		return without_groups(c);
	bh_compile_at(c, BH_PARENT, BH_PHASE_CGROUP);
	if (c->in->joins) {
		open_groups(c);
		return 0;
	}
	r = bh_compile_scope(c);
	if (r == 0 && c->spec->cgroup_path && !c->scope.unit)
		r = check_path(c, c->spec->cgroup_path);
	if (r < 0)
		return r;
	for (size_t i = 0; i < cgroups->len; i++)
		make_group(c, i);
	set_values(c);
	clone_groups(c);
	return 0;
}

/* cgroups(7): a v1 hierarchy is named by its controllers, one without any by
 * name=, with "none". */
static const char *const *
hierarchy_options(struct bh_compiler *c, const struct bh_hierarchy *hierarchy)
{
	const char *name = hierarchy->name;
	struct bh_arena *arena = &c->plan->arena;
	const char **options =
		bh_arena_alloc(arena, (strlen(name) + 3) * sizeof(*options));
	size_t count = 0;

	if (bh_starts_with(name, "name="))
		options[count++] = "none";
	while (*name) {
		size_t len = strcspn(name, ",");

		options[count++] = bh_arena_strndup(arena, name, len);
		name += len + (name[len] == ',');
	}
	return options;
}

/* In a cgroup namespace a new mount shows the container's own part only. */
static int mount_own_part(struct bh_compiler *c, size_t i,
			  const struct bh_mount *mount, const char *target)
{
	const struct bh_hierarchy *hierarchy = &c->in->host->cgroups.items[i];
	int slot = bh_compile_slot(c, bh_arena_printf(&c->plan->arena,
						      "mount:%s", target));

	bh_compile_step(c, BH_OP_mount_fs)->mount_fs =
		(struct bh_args_mount_fs){
			.mount = slot,
			.type = hierarchy->v2 ? "cgroup2" : "cgroup",
			.source = "cgroup",
			.options = hierarchy_options(c, hierarchy),
			.attributes = mount->set,
		};
	return slot;
}

/*
 * One hierarchy on target.  Without a cgroup namespace a new mount would show
 * the whole host: there it is a bind of the container's group, or nothing.
 */
static void mount_hierarchy(struct bh_compiler *c, size_t i,
			    const struct bh_mount *mount, const char *target)
{
	int slot;

	if (c->spec->namespaces[OCI_NS_CGROUP].wanted) {
		slot = mount_own_part(c, i, mount, target);
	} else if (c->group_trees[i] >= 0) {
		slot = c->group_trees[i];
		c->group_trees[i] = -1;
		bh_compile_attributes(c, slot, mount);
	} else {
		bh_note(&c->plan->notes, &c->plan->arena,
			"%s: nothing is mounted on %s: there is no cgroup "
			"namespace, and no group of the container to show",
			mount->origin, target);
		return;
	}
	bh_compile_attach(c, slot, target, true,
			  mount->set & MOUNT_ATTR_RDONLY);
}

/* "cpu,cpuacct" is found as "cpu" and "cpuacct" too. */
static void link_controllers(struct bh_compiler *c, const char *base,
			     const char *names)
{
	struct bh_arena *arena = &c->plan->arena;
	const char *name = names;

	if (!strchr(names, ','))
		return;
	while (*name) {
		size_t len = strcspn(name, ",");
		const char *one = bh_arena_strndup(arena, name, len);
		const char *path = bh_arena_printf(arena, "%s/%s", base, one);

		bh_compile_step(c, BH_OP_make_link)->make_link =
			(struct bh_args_make_link){
				.root = c->root,
				.path = path,
				.target = names,
			};
		name += len + (name[len] == ',');
	}
}

static void mount_v1(struct bh_compiler *c, const struct bh_mount *mount)
{
	const struct bh_cgroups *cgroups = &c->in->host->cgroups;
	struct bh_arena *arena = &c->plan->arena;
	static const char *const options[] = { "mode=755", NULL };
	int top = bh_compile_slot(c, bh_arena_printf(arena, "mount:%s",
						     mount->target));

	bh_compile_step(c, BH_OP_mount_fs)->mount_fs =
		(struct bh_args_mount_fs){
			.mount = top,
			.type = "tmpfs",
			.source = "cgroup",
			.options = bh_compile_labelled(c, "tmpfs", options),
			.attributes = mount->set & ~(uint64_t)MOUNT_ATTR_RDONLY,
		};
	bh_compile_attach(c, top, mount->target, true,
			  mount->set & MOUNT_ATTR_RDONLY);
	for (size_t i = 0; i < cgroups->len; i++) {
		const char *name = strrchr(cgroups->items[i].mount, '/') + 1;

		mount_hierarchy(c, i, mount,
				bh_arena_printf(arena, "%s/%s", mount->target,
						name));
		link_controllers(c, mount->target, cgroups->items[i].name);
	}
	if (mount->set & MOUNT_ATTR_RDONLY)
		bh_compile_step(c, BH_OP_mount_attr)->mount_attr =
			(struct bh_args_mount_attr){
				.mount = top,
				.set = MOUNT_ATTR_RDONLY,
			};
}

void bh_compile_cgroup_mount(struct bh_compiler *c,
			     const struct bh_mount *mount)
{
	const struct bh_cgroups *cgroups = &c->in->host->cgroups;

	switch (cgroups->layout) {
	case BH_CGROUP_V1:
		mount_v1(c, mount);
		return;
	case BH_CGROUP_V2:
		mount_hierarchy(c, 0, mount, mount->target);
		return;
	case BH_CGROUP_NONE:
		bh_note(&c->plan->notes, &c->plan->arena,
			"%s: this host has no cgroups mounted: nothing is "
			"mounted on %s",
			mount->origin, mount->target);
		return;
	}
}
