/* SPDX-License-Identifier: Apache-2.0 */
/* Paths of the host that are not for containers, paths.def. */
#ifndef BH_POLICY_PATHS_H
#define BH_POLICY_PATHS_H

#include <stdbool.h>
#include <stddef.h>

enum bh_path_kind {
	BH_PATH_FILE,
	BH_PATH_SOCKET,
	BH_PATH_SYSTEM,
	BH_PATH_ENGINE,
};

struct bh_path_rule {
	enum bh_path_kind kind;
	const char *pattern;
};

extern const struct bh_path_rule bh_path_rules[];
extern const size_t bh_path_rule_count;

/* How an absolute path without links lies to what a pattern names. */
enum bh_relation {
	BH_UNRELATED,
	BH_ABOVE, /* a directory that may hold it */
	BH_SAME,
	BH_BELOW,
};

enum bh_relation bh_path_relate(const char *path, const char *pattern);

/* Whether it is, or lies below, what a rule of the kind names. */
bool bh_path_is(const char *path, enum bh_path_kind kind);

/* Whether it is a home directory, or below an entry of one that begins with a
 * dot. */
bool bh_path_is_private(const char *path);

/* Whether it is or holds one of the host's own directories: no rootfs. */
bool bh_path_holds_system(const char *path);

#endif
