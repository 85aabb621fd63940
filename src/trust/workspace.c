/* SPDX-License-Identifier: Apache-2.0 */
/* Which mounts are workspaces. */
#include <linux/mount.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "host/lineage.h"
#include "trust/workspace.h"

/* What engines and the system keep for themselves is nobody's workspace, unless
 * it is named as one. */
static const char *const engine_state[] = {
	"/run",
	"/var/run",
	"/var/lib/bulkhead",
	"/var/lib/containerd",
	"/var/lib/containers",
	"/var/lib/docker",
	"/var/lib/kubelet",
	"/var/lib/rancher",
	"/dev",
	"/proc",
	"/sys",
};

/* The same of engines without root, in a home. */
static const char *const engine_homes[] = {
	"/.local/share/containers/",
	"/.local/share/docker/",
	"/.local/share/containerd/",
};

struct finding {
	const struct bh_spec *spec;
	const struct bh_host *host;
	const struct bh_host_path *paths;
	struct bh_arena *arena;
	struct bh_err *err;
};

static bool lies_in(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return bh_starts_with(path, dir) && (path[len] == '/' || !path[len]);
}

/* Who has the host's root can write to the host itself: nothing that is covered
 * in it would hold. */
static bool is_systems(const char *path)
{
	if (strcmp(path, "/") == 0)
		return true;
	for (size_t i = 0; i < BH_COUNT(engine_state); i++)
		if (lies_in(path, engine_state[i]))
			return true;
	for (size_t i = 0; i < BH_COUNT(engine_homes); i++)
		if (strstr(path, engine_homes[i]))
			return true;
	return false;
}

/* ---- the annotation --------------------------------------------------------------- */

static const char *annotation(const struct bh_spec *spec)
{
	const struct oci_pairs *pairs = &spec->config->annotations;

	for (size_t i = 0; i < pairs->len; i++)
		if (bh_str_eq(pairs->items[i].key, BH_WORKSPACE_ANNOTATION))
			return pairs->items[i].value;
	return NULL;
}

/* Cut the next destination off the list; NULL at the end. */
static const char *next_named(const char **list, struct bh_arena *arena)
{
	const char *start;
	size_t len;

	*list += strspn(*list, ", ");
	start = *list;
	len = strcspn(start, ",");
	*list += len;
	while (len && (start[len - 1] == ' ' || start[len - 1] == '/'))
		len--;
	return len ? bh_arena_strndup(arena, start, len) : NULL;
}

static bool is_named(const struct finding *f, const struct bh_mount *mount)
{
	const char *list = annotation(f->spec), *name;

	while (list && (name = next_named(&list, f->arena)))
		if (bh_str_eq(name, mount->target))
			return true;
	return false;
}

static const struct bh_mount *find_bind(const struct bh_spec *spec,
					const char *target)
{
	for (size_t i = 0; i < spec->mount_count; i++)
		if (spec->mounts[i].kind == BH_MOUNT_BIND &&
		    bh_str_eq(spec->mounts[i].target, target))
			return &spec->mounts[i];
	return NULL;
}

static int check_annotation(const struct finding *f)
{
	const char *list = annotation(f->spec), *name;

	while (list && (name = next_named(&list, f->arena)))
		if (!find_bind(f->spec, name))
			return bh_refuse(f->err,
					 "read config.json: /annotations: "
					 "org.bulkhead.workspace: %s is not "
					 "the destination of a bind mount",
					 name);
	return 0;
}

/* ---- mounts ----------------------------------------------------------------------- */

static bool is_writable(const struct bh_mount *mount)
{
	if (mount->set & MOUNT_ATTR_RDONLY)
		return false;
	return !(mount->set_all & MOUNT_ATTR_RDONLY) ||
	       mount->clear & MOUNT_ATTR_RDONLY;
}

/* A file counts by its name alone. */
static bool is_workspace(const struct finding *f, const struct bh_mount *mount,
			 const struct bh_host_path *opened, const char *path)
{
	struct bh_name_match match;

	if (S_ISREG(opened->type) && (!bh_names_match(path, false, &match) ||
				      match.class < BH_NAME_STEER))
		return false;
	if (!S_ISREG(opened->type) && !S_ISDIR(opened->type))
		return false;
	return is_named(f, mount) || (is_writable(mount) && !is_systems(path));
}

static int take(const struct finding *f, size_t index,
		struct bh_workspaces *ret)
{
	const struct bh_mount *mount = &f->spec->mounts[index];
	const struct bh_host_path *opened = &f->paths[mount->wanted];
	struct bh_lineage lineage;
	struct bh_workspace *ws;
	int r = bh_host_lineage(f->host, opened, f->arena, &lineage, f->err);

	if (r < 0)
		return r;
	if (!is_workspace(f, mount, opened, lineage.path))
		return 0;
	ws = bh_arena_append(f->arena, &ret->items, &ret->len, sizeof(*ws));
	*ws = (struct bh_workspace){
		.mount = index,
		.path = lineage.path,
		.target = mount->target,
		.writable = is_writable(mount),
	};
	return bh_workspace_walk(f->host, opened, mount->recursive, f->arena,
				 ws, f->err);
}

int bh_workspaces_find(const struct bh_spec *spec, const struct bh_host *host,
		       const struct bh_host_path *paths, struct bh_arena *arena,
		       struct bh_workspaces *ret, struct bh_err *err)
{
	const struct finding f = { spec, host, paths, arena, err };
	struct bh_workspaces found = { 0 };
	int r = check_annotation(&f);

	for (size_t i = 0; r == 0 && i < spec->mount_count; i++)
		if (spec->mounts[i].kind == BH_MOUNT_BIND)
			r = take(&f, i, &found);
	if (r == 0)
		*ret = found;
	return r;
}

int bh_workspace_open(const struct bh_host *host,
		      const struct bh_host_path *path, struct bh_arena *arena,
		      struct bh_workspace *ret, struct bh_err *err)
{
	struct bh_lineage lineage;
	int r = bh_host_lineage(host, path, arena, &lineage, err);

	if (r < 0)
		return r;
	if (!S_ISDIR(path->type) && !S_ISREG(path->type))
		return bh_refuse(err,
				 "look at the workspace %s: it is neither a "
				 "directory nor a file",
				 path->path);
	*ret = (struct bh_workspace){
		.path = lineage.path,
		.target = "/",
		.writable = true,
	};
	return bh_workspace_walk(host, path, true, arena, ret, err);
}
