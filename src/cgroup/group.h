/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside cgroup/: groups as directory descriptors, and their small files.
 *
 * Every group is opened one component at a time below a descriptor of the
 * hierarchy's mount, which has been verified to be a cgroup file system.  A
 * group may vanish at any time: readers see -ENOENT or -ENODEV then, and
 * bh_group_is_gone() tells both.
 */
#ifndef BH_CGROUP_GROUP_H
#define BH_CGROUP_GROUP_H

#include <errno.h>
#include <sys/types.h>

#include "base/str.h"
#include "host/cgroups.h"

/* The kernel sets no bound by itself; nobody nests deeper than this. */
#define BH_GROUP_MAX_DEPTH 64

/* An extended attribute on parents that we have made. */
#define BH_GROUP_MARK "trusted.bulkhead.made"

static inline bool bh_group_is_gone(int result)
{
	return result == -ENOENT || result == -ENODEV;
}

/* A path cut into its components. */
struct bh_group_path {
	size_t len;
	const char *names[BH_GROUP_MAX_DEPTH];
	char *text; /* owned: what names point into */
};

/*
 * Check that path is absolute and of plain components, and take what is above
 * the mount off it.  A path of no components left is refused: that is the
 * group at the mount itself.  Clear it with bh_group_path_clear, also after an
 * error.
 */
int bh_group_path_parse(const struct bh_hierarchy *hierarchy, const char *path,
			struct bh_group_path *ret, struct bh_err *err);
void bh_group_path_clear(struct bh_group_path *path);

#define bh_autogrouppath __attribute__((cleanup(bh_group_path_clear)))

/* Open the hierarchy's mount; a descriptor or -errno with err filled. */
int bh_group_open_mount(const struct bh_hierarchy *hierarchy,
			struct bh_err *err);

/* Open the sub-group name; readable, so that it can be listed.  fd or -errno */
int bh_group_open(int parent_fd, const char *name);

/* Append a file of the group to buf; 0 or -errno. */
int bh_group_read(int group_fd, const char *file, struct bh_buf *buf);

/* Write value in one call; 0 or -errno. */
int bh_group_write(int group_fd, const char *file, const char *value);

/* Append the names of the sub-groups, each with its NUL; 0 or -errno. */
int bh_group_list(int group_fd, struct bh_buf *names);

/* Whether a word stands in text, between blanks or newlines. */
bool bh_group_has_word(const char *text, const char *word);

#endif
