/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/fd.h"
#include "cgroup/driver.h"
#include "container/exec-group.h"
#include "container/group.h"

#define MAX_TEXT (1u << 20)

/* ---- what the command line says ------------------------------------------ */

static int refuse_wish(const char *wish, struct bh_err *err)
{
	(void)bh_refuse(err,
			"read the command line: --cgroup %s: not a group "
			"below the container's",
			wish);
	return bh_hint(err, "it must be a path of plain parts without .. from "
			    "the container's group on, as in --cgroup sub/one; "
			    "with cgroup v1, controllers and a colon may "
			    "stand before it, as in --cgroup cpu,memory:sub");
}

/* Without slashes at its ends; NULL if a part of it is not plain. */
static const char *plain_path(const char *text, struct bh_arena *arena)
{
	struct bh_buf joined = { 0 };
	const char *ret, *part = text;

	while (*part) {
		size_t len = strcspn(part, "/");

		if ((len == 1 && part[0] == '.') ||
		    (len == 2 && part[0] == '.' && part[1] == '.')) {
			bh_buf_clear(&joined);
			return NULL;
		}
		if (len)
			bh_buf_printf(&joined, "%s%.*s", joined.len ? "/" : "",
				      (int)len, part);
		part += len + (part[len] == '/');
	}
	ret = bh_arena_strdup(arena, joined.data ? joined.data : "");
	bh_buf_clear(&joined);
	return ret;
}

static bool has_controller(const struct bh_state_group *group,
			   const char *controller)
{
	const struct bh_hierarchy hierarchy = {
		.v2 = group->v2.value,
		.name = group->name ? group->name : "",
	};

	return !group->v2.value && bh_hierarchy_has(&hierarchy, controller);
}

/* In the group of each controller; -EINVAL if there is none of it. */
static int place_by_controllers(const struct bh_state *state, char *controllers,
				const char *path, const char **places)
{
	char *rest = controllers, *controller;

	while ((controller = strsep(&rest, ","))) {
		bool found = false;

		for (size_t i = 0; i < state->groups.len; i++)
			if (has_controller(&state->groups.items[i],
					   controller)) {
				places[i] = path;
				found = true;
			}
		if (!found)
			return -EINVAL;
	}
	return 0;
}

static int take_wish(const struct bh_state *state, const char *wish,
		     struct bh_arena *arena, const char **places,
		     struct bh_err *err)
{
	const char *colon = strchr(wish, ':');
	const char *path = plain_path(colon ? colon + 1 : wish, arena);
	char *controllers;

	if (!path || !*wish)
		return refuse_wish(wish, err);
	if (!colon) {
		for (size_t i = 0; i < state->groups.len; i++)
			places[i] = path;
		return 0;
	}
	controllers = bh_arena_strndup(arena, wish, (size_t)(colon - wish));
	if (place_by_controllers(state, controllers, path, places) < 0) {
		(void)bh_refuse(err,
				"read the command line: --cgroup %s: the "
				"container has no cgroup v1 of such a "
				"controller",
				wish);
		return bh_hint(err, "see /proc/PID/cgroup of its process; with "
				    "cgroup v2, give the path alone");
	}
	return 0;
}

/* ---- where the container's process is ------------------------------------ */

/* Whether the group's controllers are enabled for its sub-groups. */
static bool gives_controllers(const struct bh_state_group *group)
{
	struct bh_err ignored;
	bh_autobuf struct bh_buf enabled = { 0 };
	bh_autoclose int fd = bh_state_group_open(group, &ignored);

	return fd >= 0 &&
	       bh_cgroup_read(fd, "cgroup.subtree_control", &enabled,
			      &ignored) == 0 &&
	       enabled.data && enabled.data[strspn(enabled.data, " \n")];
}

/* The rest of path below the group's, which is the process's to choose: nothing
 * outside of the group is ever taken. */
static const char *below(const struct bh_state_group *group, const char *path)
{
	size_t len = strlen(group->path);

	if (!bh_starts_with(path, group->path) || path[len] != '/')
		return NULL;
	return path + len + 1;
}

/* Of the line "0::PATH" in proc_pid_cgroup(5). */
static const char *place_of_process(const struct bh_state *state,
				    const struct bh_state_group *group,
				    struct bh_arena *arena)
{
	const char *file = bh_arena_printf(arena, "/proc/%lld/cgroup",
					   (long long)state->pid.value);
	bh_autobuf struct bh_buf text = { 0 };
	bh_autoclose int fd = open(file, O_RDONLY | O_CLOEXEC);
	char *rest, *line;

	if (fd < 0 || bh_read_all(fd, MAX_TEXT, &text) < 0)
		return NULL;
	rest = text.data;
	while (rest && (line = strsep(&rest, "\n"))) {
		const char *path = bh_starts_with(line, "0::") ?
					   below(group, line + 3) :
					   NULL;

		if (path)
			return plain_path(path, arena);
	}
	return NULL;
}

int bh_exec_groups(const struct bh_state *state, const struct bh_texts *wishes,
		   struct bh_arena *arena, const char ***ret,
		   struct bh_err *err)
{
	const char **places = bh_arena_alloc(arena, (state->groups.len + 1) *
							    sizeof(*places));

	for (size_t i = 0; i < wishes->len; i++) {
		int r = take_wish(state, wishes->items[i], arena, places, err);

		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < state->groups.len; i++) {
		const struct bh_state_group *group = &state->groups.items[i];

		if (!wishes->len && group->v2.value && gives_controllers(group))
			places[i] = place_of_process(state, group, arena);
		if (places[i] && !*places[i])
			places[i] = NULL;
	}
	*ret = places;
	return 0;
}
