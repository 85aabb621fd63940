/* SPDX-License-Identifier: Apache-2.0 */
/* Whether an item is what was granted, and how it is said what has changed. */
#include <stdlib.h>

#include "base/mem.h"
#include "tap.h"
#include "trust-item.h"
#include "trust/match.h"

/* 2026-11-23T08:15:00Z */
#define NOW	1795421700
#define GRANTED " from the grant of 2026-11-23: "

static struct bh_grant *grant(const struct item *it,
			      const struct bh_grant_request *request)
{
	struct bh_grant *made = NULL;
	struct bh_err err = { 0 };

	if (bh_grant_hook(&it->item, request, &made, &err) < 0) {
		ok(false, "a grant: %s", err.text);
		abort();
	}
	return made;
}

/* What is said of changed, which was granted as item; NULL: it matches. */
static void says(struct item *changed, const struct bh_grant *granted,
		 const char *words, const char *title)
{
	bh_autoarena struct bh_arena arena = { 0 };
	const char *why = NULL;
	enum bh_match match;

	identify(changed);
	match = bh_match(&changed->item, granted, NOW, &arena, &why);
	is_int(match, words ? BH_CHANGED : BH_MATCH, "%s", title);
	if (!words)
		return;
	if (!ok(why && strstr(why, words) == why, "%s: it is said", title))
		diag("%s", why ? why : "nothing");
}

static const struct bh_grant_request exact = { .now = NOW, .login_uid = -1 };

static void check_parts(void)
{
	struct bh_grant *granted;
	struct item it;

	make_script(&it);
	granted = grant(&it, &exact);
	says(&it, granted, NULL, "the same");
	it.item.file = file_of("/srv/hook", "another");
	says(&it, granted, "its content differs" GRANTED "sha256:", "content");
	make_script(&it);
	it.item.interpreters[0] = file_of("/usr/bin/dash", "newer");
	says(&it, granted,
	     "its interpreter differs" GRANTED "/usr/bin/dash is another one",
	     "interpreter");
	it.item.interpreters[0] = file_of("/usr/bin/bash", "dash");
	says(&it, granted,
	     "its interpreter differs" GRANTED
	     "/usr/bin/bash instead of /usr/bin/dash",
	     "another interpreter");
	it.item.interpreter_count = 0;
	says(&it, granted, "its interpreters differ" GRANTED "0 instead of 1",
	     "no interpreter");
	make_script(&it);
	it.args[1] = "a\x1b[2J";
	says(&it, granted,
	     "its arguments differ" GRANTED
	     "argument 1 is \"a\\x1b[2J\" instead of \"eth0\"",
	     "an argument");
	it.args[1] = "eth0";
	it.args[3] = "more";
	says(&it, granted, "its arguments differ" GRANTED "4 instead of 3",
	     "one more");
	bh_grant_free(granted);
}

static void check_more_parts(void)
{
	struct bh_grant *granted;
	struct item it;

	make_script(&it);
	granted = grant(&it, &exact);
	it.hook.timeout = 0;
	says(&it, granted, "its timeout differs" GRANTED "none instead of 10 s",
	     "timeout");
	make_script(&it);
	it.arguments[0].file = file_of("/srv/net.conf", "other");
	says(&it, granted,
	     "the file of an argument differs" GRANTED
	     "argument 2, /srv/net.conf, is another one",
	     "the file of an argument");
	it.item.argument_count = 0;
	says(&it, granted,
	     "the file of an argument differs" GRANTED
	     "argument 2, /srv/net.conf, is none any more",
	     "which is no such file any more");
	make_script(&it);
	it.item.argument_count = 2;
	it.arguments[1] = (struct bh_item_argument){ 1, file_of("/e", "e") };
	says(&it, granted,
	     "the file of an argument differs" GRANTED
	     "argument 1, /e, was none",
	     "a file that was none");
	make_script(&it);
	it.item.file = file_of("/srv/hook", "another");
	it.args[1] = "eth1";
	it.hook.timeout = 5;
	says(&it, granted,
	     "its content, its arguments and its timeout differ" GRANTED,
	     "three of them");
	bh_grant_free(granted);
}

static void check_env(void)
{
	struct bh_grant *granted;
	struct item it;

	make_item(&it);
	granted = grant(&it, &exact);
	it.env[0] = "A=secret";
	says(&it, granted,
	     "its environment differs" GRANTED
	     "\"A\" is new, moved or has another value",
	     "a variable, not its value");
	it.env[0] = "PATH=/bin";
	it.env[1] = "A=1";
	says(&it, granted, "its environment differs", "another order");
	make_item(&it);
	it.env[1] = NULL;
	says(&it, granted,
	     "its environment differs" GRANTED "\"PATH\" is missing",
	     "one less");
	bh_grant_free(granted);
}

/* What no part of ours shows decides all the same. */
static void check_identity(void)
{
	bh_autoarena struct bh_arena arena = { 0 };
	const char *why = NULL;
	struct bh_grant *granted;
	struct item it;

	make_item(&it);
	granted = grant(&it, &exact);
	it.item.identity = digest_of("something else");
	is_int(bh_match(&it.item, granted, NOW, &arena, &why), BH_CHANGED,
	       "another identity");
	ok(why && strstr(why, "its identity differs"), "it is said");
	make_item(&it);
	it.hook.stage = BH_POSTSTOP;
	is_int(bh_match(&it.item, granted, NOW, &arena, &why), BH_OTHER,
	       "another stage");
	make_item(&it);
	it.item.file.path = "/srv/other";
	is_int(bh_match(&it.item, granted, NOW, &arena, &why), BH_OTHER,
	       "another path");
	make_item(&it);
	it.item.broken = "gone";
	is_int(bh_match(&it.item, granted, NOW, &arena, &why), BH_OTHER,
	       "a broken one");
	make_item(&it);
	it.item.hashed = false;
	is_int(bh_match(&it.item, granted, NOW, &arena, &why), BH_OTHER,
	       "one that nobody has looked at");
	bh_grant_free(granted);
}

static void check_pattern(void)
{
	static const char *const pattern[] = { "hook", "eth*", "/srv/net.conf",
					       NULL };
	const struct bh_grant_request request = { .now = NOW, .args = pattern };
	struct bh_grant *granted;
	struct item it;

	make_script(&it);
	granted = grant(&it, &request);
	it.args[1] = "eth7";
	says(&it, granted, NULL, "what the pattern lets in");
	it.args[1] = "eth/7";
	says(&it, granted,
	     "its arguments differ" GRANTED
	     "argument 1 is \"eth/7\" instead of \"eth*\"",
	     "a star takes no slash");
	it.args[1] = "eth7";
	it.args[3] = "more";
	says(&it, granted, "its arguments differ", "one more");
	make_script(&it);
	it.arguments[0].file = file_of("/srv/net.conf", "other");
	says(&it, granted, "the file of an argument differs",
	     "a file that is not left open");
	make_script(&it);
	it.item.argument_count = 2;
	it.arguments[1] = (struct bh_item_argument){ 1, file_of("/e", "e") };
	says(&it, granted, NULL, "a file that is left open");
	bh_grant_free(granted);
}

static void check_any(void)
{
	const struct bh_grant_request args = { .now = NOW, .any_args = true };
	const struct bh_grant_request env = { .now = NOW, .any_env = true };
	struct bh_grant *granted;
	struct item it;

	make_script(&it);
	granted = grant(&it, &args);
	it.args[1] = NULL;
	it.item.argument_count = 0;
	says(&it, granted, NULL, "any arguments");
	it.item.file = file_of("/srv/hook", "another");
	says(&it, granted, "its content differs", "but no other content");
	bh_grant_free(granted);
	make_item(&it);
	granted = grant(&it, &env);
	it.env[0] = "B=2";
	says(&it, granted, NULL, "any environment");
	it.env[2] = "LD_PRELOAD=/tmp/x";
	says(&it, granted,
	     "its environment differs" GRANTED "\"LD_PRELOAD\" is new",
	     "but no code");
	make_item(&it);
	it.env[1] = "PATH=/tmp";
	says(&it, granted, "its environment differs", "nor another PATH");
	it.env[1] = "C=3";
	says(&it, granted,
	     "its environment differs" GRANTED "\"PATH\" is missing",
	     "nor none");
	bh_grant_free(granted);
}

static void check_package(void)
{
	const struct bh_grant_request request = { .now = NOW,
						  .follow_package = true };
	struct bh_grant *granted;
	struct item it;

	make_script(&it);
	it.item.file = file_of("/usr/bin/hook", "1");
	it.item.file.fixed = it.item.interpreters[0].fixed = true;
	granted = grant(&it, &request);
	it.item.file.digest = digest_of("2");
	it.item.interpreters[0].digest = digest_of("new");
	says(&it, granted, NULL, "another version");
	it.item.interpreters[0].fixed = false;
	says(&it, granted,
	     "its interpreter differs" GRANTED
	     "/usr/bin/dash can be changed by others than root",
	     "an interpreter that others change");
	it.item.interpreters[0].fixed = true;
	it.item.file.fixed = false;
	says(&it, granted, "its place differs", "others can change it");
	bh_grant_free(granted);
}

static void check_expired(void)
{
	struct bh_grant_request request = { .now = NOW - 86400,
					    .expires = NOW + 1 };
	bh_autoarena struct bh_arena arena = { 0 };
	const char *why = NULL;
	struct bh_grant *granted;
	struct item it;

	make_item(&it);
	granted = grant(&it, &request);
	is_int(bh_match(&it.item, granted, NOW, &arena, &why), BH_MATCH,
	       "before its end");
	is_int(bh_match(&it.item, granted, NOW + 1, &arena, &why), BH_CHANGED,
	       "at its end");
	is_str(why, "the grant of 2026-11-22 has expired on 2026-11-23",
	       "it is said");
	bh_grant_free(granted);
}

/* ---- several ----------------------------------------------------------------- */

static void check_best(void)
{
	bh_autoarena struct bh_arena arena = { 0 };
	struct bh_grant *grants[3];
	struct bh_verdict verdict;
	struct item it;

	make_item(&it);
	it.args[1] = "eth1";
	it.hook.timeout = 1;
	identify(&it);
	grants[0] = grant(&it, &exact);
	it.hook.timeout = 10;
	identify(&it);
	grants[1] = grant(&it, &exact);
	make_item(&it);
	grants[2] = grant(&it, &exact);
	bh_match_best(&it.item, (const struct bh_grant *const *)grants, 3, NOW,
		      &arena, &verdict);
	ok(verdict.trusted && verdict.grant == grants[2] && !verdict.why,
	   "the one that fits");
	bh_match_best(&it.item, (const struct bh_grant *const *)grants, 2, NOW,
		      &arena, &verdict);
	ok(!verdict.trusted && verdict.grant == grants[1] && verdict.why,
	   "or the nearest");
	bh_match_best(&it.item, NULL, 0, NOW, &arena, &verdict);
	ok(!verdict.trusted && !verdict.grant && !verdict.why, "or none");
	it.item.broken = "no such file";
	bh_match_best(&it.item, (const struct bh_grant *const *)grants, 3, NOW,
		      &arena, &verdict);
	ok(!verdict.trusted && verdict.why == it.item.broken,
	   "never a broken one");
	for (size_t i = 0; i < 3; i++)
		bh_grant_free(grants[i]);
}

/* A program in an image is compared by whoever executes it. */
static void check_inside(void)
{
	static const char *const contents[] = { "1", "2", "2", "3", "4", "5",
						"6", "7", "8", "9", "10" };
	bh_autoarena struct bh_arena arena = { 0 };
	struct bh_grant *grants[BH_COUNT(contents)];
	struct bh_digest first = digest_of("1"), second = digest_of("2");
	struct bh_verdict verdict;
	struct item it;

	for (size_t i = 0; i < BH_COUNT(contents); i++) {
		make_item(&it);
		it.hook.stage = BH_START_CONTAINER;
		it.item.inside = true;
		it.item.file = file_of("/srv/hook", contents[i]);
		identify(&it);
		grants[i] = grant(&it, &exact);
	}
	it.item.hashed = false;
	it.item.file.digest = (struct bh_digest){ 0 };
	bh_match_best(&it.item, (const struct bh_grant *const *)grants, 3, NOW,
		      &arena, &verdict);
	ok(verdict.trusted && verdict.digest_count == 2 &&
		   bh_digest_equal(&verdict.digests[0], &first) &&
		   bh_digest_equal(&verdict.digests[1], &second),
	   "what it may be, each once");
	bh_match_best(&it.item, (const struct bh_grant *const *)grants,
		      BH_COUNT(contents), NOW, &arena, &verdict);
	is_int(verdict.digest_count, BH_MATCH_DIGESTS, "and no more than fit");
	it.args[1] = "eth1";
	bh_match_best(&it.item, (const struct bh_grant *const *)grants, 3, NOW,
		      &arena, &verdict);
	ok(!verdict.trusted && verdict.digest_count == 0 &&
		   strstr(verdict.why, "its arguments differ"),
	   "all else is compared");
	it.args[1] = "eth0";
	it.hook.env_set = false;
	bh_match_best(&it.item, (const struct bh_grant *const *)grants, 3, NOW,
		      &arena, &verdict);
	ok(!verdict.trusted && strstr(verdict.why, "none of its own"),
	   "whether it has an environment, too");
	for (size_t i = 0; i < BH_COUNT(contents); i++)
		bh_grant_free(grants[i]);
}

int main(void)
{
	check_parts();
	check_more_parts();
	check_env();
	check_identity();
	check_pattern();
	check_any();
	check_package();
	check_expired();
	check_best();
	check_inside();
	return done_testing();
}
