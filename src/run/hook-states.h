/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The container's state as the child's hooks get it.  The child can neither make the
 * text, as it allocates nothing, nor know its own pid on the host: the parent writes
 * both into memory that they share, once the child is there.
 */
#ifndef BH_RUN_HOOK_STATES_H
#define BH_RUN_HOOK_STATES_H

#include "run/run.h"

/* Make room before the clone, if the plan has such hooks.  0 or -errno. */
int bh_hook_states_open(struct bh_run *run, struct bh_err *err);

/* Parent: write the texts.  Before the child is given its next turn. */
void bh_hook_states_fill(struct bh_run *run);

/* Child: that of a stage, of *ret_len bytes. */
const char *bh_hook_states_get(const struct bh_run *run,
			       enum bh_hook_stage stage, size_t *ret_len);

void bh_hook_states_close(struct bh_run *run);

#endif
