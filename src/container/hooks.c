/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "container/agent.h"
#include "container/hooks.h"
#include "container/once.h"
#include "container/profile.h"
#include "run/hook.h"

void bh_warnings_clear(struct bh_warnings *warnings)
{
	bh_arena_clear(&warnings->arena);
	*warnings = (struct bh_warnings){ 0 };
}

void bh_hooks_take_printed(struct bh_printed *printed,
			   struct bh_warnings *warnings)
{
	const char *text = NULL;

	while ((text = bh_printed_next(printed, text)))
		bh_note(&warnings->printed, &warnings->arena, "%s", text);
	atomic_store(&printed->len, 0);
}

static int read_spec(const struct bh_entry *entry, const struct bh_state *state,
		     unsigned int stages, struct bh_spec *ret,
		     struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };
	struct oci_config *config;
	struct oci_error error;
	int r = bh_entry_read(entry, "config.json", &text, err);

	if (r < 0)
		return r;
	if (oci_config_read(text.data, text.len, &config, NULL, &error) < 0)
		return bh_refuse(err,
				 "read the config of container %s: line %zu, "
				 "column %zu: %s",
				 entry->id, error.line, error.column,
				 error.message);
	return bh_spec_build_hooks(config, state->bundle, state->id, stages,
				   ret, err);
}

int bh_hooks_load(const struct bh_entry *entry, const struct bh_state *state,
		  unsigned int stages, struct bh_kept_hooks *ret,
		  struct bh_err *err)
{
	int r;

	*ret = (struct bh_kept_hooks){ 0 };
	r = bh_agent_load(entry, &ret->agent_hooks, err);
	if (r < 0 || !state->hooks.value)
		return r;
	r = read_spec(entry, state, stages, &ret->spec, err);
	if (r == 0)
		r = bh_profile_load(entry, &ret->profile, err);
	if (r == 0)
		r = bh_once_load(entry, &ret->once, err);
	if (r < 0)
		bh_kept_hooks_clear(ret);
	return r;
}

void bh_kept_hooks_clear(struct bh_kept_hooks *kept)
{
	bh_once_clear(&kept->once);
	bh_agent_hooks_free(kept->agent_hooks);
	if (kept->profile)
		bh_profile_free(kept->profile);
	bh_spec_clear(&kept->spec);
	*kept = (struct bh_kept_hooks){ 0 };
}

struct bh_gate_request bh_hooks_request(const struct bh_kept_hooks *kept,
					const char *verb,
					const struct bh_gate_places *places)
{
	return (struct bh_gate_request){
		.verb = verb,
		.spec = &kept->spec,
		.profile = kept->profile,
		.agent_hooks = kept->agent_hooks,
		.places = places,
		.once_count = kept->once.count,
		.once = kept->once.items,
	};
}

/* runtime.md, State: what the container is by then. */
static enum oci_status status_at(enum bh_hook_stage stage)
{
	switch (stage) {
	case BH_START_CONTAINER:
		return OCI_STATUS_CREATED;
	case BH_POSTSTART:
		return OCI_STATUS_RUNNING;
	case BH_POSTSTOP:
		return OCI_STATUS_STOPPED;
	default:
		return OCI_STATUS_CREATING;
	}
}

void bh_hooks_state(const struct bh_state *state, pid_t pid,
		    enum bh_hook_stage stage, struct bh_buf *text)
{
	bh_autofree char *report = NULL;
	struct bh_state shown = *state;
	size_t len;

	shown.pid = (struct oci_i64){ true, pid };
	report = bh_state_report(&shown, status_at(stage), &len);
	bh_buf_add(text, report, len);
}

static int run_hook(const struct bh_item *item, const struct bh_state *state,
		    struct bh_warnings *warnings, struct bh_err *err)
{
	const struct bh_hook *hook = item->hook;
	bh_autoarena struct bh_arena arena = { 0 };
	bh_autobuf struct bh_buf input = { 0 };
	struct bh_printed printed = { 0 };
	struct bh_hook_output output;
	struct bh_hook_call call = {
		.name = bh_arena_printf(&arena, "hook %s[%zu]",
					bh_hook_stage_name(hook->stage),
					hook->index),
		.path = hook->path,
		.program = &item->program,
		.args = bh_program_args(&item->program, hook->args, &arena),
		.env = hook->env,
		.timeout_ms = bh_hook_timeout(hook) * 1000,
	};
	int r;

	bh_hooks_state(state, (pid_t)state->pid.value, hook->stage, &input);
	call.input = input.data;
	call.input_len = input.len;
	r = bh_hook_run(&call, &output, err);
	bh_printed_add(&printed, call.name, &output);
	bh_hooks_take_printed(&printed, warnings);
	return r;
}

int bh_hooks_poststart(const struct bh_passed *passed,
		       const struct bh_state *state,
		       struct bh_warnings *warnings, struct bh_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < passed->look.count; i++)
		if (passed->look.items[i].hook->stage == BH_POSTSTART)
			r = run_hook(&passed->look.items[i], state, warnings,
				     err);
	return r;
}

static void warn(struct bh_warnings *warnings, const struct bh_err *err)
{
	bh_autofree char *message = bh_err_message(err);

	bh_note(&warnings->notes, &warnings->arena, "%s", message);
}

static void run_or_skip(const struct bh_gate_request *request,
			const struct bh_judged *judged,
			const struct bh_state *state,
			struct bh_warnings *warnings)
{
	const struct bh_item *item = judged->item;
	const char *why = item->broken ? item->broken : judged->why;
	struct bh_err err;

	if (judged->trusted) {
		if (run_hook(item, state, warnings, &err) < 0)
			warn(warnings, &err);
		return;
	}
	bh_gate_note_refusal(request, judged);
	(void)bh_refuse(&err,
			"the hook %s[%zu] %.256s was not run: it is not "
			"trusted any more%s%s",
			bh_hook_stage_name(item->hook->stage),
			item->hook->index, item->hook->path, why ? ": " : "",
			why ? why : "");
	warn(warnings, &err);
}

void bh_hooks_poststop(const struct bh_gate_request *request,
		       const struct bh_state *state,
		       struct bh_warnings *warnings)
{
	struct bh_passed passed = { 0 };
	struct bh_err err;

	if (bh_gate_look(request, &passed, &err) < 0)
		warn(warnings, &err);
	for (size_t i = 0; i < passed.judgement.count; i++) {
		const struct bh_judged *judged = &passed.judgement.items[i];

		if (judged->item->hook->stage == BH_POSTSTOP)
			run_or_skip(request, judged, state, warnings);
	}
	bh_passed_clear(&passed);
}
