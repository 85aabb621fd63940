/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was opened, whatever it was called: where it really lies, and which
 * directories it lies in.  A path that is a link, or a bind mount of something
 * else, has the identity of what it stands for.
 */
#ifndef BH_HOST_LINEAGE_H
#define BH_HOST_LINEAGE_H

#include "host/host.h"
#include "host/mountinfo.h"

struct bh_file_id {
	uint64_t device, inode;
};

struct bh_lineage {
	const char *path; /* without links; in the arena */
	size_t count;	  /* itself first, then what it lies in, up to / */
	struct bh_file_id *ids;
};

/* Of a path that bh_host_open has opened.  In a fake host, what the
 * description calls it, without ids. */
int bh_host_lineage(const struct bh_host *host, const struct bh_host_path *path,
		    struct bh_arena *arena, struct bh_lineage *ret,
		    struct bh_err *err);

/* What lies at path now, links followed; false when there is nothing. */
bool bh_host_identify(const struct bh_host *host, const char *path,
		      struct bh_file_id *ret);

/*
 * The mounts of this machine, in the arena; none in a fake host.  One that is
 * asked about must have been opened before.
 */
int bh_host_mounts(const struct bh_host *host, struct bh_arena *arena,
		   struct bh_mount_lines *ret, struct bh_err *err);

/* aliases.c: the other paths by which the same thing can be reached, through other
 * mounts of its file system; NULL at the end, in the arena. */
const char **bh_host_aliases(const struct bh_mount_lines *mounts,
			     const struct bh_host_path *path,
			     const struct bh_lineage *lineage,
			     struct bh_arena *arena);

/* The mount points strictly below path, NULL at the end, in the arena; they are
 * borrowed from the mounts. */
const char **bh_host_mounts_below(const struct bh_mount_lines *mounts,
				  const char *path, struct bh_arena *arena);

#endif
