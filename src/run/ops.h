/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The executors, one for each op of plan/ops.def.  Each performs its step with
 * what is in the plan and the slots, and fills err on failure.  Those of the
 * child run between clone and exec: they allocate nothing, load nothing and
 * call nothing that does.
 */
#ifndef BH_RUN_OPS_H
#define BH_RUN_OPS_H

#include "run/run.h"

#define F(op, kind, field)
#define OP(name, meaning, fields)                                            \
	int op_##name(struct bh_run *run, const struct bh_args_##name *args, \
		      struct bh_err *err);
#include "plan/ops.def"
#undef OP
#undef F

/* op-scope.c: stop the scope that was made, if any. */
int bh_scope_undo(struct bh_run *run, struct bh_err *err);

/* The descriptor in a slot; -1 for "none". */
static inline int bh_slot_fd(const struct bh_run *run, int slot)
{
	return slot < 0 ? -1 : run->slots[slot];
}

#endif
