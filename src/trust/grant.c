/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "trust/grant-table.h"
#include "trust/grant.h"
#include "trust/match.h"

/* ---- what it is called ------------------------------------------------------- */

/* Each member under its name, and only if it is there: a later version's new
 * ones leave the ids of older grants as they are. */
static void add_text(struct bh_hash *hash, const char *name, const char *value)
{
	if (!value)
		return;
	bh_hash_text(hash, name);
	bh_hash_text(hash, value);
}

static void add_number(struct bh_hash *hash, const char *name, bool set,
		       uint64_t value)
{
	if (!set)
		return;
	bh_hash_text(hash, name);
	bh_hash_number(hash, value);
}

static void add_strings(struct bh_hash *hash, const char *name,
			const struct oci_strings *strings)
{
	add_number(hash, name, strings->set, strings->len);
	for (size_t i = 0; i < strings->len; i++)
		bh_hash_text(hash, strings->items[i]);
}

static void add_file(struct bh_hash *hash, const char *path, const char *digest)
{
	bh_hash_text(hash, path);
	bh_hash_text(hash, digest);
}

static void add_files(struct bh_hash *hash, const struct bh_grant *grant)
{
	add_number(hash, "interpreters", grant->interpreters.len > 0,
		   grant->interpreters.len);
	for (size_t i = 0; i < grant->interpreters.len; i++)
		add_file(hash, grant->interpreters.items[i].path,
			 grant->interpreters.items[i].digest);
	add_number(hash, "argumentFiles", grant->argument_files.len > 0,
		   grant->argument_files.len);
	for (size_t i = 0; i < grant->argument_files.len; i++) {
		bh_hash_number(hash,
			       grant->argument_files.items[i].index.value);
		add_file(hash, grant->argument_files.items[i].path,
			 grant->argument_files.items[i].digest);
	}
	add_number(hash, "files", grant->files.set, grant->files.len);
	for (size_t i = 0; i < grant->files.len; i++)
		add_file(hash, grant->files.items[i].path,
			 grant->files.items[i].digest);
}

static void add_wide(struct bh_hash *hash, const struct bh_grant_wide *wide)
{
	add_number(hash, "anyArgs", wide->any_args.value, 1);
	add_strings(hash, "argsPattern", &wide->args_pattern);
	add_number(hash, "anyEnv", wide->any_env.value, 1);
	add_number(hash, "followPackage", wide->follow_package.value, 1);
}

static void find_id(const struct bh_grant *grant, char ret[BH_DIGEST_HEX_SIZE])
{
	struct bh_digest digest;
	struct bh_hash hash;

	bh_hash_start(&hash);
	add_number(&hash, "version", true, grant->version.value);
	add_number(&hash, "kind", true, (uint64_t)grant->kind.value);
	add_number(&hash, "stage", grant->stage.set,
		   (uint64_t)grant->stage.value);
	add_text(&hash, "path", grant->path);
	add_text(&hash, "digest", grant->digest);
	add_text(&hash, "content", grant->content);
	add_strings(&hash, "args", &grant->args);
	add_strings(&hash, "env", &grant->env);
	add_number(&hash, "timeout", grant->timeout.set, grant->timeout.value);
	add_files(&hash, grant);
	if (grant->wide)
		add_wide(&hash, grant->wide);
	bh_hash_end(&hash, &digest);
	bh_digest_hex(&digest, ret);
}

/* ---- documents --------------------------------------------------------------- */

static void derive(struct bh_grant *grant)
{
	find_id(grant, grant->id);
	if (grant->granted)
		(void)snprintf(grant->day, sizeof(grant->day), "%.10s",
			       grant->granted);
	/* The table has looked at its form. */
	if (!grant->expires ||
	    bh_when_parse(grant->expires, &grant->expires_at) < 0)
		grant->expires_at = INT64_MAX;
}

int bh_grant_parse(const char *file, const char *text, size_t len,
		   struct bh_grant **ret, struct bh_err *err)
{
	struct bh_grant *grant;
	struct oci_error error;
	void *object;
	int r;

	if (len > BH_GRANT_MAX)
		return bh_refuse(err, "read the grant %s: it is too long",
				 file);
	if (oci_table_read_strict(&bh_grant_table, text, len, &object, &error) <
	    0)
		return bh_refuse(err,
				 "read the grant %s: line %zu, column %zu: "
				 "%s%s%s",
				 file, error.line, error.column, error.pointer,
				 error.pointer[0] ? ": " : "", error.message);
	grant = object;
	r = bh_grant_check(grant, err);
	if (r < 0) {
		bh_grant_free(grant);
		return bh_context(err, "read the grant %s", file);
	}
	derive(grant);
	*ret = grant;
	return 0;
}

char *bh_grant_print(const struct bh_grant *grant, size_t *ret_len)
{
	return oci_table_write(&bh_grant_table, grant, ret_len);
}

void bh_grant_free(struct bh_grant *grant)
{
	if (grant)
		oci_table_free(&bh_grant_table, grant);
}

bool bh_grant_is_wide(const struct bh_grant *grant)
{
	const struct bh_grant_wide *wide = grant->wide;

	return wide && (wide->any_args.value || wide->args_pattern.set ||
			wide->any_env.value || wide->follow_package.value);
}

bool bh_grant_is_expired(const struct bh_grant *grant, int64_t now)
{
	return now >= grant->expires_at;
}

void bh_grant_print_wide(const struct bh_grant *grant, struct bh_buf *out)
{
	static const struct bh_grant_wide none;
	const struct bh_grant_wide *wide = grant->wide ? grant->wide : &none;
	const struct {
		bool open;
		const char *text;
	} parts[] = {
		{ wide->any_args.value, "any arguments" },
		{ wide->args_pattern.set, "arguments by pattern" },
		{ wide->any_env.value, "any environment" },
		{ wide->follow_package.value, "any version of its package" },
	};
	bool first = true;

	for (size_t i = 0; i < BH_COUNT(parts); i++) {
		if (!parts[i].open)
			continue;
		bh_buf_str(out, first ? "" : ", ");
		bh_buf_str(out, parts[i].text);
		first = false;
	}
}

/* ---- of an item -------------------------------------------------------------- */

static char *hex_of(const struct bh_digest *digest)
{
	char *hex = bh_calloc(1, BH_DIGEST_HEX_SIZE);

	bh_digest_hex(digest, hex);
	return hex;
}

static struct oci_u64 number(uint64_t value)
{
	return (struct oci_u64){ .set = true, .value = value };
}

static struct oci_bool yes(bool value)
{
	return (struct oci_bool){ .set = value, .value = value };
}

static char *when(int64_t seconds)
{
	char *text = bh_calloc(1, BH_WHEN_SIZE);

	bh_when_print(seconds, text);
	return text;
}

/* Those for which wanted says so, of a list that is ended by NULL. */
static void copy_strings(const char *const *from,
			 bool (*wanted)(const char *text),
			 struct oci_strings *ret)
{
	size_t count = 0;

	while (from && from[count])
		count++;
	ret->set = true;
	ret->items = bh_calloc(count, sizeof(char *));
	for (size_t i = 0; i < count; i++)
		if (!wanted || wanted(from[i]))
			ret->items[ret->len++] = bh_strdup(from[i]);
}

static void take_wide(const struct bh_grant_request *request,
		      struct bh_grant *grant)
{
	struct bh_grant_wide *wide;

	if (!request->any_args && !request->args && !request->any_env &&
	    !request->follow_package)
		return;
	wide = bh_calloc(1, sizeof(*wide));
	wide->any_args = yes(request->any_args);
	wide->any_env = yes(request->any_env);
	wide->follow_package = yes(request->follow_package);
	if (request->args)
		copy_strings(request->args, NULL, &wide->args_pattern);
	grant->wide = wide;
}

static void take_files(const struct bh_item *item,
		       const struct bh_grant_request *request,
		       struct bh_grant *grant)
{
	bool package = request->follow_package;

	grant->path = bh_strdup(item->file.path);
	grant->content = package ? NULL : hex_of(&item->file.digest);
	if (item->interpreter_count == 0)
		return;
	grant->interpreters.set = true;
	grant->interpreters.items = bh_calloc(
		item->interpreter_count, sizeof(*grant->interpreters.items));
	for (size_t i = 0; i < item->interpreter_count; i++)
		grant->interpreters.items[grant->interpreters.len++] =
			(struct bh_grant_file){
				bh_strdup(item->interpreters[i].path),
				package ? NULL :
					  hex_of(&item->interpreters[i].digest),
			};
}

/* Those whose words are not left open. */
static void take_argument_files(const struct bh_item *item,
				const struct bh_grant_request *request,
				struct bh_grant *grant)
{
	size_t patterns = 0;

	if (request->any_args || item->argument_count == 0)
		return;
	while (request->args && request->args[patterns])
		patterns++;
	grant->argument_files.items = bh_calloc(
		item->argument_count, sizeof(*grant->argument_files.items));
	for (size_t i = 0; i < item->argument_count; i++) {
		const struct bh_item_argument *argument = &item->arguments[i];
		size_t index = argument->index;

		if (request->args &&
		    (index >= patterns || strchr(request->args[index], '*')))
			continue;
		grant->argument_files.items[grant->argument_files.len++] =
			(struct bh_grant_argument){
				number(index),
				bh_strdup(argument->file.path),
				hex_of(&argument->file.digest),
			};
	}
	grant->argument_files.set = grant->argument_files.len > 0;
}

void bh_grant_circumstances(const struct bh_grant_request *request,
			    struct bh_grant *grant)
{
	grant->granted = when(request->now);
	if (request->expires)
		grant->expires = when(request->expires);
	if (request->comment)
		grant->comment = bh_strdup(request->comment);
	grant->by = bh_calloc(1, sizeof(*grant->by));
	grant->by->uid = number(request->uid);
	if (request->login_uid >= 0)
		grant->by->login_uid = number((uint64_t)request->login_uid);
}

static struct bh_grant *make(const struct bh_item *item,
			     const struct bh_grant_request *request)
{
	struct bh_grant *grant = bh_calloc(1, sizeof(*grant));
	const struct bh_hook *hook = item->hook;

	grant->version = number(1);
	grant->kind = (struct oci_enum){ true, BH_GRANT_HOOK };
	grant->stage = (struct oci_enum){ true, (int)hook->stage };
	take_wide(request, grant);
	if (!grant->wide)
		grant->digest = hex_of(&item->identity);
	take_files(item, request, grant);
	take_argument_files(item, request, grant);
	if (!request->any_args && !request->args)
		copy_strings((const char *const *)hook->args, NULL,
			     &grant->args);
	if (hook->env_set || hook->stage != BH_START_CONTAINER)
		copy_strings((const char *const *)hook->env,
			     request->any_env ? bh_env_is_code : NULL,
			     &grant->env);
	if (hook->timeout)
		grant->timeout = number(hook->timeout);
	bh_grant_circumstances(request, grant);
	return grant;
}

/* The document must say the same when it is read, and trust the item. */
static int prove(const struct bh_item *item, const struct bh_grant *made,
		 const struct bh_grant_request *request, struct bh_grant **ret,
		 struct bh_err *err)
{
	bh_autoarena struct bh_arena arena = { 0 };
	bh_autofree char *text = NULL;
	char id[BH_DIGEST_HEX_SIZE];
	const char *why = NULL;
	size_t len;
	int r = bh_grant_check(made, err);

	if (r < 0)
		return r;
	text = bh_grant_print(made, &len);
	r = bh_grant_parse("made of it", text, len, ret, err);
	if (r < 0)
		return r;
	find_id(made, id);
	if (strcmp(id, (*ret)->id) != 0)
		r = bh_refuse(err,
			      "it has a name, an argument or a variable "
			      "that is no UTF-8, which a grant can't hold");
	else if (bh_match(item, *ret, request->now, &arena, &why) != BH_MATCH)
		r = bh_refuse(err, "the grant would not hold for it: %s",
			      why ? why : "it is about something else");
	if (r < 0)
		bh_grant_free(*ret);
	return r;
}

int bh_grant_hook(const struct bh_item *item,
		  const struct bh_grant_request *request, struct bh_grant **ret,
		  struct bh_err *err)
{
	struct bh_grant *made, *proven = NULL;
	int r;

	if (item->broken || !item->hashed)
		return bh_refuse(err, "trust %s: %s", item->hook->path,
				 item->broken ? item->broken :
						"its content is not known");
	made = make(item, request);
	r = prove(item, made, request, &proven, err);
	bh_grant_free(made);
	if (r < 0)
		return bh_context(err, "trust %s", item->hook->path);
	*ret = proven;
	return 0;
}
