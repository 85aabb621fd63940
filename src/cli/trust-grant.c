/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "cli/options.h"
#include "cli/trust.h"
#include "container/trust-bundle.h"

static const int64_t minute = 60, hour = 60 * minute, day = 24 * hour;

/* ---- what the command line says ------------------------------------------------ */

static int refuse_time(const char *text, struct bh_err *err)
{
	return bh_refuse(err,
			 "read the command line: --expires %s: must be a time "
			 "to come, such as 30d, 12h, 90m or 2027-01-31",
			 text);
}

/* "30d": seconds; 0 where it is no such text. */
static int64_t parse_span(const char *text)
{
	static const char units[] = "dhm";
	size_t len = strlen(text);
	const char *unit = len > 1 ? strchr(units, text[len - 1]) : NULL;
	char digits[16] = "";
	uint64_t number;

	if (!unit || len > sizeof(digits))
		return 0;
	memcpy(digits, text, len - 1);
	if (bh_parse_u64(digits, 100000, &number) < 0)
		return 0;
	return (int64_t)number * (*unit == 'd' ? day :
				  *unit == 'h' ? hour :
						 minute);
}

static int parse_expires(const char *text, int64_t now, int64_t *ret,
			 struct bh_err *err)
{
	int64_t span = text ? parse_span(text) : 0;
	char whole[BH_WHEN_SIZE];

	*ret = 0;
	if (!text)
		return 0;
	if (span) {
		*ret = now + span;
		return 0;
	}
	if (strlen(text) == strlen("2027-01-31"))
		(void)snprintf(whole, sizeof(whole), "%sT00:00:00Z", text);
	else
		(void)snprintf(whole, sizeof(whole), "%s", text);
	if (bh_when_parse(whole, ret) < 0 || *ret <= now)
		return refuse_time(text, err);
	return 0;
}

static int parse_stage(const char *text, enum bh_hook_stage *ret,
		       struct bh_err *err)
{
	for (int i = 0; text && i < BH_STAGE_COUNT; i++) {
		if (i == BH_START_CONTAINER ||
		    !bh_str_eq(text, bh_hook_stage_name((enum bh_hook_stage)i)))
			continue;
		*ret = (enum bh_hook_stage)i;
		return 0;
	}
	return bh_refuse(err, "read the command line: --hook needs --stage "
			      "prestart, createRuntime, createContainer, "
			      "poststart or poststop; what runs inside a "
			      "container is granted with --bundle");
}

/* `--args a b c` is one option and two words. */
static void gather_args(struct bh_invocation *in)
{
	for (size_t i = 0; in->args.len && i < in->words.len; i++)
		bh_values_add(&in->args, in->words.items[i]);
	if (in->args.len)
		in->words.len = 0;
}

static int check(const struct bh_invocation *in, struct bh_err *err)
{
	/* An engine may be named by its program as well. */
	int ways = (in->bundle != NULL) + (in->hook || in->engine) +
		   (in->workspace != NULL);

	if (ways > 1)
		return bh_refuse(err,
				 "read the command line: --bundle, --hook or "
				 "--engine, --workspace: give one of them");
	if (in->words.len)
		return bh_refuse(err,
				 "read the command line: %s is one word too "
				 "many",
				 in->words.items[0]);
	if (in->args.len && in->any_args)
		return bh_refuse(err, "read the command line: --args and "
				      "--any-args: give one of them");
	return 0;
}

/* dockerd makes a container's network by a prestart hook that is itself. */
static int choose_engine(struct bh_invocation *in, struct bh_err *err)
{
	static const char *const places[] = { "/usr/bin/dockerd",
					      "/usr/sbin/dockerd" };
	static const char *const args[] = { "libnetwork-setkey",
					    "-exec-root=**", "*", "*" };

	if (!bh_str_eq(in->engine, "docker"))
		return bh_refuse(err,
				 "read the command line: --engine %s: docker "
				 "is the only one that adds hooks of its own",
				 in->engine);
	for (size_t i = 0; !in->hook && i < BH_COUNT(places); i++)
		if (access(places[i], X_OK) == 0)
			in->hook = places[i];
	if (!in->hook)
		return bh_refuse(err, "grant what docker adds: there is no "
				      "/usr/bin/dockerd or /usr/sbin/dockerd; "
				      "name it with --hook");
	in->stage = "prestart";
	in->follow_package = true;
	for (size_t i = 0; i < BH_COUNT(args); i++)
		bh_values_add(&in->args, args[i]);
	return 0;
}

/* ---- asking -------------------------------------------------------------------- */

static void describe(const struct bh_invocation *in,
		     const struct bh_trust_bundle *b, struct bh_buf *out)
{
	bh_buf_str(out, "This will be trusted to run on this host:\n");
	for (size_t i = 0; i < b->judgement.count; i++)
		if (!b->judgement.items[i].trusted)
			bh_item_print(b->judgement.items[i].item, out);
	if (in->any_args)
		bh_buf_str(out, "  with whatever arguments\n");
	for (size_t i = 0; i < in->args.len; i++) {
		bh_buf_str(out, i ? " " : "  with arguments like: ");
		bh_buf_escaped(out, in->args.items[i], 0);
	}
	bh_buf_str(out, in->args.len ? "\n" : "");
	if (in->any_env)
		bh_buf_str(out, "  with whatever environment\n");
	if (in->follow_package)
		bh_buf_str(out, "  whatever a package will have there\n");
}

/* A line of standard input, "y" or "yes". */
static bool says_yes(void)
{
	char line[16];
	size_t len = 0;
	char c;

	while (read(STDIN_FILENO, &c, 1) == 1 && c != '\n')
		if (len < sizeof(line) - 1)
			line[len++] = c;
	line[len] = '\0';
	return bh_str_eq(line, "y") || bh_str_eq(line, "yes");
}

int bh_trust_ask(const struct bh_invocation *in, const struct bh_buf *shown,
		 struct bh_err *err)
{
	static const char question[] = "Trust it? [y/N] ";

	if (in->yes)
		return 0;
	if (!isatty(STDIN_FILENO)) {
		(void)bh_refuse(err, "grant trust: standard input is no "
				     "terminal, so that nobody can be asked");
		return bh_hint(err, "look at it with `bulkhead trust show`, "
				    "then give --yes");
	}
	(void)bh_write_all(STDERR_FILENO, shown->data, shown->len);
	(void)bh_write_all(STDERR_FILENO, question, sizeof(question) - 1);
	if (says_yes())
		return 0;
	return bh_refuse(err, "grant trust: not granted, as answered");
}

/* ---- granting ------------------------------------------------------------------ */

static const char *const *patterns(const struct bh_invocation *in,
				   struct bh_arena *arena)
{
	const char **list;

	if (!in->args.len)
		return NULL;
	list = bh_arena_alloc(arena, (in->args.len + 1) * sizeof(*list));
	for (size_t i = 0; i < in->args.len; i++)
		list[i] = in->args.items[i];
	return list;
}

static int grant_item(const struct bh_places *places,
		      const struct bh_item *item,
		      const struct bh_grant_request *request,
		      struct bh_buf *out, struct bh_err *err)
{
	struct bh_grant *grant = NULL;
	int r = bh_grant_hook(item, request, &grant, err);

	if (r == 0)
		r = bh_trust_grant(&places->gate.trust, grant, err);
	if (r == 0) {
		bh_buf_printf(out, "granted %.12s  %s[%zu]  ", grant->id,
			      bh_hook_stage_name(item->hook->stage),
			      item->hook->index);
		bh_buf_escaped(out, item->file.path, 256);
		bh_buf_char(out, '\n');
	}
	bh_grant_free(grant);
	return r;
}

int bh_trust_request(const struct bh_invocation *in,
		     struct bh_grant_request *ret, struct bh_err *err)
{
	*ret = (struct bh_grant_request){
		.any_args = in->any_args,
		.any_env = in->any_env,
		.follow_package = in->follow_package,
		.now = bh_when_now(),
		.comment = in->comment,
		.uid = getuid(),
		.login_uid = bh_event_login_uid(),
	};
	return parse_expires(in->expires, ret->now, &ret->expires, err);
}

static int grant(struct bh_invocation *in, const struct bh_places *places,
		 struct bh_trust_bundle *b, struct bh_buf *out,
		 struct bh_err *err)
{
	bh_autobuf struct bh_buf shown = { 0 };
	struct bh_grant_request request;
	int r = bh_trust_request(in, &request, err);

	request.args = patterns(in, &b->arena);
	if (r == 0 && !b->judgement.refused)
		bh_buf_str(out, b->judgement.count ?
					"all of it is trusted already\n" :
					"nothing is run on the host\n");
	else if (r == 0) {
		describe(in, b, &shown);
		r = bh_trust_ask(in, &shown, err);
	}
	for (size_t i = 0; r == 0 && i < b->judgement.count; i++)
		if (!b->judgement.items[i].trusted)
			r = grant_item(places, b->judgement.items[i].item,
				       &request, out, err);
	return r;
}

static int open_hook(const struct bh_invocation *in,
		     const struct bh_places *places, struct bh_trust_bundle *b,
		     struct bh_err *err)
{
	const char **args =
		bh_arena_alloc(&b->arena, (in->args.len + 2) * sizeof(*args));
	static const char *none[] = { NULL };
	struct bh_hook hook = {
		.path = in->hook,
		.args = args,
		.env = none,
	};
	int r = parse_stage(in->stage, &hook.stage, err);

	/* A pattern stands for itself as well. */
	args[0] = in->hook;
	for (size_t i = 0; i < in->args.len; i++)
		args[i] = in->args.items[i];
	if (r == 0 && in->hook[0] != '/')
		r = bh_refuse(err,
			      "read the command line: --hook %s: must be an "
			      "absolute path",
			      in->hook);
	return r < 0 ? r : bh_trust_hook_open(&hook, &places->gate, b, err);
}

int bh_trust_grant_command(struct bh_invocation *in, struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };
	struct bh_trust_bundle bundle = { 0 };
	struct bh_places places;
	int r;

	gather_args(in);
	r = check(in, err);
	if (r == 0 && in->engine)
		r = choose_engine(in, err);
	if (r < 0)
		return r;
	if (in->workspace)
		return bh_trust_grant_workspace(in, err);
	bh_places_find(&places);
	r = in->hook ? open_hook(in, &places, &bundle, err) :
		       bh_trust_bundle_open(in->bundle ? in->bundle : ".",
					    in->config, &places.gate, &bundle,
					    err);
	if (r == 0)
		r = grant(in, &places, &bundle, &text, err);
	if (text.len && bh_print(text.data, text.len, err) < 0)
		r = -err->errnum;
	bh_trust_bundle_clear(&bundle);
	bh_places_clear(&places);
	return r;
}
