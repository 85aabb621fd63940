/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the machine says of places where programs lie: whom they belong to, and
 * whether somebody else, a user or a container, may have a hand in them.  What
 * can't be found out is answered with no.
 */
#ifndef BH_TRUST_GROUND_H
#define BH_TRUST_GROUND_H

#include <sys/stat.h>

#include "host/lineage.h"
#include "host/mountinfo.h"
#include "spec/spec.h"

/* Asked once for all paths. */
/* All zeroes: not open. */
struct bh_ground {
	struct bh_arena arena;
	bool open;
	int procfs_fd;
	struct stat top;    /* of / */
	uint64_t top_mount; /* its mount */
	/* In a user namespace the host's root shows as the overflow uid, and so
	 * do others: only the system's own places count then. */
	bool overflow;
	struct bh_mount_lines mounts;
	size_t reach_count; /* what this container could write to */
	struct bh_file_id *reach;
};

int bh_ground_open(const struct bh_spec *spec, struct bh_ground *ret,
		   struct bh_err *err);
void bh_ground_close(struct bh_ground *ground);

/* Root's, writable for nobody else, and out of this container's reach.  An ACL
 * shows in the group's bits; a link has no mode of its own. */
bool bh_ground_is_roots(const struct bh_ground *ground, int fd,
			const struct stat *st);

/* On a file system whose owners and times this kernel keeps: no network, no FUSE;
 * what / lies on is the host's own choice. */
bool bh_ground_is_local(const struct bh_ground *ground, int fd,
			const struct stat *st);

/*
 * On a mount of the host's own, in none of the places where engines keep images
 * or where containers usually may write (root in a container is root), whatever
 * mount shows it.  One on which programs can't be setuid is a medium that
 * somebody has had mounted.
 */
bool bh_ground_is_hosts(const struct bh_ground *ground, int fd,
			const char *path);

#endif
