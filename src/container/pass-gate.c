/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <syslog.h>

#include "base/fd.h"
#include "container/agent.h"
#include "container/pass-gate.h"

static int load_store(const struct bh_gate_request *request,
		      struct bh_passed *passed, struct bh_err *err)
{
	int r = bh_trust_load(&request->places->trust, &passed->store, err);

	if (r < 0)
		return bh_context(err,
				  "%s refused: %zu hook%s, and trust "
				  "can't be read",
				  request->verb, request->spec->hook_count,
				  request->spec->hook_count == 1 ? "" : "s");
	return 0;
}

static void judge(const struct bh_gate_request *request,
		  struct bh_passed *passed)
{
	const struct bh_gate_inputs inputs = {
		.open = request->profile->hooks.value == BH_HOOKS_ANY ?
				request->profile->name :
				NULL,
		.store = &passed->store,
		.now = bh_when_now(),
		.once_count = passed->once_count,
		.once = passed->once,
	};

	bh_gate_judge(&inputs, passed->look.items, passed->look.count,
		      &passed->arena, &passed->judgement);
}

int bh_gate_look(const struct bh_gate_request *request, struct bh_passed *ret,
		 struct bh_err *err)
{
	const struct bh_look_options options = {
		.cache_dir = request->places->cache,
	};
	int r;

	if (!request->spec->hook_count)
		return 0;
	r = bh_look(request->spec, &options, &ret->look, err);
	if (r == 0 && request->profile->hooks.value != BH_HOOKS_ANY)
		r = load_store(request, ret, err);
	if (r < 0)
		return r;
	/* What was let pass has a digest. */
	if (request->once_count &&
	    bh_gate_look_inside(request->spec, &ret->look, err) < 0)
		return -err->errnum;
	ret->once_count = request->once_count;
	ret->once = bh_arena_memdup(&ret->arena, request->once,
				    request->once_count * sizeof(*ret->once));
	judge(request, ret);
	return 0;
}

/* ---- who may let it pass once ----------------------------------------------- */

static struct bh_agent_event event_of(const struct bh_gate_request *request,
				      const struct bh_passed *passed)
{
	return (struct bh_agent_event){
		.verb = request->verb,
		.id = request->spec->id,
		.bundle = request->spec->bundle,
		.profile = request->profile->name,
		.judgement = &passed->judgement,
		.status = -1,
	};
}

/* What is broken can't run, whoever would let it. */
static bool can_be_asked(const struct bh_judgement *judgement)
{
	for (size_t i = 0; i < judgement->count; i++)
		if (!judgement->items[i].trusted &&
		    judgement->items[i].item->broken)
			return false;
	return true;
}

int bh_gate_look_inside(const struct bh_spec *spec, struct bh_look *look,
			struct bh_err *err)
{
	const char *path = spec->wanted[spec->root].path;
	bh_autoclose int fd = -1;
	bool inside = false;

	for (size_t i = 0; i < look->count; i++)
		inside |= look->items[i].inside;
	if (!inside)
		return 0;
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return bh_fail(err, errno, "open the rootfs %s", path);
	bh_look_inside(look, fd);
	return 0;
}

/* What was shown is what passes: its digest is known by then, in an image too. */
static int look_inside(const struct bh_gate_request *request,
		       struct bh_passed *passed, struct bh_err *err)
{
	int r = bh_gate_look_inside(request->spec, &passed->look, err);

	if (r == 0)
		judge(request, passed);
	return r;
}

static void let_pass(const struct bh_gate_request *request,
		     struct bh_passed *passed)
{
	size_t count = request->once_count + passed->judgement.count;
	struct bh_digest *once =
		bh_arena_alloc(&passed->arena, count * sizeof(*once));
	size_t len = passed->once_count;

	if (len)
		memcpy(once, passed->once, len * sizeof(*once));
	for (size_t i = 0; i < passed->judgement.count; i++)
		if (!passed->judgement.items[i].trusted)
			once[len++] = passed->judgement.items[i].item->identity;
	passed->once = once;
	passed->once_count = len;
	judge(request, passed);
}

static int ask(const struct bh_gate_request *request, struct bh_passed *passed,
	       struct bh_buf *why, struct bh_err *err)
{
	struct bh_agent_event event;
	int r;

	if (!request->agent_hooks || !request->agent_hooks->before_trust ||
	    !can_be_asked(&passed->judgement))
		return 0;
	r = look_inside(request, passed, err);
	if (r < 0 || !passed->judgement.refused ||
	    !can_be_asked(&passed->judgement))
		return r;
	event = event_of(request, passed);
	if (bh_agent_grants(request->agent_hooks, &event, why))
		let_pass(request, passed);
	return 0;
}

/* ---- refusing ------------------------------------------------------------------ */

void bh_gate_note_refusal(const struct bh_gate_request *request,
			  const struct bh_judged *judged)
{
	const struct bh_item *item = judged->item;
	char hex[BH_DIGEST_HEX_SIZE] = "";
	struct bh_err ignored;

	if (item->hashed)
		bh_digest_hex(&item->identity, hex);

	const struct bh_event_field fields[] = {
		{ "verb", request->verb },
		{ "containerId", request->spec->id },
		{ "bundle", request->spec->bundle },
		{ "profile", request->profile->name },
		{ "stage", bh_hook_stage_name(item->hook->stage) },
		{ "path", item->hook->path },
		{ "digest", item->hashed ? hex : NULL },
		{ "why", item->broken ? item->broken : judged->why },
		{ NULL, NULL },
	};
	const struct bh_event event = {
		.name = "refuse",
		.priority = LOG_WARNING,
		.text = "a hook was not trusted and did not run",
		.fields = fields,
	};

	/* A log that can't be written changes nothing of a refusal. */
	(void)bh_event_write(&request->places->trust.events, &event, &ignored);
}

static int refuse_untrusted(const struct bh_gate_request *request,
			    const struct bh_passed *passed,
			    const struct bh_buf *why, struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };

	for (size_t i = 0; i < passed->judgement.count; i++)
		if (!passed->judgement.items[i].trusted)
			bh_gate_note_refusal(request,
					     &passed->judgement.items[i]);
	bh_gate_print_refusal(&passed->judgement, request->verb,
			      request->spec->bundle, &text);
	if (why->len) {
		bh_buf_str(&text, "\n  ");
		bh_buf_escaped(&text, why->data, 0);
	}
	(void)bh_refuse_block(err, text.data);
	return bh_denied(err);
}

/* Whatever was granted: nothing of it is looked at. */
static int refuse_all(const struct bh_gate_request *request, struct bh_err *err)
{
	(void)bh_refuse(err,
			"%s refused: /hooks: the profile %s runs no hooks, and "
			"the config has %zu",
			request->verb, request->profile->name,
			request->spec->hook_count);
	(void)bh_hint(err, "allow what is trusted with policy key hooks: "
			   "\"trusted\"");
	return bh_denied(err);
}

int bh_pass_gate(const struct bh_gate_request *request, struct bh_passed *ret,
		 struct bh_err *err)
{
	bh_autobuf struct bh_buf why = { 0 };
	struct bh_err ignored;
	int r;

	if (!request->spec->hook_count)
		return 0;
	if (request->profile->hooks.value == BH_HOOKS_REFUSE)
		return refuse_all(request, err);
	r = bh_gate_look(request, ret, err);
	if (r == 0 && ret->judgement.refused)
		r = ask(request, ret, &why, err);
	if (r == 0 && ret->judgement.refused)
		r = refuse_untrusted(request, ret, &why, err);
	/* Without it the next look is slower, and that is all. */
	if (r == 0 && request->places->cache)
		(void)bh_look_keep(&ret->look, request->places->cache,
				   &ignored);
	return r;
}

static void tell_lines(char *lines, struct bh_notes *notes,
		       struct bh_arena *arena)
{
	char *line;

	while ((line = strsep(&lines, "\n")))
		if (*line)
			bh_note(notes, arena, "hook%s", line + 1);
}

void bh_gate_tell(const struct bh_gate_request *request, struct bh_notes *notes,
		  struct bh_arena *arena)
{
	bh_autobuf struct bh_buf text = { 0 };
	struct bh_passed passed = { 0 };
	struct bh_err err;
	int r = request->profile->hooks.value == BH_HOOKS_REFUSE ?
			refuse_all(request, &err) :
			bh_gate_look(request, &passed, &err);

	if (r == 0)
		r = look_inside(request, &passed, &err);
	if (r < 0) {
		bh_autofree char *message = bh_err_message(&err);

		bh_note(notes, arena, "%s", message);
	}
	bh_gate_print(&passed.judgement, &text);
	if (text.data)
		tell_lines(text.data, notes, arena);
	bh_passed_clear(&passed);
}

void bh_passed_clear(struct bh_passed *passed)
{
	bh_look_clear(&passed->look);
	bh_trust_clear(&passed->store);
	bh_arena_clear(&passed->arena);
	*passed = (struct bh_passed){ 0 };
}
