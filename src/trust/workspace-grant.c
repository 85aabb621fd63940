/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/when.h"
#include "trust/workspace-grant.h"

#define SHORT_ID 12
#define SHOWN	 256

static char *hex_of(const struct bh_digest *digest)
{
	char hex[BH_DIGEST_HEX_SIZE];

	bh_digest_hex(digest, hex);
	return bh_strdup(hex);
}

/* Where a file lies on the host; owned by the caller. */
static char *whole_path(const struct bh_workspace *ws, const char *path)
{
	struct bh_buf whole = { 0 };

	bh_buf_printf(&whole, "%s%s%s",
		      bh_str_eq(ws->path, "/") ? "" : ws->path,
		      path[0] ? "/" : "", path);
	return whole.data;
}

static void take_files(const struct bh_workspace *ws, struct bh_grant *grant)
{
	grant->files.set = true;
	grant->files.items =
		bh_calloc(ws->file_count, sizeof(*grant->files.items));
	for (size_t i = 0; i < ws->file_count; i++)
		grant->files.items[grant->files.len++] = (struct bh_grant_file){
			whole_path(ws, ws->files[i].path),
			hex_of(&ws->files[i].digest),
		};
}

/* The document must say the same when it is read. */
static int prove(const struct bh_workspace *ws, const struct bh_grant *made,
		 struct bh_grant **ret, struct bh_err *err)
{
	bh_autofree char *text = NULL;
	size_t len;
	int r;

	text = bh_grant_print(made, &len);
	r = bh_grant_parse("made of it", text, len, ret, err);
	if (r == 0 && (strcmp((*ret)->path, ws->path) != 0 ||
		       strcmp((*ret)->digest, made->digest) != 0)) {
		bh_grant_free(*ret);
		r = bh_refuse(err, "it has a name that is no UTF-8, which a "
				   "grant can't hold");
	}
	return r;
}

int bh_grant_workspace(const struct bh_workspace *ws,
		       const struct bh_grant_request *request,
		       struct bh_grant **ret, struct bh_err *err)
{
	struct bh_grant *grant;
	int r;

	if (ws->broken)
		return bh_refuse(err, "trust the workspace %s: %s", ws->path,
				 ws->broken);
	grant = bh_calloc(1, sizeof(*grant));
	grant->version = (struct oci_u64){ true, 1 };
	grant->kind = (struct oci_enum){ true, BH_GRANT_WORKSPACE };
	grant->path = bh_strdup(ws->path);
	grant->digest = hex_of(&ws->identity);
	take_files(ws, grant);
	bh_grant_circumstances(request, grant);
	r = prove(ws, grant, ret, err);
	bh_grant_free(grant);
	return r < 0 ? bh_context(err, "trust the workspace %s", ws->path) : 0;
}

/* ---- judging ------------------------------------------------------------------ */

static const struct bh_grant_file *find_file(const struct bh_workspace *ws,
					     const struct bh_grant *grant,
					     const char *path)
{
	bh_autofree char *whole = whole_path(ws, path);

	for (size_t i = 0; i < grant->files.len; i++)
		if (bh_str_eq(grant->files.items[i].path, whole))
			return &grant->files.items[i];
	return NULL;
}

static bool has_file(const struct bh_workspace *ws, const char *whole)
{
	for (size_t i = 0; i < ws->file_count; i++) {
		bh_autofree char *own = whole_path(ws, ws->files[i].path);

		if (bh_str_eq(own, whole))
			return true;
	}
	return false;
}

static void add_change(struct bh_buf *out, const char *path, const char *what)
{
	bh_buf_str(out, out->len ? ", " : "");
	bh_buf_escaped(out, path[0] ? path : ".", SHOWN);
	bh_buf_printf(out, " %s", what);
}

/* Which parts differ from the grant. */
static const char *find_changes(const struct bh_workspace *ws,
				const struct bh_grant *grant,
				struct bh_arena *arena)
{
	bh_autobuf struct bh_buf text = { 0 };

	for (size_t i = 0; i < ws->file_count; i++) {
		const char *path = ws->files[i].path;
		const struct bh_grant_file *file = find_file(ws, grant, path);
		char hex[BH_DIGEST_HEX_SIZE];

		bh_digest_hex(&ws->files[i].digest, hex);
		if (!file)
			add_change(&text, path, "is new");
		else if (!bh_str_eq(file->digest, hex))
			add_change(&text, path, "has changed");
	}
	for (size_t i = 0; i < grant->files.len; i++)
		if (!has_file(ws, grant->files.items[i].path))
			add_change(&text, grant->files.items[i].path,
				   "is gone");
	return bh_arena_printf(arena, "%s, since the grant of %s",
			       text.data ? text.data : "something has changed",
			       grant->day);
}

static void judge(struct bh_workspace *ws, const struct bh_grant *grant,
		  int64_t now, struct bh_arena *arena)
{
	char hex[BH_DIGEST_HEX_SIZE];

	bh_digest_hex(&ws->identity, hex);
	if (grant->kind.value != BH_GRANT_WORKSPACE ||
	    !bh_str_eq(grant->path, ws->path))
		return;
	if (bh_grant_is_expired(grant, now)) {
		ws->why = bh_arena_printf(arena, "the grant of %s has expired",
					  grant->day);
	} else if (!bh_str_eq(grant->digest, hex)) {
		ws->why = find_changes(ws, grant, arena);
	} else {
		ws->trusted = true;
		ws->by = bh_arena_printf(arena, "grant %.*s, %s", SHORT_ID,
					 grant->id, grant->day);
	}
}

void bh_gate_workspaces(struct bh_workspaces *workspaces,
			const struct bh_trust_store *store, int64_t now,
			struct bh_arena *arena)
{
	for (size_t i = 0; i < workspaces->len; i++) {
		struct bh_workspace *ws = &workspaces->items[i];

		for (size_t k = 0;
		     !ws->trusted && !ws->broken && k < store->grant_count; k++)
			judge(ws, store->grants[k], now, arena);
		if (ws->trusted)
			ws->why = NULL;
	}
}

/* ---- showing ------------------------------------------------------------------- */

void bh_workspace_print(const struct bh_workspace *ws, struct bh_buf *out)
{
	char hex[BH_DIGEST_HEX_SIZE];
	const char *why = ws->broken ? ws->broken : ws->why;

	bh_digest_hex(&ws->identity, hex);
	bh_buf_str(out, "  workspace ");
	bh_buf_escaped(out, ws->path, SHOWN);
	bh_buf_printf(out, "  sha256:%.*s  ", SHORT_ID, hex);
	if (ws->trusted)
		bh_buf_printf(out, "trusted (%s)", ws->by);
	else
		bh_buf_str(out, "not trusted");
	if (!ws->trusted && why) {
		bh_buf_str(out, ": ");
		bh_buf_escaped(out, why, 0);
	}
	bh_buf_char(out, '\n');
	for (size_t i = 0; i < ws->file_count; i++) {
		bh_digest_hex(&ws->files[i].digest, hex);
		bh_buf_printf(out, "    %.*s  %-7s  ", SHORT_ID, hex,
			      bh_name_group_name(ws->files[i].match.group));
		bh_buf_escaped(out, ws->files[i].path, SHOWN);
		bh_buf_char(out, '\n');
	}
	for (size_t i = 0; ws->unfollowed && ws->unfollowed[i]; i++) {
		bh_buf_str(out, "    not looked at: ");
		bh_buf_escaped(out, ws->unfollowed[i], SHOWN);
		bh_buf_char(out, '\n');
	}
}

static void json_text(struct bh_buf *out, const char *name, const char *value)
{
	bh_buf_printf(out, ",\"%s\":", name);
	if (value)
		bh_buf_json(out, value);
	else
		bh_buf_str(out, "null");
}

void bh_workspace_print_json(const struct bh_workspace *ws, struct bh_buf *out)
{
	char hex[BH_DIGEST_HEX_SIZE];

	bh_digest_hex(&ws->identity, hex);
	bh_buf_str(out, "{\"kind\":\"workspace\"");
	json_text(out, "path", ws->path);
	json_text(out, "digest", hex);
	bh_buf_printf(out, ",\"trusted\":%s", ws->trusted ? "true" : "false");
	json_text(out, "by", ws->by);
	json_text(out, "why", ws->broken ? ws->broken : ws->why);
	bh_buf_str(out, ",\"files\":[");
	for (size_t i = 0; i < ws->file_count; i++) {
		bh_digest_hex(&ws->files[i].digest, hex);
		bh_buf_str(out, i ? ",{\"path\":" : "{\"path\":");
		bh_buf_json(out, ws->files[i].path);
		bh_buf_printf(out, ",\"digest\":\"%s\"}", hex);
	}
	bh_buf_str(out, "],\"unfollowed\":[");
	for (size_t i = 0; ws->unfollowed && ws->unfollowed[i]; i++) {
		bh_buf_str(out, i ? "," : "");
		bh_buf_json(out, ws->unfollowed[i]);
	}
	bh_buf_str(out, "]}");
}
