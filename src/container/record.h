/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing state.json of a container that is being made, twice: what is going
 * to be made, before anything is; then, as soon as there is a process, whose
 * it all is.  Whenever the runtime is killed, `delete` knows where to look.
 */
#ifndef BH_CONTAINER_RECORD_H
#define BH_CONTAINER_RECORD_H

#include "container/prepare.h"
#include "container/state.h"
#include "container/store.h"
#include "run/run.h"

/* The record of what a plan is going to make; free it with bh_state_free. */
struct bh_state *bh_record_new(const struct bh_prepared *prepared);

/* Add what was made: the process and the groups' inodes. */
int bh_record_made(struct bh_state *state, const struct bh_run *run,
		   struct bh_err *err);

int bh_record_save(const struct bh_entry *entry, const struct bh_state *state,
		   struct bh_err *err);

#endif
