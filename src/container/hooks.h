/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hooks that are no step of a plan: poststart and poststop run beside the container,
 * when it is there and when it is gone, of the config that it was made from.
 *
 *	prestart, createRuntime, createContainer	the plan, of create and run
 *	startContainer					the plan, after `start`
 *	poststart	bh_hooks_poststart		start and run; a failure ends it
 *	poststop	bh_hooks_poststop		delete, the end of run, and what
 *							failed behind its first hook
 */
#ifndef BH_CONTAINER_HOOKS_H
#define BH_CONTAINER_HOOKS_H

#include "base/notes.h"
#include "container/once.h"
#include "container/pass-gate.h"
#include "container/state.h"
#include "container/store.h"
#include "run/printed.h"

/* What went wrong without anything failing; to be shown at any level. */
struct bh_warnings {
	struct bh_arena arena;
	struct bh_notes notes;
	struct bh_notes printed; /* by hooks: for the log */
};

void bh_warnings_clear(struct bh_warnings *warnings);

/* Move what hooks printed there. */
void bh_hooks_take_printed(struct bh_printed *printed,
			   struct bh_warnings *warnings);

/* What an existing container has that its hooks are judged by. */
struct bh_kept_hooks {
	struct bh_spec spec; /* of the config that is kept with it */
	struct bh_profile *profile;
	struct bh_agent_hooks *agent_hooks;
	struct bh_once once;
};

/* The hooks of some stages (bits, 1 << stage); none where its state says that there
 * are none.  Clear it. */
int bh_hooks_load(const struct bh_entry *entry, const struct bh_state *state,
		  unsigned int stages, struct bh_kept_hooks *ret,
		  struct bh_err *err);
void bh_kept_hooks_clear(struct bh_kept_hooks *kept);

/* What the gate is to be asked of them. */
struct bh_gate_request bh_hooks_request(const struct bh_kept_hooks *kept,
					const char *verb,
					const struct bh_gate_places *places);

/* Append the state as a hook gets it, with this pid. */
void bh_hooks_state(const struct bh_state *state, pid_t pid,
		    enum bh_hook_stage stage, struct bh_buf *text);

/* In order, up to the first that fails: 0 or -errno.  passed is of the same
 * hooks. */
int bh_hooks_poststart(const struct bh_passed *passed,
		       const struct bh_state *state,
		       struct bh_warnings *warnings, struct bh_err *err);

/* All of them that are trusted still: the others, and those that fail, become
 * warnings. */
void bh_hooks_poststop(const struct bh_gate_request *request,
		       const struct bh_state *state,
		       struct bh_warnings *warnings);

#endif
