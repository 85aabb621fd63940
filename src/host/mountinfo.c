/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/procfs.h"
#include "base/str.h"
#include "host/mountinfo.h"

#define MAX_MOUNTINFO (16u << 20)

static bool is_octal(const char *text)
{
	for (int i = 0; i < 3; i++)
		if (text[i] < '0' || text[i] > '7')
			return false;
	return true;
}

char *bh_mount_unescape(char *text)
{
	const char *from = text;
	char *to = text;

	while (*from) {
		if (from[0] == '\\' && is_octal(from + 1)) {
			*to++ = (char)((from[1] - '0') << 6 |
				       (from[2] - '0') << 3 | (from[3] - '0'));
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	*to = '\0';
	return text;
}

static uint64_t parse_options(char *options)
{
	static const struct {
		const char *word;
		uint64_t attribute;
	} known[] = {
		{ "ro", MOUNT_ATTR_RDONLY },
		{ "nosuid", MOUNT_ATTR_NOSUID },
		{ "nodev", MOUNT_ATTR_NODEV },
		{ "noexec", MOUNT_ATTR_NOEXEC },
	};
	uint64_t attributes = 0;
	char *word;

	while ((word = strsep(&options, ",")))
		for (size_t i = 0; i < BH_COUNT(known); i++)
			if (bh_str_eq(word, known[i].word))
				attributes |= known[i].attribute;
	return attributes;
}

/* "36 35 98:0 /root /point rw,noatime master:1 - ext3 /dev/root rw" */
static int parse_line(char *line, struct bh_mount_line *ret)
{
	char *id = strsep(&line, " "), *parent = strsep(&line, " "), *word;
	char *device = strsep(&line, " "), *root = strsep(&line, " ");
	char *point = strsep(&line, " "), *options = strsep(&line, " ");

	/* Any number of optional fields. */
	do
		word = strsep(&line, " ");
	while (word && !bh_str_eq(word, "-"));
	word = word ? strsep(&line, " ") : NULL;
	if (!word || bh_parse_u64(id, UINT64_MAX, &ret->id) < 0 ||
	    bh_parse_u64(parent, UINT64_MAX, &ret->parent) < 0)
		return -EINVAL;
	ret->device = device;
	ret->root = bh_mount_unescape(root);
	ret->point = bh_mount_unescape(point);
	ret->attributes = parse_options(options);
	ret->type = word;
	return 0;
}

int bh_mount_lines_parse(char *text, struct bh_arena *arena,
			 struct bh_mount_lines *ret)
{
	char *line;

	*ret = (struct bh_mount_lines){ 0 };
	while ((line = strsep(&text, "\n"))) {
		struct bh_mount_line parsed;

		if (!*line)
			continue;
		if (parse_line(line, &parsed) < 0)
			return -EINVAL;
		*(struct bh_mount_line *)bh_arena_append(
			arena, &ret->items, &ret->len, sizeof(*ret->items)) =
			parsed;
	}
	return 0;
}

const struct bh_mount_line *bh_mount_lines_find(const struct bh_mount_lines *in,
						uint64_t id)
{
	for (size_t i = 0; i < in->len; i++)
		if (in->items[i].id == id)
			return &in->items[i];
	return NULL;
}

int bh_mount_lines_read(struct bh_arena *arena, struct bh_mount_lines *ret)
{
	bh_autoclose int procfs_fd = bh_procfs_open_shared();
	bh_autobuf struct bh_buf text = { 0 };
	int r = procfs_fd;

	if (r >= 0)
		r = bh_procfs_read(procfs_fd, "self/mountinfo", MAX_MOUNTINFO,
				   &text);
	if (r < 0)
		return r;
	bh_buf_str(&text, "");
	return bh_mount_lines_parse(bh_arena_strdup(arena, text.data), arena,
				    ret);
}

uint64_t bh_mount_id(int fd)
{
	struct statx stx;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &stx) < 0 ||
	    !(stx.stx_mask & STATX_MNT_ID))
		return 0;
	return stx.stx_mnt_id;
}
