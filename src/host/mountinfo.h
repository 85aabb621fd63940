/* SPDX-License-Identifier: Apache-2.0 */
/* The mounts of a mount namespace, from the text of proc_pid_mountinfo(5). */
#ifndef BH_HOST_MOUNTINFO_H
#define BH_HOST_MOUNTINFO_H

#include <stdint.h>

#include "base/mem.h"

struct bh_mount_line {
	uint64_t id, parent;
	const char *device;  /* "8:1" */
	const char *root;    /* which part of the file system */
	const char *point;   /* where it is, as the reader sees it */
	uint64_t attributes; /* MOUNT_ATTR_RDONLY, NOSUID, NODEV, NOEXEC */
	const char *type;
};

struct bh_mount_lines {
	size_t len;
	struct bh_mount_line *items;
};

/* Parse text, which is changed, and unescape what it says; ret borrows from it
 * and lives in arena.  -EINVAL for a text of another form. */
int bh_mount_lines_parse(char *text, struct bh_arena *arena,
			 struct bh_mount_lines *ret);

/* Those that we see ourselves; 0 or -errno. */
int bh_mount_lines_read(struct bh_arena *arena, struct bh_mount_lines *ret);

/* The id of the mount that a descriptor's file lies on; 0: not known. */
uint64_t bh_mount_id(int fd);

/* Blanks and the like are written as three octal digits behind a \: in place;
 * returns text. */
char *bh_mount_unescape(char *text);

/* The mount of an id (statx(2), stx_mnt_id), or NULL. */
const struct bh_mount_line *bh_mount_lines_find(const struct bh_mount_lines *in,
						uint64_t id);

#endif
