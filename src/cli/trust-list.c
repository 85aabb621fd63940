/* SPDX-License-Identifier: Apache-2.0 */
/* list and check: the store, as it is, and against the files. */
#include "cli/trust.h"
#include "trust/recheck.h"

/* One grant as it is shown. */
struct shown {
	const struct bh_trust_entry *entry;
	const char *why; /* what differs now; NULL: nothing, or not looked at */
	bool expired;
};

static void print_marks(const struct shown *shown, struct bh_buf *out)
{
	const struct bh_grant *grant = shown->entry->grant;

	if (shown->entry->provisioned)
		bh_buf_str(out, "  provisioned");
	if (bh_grant_is_wide(grant)) {
		bh_buf_str(out, "  WIDE: ");
		bh_grant_print_wide(grant, out);
	}
	if (shown->expired)
		bh_buf_str(out, "  EXPIRED");
	else if (grant->expires)
		bh_buf_printf(out, "  until %.10s", grant->expires);
	if (shown->why)
		bh_buf_printf(out, "  CHANGED: %s", shown->why);
	if (grant->comment) {
		bh_buf_str(out, "  # ");
		bh_buf_escaped(out, grant->comment, 256);
	}
}

static void print_text(const struct shown *shown, struct bh_buf *out)
{
	const struct bh_grant *grant = shown->entry->grant;

	if (!grant) {
		bh_buf_str(out, "BROKEN        ");
		bh_buf_escaped(out, shown->entry->broken, 0);
		bh_buf_char(out, '\n');
		return;
	}
	bh_buf_printf(out, "%.12s  %-15s  ", grant->id,
		      grant->kind.value == BH_GRANT_HOOK ?
			      bh_hook_stage_name(
				      (enum bh_hook_stage)grant->stage.value) :
			      "workspace");
	bh_buf_escaped(out, grant->path, 256);
	bh_buf_printf(out, "  %s", grant->day);
	print_marks(shown, out);
	bh_buf_char(out, '\n');
}

static void print_json(const struct shown *shown, struct bh_buf *out)
{
	const struct bh_trust_entry *entry = shown->entry;

	bh_buf_str(out, "{\"file\":");
	bh_buf_json(out, entry->file);
	bh_buf_printf(out, ",\"provisioned\":%s",
		      entry->provisioned ? "true" : "false");
	if (entry->grant) {
		bh_autofree char *text = NULL;
		size_t len;

		text = bh_grant_print(entry->grant, &len);
		bh_buf_printf(out, ",\"id\":\"%s\",\"wide\":%s,\"expired\":%s",
			      entry->grant->id,
			      bh_grant_is_wide(entry->grant) ? "true" : "false",
			      shown->expired ? "true" : "false");
		bh_buf_str(out, ",\"changed\":");
		if (shown->why)
			bh_buf_json(out, shown->why);
		else
			bh_buf_str(out, "null");
		bh_buf_str(out, ",\"grant\":");
		bh_buf_add(out, text, len);
	} else {
		bh_buf_str(out, ",\"broken\":");
		bh_buf_json(out, entry->broken);
	}
	bh_buf_char(out, '}');
}

/* Returns how many are not as they should be. */
static int print_all(const struct bh_invocation *in,
		     const struct bh_trust_store *store, bool recheck,
		     struct bh_buf *out)
{
	bh_autoarena struct bh_arena arena = { 0 };
	bool json = bh_str_eq(in->format, "json");
	int64_t now = bh_when_now();
	int bad = 0;

	bh_buf_str(out, json ? "[" : "");
	for (size_t i = 0; i < store->count; i++) {
		const struct bh_grant *grant = store->entries[i].grant;
		struct shown shown = { .entry = &store->entries[i] };

		shown.expired = grant && bh_grant_is_expired(grant, now);
		if (grant && recheck)
			shown.why = bh_grant_recheck(grant, &arena);
		bad += !grant || shown.expired || shown.why;
		bh_buf_str(out, json && i ? "," : "");
		if (json)
			print_json(&shown, out);
		else
			print_text(&shown, out);
	}
	bh_buf_str(out, json ? "]\n" : "");
	return bad;
}

static int list(const struct bh_invocation *in, bool recheck,
		struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };
	struct bh_trust_store store;
	struct bh_places places;
	int bad, r;

	if (in->words.len)
		return bh_refuse(err,
				 "read the command line: %s is one word too "
				 "many",
				 in->words.items[0]);
	bh_places_find(&places);
	bh_trust_list(&places.gate.trust, &store);
	bad = print_all(in, &store, recheck, &text);
	if (!store.count && !bh_str_eq(in->format, "json"))
		bh_buf_str(&text, "nothing is trusted on this host\n");
	r = bh_print(text.data, text.len, err);
	bh_trust_clear(&store);
	bh_places_clear(&places);
	return r < 0 ? r : recheck && bad;
}

int bh_trust_list_command(struct bh_invocation *in, struct bh_err *err)
{
	return list(in, false, err);
}

int bh_trust_check_command(struct bh_invocation *in, struct bh_err *err)
{
	return list(in, true, err);
}
