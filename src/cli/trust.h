/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs of `bulkhead trust`, a file each; for cli/ alone. */
#ifndef BH_CLI_TRUST_H
#define BH_CLI_TRUST_H

#include "cli/command.h"
#include "trust/grant.h"

int bh_trust_show_command(struct bh_invocation *in, struct bh_err *err);
int bh_trust_grant_command(struct bh_invocation *in, struct bh_err *err);
int bh_trust_revoke_command(struct bh_invocation *in, struct bh_err *err);
int bh_trust_list_command(struct bh_invocation *in, struct bh_err *err);
int bh_trust_check_command(struct bh_invocation *in, struct bh_err *err);

/* trust-workspace.c: of --workspace. */
int bh_trust_show_workspace(struct bh_invocation *in, struct bh_err *err);
int bh_trust_grant_workspace(struct bh_invocation *in, struct bh_err *err);

/* trust-grant.c: who grants, until when; and whether he means it, having seen the
 * text. */
int bh_trust_request(const struct bh_invocation *in,
		     struct bh_grant_request *ret, struct bh_err *err);
int bh_trust_ask(const struct bh_invocation *in, const struct bh_buf *shown,
		 struct bh_err *err);

#endif
