/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The id maps of a user namespace.  user_namespaces(7): who has CAP_SETUID and
 * CAP_SETGID may map all ids that the caller's own namespace has; everybody may
 * map his own, and gives up setgroups(2) for it.  For more there are
 * newuidmap(1) and newgidmap(1).
 */
#include <linux/capability.h>

#include "plan/compiler.h"

struct id_map {
	const char *file; /* of /proc/PID */
	const char *field;
	const struct bh_id_maps *maps;
	uint32_t own;
	bool can; /* map any id */
	const char *name;
	const char *program; /* NULL: not there */
};

static struct id_map uid_map(const struct bh_compiler *c)
{
	const struct bh_host *host = c->in->host;

	return (struct id_map){
		"uid_map",
		"/linux/uidMappings",
		&c->spec->uid_maps,
		host->uid,
		bh_host_can(host, CAP_SETUID),
		"newuidmap",
		host->newuidmap,
	};
}

static struct id_map gid_map(const struct bh_compiler *c)
{
	const struct bh_host *host = c->in->host;

	return (struct id_map){
		"gid_map",
		"/linux/gidMappings",
		&c->spec->gid_maps,
		host->gid,
		bh_host_can(host, CAP_SETGID),
		"newgidmap",
		host->newgidmap,
	};
}

static bool is_own(const struct id_map *map)
{
	return map->maps->len == 1 && map->maps->items[0].count == 1 &&
	       map->maps->items[0].host == map->own;
}

/* As the kernel takes it. */
static const char *map_text(struct bh_compiler *c,
			    const struct bh_id_maps *maps)
{
	const char *text = "";

	for (size_t i = 0; i < maps->len; i++)
		text = bh_arena_printf(&c->plan->arena, "%s%u %u %u\n", text,
				       maps->items[i].container,
				       maps->items[i].host,
				       maps->items[i].count);
	return text;
}

/* As the programs take it. */
static const char *const *map_words(struct bh_compiler *c,
				    const struct bh_id_maps *maps)
{
	struct bh_arena *arena = &c->plan->arena;
	const char **words =
		bh_arena_alloc(arena, (3 * maps->len + 1) * sizeof(*words));

	for (size_t i = 0; i < maps->len; i++) {
		const struct bh_id_map *map = &maps->items[i];

		words[3 * i] = bh_arena_printf(arena, "%u", map->container);
		words[3 * i + 1] = bh_arena_printf(arena, "%u", map->host);
		words[3 * i + 2] = bh_arena_printf(arena, "%u", map->count);
	}
	return words;
}

static int refuse_foreign(struct bh_compiler *c, const struct id_map *map)
{
	(void)bh_refuse(c->err,
			"compile the plan: %s: without root only the caller's "
			"own id can be mapped (host id %u, size 1), or others "
			"by the program %s, which is not there",
			map->field, map->own, map->name);
	return bh_hint(c->err, "install it for /usr/bin; Debian's package is "
			       "uidmap");
}

static void write_map(struct bh_compiler *c, const struct id_map *map)
{
	bh_compile_step(c, BH_OP_id_map)->id_map = (struct bh_args_id_map){
		.procfs = c->parent_procfs,
		.process = c->process,
		.file = map->file,
		.map = map_text(c, map->maps),
	};
}

static int add_map(struct bh_compiler *c, const struct id_map *map)
{
	bool direct = map->can || is_own(map);

	bh_compile_why(
		c, bh_arena_printf(&c->plan->arena, "config %s", map->field),
		NULL);
	if (direct)
		write_map(c, map);
	else if (!map->program)
		return refuse_foreign(c, map);
	else
		bh_compile_step(c, BH_OP_id_map_program)->id_map_program =
			(struct bh_args_id_map_program){
				.process = c->process,
				.program = map->program,
				.file = map->file,
				.map = map_words(c, map->maps),
			};
	return 0;
}

static bool maps_root(const struct bh_id_maps *maps)
{
	for (size_t i = 0; i < maps->len; i++)
		if (maps->items[i].container == 0)
			return true;
	return false;
}

static int check_groups(struct bh_compiler *c)
{
	if (!c->spec->process.group_count || !bh_compile_keeps_groups(c))
		return 0;
	if (c->in->host->setgroups_denied)
		return bh_refuse(
			c->err, "compile the plan: /process/user/"
				"additionalGids: the caller's user namespace "
				"has given up setgroups(2); remove the groups");
	(void)bh_refuse(c->err, "compile the plan: /process/user/"
				"additionalGids: who maps no group but his "
				"own gives up setgroups(2)");
	return bh_hint(c->err, "map more groups in /linux/gidMappings, or "
			       "remove these");
}

static int map_ids(struct bh_compiler *c)
{
	struct id_map uid = uid_map(c), gid = gid_map(c);
	int r;

	if (!maps_root(uid.maps) || !maps_root(gid.maps))
		return bh_refuse(c->err,
				 "compile the plan: /linux/uidMappings "
				 "and /linux/gidMappings: container id 0 must "
				 "be mapped, to set the container up");
	r = check_groups(c);
	if (r < 0)
		return r;
	bh_compile_why(c, "kernel", NULL);
	if (!gid.can && is_own(&gid))
		bh_compile_step(c, BH_OP_setgroups_deny)->setgroups_deny =
			(struct bh_args_setgroups_deny){
				.procfs = c->parent_procfs,
				.process = c->process,
			};
	r = add_map(c, &uid);
	return r < 0 ? r : add_map(c, &gid);
}

/* Engines repeat the maps of a namespace that is joined.  They are not ours to
 * write, and what they say must be true. */
static void compare_map(struct bh_compiler *c, const struct id_map *map)
{
	if (!map->maps->len)
		return;
	bh_compile_why(
		c, bh_arena_printf(&c->plan->arena, "config %s", map->field),
		NULL);
	bh_compile_step(c, BH_OP_id_map_check)->id_map_check =
		(struct bh_args_id_map_check){
			.procfs = c->parent_procfs,
			.process = c->process,
			.file = map->file,
			.map = map_text(c, map->maps),
		};
}

bool bh_compile_has_id_maps(const struct bh_compiler *c)
{
	return c->spec->uid_maps.len || c->spec->gid_maps.len;
}

bool bh_compile_keeps_groups(const struct bh_compiler *c)
{
	struct id_map gid = gid_map(c);

	if (!c->user)
		return false;
	if (c->spec->namespaces[OCI_NS_USER].by_path)
		return !c->privileged;
	return c->in->host->setgroups_denied || (!gid.can && is_own(&gid));
}

static void map_mount(struct bh_compiler *c, size_t wanted, int mount,
		      int namespace, bool recursive)
{
	bh_compile_step(c, BH_OP_mount_id_map)->mount_id_map =
		(struct bh_args_mount_id_map){
			.source = bh_compile_preset(
				c, wanted, c->spec->wanted[wanted].path),
			.mount = mount,
			.namespace = namespace,
			.recursive = recursive,
		};
}

void bh_compile_id_mapped(struct bh_compiler *c)
{
	const struct bh_spec *spec = c->spec;
	int namespace = bh_compile_slot(c, "user-namespace");

	bh_compile_why(c, "config /linux/uidMappings", NULL);
	bh_compile_step(c, BH_OP_user_ns_open)->user_ns_open =
		(struct bh_args_user_ns_open){
			.procfs = c->parent_procfs,
			.process = c->process,
			.namespace = namespace,
		};
	map_mount(c, spec->root, c->root, namespace, true);
	for (size_t i = 0; i < spec->mount_count; i++) {
		const struct bh_mount *mount = &spec->mounts[i];

		if (mount->kind == BH_MOUNT_BIND)
			map_mount(c, mount->wanted, c->trees[i], namespace,
				  mount->recursive);
	}
}

int bh_compile_id_maps(struct bh_compiler *c)
{
	struct id_map uid = uid_map(c), gid = gid_map(c);

	if (!c->spec->namespaces[OCI_NS_USER].by_path)
		return map_ids(c);
	compare_map(c, &uid);
	compare_map(c, &gid);
	return 0;
}
