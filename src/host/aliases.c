/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file system that is mounted several times, wholly or in part, has several
 * paths for the same file; proc_pid_mountinfo(5) tells which part lies where.
 */
#include <string.h>

#include "base/str.h"
#include "host/lineage.h"
#include "host/mountinfo.h"

int bh_host_mounts(const struct bh_host *host, struct bh_arena *arena,
		   struct bh_mount_lines *ret, struct bh_err *err)
{
	int r;

	*ret = (struct bh_mount_lines){ 0 };
	r = host->fake ? 0 : bh_mount_lines_read(arena, ret);
	return r < 0 ? bh_fail(err, -r, "read /proc/self/mountinfo") : 0;
}

/* What follows dir in path: "" or "/..."; NULL where path is not in dir. */
static const char *rest_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	if (bh_str_eq(dir, "/"))
		return path[1] ? path : "";
	if (strncmp(path, dir, len) != 0 || (path[len] && path[len] != '/'))
		return NULL;
	return path + len;
}

static const char *join(struct bh_arena *arena, const char *dir,
			const char *rest)
{
	if (bh_str_eq(dir, "/"))
		return *rest ? rest : dir;
	return bh_arena_printf(arena, "%s%s", dir, rest);
}

const char **bh_host_aliases(const struct bh_mount_lines *mounts,
			     const struct bh_host_path *path,
			     const struct bh_lineage *lineage,
			     struct bh_arena *arena)
{
	const struct bh_mount_line *own =
		mounts->len ?
			bh_mount_lines_find(mounts, bh_mount_id(path->fd)) :
			NULL;
	const char *rest = own ? rest_below(lineage->path, own->point) : NULL;
	const char *inside = rest ? join(arena, own->root, rest) : NULL;
	const char **list = NULL;
	size_t count = 0;

	for (size_t i = 0; inside && i < mounts->len; i++) {
		const struct bh_mount_line *other = &mounts->items[i];
		const char **item;

		if (other == own || !bh_str_eq(other->device, own->device))
			continue;
		rest = rest_below(inside, other->root);
		if (!rest)
			continue;
		item = bh_arena_append(arena, &list, &count, sizeof(*list));
		*item = join(arena, other->point, rest);
	}
	(void)bh_arena_append(arena, &list, &count, sizeof(*list));
	return list;
}
