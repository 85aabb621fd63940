/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "container/agent.h"
#include "container/watcher.h"
#include "host/guarded.h"
#include "run/hook.h"
#include "trust/script.h"

/* What messages call it. */
#define WHAT "agent hook"

static const char *const environment[] = {
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	NULL,
};

/* An agent hook, opened. */
struct opened {
	struct bh_program program;
	struct bh_script script;
};

static void close_program(struct opened *opened)
{
	bh_close(&opened->program.fd);
	bh_close(&opened->program.script_fd);
}

/* Nobody but the host's owner can change a guarded file: it runs as it lies. */
static int open_interpreter(struct opened *opened, struct bh_err *err)
{
	struct bh_program *program = &opened->program;

	program->script_fd = program->fd;
	program->fd = bh_guarded_open(WHAT, opened->script.interpreter, err);
	if (program->fd < 0)
		return program->fd;
	program->name = opened->script.interpreter;
	program->option = opened->script.has_option ? opened->script.option :
						      NULL;
	return 0;
}

static int open_program(const char *path, struct opened *ret,
			struct bh_err *err)
{
	char head[BH_SCRIPT_HEAD];
	ssize_t len;
	int r;

	ret->program = BH_NO_PROGRAM;
	ret->program.fd = bh_guarded_open(WHAT, path, err);
	if (ret->program.fd < 0)
		return ret->program.fd;
	len = pread(ret->program.fd, head, sizeof(head), 0);
	if (len < 0)
		return bh_fail(err, errno, "read the " WHAT " %s", path);
	if (!bh_script_is(head, (size_t)len))
		return 0;
	r = bh_script_parse(head, (size_t)len, &ret->script, err);
	return r < 0 ? r : open_interpreter(ret, err);
}

/* ---- what it is told ------------------------------------------------------------ */

static void add_text(struct bh_buf *out, const char *name, const char *value)
{
	if (!value)
		return;
	bh_buf_printf(out, ",\"%s\":", name);
	bh_buf_json(out, value);
}

static void print_event(const char *name, const struct bh_agent_event *event,
			struct bh_buf *out)
{
	bh_buf_str(out, "{\"version\":1,\"hook\":");
	bh_buf_json(out, name);
	add_text(out, "verb", event->verb);
	add_text(out, "id", event->id);
	add_text(out, "bundle", event->bundle);
	add_text(out, "profile", event->profile);
	add_text(out, "message", event->message);
	if (event->pid)
		bh_buf_printf(out, ",\"pid\":%lld", (long long)event->pid);
	add_text(out, "reason", event->reason);
	if (event->reason && event->status >= 0)
		bh_buf_printf(out, ",\"status\":%d", event->status);
	if (event->judgement) {
		bh_buf_str(out, ",\"items\":");
		bh_gate_print_json(event->judgement, out);
	}
	bh_buf_str(out, "}\n");
}

/* ---- running ------------------------------------------------------------------- */

static const char *const *arguments(const struct bh_agent_hook *hook,
				    struct bh_arena *arena)
{
	const char **args =
		bh_arena_alloc(arena, (hook->args.len + 2) * sizeof(*args));

	args[0] = hook->path;
	for (size_t i = 0; i < hook->args.len; i++)
		args[i + 1] = hook->args.items[i];
	return args;
}

static int run_opened(const struct bh_agent_hook *hook, const char *name,
		      const struct opened *opened,
		      const struct bh_agent_event *event,
		      struct bh_hook_output *output, struct bh_err *err)
{
	bh_autoarena struct bh_arena arena = { 0 };
	bh_autobuf struct bh_buf input = { 0 };
	bh_autobuf struct bh_buf title = { 0 };
	uint64_t timeout = hook->timeout.value ? hook->timeout.value :
						 BH_AGENT_TIMEOUT;

	print_event(name, event, &input);
	bh_buf_printf(&title, WHAT " %s", name);

	const struct bh_hook_call call = {
		.name = title.data,
		.path = hook->path,
		.program = &opened->program,
		.args = bh_program_args(&opened->program,
					arguments(hook, &arena), &arena),
		.env = environment,
		.timeout_ms = timeout * 1000,
		.input = input.data,
		.input_len = input.len,
	};

	return bh_hook_run(&call, output, err);
}

static int run(const struct bh_agent_hook *hook, const char *name,
	       const struct bh_agent_event *event,
	       struct bh_hook_output *output, struct bh_err *err)
{
	struct opened opened;
	int r = open_program(hook->path, &opened, err);

	if (r == 0)
		r = run_opened(hook, name, &opened, event, output, err);
	close_program(&opened);
	return r;
}

/* {"grant":"once"}, with any blanks. */
static bool says_once(const struct bh_hook_output *output)
{
	static const char answer[] = "{\"grant\":\"once\"}";
	size_t at = 0;

	for (size_t i = 0; i < output->len; i++) {
		if (strchr(" \t\r\n", output->data[i]) && output->data[i])
			continue;
		if (at == sizeof(answer) - 1 || output->data[i] != answer[at])
			return false;
		at++;
	}
	return !output->cut && at == sizeof(answer) - 1;
}

bool bh_agent_grants(const struct bh_agent_hooks *hooks,
		     const struct bh_agent_event *event, struct bh_buf *why)
{
	struct bh_hook_output output = { 0 };
	struct bh_err err;

	if (!hooks || !hooks->before_trust)
		return false;
	if (run(hooks->before_trust, "beforeTrust", event, &output, &err) < 0) {
		bh_autofree char *message = bh_err_message(&err);

		bh_buf_str(why, message);
		return false;
	}
	if (says_once(&output))
		return true;
	bh_buf_printf(why, "the " WHAT " beforeTrust %s did not grant it",
		      hooks->before_trust->path);
	return false;
}

char *bh_agent_tell(const struct bh_agent_hook *hook, const char *name,
		    const struct bh_agent_event *event)
{
	struct bh_err err;

	if (!hook || run(hook, name, event, NULL, &err) == 0)
		return NULL;
	return bh_err_message(&err);
}

void bh_agent_tell_refusal(const struct bh_agent_hooks *hooks,
			   const struct bh_agent_event *event,
			   const struct bh_err *err)
{
	struct bh_agent_event told = *event;
	bh_autofree char *message = NULL;

	if (!err->denied || !hooks || !hooks->on_refusal)
		return;
	message = bh_err_message(err);
	told.message = message;
	/* The refusal is what its caller hears of. */
	free(bh_agent_tell(hooks->on_refusal, "onRefusal", &told));
}

static void tell_start(const struct bh_watched *watched)
{
	const struct bh_agent_hooks *hooks = watched->arg;
	const struct bh_agent_event event = {
		.id = watched->state->id,
		.bundle = watched->state->bundle,
		.pid = watched->state->pid.value,
		.status = -1,
	};

	/* Nobody is left to hear of its failure. */
	free(bh_agent_tell(hooks->on_start, "onStart", &event));
}

int bh_agent_tell_start(const struct bh_entry *entry,
			const struct bh_state *state,
			const struct bh_agent_hooks *hooks, struct bh_err *err)
{
	union {
		const struct bh_agent_hooks *in;
		void *out;
	} arg = { .in = hooks };

	if (!hooks || !hooks->on_start)
		return 0;
	return bh_watcher_start(entry, state, tell_start, arg.out, err);
}

int bh_agent_save(const struct bh_entry *entry,
		  const struct bh_agent_hooks *hooks, struct bh_err *err)
{
	bh_autofree char *text = NULL;
	size_t len;

	if (!hooks)
		return 0;
	text = bh_agent_hooks_print(hooks, &len);
	return bh_entry_write(entry, BH_AGENT_FILE, text, len, err);
}

int bh_agent_load(const struct bh_entry *entry, struct bh_agent_hooks **ret,
		  struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };
	int r;

	*ret = NULL;
	if (!bh_entry_has(entry, BH_AGENT_FILE))
		return 0;
	r = bh_entry_read(entry, BH_AGENT_FILE, &text, err);
	if (r == 0)
		r = bh_agent_hooks_parse(text.data ? text.data : "", text.len,
					 ret, err);
	return r;
}
