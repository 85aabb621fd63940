/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/mem.h"
#include "cli/command.h"
#include "container/verify.h"

static const struct bh_option options[] = {
	BH_VALUE("format", 'f', "FORMAT", "text or json", format),
	{ 0 },
};

/* What is broken, and how much is not. */
static void add_text(const struct bh_findings *verdict, const char *id,
		     struct bh_buf *out)
{
	for (size_t i = 0; i < verdict->len; i++) {
		const struct bh_finding *finding = &verdict->items[i];

		if (finding->kept)
			continue;
		if (finding->unenforced) {
			bh_buf_str(out, "not enforced: ");
			bh_buf_escaped(out, finding->promise, 0);
			bh_buf_char(out, '\n');
			continue;
		}
		bh_buf_str(out, "broken: ");
		bh_buf_escaped(out, finding->promise, 0);
		bh_buf_str(out, ": ");
		bh_buf_escaped(out, finding->found, 0);
		bh_buf_char(out, '\n');
	}
	bh_buf_printf(out, "%s: %zu promises kept, %zu broken\n", id,
		      verdict->len - verdict->broken - verdict->unenforced,
		      verdict->broken);
}

static void add_json(const struct bh_findings *verdict, const char *id,
		     struct bh_buf *out)
{
	const char *separator = "";

	bh_buf_str(out, "{\"id\":");
	bh_buf_json(out, id);
	bh_buf_printf(out, ",\"broken\":%zu,\"promises\":[", verdict->broken);
	for (size_t i = 0; i < verdict->len; i++) {
		const struct bh_finding *finding = &verdict->items[i];

		bh_buf_printf(out, "%s{\"promise\":", separator);
		bh_buf_json(out, finding->promise);
		bh_buf_printf(out, ",\"kept\":%s",
			      finding->kept ? "true" : "false");
		if (finding->unenforced)
			bh_buf_str(out, ",\"enforced\":false");
		if (finding->found) {
			bh_buf_str(out, ",\"found\":");
			bh_buf_json(out, finding->found);
		}
		bh_buf_char(out, '}');
		separator = ",\n";
	}
	bh_buf_str(out, "]}\n");
}

static int verify(struct bh_invocation *in, struct bh_err *err)
{
	bool json = bh_str_eq(in->format, "json");
	struct bh_findings verdict = { 0 };
	bh_autobuf struct bh_buf out = { 0 };
	bh_autofree char *root = bh_root(in);
	int r;

	if (in->format && !json && !bh_str_eq(in->format, "text"))
		return bh_refuse(err,
				 "read the command line: --format %s: "
				 "must be text or json",
				 in->format);
	r = bh_container_verify(root, in->id, &verdict, err);
	if (r == 0) {
		if (json)
			add_json(&verdict, in->id, &out);
		else
			add_text(&verdict, in->id, &out);
		r = bh_print(out.data, out.len, err);
	}
	if (r == 0 && verdict.broken)
		r = 1;
	bh_findings_clear(&verdict);
	return r;
}

const struct bh_command bh_cmd_verify = {
	.name = "verify",
	.summary = "compare what was promised of a container with what is",
	.words = BH_ONE_ID,
	.options = options,
	.run = verify,
};
