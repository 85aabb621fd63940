/* SPDX-License-Identifier: Apache-2.0 */
/* show and grant of a directory that containers will work in. */
#include "base/fd.h"
#include "cli/trust.h"
#include "container/trust-bundle.h"
#include "trust/workspace-grant.h"

/* A directory, looked at as if it were mounted. */
struct looked {
	struct bh_arena arena;
	struct bh_host host;
	struct bh_host_path path;
	struct bh_workspace ws;
	struct bh_workspaces list;
	struct bh_trust_store store;
};

static int look(const char *dir, const struct bh_places *places,
		struct looked *ret, struct bh_err *err)
{
	int r = bh_host_probe(&ret->host, err);

	ret->path.fd = -1;
	if (r == 0)
		r = bh_host_open(&ret->host, dir, false, &ret->path, err);
	if (r == 0)
		r = bh_workspace_open(&ret->host, &ret->path, &ret->arena,
				      &ret->ws, err);
	if (r == 0)
		r = bh_trust_load(&places->gate.trust, &ret->store, err);
	ret->list = (struct bh_workspaces){ 1, &ret->ws };
	if (r == 0)
		bh_gate_workspaces(&ret->list, &ret->store, bh_when_now(),
				   &ret->arena);
	return r;
}

static void clear(struct looked *looked)
{
	bh_trust_clear(&looked->store);
	bh_close(&looked->path.fd);
	bh_host_clear(&looked->host);
	bh_arena_clear(&looked->arena);
}

int bh_trust_show_workspace(struct bh_invocation *in, struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };
	struct looked looked = { 0 };
	struct bh_places places;
	int r;

	bh_places_find(&places);
	r = look(in->workspace, &places, &looked, err);
	if (r == 0 && bh_str_eq(in->format, "json")) {
		bh_workspace_print_json(&looked.ws, &text);
		bh_buf_char(&text, '\n');
	} else if (r == 0) {
		bh_workspace_print(&looked.ws, &text);
	}
	if (r == 0)
		r = bh_print(text.data, text.len, err);
	if (r == 0)
		r = !looked.ws.trusted;
	clear(&looked);
	bh_places_clear(&places);
	return r;
}

static int grant(struct bh_invocation *in, const struct bh_places *places,
		 const struct looked *looked, struct bh_buf *out,
		 struct bh_err *err)
{
	bh_autobuf struct bh_buf shown = { 0 };
	struct bh_grant_request request;
	struct bh_grant *grant = NULL;
	int r = bh_trust_request(in, &request, err);

	if (r < 0)
		return r;
	bh_buf_str(&shown, "These files will be trusted:\n");
	bh_workspace_print(&looked->ws, &shown);
	r = bh_trust_ask(in, &shown, err);
	if (r == 0)
		r = bh_grant_workspace(&looked->ws, &request, &grant, err);
	if (r == 0)
		r = bh_trust_grant(&places->gate.trust, grant, err);
	if (r == 0) {
		bh_buf_printf(out, "granted %.12s  workspace  ", grant->id);
		bh_buf_escaped(out, looked->ws.path, 256);
		bh_buf_char(out, '\n');
	}
	bh_grant_free(grant);
	return r;
}

int bh_trust_grant_workspace(struct bh_invocation *in, struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };
	struct looked looked = { 0 };
	struct bh_places places;
	int r;

	bh_places_find(&places);
	r = look(in->workspace, &places, &looked, err);
	if (r == 0 && looked.ws.trusted)
		bh_buf_str(&text, "all of it is trusted already\n");
	else if (r == 0)
		r = grant(in, &places, &looked, &text, err);
	if (r == 0)
		r = bh_print(text.data, text.len, err);
	clear(&looked);
	bh_places_clear(&places);
	return r;
}
