/* SPDX-License-Identifier: Apache-2.0 */
/* Trust in a workspace: in its protected files, as they were looked at. */
#ifndef BH_TRUST_WORKSPACE_GRANT_H
#define BH_TRUST_WORKSPACE_GRANT_H

#include "trust/grant.h"
#include "trust/store.h"
#include "trust/workspace.h"

/* Make the grant of a workspace; of request, only the circumstances count.  Refused
 * is what is broken. */
int bh_grant_workspace(const struct bh_workspace *ws,
		       const struct bh_grant_request *request,
		       struct bh_grant **ret, struct bh_err *err);

/* Set trusted, by and why of each by the grants that there are; in the arena. */
void bh_gate_workspaces(struct bh_workspaces *workspaces,
			const struct bh_trust_store *store, int64_t now,
			struct bh_arena *arena);

/* A line for each protected file, and what is not looked at. */
void bh_workspace_print(const struct bh_workspace *ws, struct bh_buf *out);
/* One JSON object. */
void bh_workspace_print_json(const struct bh_workspace *ws, struct bh_buf *out);

#endif
