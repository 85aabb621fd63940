/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "trust/gate.h"

/* Nothing that a config says takes more of a line. */
#define SHOWN 256

/* How much of a digest people compare. */
#define SHORT_DIGEST 12

static void add_name(const struct bh_item *item, struct bh_buf *out)
{
	bh_buf_printf(out, "%s[%zu]", bh_hook_stage_name(item->hook->stage),
		      item->hook->index);
}

static void add_digest(const struct bh_item *item, size_t len,
		       struct bh_buf *out)
{
	char hex[BH_DIGEST_HEX_SIZE];

	if (!item->hashed) {
		bh_buf_str(out, item->inside ? "(in the image)" : "-");
		return;
	}
	bh_digest_hex(&item->identity, hex);
	bh_buf_printf(out, "sha256:%.*s", (int)len, hex);
}

static const char *reason(const struct bh_judged *judged)
{
	return judged->item->broken ? judged->item->broken : judged->why;
}

static void add_status(const struct bh_judged *judged, struct bh_buf *out)
{
	const char *why = reason(judged);

	if (!judged->trusted) {
		bh_buf_str(out, "not trusted");
		bh_buf_str(out, why ? ": " : "");
		/* A comparison is escaped already. */
		if (judged->item->broken)
			bh_buf_escaped(out, why, SHOWN);
		else if (why)
			bh_buf_str(out, why);
		return;
	}
	bh_buf_printf(out, "trusted (%s", judged->by);
	if (judged->when)
		bh_buf_printf(out, ", %s", judged->when);
	bh_buf_char(out, ')');
}

/* One column of a table: its text padded to width, and two blanks. */
static void add_column(struct bh_buf *line, const struct bh_buf *text,
		       size_t width)
{
	bh_buf_str(line, text->data);
	bh_buf_printf(line, "%*s", (int)(width - text->len) + 2, "");
}

struct row {
	struct bh_buf name, path, digest;
};

static void make_row(const struct bh_item *item, struct row *row)
{
	add_name(item, &row->name);
	bh_buf_escaped(&row->path, item->hook->path, SHOWN);
	add_digest(item, SHORT_DIGEST, &row->digest);
}

static void clear_row(struct row *row)
{
	bh_buf_clear(&row->name);
	bh_buf_clear(&row->path);
	bh_buf_clear(&row->digest);
}

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

void bh_gate_print(const struct bh_judgement *judgement, struct bh_buf *out)
{
	struct row *rows = bh_calloc(judgement->count, sizeof(*rows));
	size_t name = 0, path = 0, digest = 0;

	for (size_t i = 0; i < judgement->count; i++) {
		make_row(judgement->items[i].item, &rows[i]);
		name = larger(name, rows[i].name.len);
		path = larger(path, rows[i].path.len);
		digest = larger(digest, rows[i].digest.len);
	}
	for (size_t i = 0; i < judgement->count; i++) {
		bh_buf_str(out, "  ");
		add_column(out, &rows[i].name, name);
		add_column(out, &rows[i].path, path);
		add_column(out, &rows[i].digest, digest);
		add_status(&judgement->items[i], out);
		bh_buf_char(out, '\n');
		clear_row(&rows[i]);
	}
	free(rows);
}

/* A word of a shell's command line. */
static void add_word(struct bh_buf *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._-+=:@%,";

	if (word[0] && word[strspn(word, plain)] == '\0') {
		bh_buf_str(out, word);
		return;
	}
	bh_buf_char(out, '\'');
	while (*word) {
		bh_autobuf struct bh_buf part = { 0 };
		size_t len = strcspn(word, "'");

		bh_buf_add(&part, word, len);
		bh_buf_escaped(out, part.data ? part.data : "", SHOWN);
		word += len;
		bh_buf_str(out, *word ? "'\\''" : "");
		word += *word == '\'';
	}
	bh_buf_char(out, '\'');
}

/* dockerd's own program, for the network (docs/docker.md): its bundle is gone by the
 * time somebody reads the message. */
static bool is_dockers(const struct bh_judgement *judgement)
{
	for (size_t i = 0; i < judgement->count; i++) {
		const struct bh_hook *hook = judgement->items[i].item->hook;

		if (!judgement->items[i].trusted &&
		    hook->stage == BH_PRESTART && hook->args[0] &&
		    bh_str_eq(hook->args[0], "libnetwork-setkey"))
			return true;
	}
	return false;
}

void bh_gate_print_refusal(const struct bh_judgement *judgement,
			   const char *verb, const char *bundle,
			   struct bh_buf *out)
{
	bh_buf_printf(out, "%s refused: %zu of %zu hook%s %s not trusted\n",
		      verb, judgement->refused, judgement->count,
		      judgement->count == 1 ? "" : "s",
		      judgement->refused == 1 ? "is" : "are");
	bh_gate_print(judgement, out);
	if (is_dockers(judgement))
		bh_buf_str(out, "trust the hook of Docker's network: bulkhead "
				"trust grant --engine docker\n");
	bh_buf_str(out, "see them: bulkhead trust show --bundle ");
	add_word(out, bundle);
	bh_buf_str(out, "     trust them: bulkhead trust grant --bundle ");
	add_word(out, bundle);
}

/* ---- for programs ------------------------------------------------------------- */

static void json_member(struct bh_buf *out, const char *name, const char *value)
{
	bh_buf_printf(out, ",\"%s\":", name);
	if (value)
		bh_buf_json(out, value);
	else
		bh_buf_str(out, "null");
}

static void json_list(struct bh_buf *out, const char *name,
		      const char *const *items)
{
	bh_buf_printf(out, ",\"%s\":[", name);
	for (size_t i = 0; items[i]; i++) {
		bh_buf_str(out, i ? "," : "");
		bh_buf_json(out, items[i]);
	}
	bh_buf_char(out, ']');
}

static void json_file(struct bh_buf *out, const struct bh_item_file *file)
{
	char hex[BH_DIGEST_HEX_SIZE];

	bh_digest_hex(&file->digest, hex);
	bh_buf_str(out, "{\"path\":");
	bh_buf_json(out, file->path);
	bh_buf_printf(out, ",\"digest\":\"%s\"}", hex);
}

static void json_files(struct bh_buf *out, const struct bh_item *item)
{
	bh_buf_str(out, ",\"interpreters\":[");
	for (size_t i = 0; i < item->interpreter_count; i++) {
		bh_buf_str(out, i ? "," : "");
		json_file(out, &item->interpreters[i]);
	}
	bh_buf_str(out, "],\"argumentFiles\":[");
	for (size_t i = 0; i < item->argument_count; i++) {
		bh_buf_str(out, i ? "," : "");
		json_file(out, &item->arguments[i].file);
	}
	bh_buf_char(out, ']');
}

/* The values of an environment are no business of a log's. */
static void json_names(struct bh_buf *out, const char *const *env)
{
	bh_buf_str(out, ",\"env\":[");
	for (size_t i = 0; env[i]; i++) {
		bh_autobuf struct bh_buf name = { 0 };

		bh_buf_add(&name, env[i], strcspn(env[i], "="));
		bh_buf_str(out, i ? "," : "");
		bh_buf_json(out, name.data ? name.data : "");
	}
	bh_buf_char(out, ']');
}

static void json_item(const struct bh_judged *judged, struct bh_buf *out)
{
	const struct bh_item *item = judged->item;
	const struct bh_hook *hook = item->hook;
	bh_autobuf struct bh_buf digest = { 0 };

	bh_buf_printf(out, "{\"kind\":\"hook\",\"stage\":\"%s\",\"index\":%zu",
		      bh_hook_stage_name(hook->stage), hook->index);
	json_member(out, "path", hook->path);
	json_list(out, "args", hook->args);
	json_names(out, hook->env);
	bh_buf_printf(out, ",\"timeout\":%llu",
		      (unsigned long long)hook->timeout);
	if (item->hashed)
		add_digest(item, BH_DIGEST_HEX_SIZE, &digest);
	json_member(out, "digest", digest.data);
	json_files(out, item);
	bh_buf_printf(out, ",\"trusted\":%s",
		      judged->trusted ? "true" : "false");
	json_member(out, "by", judged->trusted ? judged->by : NULL);
	json_member(out, "why", reason(judged));
	bh_buf_char(out, '}');
}

void bh_gate_print_json(const struct bh_judgement *judgement,
			struct bh_buf *out)
{
	bh_buf_char(out, '[');
	for (size_t i = 0; i < judgement->count; i++) {
		bh_buf_str(out, i ? "," : "");
		json_item(&judgement->items[i], out);
	}
	bh_buf_char(out, ']');
}
