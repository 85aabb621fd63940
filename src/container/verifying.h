/* SPDX-License-Identifier: Apache-2.0 */
/* Inside container/: the parts of verify. */
#ifndef BH_CONTAINER_VERIFYING_H
#define BH_CONTAINER_VERIFYING_H

#include "container/container.h"
#include "container/verify.h"
#include "host/mountinfo.h"
#include "plan/posture.h"

struct bh_verifying {
	const struct bh_container *container;
	const struct bh_posture *posture;
	struct bh_findings *verdict;
	int procfs_fd;
	pid_t pid;		      /* of the container's process */
	struct bh_mount_lines mounts; /* that it sees */
};

/* Note a promise: kept, or what is there instead, in the verdict's arena. */
void bh_verify_kept(struct bh_verifying *v, const char *promise);
void bh_verify_broken(struct bh_verifying *v, const char *promise,
		      const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* What the plan could not promise. */
void bh_verify_unenforced(struct bh_verifying *v, const char *promise);

/* Read a file below /proc/PID, with a NUL behind it; 0 or -errno. */
int bh_verify_read(const struct bh_verifying *v, pid_t pid, const char *name,
		   struct bh_buf *text);

/* verify-mounts.c: first of all, since others look at v->mounts. */
int bh_verify_mounts(struct bh_verifying *v, struct bh_err *err);
/* verify-processes.c: each process of the container, and init's namespaces. */
int bh_verify_processes(struct bh_verifying *v, struct bh_err *err);
/* verify-maps.c */
void bh_verify_maps(struct bh_verifying *v);
/* verify-limits.c */
int bh_verify_limits(struct bh_verifying *v, struct bh_err *err);

#endif
