/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "cli/command.h"
#include "container/container.h"

static const struct bh_option options[] = {
	BH_VALUE("format", 'f', "FORMAT", "table or json", format),
	BH_FLAG("quiet", 'q', "ids only", quiet),
	{ 0 },
};

struct listing {
	const struct bh_invocation *in;
	const char *root;
	struct bh_buf text;
	size_t count;
};

static void add_row(struct listing *listing, const struct bh_container *c)
{
	const struct bh_state *state = c->state;

	bh_buf_printf(&listing->text, "%-24s %-10lld %-9s ", state->id,
		      c->pidfd < 0 ? 0ll : (long long)state->pid.value,
		      oci_status_name(c->status));
	bh_buf_escaped(&listing->text, state->bundle, 0);
	bh_buf_printf(&listing->text, " %s\n", state->created);
}

static void add_json(struct listing *listing, const struct bh_container *c)
{
	bh_autofree char *report = NULL;
	size_t len;

	report = bh_state_report(c->state, c->status, &len);
	if (listing->count)
		bh_buf_char(&listing->text, ',');
	bh_buf_add(&listing->text, report, len);
}

static int add(void *arg, const char *id, struct bh_err *err)
{
	struct listing *listing = arg;
	struct bh_container c;
	int r = bh_container_open(listing->root, id, BH_LOOK, &c, err);

	/* It may have been deleted meanwhile; what can't be read is left to
	 * `state` to complain of. */
	if (r < 0)
		return 0;
	if (listing->in->quiet)
		bh_buf_printf(&listing->text, "%s\n", id);
	else if (bh_str_eq(listing->in->format, "json"))
		add_json(listing, &c);
	else
		add_row(listing, &c);
	listing->count++;
	bh_container_close(&c);
	return 0;
}

static int list_containers(struct bh_invocation *in, struct bh_err *err)
{
	bool json = bh_str_eq(in->format, "json") && !in->quiet;
	bh_autofree char *root = bh_root(in);
	struct listing listing = { .in = in, .root = root };
	int r;

	if (in->format && !bh_str_eq(in->format, "json") &&
	    !bh_str_eq(in->format, "table"))
		return bh_refuse(err,
				 "read the command line: --format %s: "
				 "must be table or json",
				 in->format);
	if (json)
		bh_buf_char(&listing.text, '[');
	else if (!in->quiet)
		bh_buf_printf(&listing.text, "%-24s %-10s %-9s %s\n", "ID",
			      "PID", "STATUS", "BUNDLE CREATED");
	r = bh_entries_each(root, !in->root, add, &listing, err);
	if (json)
		bh_buf_str(&listing.text, "]\n");
	if (r == 0 && listing.text.len)
		r = bh_print(listing.text.data, listing.text.len, err);
	bh_buf_clear(&listing.text);
	return r;
}

const struct bh_command bh_cmd_list = {
	.name = "list",
	.summary = "list containers",
	.words = BH_NO_WORDS,
	.options = options,
	.run = list_containers,
};
