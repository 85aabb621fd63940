/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan: what will be done to make a container, step by step, as data.
 *
 * Two processes walk the same array; each performs the steps of its own lane
 * and waits at each change of lane.  The step `clone` starts the child, which
 * goes on behind it.  A slot is a value known only at run time: a descriptor,
 * or a process (as a pidfd).  Slots that are preset were opened before the plan
 * was made; each process has its own copy of what was filled before `clone`.
 *
 * There are no jumps, loops or variables.  A plan cannot act: it is carried out
 * by run/, proven by bh_plan_check and shown by bh_plan_print.
 */
#ifndef BH_PLAN_PLAN_H
#define BH_PLAN_PLAN_H

#include "base/err.h"
#include "base/mem.h"
#include "base/notes.h"
#include "base/str.h"
#include "plan/ops.h"

/* Changes with the meaning of the JSON form. */
#define BH_PLAN_VERSION 1

enum bh_lane {
	BH_PARENT,
	BH_CHILD
};

enum bh_phase {
	BH_PHASE_PREPARE,
	BH_PHASE_CGROUP,
	BH_PHASE_NAMESPACES,
	BH_PHASE_ID_MAPS,
	BH_PHASE_ROOTFS,
	BH_PHASE_MOUNTS,
	BH_PHASE_DEVICES,
	BH_PHASE_HOOKS,
	BH_PHASE_HARDEN,
	BH_PHASE_EXEC,
	BH_PHASE_COUNT
};

enum bh_on_error {
	BH_FAIL,	/* the container is not made */
	BH_SKIP_ENOENT, /* what is missing needs nothing done to it */
	BH_ELSE,	/* the next step of the array replaces this one */
};

struct bh_step {
	enum bh_op op;
	enum bh_lane lane;
	enum bh_phase phase;
	enum bh_on_error on_error;
	const char *origin; /* "config /mounts/3", "default", "kernel" */
	const char *reason; /* why it differs from the config; or NULL */
	union bh_args args;
};

struct bh_slot {
	const char *name;
	int preset; /* index of the host path, -1: filled by a step */
};

struct bh_plan {
	struct bh_arena arena; /* owns all below */
	size_t len;
	struct bh_step *steps;
	size_t slot_count;
	struct bh_slot *slots;
	struct bh_notes notes;
	/* Mounts whose protected names the container can write to all the same. */
	struct bh_notes unenforced;
};

/* Add a slot and return its number. */
int bh_plan_slot(struct bh_plan *plan, const char *name, int preset);

/* Add a step; the pointer holds until the next one is added. */
struct bh_step *bh_plan_step(struct bh_plan *plan, enum bh_op op,
			     enum bh_lane lane, enum bh_phase phase);

void bh_plan_clear(struct bh_plan *plan);

/*
 * Prove that the plan keeps the invariants that check.c lists.  Returns 0, or
 * -EINVAL with the step and the invariant.
 */
int bh_plan_check(const struct bh_plan *plan, struct bh_err *err);

/* The plan for people, and for programs (a JSON object, one line a step). */
void bh_plan_print(const struct bh_plan *plan, struct bh_buf *out);
void bh_plan_print_json(const struct bh_plan *plan, struct bh_buf *out);

/* "step 12 mount_attach target=/proc": for messages. */
void bh_plan_print_step(const struct bh_plan *plan, size_t index,
			struct bh_buf *out);

#endif
