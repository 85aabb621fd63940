/* SPDX-License-Identifier: Apache-2.0 */
/* The rules about hooks, each broken by one change to a plan that keeps them. */
#include <errno.h>

#include "plan-small.h"
#include "tap.h"

/* Where the steps of the plan below are. */
struct places {
	size_t record, prestart, create, pivot, load, seccomp, inside, exec;
};

static size_t at(const struct bh_plan *plan, enum bh_op op)
{
	size_t i = 0;

	while (plan->steps[i].op != op)
		i++;
	return i;
}

/* A new step at index `to`. */
static struct bh_step *insert(struct bh_plan *plan, size_t to, enum bh_op op,
			      enum bh_lane lane, enum bh_phase phase)
{
	struct bh_step step;

	step = *add(plan, op, lane, phase);
	memmove(plan->steps + to + 1, plan->steps + to,
		(plan->len - 1 - to) * sizeof(*plan->steps));
	plan->steps[to] = step;
	return &plan->steps[to];
}

static void insert_hook(struct bh_plan *plan, size_t to, enum bh_lane lane)
{
	static const char *const none[] = { NULL };
	struct bh_step *step =
		insert(plan, to, BH_OP_hook, lane, BH_PHASE_HOOKS);

	step->args.hook = (struct bh_args_hook){
		.name = "hook",
		.path = "/hook",
		.program = ROOTFS,
		.script = -1,
		.arguments = none,
		.environment = none,
	};
}

static void make_hooks(struct bh_plan *plan, struct places *places)
{
	static const char *const none[] = { NULL };
	struct bh_step *step;
	size_t to;

	make_plan(plan);
	to = at(plan, BH_OP_clone) + 1;
	insert(plan, to, BH_OP_record, BH_PARENT, BH_PHASE_NAMESPACES)
		->args.record.process = CHILD;
	to = at(plan, BH_OP_pivot_root);
	plan->steps[to].phase = BH_PHASE_HOOKS;
	insert_hook(plan, to, BH_PARENT);
	insert_hook(plan, to + 1, BH_CHILD);
	to = at(plan, BH_OP_no_new_privs);
	step = insert(plan, to, BH_OP_hook_load, BH_CHILD, BH_PHASE_EXEC);
	step->args.hook_load = (struct bh_args_hook_load){ .name = "own",
							   .program = SPARE,
							   .path = "/own" };
	to = at(plan, BH_OP_exec);
	step = insert(plan, to, BH_OP_hook_inside, BH_CHILD, BH_PHASE_EXEC);
	step->args.hook_inside = (struct bh_args_hook_inside){
		.name = "own",
		.path = "/own",
		.program = SPARE,
		.arguments = none,
		.environment = none,
	};
	*places = (struct places){
		.record = at(plan, BH_OP_record),
		.prestart = at(plan, BH_OP_hook),
		.create = at(plan, BH_OP_hook) + 1,
		.pivot = at(plan, BH_OP_pivot_root),
		.load = at(plan, BH_OP_hook_load),
		.seccomp = at(plan, BH_OP_seccomp),
		.inside = at(plan, BH_OP_hook_inside),
		.exec = at(plan, BH_OP_exec),
	};
}

/* The step at `from` to `to`, an index without it, in the phase that is there. */
static void move(struct bh_plan *plan, size_t from, size_t to)
{
	struct bh_step step = plan->steps[from];

	memmove(plan->steps + from, plan->steps + from + 1,
		(plan->len - 1 - from) * sizeof(*plan->steps));
	memmove(plan->steps + to + 1, plan->steps + to,
		(plan->len - 1 - to) * sizeof(*plan->steps));
	step.phase = plan->steps[to - 1].phase;
	plan->steps[to] = step;
}

#define CHANGE(name) \
	static void name(struct bh_plan *plan, const struct places *p)

CHANGE(nothing)
{
	(void)plan;
	(void)p;
}

CHANGE(hook_elsewhere)
{
	plan->steps[p->prestart].phase = BH_PHASE_DEVICES;
}

CHANGE(hook_may_fail)
{
	plan->steps[p->create].on_error = BH_SKIP_ENOENT;
}

CHANGE(hook_without_record)
{
	move(plan, p->record, p->create);
	plan->steps[p->create].phase = BH_PHASE_HOOKS;
}

CHANGE(hook_behind_pivot)
{
	move(plan, p->pivot, p->create);
}

CHANGE(hook_too_early)
{
	plan->steps[at(plan, BH_OP_mask)].phase = BH_PHASE_HOOKS;
	move(plan, at(plan, BH_OP_mask), p->prestart);
}

CHANGE(parent_behind_child)
{
	plan->steps[p->prestart].lane = BH_CHILD;
	plan->steps[p->create].lane = BH_PARENT;
}

CHANGE(hook_before_root)
{
	move(plan, at(plan, BH_OP_become_root), p->create);
}

CHANGE(inside_of_parent)
{
	plan->steps[p->inside].lane = BH_PARENT;
}

CHANGE(inside_before_filter)
{
	move(plan, p->inside, p->seccomp);
}

CHANGE(inside_of_host)
{
	plan->steps[p->inside].args.hook_inside.program = ROOTFS;
}

CHANGE(inside_may_fail)
{
	plan->steps[p->inside].on_error = BH_SKIP_ENOENT;
}

CHANGE(load_may_fail)
{
	plan->steps[p->load].on_error = BH_SKIP_ENOENT;
}

CHANGE(load_as_root)
{
	move(plan, p->load, at(plan, BH_OP_bounding_set));
}

CHANGE(load_before_start)
{
	struct bh_step *step;

	step = insert(plan, p->load + 1, BH_OP_await_start, BH_CHILD,
		      BH_PHASE_EXEC);
	step->args.await_start.start = ROOTFS;
}

CHANGE(step_behind_inside)
{
	(void)insert(plan, p->exec, BH_OP_seccomp, BH_CHILD, BH_PHASE_EXEC);
}

CHANGE(step_between)
{
	plan->steps[at(plan, BH_OP_no_new_privs)].op = BH_OP_umask;
	(void)insert(plan, p->exec, BH_OP_umask, BH_CHILD, BH_PHASE_EXEC);
}

static const struct {
	const char *title;
	void (*change)(struct bh_plan *plan, const struct places *places);
	const char *want; /* a part of the message; NULL: it is a good plan */
} cases[] = {
	{ "a plan with hooks", nothing, NULL },
	{ "a hook in another phase", hook_elsewhere, "not among the hooks" },
	{ "a hook that may fail", hook_may_fail, "may not fail unnoticed" },
	{ "a hook before the record", hook_without_record,
	  "before the container is noted" },
	{ "a hook behind pivot_root", hook_behind_pivot, "after pivot_root" },
	{ "a mask behind a hook", hook_too_early, "have seen already" },
	{ "createRuntime behind createContainer", parent_behind_child,
	  "after the container's own hooks" },
	{ "a child's hook before it is root", hook_before_root,
	  "before the child is root" },
	{ "startContainer by the parent", inside_of_parent, "child's to do" },
	{ "startContainer without a filter", inside_before_filter,
	  "before the process is confined" },
	{ "a step between startContainer and exec", step_between,
	  "comes between hooks" },
	{ "startContainer of the host", inside_of_host, "descriptor that is" },
	{ "startContainer that may fail", inside_may_fail,
	  "may not fail unnoticed" },
	{ "what is loaded may fail", load_may_fail, "may not fail unnoticed" },
	{ "it is loaded as root", load_as_root, "is its user" },
	{ "it is loaded before start", load_before_start, "and started" },
	{ "a step behind startContainer", step_behind_inside,
	  "before the process is confined" },
};

int main(void)
{
	for (size_t i = 0; i < BH_COUNT(cases); i++) {
		struct bh_err err = { 0 };
		struct places places;
		struct bh_plan plan;
		int r;

		make_hooks(&plan, &places);
		cases[i].change(&plan, &places);
		r = bh_plan_check(&plan, &err);
		if (cases[i].want) {
			is_int(r, -EINVAL, "%s is refused", cases[i].title);
			if (!ok(strstr(err.text, cases[i].want), "%s: why",
				cases[i].title))
				diag("%s", err.text);
		} else if (!is_int(r, 0, "%s", cases[i].title)) {
			diag("%s", err.text);
		}
		bh_plan_clear(&plan);
	}
	return done_testing();
}
