/* SPDX-License-Identifier: Apache-2.0 */
/* One part changed: another identity. */
#include <stdlib.h>

#include "base/mem.h"
#include "tap.h"
#include "trust/identity.h"

static const char *const args[] = { "hook", "a", "bc", NULL };
static const char *const env[] = { "A=1", "B=2", NULL };

/* What an item consists of, so that each can be another one. */
struct parts {
	struct bh_hook hook;
	struct bh_item_argument arguments[2];
	struct bh_item item;
};

static const char *const args_other[] = { "hook", "a", "bd", NULL };
static const char *const args_joined[] = { "hook", "ab", "c", NULL };
static const char *const args_more[] = { "hook", "a", "bc", "", NULL };
static const char *const args_taken[] = { "hook", "a", "bc", "A=1", NULL };
static const char *const env_left[] = { "B=2", NULL };
static const char *const env_other[] = { "A=1", "B=3", NULL };
static const char *const env_turned[] = { "B=2", "A=1", NULL };

static const char **list(const char *const *from)
{
	return (const char **)(uintptr_t)from;
}

static void fill(struct parts *parts)
{
	*parts = (struct parts){
		.hook = {
			.stage = BH_PRESTART,
			.path = "/bin/hook",
			.args = list(args),
			.env = list(env),
			.env_set = true,
			.timeout = 3,
		},
		.arguments = {
			{ 1, { .path = "/srv/a", .digest = { { 1 } } } },
			{ 2, { .path = "/srv/b", .digest = { { 2 } } } },
		},
		.item = {
			.file = { .path = "/usr/bin/hook",
				  .digest = { { 3 } } },
			.interpreter_count = 2,
			.interpreters = {
				{ .path = "/usr/bin/env", .digest = { { 4 } } },
				{ .path = "/usr/bin/x", .digest = { { 5 } } },
			},
			.argument_count = 2,
		},
	};
	parts->item.hook = &parts->hook;
	parts->item.arguments = parts->arguments;
}

static void change_files(struct parts *p, int what)
{
	switch (what) {
	case 1:
		p->item.file.path = "/usr/bin/hooks";
		break;
	case 2:
		p->item.file.digest.bytes[31] ^= 1;
		break;
	case 3:
		p->item.interpreter_count = 1;
		break;
	case 4:
		p->item.interpreters[0].path = "/bin/env";
		break;
	case 5:
		p->item.interpreters[1].digest.bytes[0] ^= 1;
		break;
	case 14:
		p->item.argument_count = 1;
		break;
	case 15:
		p->arguments[0].index = 2;
		break;
	case 16:
		p->arguments[1].file.digest.bytes[7] ^= 1;
		break;
	case 17:
		p->arguments[1].file.path = "/srv/c";
		break;
	case 18: /* an interpreter becomes an argument's file */
		p->item.interpreter_count = 0;
		p->arguments[0].file = p->item.interpreters[0];
		break;
	default:
		break;
	}
}

static void change_texts(struct parts *p, int what)
{
	switch (what) {
	case 0:
		p->hook.stage = BH_POSTSTOP;
		break;
	case 6:
		p->hook.args = list(args_other);
		break;
	case 7: /* the same bytes, split otherwise */
		p->hook.args = list(args_joined);
		break;
	case 8:
		p->hook.args = list(args_more);
		break;
	case 9: /* from one list into the other */
		p->hook.args = list(args_taken);
		p->hook.env = list(env_left);
		break;
	case 10:
		p->hook.env = list(env_other);
		break;
	case 11:
		p->hook.env = list(env_turned);
		break;
	case 12:
		p->hook.env_set = false;
		break;
	case 13:
		p->hook.timeout = 0;
		break;
	default:
		break;
	}
}

#define CHANGES 19

int main(void)
{
	struct bh_digest all[CHANGES + 1];
	char hex[BH_DIGEST_HEX_SIZE];
	struct parts parts;

	fill(&parts);
	bh_identity_of(&parts.item, &all[CHANGES]);
	for (int i = 0; i < CHANGES; i++) {
		bool fresh = true;

		fill(&parts);
		change_files(&parts, i);
		change_texts(&parts, i);
		bh_identity_of(&parts.item, &all[i]);
		for (int j = 0; j < i; j++)
			fresh = fresh && !bh_digest_equal(&all[i], &all[j]);
		ok(fresh && !bh_digest_equal(&all[i], &all[CHANGES]),
		   "change %d", i);
	}
	fill(&parts);
	parts.item.file.fixed = true;
	parts.hook.index = 7;
	bh_identity_of(&parts.item, &all[0]);
	ok(bh_digest_equal(&all[0], &all[CHANGES]),
	   "where it stands, and who owns it, is no part");
	/* Grants hold it: another encoding needs another name. */
	bh_digest_hex(&all[0], hex);
	is_str(hex,
	       "3c9ac58a5fd409d660e8521385612bd7"
	       "4253193c7bac774e435826c8fb9fb76a",
	       "the encoding is the one that grants know");
	return done_testing();
}
