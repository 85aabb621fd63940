/* SPDX-License-Identifier: Apache-2.0 */
/* Host descriptions: see bh_host_load. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/str.h"
#include "host/host.h"

#define MAX_WORDS 6

struct line {
	size_t number;
	size_t count;
	char *words[MAX_WORDS];
};

static int complain(const struct line *line, struct bh_err *err)
{
	return bh_refuse(err,
			 "read the host description: line %zu: \"%s\" is "
			 "unknown or has the wrong values",
			 line->number, line->words[0]);
}

static int parse_hex(const char *text, uint64_t *ret)
{
	uint64_t value = 0;

	if (!bh_starts_with(text, "0x") || !text[2] || strlen(text) > 18)
		return -EINVAL;
	for (text += 2; *text; text++) {
		static const char digits[] = "0123456789abcdef";
		const char *digit = strchr(digits, *text);

		if (!digit)
			return -EINVAL;
		value = value << 4 | (uint64_t)(digit - digits);
	}
	*ret = value;
	return 0;
}

static int take_kernel(struct bh_host *host, const struct line *line)
{
	char *dot = line->count == 2 ? strchr(line->words[1], '.') : NULL;
	uint64_t major, minor;

	if (!dot)
		return -EINVAL;
	*dot = '\0';
	if (bh_parse_u64(line->words[1], 1000, &major) < 0 ||
	    bh_parse_u64(dot + 1, 1000, &minor) < 0)
		return -EINVAL;
	host->kernel_major = (unsigned int)major;
	host->kernel_minor = (unsigned int)minor;
	return 0;
}

static int take_user(struct bh_host *host, const struct line *line)
{
	uint64_t uid, gid;

	if (line->count != 3 ||
	    bh_parse_u64(line->words[1], UINT32_MAX, &uid) ||
	    bh_parse_u64(line->words[2], UINT32_MAX, &gid))
		return -EINVAL;
	host->uid = (uid_t)uid;
	host->gid = (gid_t)gid;
	return 0;
}

static int take_caps(struct bh_host *host, const struct line *line)
{
	return line->count == 2 ? parse_hex(line->words[1], &host->caps) :
				  -EINVAL;
}

static int take_user_namespace(struct bh_host *host, const struct line *line)
{
	if (line->count != 2 || (!bh_str_eq(line->words[1], "yes") &&
				 !bh_str_eq(line->words[1], "no")))
		return -EINVAL;
	host->in_user_namespace = bh_str_eq(line->words[1], "yes");
	return 0;
}

static int take_setgroups(struct bh_host *host, const struct line *line)
{
	if (line->count != 2 || (!bh_str_eq(line->words[1], "allow") &&
				 !bh_str_eq(line->words[1], "deny")))
		return -EINVAL;
	host->setgroups_denied = bh_str_eq(line->words[1], "deny");
	return 0;
}

static int take_newidmap(struct bh_host *host, const struct line *line)
{
	const char **to = bh_str_eq(line->words[0], "newuidmap") ?
				  &host->newuidmap :
				  &host->newgidmap;

	if (line->count != 2)
		return -EINVAL;
	*to = bh_arena_strdup(&host->arena, line->words[1]);
	return 0;
}

static int take_cgroup(struct bh_host *host, const struct line *line)
{
	struct bh_cgroups *cgroups = &host->cgroups;
	struct bh_hierarchy *to;

	if (line->count != 5)
		return -EINVAL;
	to = bh_arena_append(&host->arena, &cgroups->items, &cgroups->len,
			     sizeof(*to));
	to->v2 = bh_str_eq(line->words[1], "v2");
	to->name = to->v2 ? "" : bh_arena_strdup(&host->arena, line->words[1]);
	to->mount = bh_arena_strdup(&host->arena, line->words[2]);
	to->mount_root = bh_arena_strdup(&host->arena, line->words[3]);
	to->own = bh_arena_strdup(&host->arena, line->words[4]);
	if (!to->v2)
		cgroups->layout = BH_CGROUP_V1;
	else if (cgroups->layout == BH_CGROUP_NONE)
		cgroups->layout = BH_CGROUP_V2;
	return 0;
}

static int take_path(struct bh_host *host, const struct line *line)
{
	static const struct {
		const char *name;
		mode_t type;
	} types[] = {
		{ "dir", S_IFDIR },
		{ "file", S_IFREG },
		{ "socket", S_IFSOCK },
		{ "device", S_IFCHR },
	};
	struct bh_host_path *path;

	if (line->count != 3 && line->count != 4)
		return -EINVAL;
	path = bh_arena_append(&host->arena, &host->paths, &host->path_count,
			       sizeof(*path));
	path->fd = -1;
	path->path = bh_arena_strdup(&host->arena, line->words[1]);
	for (size_t i = 0; i < BH_COUNT(types); i++)
		if (bh_str_eq(types[i].name, line->words[2]))
			path->type = types[i].type;
	if (line->count == 4 && parse_hex(line->words[3], &path->fs_type) < 0)
		return -EINVAL;
	return path->type ? 0 : -EINVAL;
}

static int take_landlock(struct bh_host *host, const struct line *line)
{
	uint64_t abi;

	if (line->count != 2 || bh_parse_u64(line->words[1], 1000, &abi) < 0)
		return -EINVAL;
	host->landlock_abi = (unsigned int)abi;
	return 0;
}

static int take_selinux(struct bh_host *host, const struct line *line)
{
	if (line->count != 2 || !bh_str_eq(line->words[1], "yes"))
		return -EINVAL;
	host->selinux = true;
	return 0;
}

static int take_id_range(struct bh_host *host, const struct line *line)
{
	uint64_t first;

	if (line->count != 2 ||
	    bh_parse_u64(line->words[1], UINT32_MAX, &first) < 0)
		return -EINVAL;
	host->id_range = (uint32_t)first;
	return 0;
}

static const struct {
	const char *word;
	int (*take)(struct bh_host *host, const struct line *line);
} words[] = {
	{ "kernel", take_kernel },
	{ "user", take_user },
	{ "capabilities", take_caps },
	{ "user-namespace", take_user_namespace },
	{ "setgroups", take_setgroups },
	{ "newuidmap", take_newidmap },
	{ "newgidmap", take_newidmap },
	{ "landlock", take_landlock },
	{ "selinux", take_selinux },
	{ "id-range", take_id_range },
	{ "cgroup", take_cgroup },
	{ "path", take_path },
};

static int take_line(struct bh_host *host, const struct line *line,
		     struct bh_err *err)
{
	if (line->count == 0 || line->words[0][0] == '#')
		return 0;
	for (size_t i = 0; i < BH_COUNT(words); i++)
		if (bh_str_eq(words[i].word, line->words[0]))
			return words[i].take(host, line) < 0 ?
				       complain(line, err) :
				       0;
	return complain(line, err);
}

/* Cut the next line off text into words. */
static char *next_line(char *text, struct line *line)
{
	size_t len = strcspn(text, "\n");
	char *next = text + len + (text[len] == '\n');

	text[len] = '\0';
	line->count = 0;
	line->number++;
	for (;;) {
		text += strspn(text, " \t");
		if (!*text || line->count == MAX_WORDS)
			return next;
		line->words[line->count++] = text;
		text += strcspn(text, " \t");
		if (*text)
			*text++ = '\0';
	}
}

static int parse(char *text, struct bh_host *host, struct bh_err *err)
{
	struct line line = { 0 };

	while (*text) {
		int r;

		text = next_line(text, &line);
		r = take_line(host, &line, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int bh_host_load(const char *file, struct bh_host *ret, struct bh_err *err)
{
	bh_autoclose int fd = open(file, O_RDONLY | O_CLOEXEC);
	struct bh_host host = { .fake = true, .id_range = BH_IDS_FIRST };
	bh_autobuf struct bh_buf text = { 0 };
	int r;

	if (fd < 0)
		return bh_fail(err, errno, "open the host description %s",
			       file);
	r = bh_read_all(fd, 1u << 20, &text);
	if (r < 0)
		return bh_fail(err, -r, "read the host description %s", file);
	bh_buf_str(&text, "");
	r = parse(text.data, &host, err);
	if (r < 0)
		bh_host_clear(&host);
	else
		*ret = host;
	return r;
}
