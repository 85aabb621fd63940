/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/trust.h"
#include "container/trust-bundle.h"

static void print_text(const struct bh_trust_bundle *b, struct bh_buf *out)
{
	if (!b->judgement.count)
		bh_buf_printf(out, "%s: nothing is run on the host\n",
			      b->bundle.path);
	bh_gate_print(&b->judgement, out);
	for (size_t i = 0; i < b->judgement.count; i++) {
		bh_buf_char(out, '\n');
		bh_item_print(b->judgement.items[i].item, out);
	}
}

static void print_json(const struct bh_trust_bundle *b, struct bh_buf *out)
{
	bh_buf_str(out, "{\"bundle\":");
	bh_buf_json(out, b->bundle.path);
	bh_buf_printf(out, ",\"trusted\":%s,\"items\":",
		      b->judgement.refused ? "false" : "true");
	bh_gate_print_json(&b->judgement, out);
	bh_buf_str(out, "}\n");
}

int bh_trust_show_command(struct bh_invocation *in, struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };
	struct bh_trust_bundle bundle = { 0 };
	struct bh_places places;
	int r;

	if (in->workspace)
		return bh_trust_show_workspace(in, err);
	bh_places_find(&places);
	r = bh_trust_bundle_open(in->bundle ? in->bundle : ".", in->config,
				 &places.gate, &bundle, err);
	if (r == 0 && bh_str_eq(in->format, "json"))
		print_json(&bundle, &text);
	else if (r == 0)
		print_text(&bundle, &text);
	if (r == 0)
		r = bh_print(text.data, text.len, err);
	if (r == 0)
		r = bundle.judgement.refused > 0;
	bh_trust_bundle_clear(&bundle);
	bh_places_clear(&places);
	return r;
}
