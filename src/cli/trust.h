/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs of `bulkhead trust`, a file each; for cli/ alone. */
#ifndef BH_CLI_TRUST_H
#define BH_CLI_TRUST_H

#include "cli/command.h"

int bh_trust_show_command(struct bh_invocation *in, struct bh_err *err);
int bh_trust_grant_command(struct bh_invocation *in, struct bh_err *err);
int bh_trust_revoke_command(struct bh_invocation *in, struct bh_err *err);
int bh_trust_list_command(struct bh_invocation *in, struct bh_err *err);
int bh_trust_check_command(struct bh_invocation *in, struct bh_err *err);

#endif
