/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "base/fd.h"
#include "base/sys.h"
#include "cgroup/driver.h"
#include "run/hook-states.h"
#include "run/ops.h"
#include "run/run.h"
#include "run/sync.h"

/* Room for path work in the child: a path, its expansion by links, and the
 * names that program_find and home keep. */
#define SCRATCH_SIZE (64u << 10)

/* How long processes that were killed may take to be gone. */
#define KILL_TIMEOUT_MS 10000

static int execute(struct bh_run *run, const struct bh_step *step,
		   struct bh_err *err)
{
	switch (step->op) {
#define F(op, kind, field)
#define OP(name, meaning, fields) \
	case BH_OP_##name:        \
		return op_##name(run, &step->args.name, err);
#include "plan/ops.def"
#undef OP
#undef F
	case BH_OP_COUNT:
		break;
	}
	return bh_refuse(err, "run the plan: unknown op %d", (int)step->op);
}

/* Perform one step of our lane, and move past it. */
static int perform(struct bh_run *run, const struct bh_step *step,
		   struct bh_err *err)
{
	int r;

	if (run->lane == BH_CHILD)
		atomic_store(&run->shared->step, run->at);
	r = execute(run, step, err);
	run->at++;
	if (r >= 0 && step->on_error == BH_ELSE)
		run->at++;
	if (r == -ENOENT && step->on_error == BH_SKIP_ENOENT)
		return 0;
	if (r < 0 && step->on_error == BH_ELSE)
		return 0;
	return r;
}

/* One step further in the array, whoever performs it. */
static int advance(struct bh_run *run, struct bh_err *err)
{
	const struct bh_step *step = &run->in.plan->steps[run->at];
	enum bh_lane holder = run->holder;
	int r = 0;

	run->holder = step->lane;
	if (step->lane != run->lane) {
		if (holder == run->lane)
			r = bh_sync_give(run, run->at, err);
		run->at++;
		return r;
	}
	if (holder != run->lane)
		r = bh_sync_take(run, run->at, err);
	return r < 0 ? r : perform(run, step, err);
}

/* The child's end when a step fails: leave the record and go. */
static _Noreturn void leave(struct bh_run *run, const struct bh_err *err)
{
	run->shared->err = *err;
	atomic_store(&run->shared->failed, 1);
	_exit(125);
}

static bool waits_for_start(const struct bh_plan *plan)
{
	for (size_t i = plan->len; i > 0; i--)
		if (plan->steps[i - 1].op == BH_OP_await_start)
			return true;
	return false;
}

static int walk(struct bh_run *run, struct bh_err *err)
{
	while (run->at < run->in.plan->len) {
		int r = advance(run, err);

		if (r < 0 && run->lane == BH_CHILD)
			leave(run, err);
		if (r < 0)
			return r;
	}
	if (run->lane == BH_CHILD) {
		bh_refuse(err, "run the plan: no step executes a program");
		leave(run, err);
	}
	if (run->holder == BH_PARENT || waits_for_start(run->in.plan))
		return 0;
	return bh_sync_wait_end(run, err);
}

/* Wait for the child and say how it ended. */
static int reap(struct bh_run *run)
{
	int status = 0;
	pid_t pid;

	do
		pid = waitpid(run->child, &status, 0);
	while (pid < 0 && errno == EINTR);
	run->child = 0;
	return pid < 0 ? 0 : status;
}

static void kill_child(struct bh_run *run)
{
	if (run->child)
		(void)kill(run->child, SIGKILL);
}

/* The child is gone, or going: what it left says why better than our own
 * broken socket does. */
static int child_failure(struct bh_run *run, struct bh_err *err)
{
	bh_autobuf struct bh_buf step = { 0 };
	size_t at = atomic_load(&run->shared->step);
	int status;

	if (atomic_load(&run->shared->failed)) {
		(void)reap(run);
		*err = run->shared->err;
		bh_err_sanitize(err);
		return -err->errnum;
	}
	kill_child(run);
	status = reap(run);
	if (at < run->in.plan->len)
		bh_plan_print_step(run->in.plan, at, &step);
	if (WIFSIGNALED(status))
		return bh_refuse(err,
				 "set up the container: the child was "
				 "killed by signal %d in step %zu, %s",
				 WTERMSIG(status), at,
				 step.data ? step.data : "?");
	return bh_refuse(err,
			 "set up the container: the child left in step "
			 "%zu, %s",
			 at, step.data ? step.data : "?");
}

/* The child can't allocate: give it an array with room for more. */
static void prepare_environment(struct bh_run *run)
{
	const struct bh_plan *plan = run->in.plan;
	const struct bh_step *last = &plan->steps[plan->len - 1];
	const char *const *environment = last->args.exec.environment;
	size_t len = 0;

	if (last->op != BH_OP_exec)
		return;
	while (environment[len])
		len++;
	run->environment = bh_calloc(len + BH_ADDED_VARIABLES + 1,
				     sizeof(*run->environment));
	for (size_t i = 0; i < len; i++)
		run->environment[i] = environment[i];
	run->environment_len = len;
	run->home = bh_calloc(1, BH_HOME_SIZE);
}

static int open_run(struct bh_run *run, const struct bh_run_inputs *inputs,
		    struct bh_err *err)
{
	const struct bh_plan *plan = inputs->plan;
	int r;

	*run = (struct bh_run){
		.in = *inputs,
		.lane = BH_PARENT,
		.holder = BH_PARENT,
		.sync_fd = -1,
		.peer_fd = -1,
		.root = { .fd = -1 },
	};
	run->slots = bh_calloc(plan->slot_count, sizeof(*run->slots));
	for (size_t i = 0; i < plan->slot_count; i++)
		run->slots[i] =
			plan->slots[i].preset < 0 ?
				-1 :
				inputs->preset_fds[plan->slots[i].preset];
	run->made = bh_calloc(plan->len, sizeof(*run->made));
	run->scratch.size = SCRATCH_SIZE;
	run->scratch.data = bh_calloc(SCRATCH_SIZE, 1);
	prepare_environment(run);
	r = bh_hook_states_open(run, err);
	return r < 0 ? r : bh_sync_open(run, err);
}

/* Whether the child got as far as it should by now: past its last step, or
 * (since it gave the turn for `created`) to where it waits. */
static bool has_arrived(const struct bh_run *run)
{
	if (waits_for_start(run->in.plan))
		return true;
	return !atomic_load(&run->shared->failed) &&
	       atomic_load(&run->shared->step) + 1 == run->in.plan->len;
}

int bh_run_plan(struct bh_run *run, const struct bh_run_inputs *inputs,
		struct bh_err *err)
{
	int r = open_run(run, inputs, err);

	if (r == 0)
		r = walk(run, err);
	if (!run->child)
		return r;
	/* Our own failure comes first, unless it is the child's end. */
	if (r == -EPIPE || (r == 0 && !has_arrived(run)))
		return child_failure(run, err);
	if (r < 0) {
		kill_child(run);
		(void)reap(run);
	}
	return r;
}

static int remove_groups(struct bh_run *run, struct bh_err *err)
{
	int result = 0;

	while (run->made_count) {
		struct bh_made_group *made = &run->made[--run->made_count];
		const struct bh_hierarchy *hierarchy =
			&run->in.cgroups->items[made->hierarchy];
		const struct bh_cgroup_made left = {
			.path = made->path,
			.inode = made->inode,
			.existing = BH_CGROUP_EXISTING_ALL,
		};
		int r = bh_cgroup_remove(hierarchy, &left, KILL_TIMEOUT_MS,
					 err);

		/* The rest is removed all the same. */
		if (r < 0)
			result = r;
	}
	return result;
}

int bh_run_undo(struct bh_run *run, struct bh_err *err)
{
	int r = remove_groups(run, err);
	int scope = bh_scope_undo(run, err);

	return r < 0 ? r : scope;
}

void bh_run_clear(struct bh_run *run)
{
	for (size_t i = 0; run->slots && i < run->in.plan->slot_count; i++)
		if (run->in.plan->slots[i].preset < 0)
			bh_close(&run->slots[i]);
	bh_close(&run->sync_fd);
	bh_close(&run->peer_fd);
	if (run->shared)
		(void)munmap(run->shared, sizeof(*run->shared));
	bh_hook_states_close(run);
	free(run->slots);
	free(run->made);
	free(run->scratch.data);
	free(run->environment);
	free(run->home);
	*run = BH_NO_RUN;
}
