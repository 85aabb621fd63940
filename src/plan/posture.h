/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a plan promises and the kernel can be asked about as long as the container
 * lives.  It is kept with the container, so that `bulkhead verify` compares what
 * was promised with what is.
 *
 * The types are libocispec's, whose tables read and write it.
 */
#ifndef BH_PLAN_POSTURE_H
#define BH_PLAN_POSTURE_H

#include "host/host.h"
#include "ocispec.h"
#include "plan/plan.h"

/* A mount, or a path that is one. */
struct bh_promised_mount {
	char *target; /* in the container; links of the image are followed */
	char *type;   /* of the file system; NULL: the host's own */
	struct oci_u64 attributes; /* MOUNT_ATTR_*: at least these */
	struct oci_bool optional; /* what is missing needs nothing done to it */
	struct oci_bool link;	  /* it is a link itself, and not followed */
	struct oci_bool recursive; /* mounts below it may have come with it */
};

/* A file of a group, and the most that it may say. */
struct bh_promised_limit {
	char *mount; /* of the hierarchy */
	char *path;  /* of the group */
	char *file;
	char *value;
};

struct bh_posture {
	struct oci_bool no_new_privs;
	struct oci_u64 filters; /* how many are installed */
	/* Capabilities, bit n is capability n: at most these. */
	struct oci_u64 bounding, effective, permitted, inheritable, ambient;
	struct oci_u64 namespaces; /* CLONE_NEW*: the container's own */
	/* "0 2013265920 65536\n", of a user namespace whose maps we wrote. */
	char *uid_map, *gid_map;
	OCI_LIST(struct bh_promised_mount) mounts;
	/* Paths where they are there: covered by an empty directory or the null
	 * device; read-only by a mount of themselves. */
	struct oci_strings masked, readonly;
	/* Workspaces whose protected names can be written to all the same. */
	struct oci_strings unenforced;
	OCI_LIST(struct bh_promised_limit) limits;
};

/* Everything that the plan promises, owned by the caller. */
struct bh_posture *bh_posture_of(const struct bh_plan *plan,
				 const struct bh_host *host);

/* Promise that a file of a group says no more than value. */
void bh_posture_limit(struct bh_posture *posture, const char *mount,
		      const char *path, const char *file, const char *value);

/* Whether a file of a group is a ceiling, as memory.max is, and a weight is not. */
bool bh_posture_is_limit(const char *file);

#endif
