/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/str.h"
#include "host/cgroups.h"

/* A piece of a borrowed text. */
struct span {
	const char *at;
	size_t len;
};

/* Cut the text up to stop (or all of it) off the front of rest. */
static struct span cut(struct span *rest, char stop)
{
	const char *end = rest->len ? memchr(rest->at, stop, rest->len) : NULL;
	struct span piece = { rest->at, rest->len };

	if (!end) {
		rest->at += rest->len;
		rest->len = 0;
		return piece;
	}
	piece.len = (size_t)(end - rest->at);
	rest->at = end + 1;
	rest->len -= piece.len + 1;
	return piece;
}

static bool span_eq(struct span a, struct span b)
{
	return a.len == b.len && (!a.len || memcmp(a.at, b.at, a.len) == 0);
}

static bool span_is(struct span span, const char *text)
{
	struct span other = { text, strlen(text) };

	return span_eq(span, other);
}

/* Whether a comma-separated list has item. */
static bool list_has(struct span list, struct span item)
{
	while (list.len)
		if (span_eq(cut(&list, ','), item))
			return true;
	return false;
}

/* ---- /proc/self/mountinfo, proc_pid_mountinfo(5) ------------------------- */

struct mount {
	struct span root;
	struct span point;
	struct span type;
	struct span options; /* of the super block: the controllers */
};

/* One line: "36 35 98:0 /root /point rw,noatime master:1 - type source opts" */
static bool parse_mount(struct span line, struct mount *ret)
{
	int i;

	for (i = 0; i < 3; i++)
		if (!cut(&line, ' ').len)
			return false;
	ret->root = cut(&line, ' ');
	ret->point = cut(&line, ' ');
	/* The options, then any number of optional fields, then "-". */
	while (line.len && !span_is(cut(&line, ' '), "-"))
		;
	ret->type = cut(&line, ' ');
	(void)cut(&line, ' ');
	ret->options = line;
	return ret->root.len && ret->point.len && ret->point.at[0] == '/' &&
	       ret->type.len;
}

/* The kernel writes blanks, newlines and backslashes as \ooo. */
static char *unescape(struct bh_arena *arena, struct span span)
{
	char *text = bh_arena_strndup(arena, span.at, span.len);
	char *to = text;
	size_t i = 0;

	while (i < span.len) {
		char digits[4] = "";
		uint64_t value;

		if (span.at[i] != '\\') {
			*to++ = span.at[i++];
			continue;
		}
		if (span.len - i < 4)
			return NULL;
		memcpy(digits, span.at + i + 1, 3);
		if (bh_parse_octal(digits, 0377, &value) < 0 || !value)
			return NULL;
		*to++ = (char)(unsigned char)value;
		i += 4;
	}
	*to = '\0';
	return text;
}

/* Whether a line of rest mounts something else at the same place. */
static bool is_covered(struct span rest, struct span point)
{
	struct mount mount;

	while (rest.len)
		if (parse_mount(cut(&rest, '\n'), &mount) &&
		    span_eq(mount.point, point))
			return true;
	return false;
}

static bool is_mount_of(const struct mount *mount, struct span names)
{
	if (!names.len)
		return span_is(mount->type, "cgroup2");
	if (!span_is(mount->type, "cgroup"))
		return false;
	/* No controller is in two hierarchies, but a name may look like one:
	 * all must fit. */
	while (names.len)
		if (!list_has(mount->options, cut(&names, ',')))
			return false;
	return true;
}

/*
 * Find where the hierarchy with these names is mounted: where its root is
 * shown, else the first place.
 */
static bool find_mount(struct span mountinfo, struct span names,
		       struct mount *ret)
{
	struct mount mount;
	bool found = false;

	while (mountinfo.len) {
		if (!parse_mount(cut(&mountinfo, '\n'), &mount))
			continue;
		if (!is_mount_of(&mount, names) ||
		    is_covered(mountinfo, mount.point))
			continue;
		if (!found || span_is(mount.root, "/"))
			*ret = mount;
		found = true;
		if (span_is(mount.root, "/"))
			break;
	}
	return found;
}

static int check_mountinfo(struct span text, struct bh_err *err)
{
	struct mount mount;
	size_t n = 0;

	while (text.len) {
		n++;
		if (!parse_mount(cut(&text, '\n'), &mount))
			return bh_refuse(err,
					 "mountinfo: line %zu is malformed", n);
	}
	return 0;
}

/* ---- /proc/self/cgroup, cgroups(7) --------------------------------------- */

struct membership {
	struct span names;
	struct span group;
};

/* One line: "4:cpu,cpuacct:/user.slice", for v2 "0::/user.slice". */
static bool parse_membership(struct span line, struct membership *ret)
{
	struct span id = cut(&line, ':');
	char number[16] = "";
	uint64_t value;

	if (!id.len || id.len >= sizeof(number))
		return false;
	memcpy(number, id.at, id.len);
	if (bh_parse_u64(number, INT32_MAX, &value) < 0)
		return false;
	ret->names = cut(&line, ':');
	ret->group = line;
	return (value == 0) == !ret->names.len && line.len && line.at[0] == '/';
}

static int add_hierarchy(struct span mountinfo,
			 const struct membership *membership,
			 struct bh_arena *arena, struct bh_cgroups *cgroups,
			 struct bh_err *err)
{
	struct bh_hierarchy *hierarchy;
	struct mount mount;
	char *point, *root;

	if (!find_mount(mountinfo, membership->names, &mount))
		return 0;
	point = unescape(arena, mount.point);
	root = unescape(arena, mount.root);
	if (!point || !root)
		return bh_refuse(err, "mountinfo: malformed escape in the "
				      "mount of a cgroup hierarchy");
	hierarchy = bh_arena_append(arena, &cgroups->items, &cgroups->len,
				    sizeof(*hierarchy));
	hierarchy->v2 = !membership->names.len;
	hierarchy->name = bh_arena_strndup(arena, membership->names.at,
					   membership->names.len);
	hierarchy->mount = point;
	hierarchy->mount_root = root;
	hierarchy->own = bh_arena_strndup(arena, membership->group.at,
					  membership->group.len);
	return 0;
}

static enum bh_cgroup_layout find_layout(const struct bh_cgroups *cgroups)
{
	enum bh_cgroup_layout layout = BH_CGROUP_NONE;
	size_t i;

	for (i = 0; i < cgroups->len; i++) {
		const struct bh_hierarchy *item = &cgroups->items[i];

		if (item->v2)
			layout = BH_CGROUP_V2;
		else if (!bh_starts_with(item->name, "name="))
			return BH_CGROUP_V1;
	}
	/* Named hierarchies alone limit nothing, but hold processes together */
	if (cgroups->len && layout == BH_CGROUP_NONE)
		layout = BH_CGROUP_V1;
	return layout;
}

int bh_cgroups_parse(const char *mountinfo, const char *cgroup,
		     struct bh_arena *arena, struct bh_cgroups *ret,
		     struct bh_err *err)
{
	struct span mounts = { mountinfo, strlen(mountinfo) };
	struct span lines = { cgroup, strlen(cgroup) };
	struct bh_cgroups cgroups = { 0 };
	size_t n = 0;
	int r;

	r = check_mountinfo(mounts, err);
	while (r == 0 && lines.len) {
		struct membership membership;

		n++;
		if (!parse_membership(cut(&lines, '\n'), &membership))
			return bh_refuse(
				err, "/proc/self/cgroup: line %zu is malformed",
				n);
		r = add_hierarchy(mounts, &membership, arena, &cgroups, err);
	}
	if (r < 0)
		return r;
	cgroups.layout = find_layout(&cgroups);
	*ret = cgroups;
	return 0;
}

bool bh_hierarchy_has(const struct bh_hierarchy *hierarchy,
		      const char *controller)
{
	struct span names = { hierarchy->name, strlen(hierarchy->name) };
	struct span item = { controller, strlen(controller) };

	return !hierarchy->v2 && list_has(names, item);
}
