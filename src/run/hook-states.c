/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "run/hook-states.h"

/* A pid, where there was none when the room was measured. */
#define GROWTH 16

/* Of the stages that a child has hooks of, one behind the other. */
static const enum bh_hook_stage stages[] = {
	BH_CREATE_CONTAINER,
	BH_START_CONTAINER,
};

struct bh_hook_states {
	size_t room; /* of each text */
	size_t len[BH_COUNT(stages)];
	char texts[];
};

static bool has_hooks(const struct bh_plan *plan)
{
	for (size_t i = 0; i < plan->len; i++)
		if (plan->steps[i].op == BH_OP_hook_inside ||
		    (plan->steps[i].op == BH_OP_hook &&
		     plan->steps[i].lane == BH_CHILD))
			return true;
	return false;
}

static size_t size_of(size_t room)
{
	return sizeof(struct bh_hook_states) + BH_COUNT(stages) * room;
}

int bh_hook_states_open(struct bh_run *run, struct bh_err *err)
{
	size_t room = 0;
	void *memory;

	if (!run->in.state || !has_hooks(run->in.plan))
		return 0;
	for (size_t i = 0; i < BH_COUNT(stages); i++) {
		bh_autobuf struct bh_buf text = { 0 };

		run->in.state(run, stages[i], &text);
		room = text.len + GROWTH > room ? text.len + GROWTH : room;
	}
	memory = mmap(NULL, size_of(room), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return bh_fail(err, errno, "map memory for the state");
	run->states = memory;
	run->states->room = room;
	return 0;
}

void bh_hook_states_fill(struct bh_run *run)
{
	struct bh_hook_states *states = run->states;

	for (size_t i = 0; states && i < BH_COUNT(stages); i++) {
		bh_autobuf struct bh_buf text = { 0 };

		run->in.state(run, stages[i], &text);
		states->len[i] = text.len < states->room ? text.len :
							   states->room;
		memcpy(states->texts + i * states->room, text.data,
		       states->len[i]);
	}
}

const char *bh_hook_states_get(const struct bh_run *run,
			       enum bh_hook_stage stage, size_t *ret_len)
{
	size_t i = stage == BH_START_CONTAINER;

	*ret_len = run->states ? run->states->len[i] : 0;
	return run->states ? run->states->texts + i * run->states->room : "";
}

void bh_hook_states_close(struct bh_run *run)
{
	if (run->states)
		(void)munmap(run->states, size_of(run->states->room));
	run->states = NULL;
}
