/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of workspaces in the plan: which names are hidden or read-only, and
 * of which files of git the container has its own.
 *
 *	bh_workspaces_look ──► the gate sets .trusted ──► bh_workspaces_plan
 */
#ifndef BH_CONTAINER_WORKSPACES_H
#define BH_CONTAINER_WORKSPACES_H

#include "container/prepare.h"

/* Fill prepared->workspaces, once its host paths are opened; none where policy
 * leaves workspaces alone. */
int bh_workspaces_look(struct bh_prepared *prepared, struct bh_err *err);

/* Fill prepared->plan_workspaces.  -EINVAL where policy requires what nothing can
 * enforce, or git could not be kept from recording what is hidden. */
int bh_workspaces_plan(struct bh_prepared *prepared, const char *verb,
		       struct bh_err *err);

/* workspace-copies.c: the private copies of a repository. */
struct bh_workspace_copying {
	struct bh_arena *arena;
	const struct bh_workspace *ws;
	const struct bh_plan_workspace *plan; /* with its names */
	bool filter; /* safe settings alone, and hidden names */
};

int bh_workspace_copies(const struct bh_workspace_copying *copying,
			const struct bh_workspace_repository *repository,
			struct bh_plan_repository *ret, struct bh_err *err);

#endif
