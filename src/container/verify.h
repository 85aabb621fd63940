/* SPDX-License-Identifier: Apache-2.0 */
/*
 * verify: what was promised of a container, compared with what the kernel says.
 *
 *	posture.json, the record ──┐
 *	/proc/PID, cgroup files  ──┴─ bh_container_verify ──► a list of findings
 */
#ifndef BH_CONTAINER_VERIFY_H
#define BH_CONTAINER_VERIFY_H

#include "base/err.h"
#include "base/mem.h"

/* A promise, or a kind of them. */
struct bh_finding {
	const char *promise; /* "no_new_privs", "mount /proc" */
	bool kept;
	/* What is there instead; NULL when it is kept. */
	const char *found;
	/* Nothing was promised, since nothing could hold it: neither kept nor
	 * broken. */
	bool unenforced;
};

struct bh_findings {
	struct bh_arena arena; /* owns all below */
	size_t len;
	struct bh_finding *items;
	size_t broken; /* how many of them */
	size_t unenforced;
};

/*
 * Look at a running or paused container below root.  ret must be all zero; clear
 * it, also after a failure.  0 whatever is found; -errno when it can't be told,
 * as for a container that is not running or ends meanwhile.
 */
int bh_container_verify(const char *root, const char *id,
			struct bh_findings *ret, struct bh_err *err);
void bh_findings_clear(struct bh_findings *verdict);

#endif
