/* SPDX-License-Identifier: Apache-2.0 */
/* Grants as documents: made of items, written, read, refused. */
#include <errno.h>
#include <stdlib.h>

#include "base/mem.h"
#include "tap.h"
#include "trust-item.h"
#include "trust/grant.h"

/* 2026-11-23T08:15:00Z */
#define NOW 1795421700

static const struct bh_grant_request exact = {
	.now = NOW,
	.expires = NOW + 86400,
	.comment = "for the bridge",
	.uid = 0,
	.login_uid = 1000,
};

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

static void refuses(const struct item *it,
		    const struct bh_grant_request *request, const char *words,
		    const char *title)
{
	struct bh_grant *made = NULL;
	struct bh_err err = { 0 };
	int r = bh_grant_hook(&it->item, request, &made, &err);

	if (!ok(r == -EINVAL && strstr(err.text, words), "%s", title))
		diag("%s", r < 0 ? err.text : "granted");
	if (r == 0)
		bh_grant_free(made);
}

/* ---- documents --------------------------------------------------------------- */

static void check_document(void)
{
	struct bh_grant *made, *again = NULL;
	struct bh_err err = { 0 };
	struct item it;
	char hex[BH_DIGEST_HEX_SIZE];
	size_t len;
	char *text;

	make_script(&it);
	made = grant(&it, &exact);
	bh_digest_hex(&it.item.identity, hex);
	is_str(made->digest, hex, "an exact one has the identity");
	is_str(made->day, "2026-11-23", "and the day");
	is_int(made->expires_at, NOW + 86400, "and its end");
	is_int(made->argument_files.items[0].index.value, 2,
	       "and the file of an argument");
	ok(!bh_grant_is_wide(made), "and leaves nothing open");
	ok(!bh_grant_is_expired(made, NOW) &&
		   bh_grant_is_expired(made, NOW + 86400),
	   "and ends at its end");
	text = bh_grant_print(made, &len);
	is_int(bh_grant_parse("g", text, len, &again, &err), 0, "is read");
	is_str(again->id, made->id, "as the same");
	ok(strstr(text, "\"loginUid\": 1000"), "it says who logged in");
	free(text);
	bh_grant_free(made);
	bh_grant_free(again);
}

static void check_id(void)
{
	struct bh_grant_request later = exact;
	struct bh_grant *first, *second;
	struct item it;

	make_item(&it);
	first = grant(&it, &exact);
	later.now = NOW + 5;
	later.expires = 0;
	later.comment = NULL;
	later.login_uid = -1;
	second = grant(&it, &later);
	is_str(second->id, first->id, "the same content has the same id");
	is_int(second->expires_at, INT64_MAX, "which does not end");
	ok(!second->by->login_uid.set, "and nobody logged in");
	bh_grant_free(second);
	it.args[1] = "eth1";
	identify(&it);
	second = grant(&it, &exact);
	ok(strcmp(second->id, first->id) != 0, "another argument: another id");
	bh_grant_free(first);
	bh_grant_free(second);
}

#define D64  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEAD "{\"version\":1,\"kind\":\"hook\",\"stage\":\"poststop\","
#define EXACT                                                            \
	HEAD "\"path\":\"/x\",\"digest\":\"" D64 "\",\"content\":\"" D64 \
	     "\",\"args\":[\"x\"]"
#define WIDE(path, wide) \
	HEAD "\"path\":\"" path "\",\"content\":\"" D64 "\",\"wide\":{" wide "}"

static const struct {
	const char *text, *refused, *title;
} documents[] = {
	{ EXACT "}", NULL, "a small one" },
	{ EXACT ",\"env\":[],\"timeout\":5}", NULL, "with environment" },
	{ "", "line 1, column 1", "nothing" },
	{ "[]", "line 1, column 1: expected an object", "a list" },
	{ "{\n \"version\":1,\n \"who\":2}", "line 3, column 8: /who: unknown",
	  "an unknown member" },
	{ "{\"version\":1,\"version\":1}", "/version", "a member twice" },
	{ EXACT ",\"timeout\":\"5\"}", "/timeout: expected a whole number",
	  "another type" },
	{ EXACT ",\"comment\":null}", "/comment", "null" },
	{ "{\"kind\":\"hook\",\"path\":\"/x\"}", "missing member \"version\"",
	  "no version" },
	{ "{\"version\":2,\"kind\":\"hook\",\"path\":\"/x\"}",
	  "/version: 2 is none", "a later version" },
	{ "{\"version\":1,\"kind\":\"all\",\"path\":\"/x\"}", "/kind",
	  "an unknown kind" },
	{ HEAD "\"path\":\"x\"}", "/path: expected an absolute path",
	  "a relative path" },
	{ HEAD "\"path\":\"/bin/\"}", "/path: expected an absolute path",
	  "a path that ends in a slash" },
	{ HEAD "\"path\":\"/x\",\"digest\":\"abc\"}", "/digest: expected 64",
	  "half a digest" },
	{ HEAD "\"path\":\"/x\",\"content\":\"" D64 "\",\"args\":[\"x\"]}",
	  "missing member \"digest\"", "an exact one without identity" },
	{ HEAD "\"path\":\"/x\",\"digest\":\"" D64 "\",\"args\":[\"x\"]}",
	  "missing member \"content\"", "without content" },
	{ HEAD "\"path\":\"/x\",\"digest\":\"" D64 "\",\"content\":\"" D64
	       "\"}",
	  "missing member \"args\"", "without arguments" },
	{ EXACT ",\"files\":[]}", "/files: this kind", "a workspace's member" },
	{ EXACT ",\"wide\":{}}", NULL, "wide, but nothing is" },
	{ EXACT ",\"wide\":{\"anyArgs\":true}}", "/digest: this kind",
	  "a wide one with an identity" },
	{ EXACT ",\"interpreters\":[{\"path\":\"/bin/sh\"}]}",
	  "/interpreters/0: missing member \"digest\"",
	  "an interpreter without digest" },
	{ EXACT ",\"expires\":\"2026-02-31T00:00:00Z\"}",
	  "/expires: expected a time", "a day that there is not" },
	{ EXACT ",\"by\":{}}", "/by: missing member \"uid\"", "by nobody" },
	{ WIDE("/x", "\"anyArgs\":true") "}", NULL, "any arguments" },
	{ WIDE("/x", "\"anyArgs\":true,\"all\":true") "}", "/wide/all",
	  "an unknown width" },
	{ WIDE("/x", "\"anyArgs\":true") ",\"args\":[]}", "/args: this kind",
	  "any arguments and these" },
	{ WIDE("/x", "\"anyArgs\":true,\"argsPattern\":[\"x\"]") "}",
	  "exclude each other", "any arguments and a pattern" },
	{ WIDE("/usr/bin/bash", "\"anyArgs\":true") "}",
	  "/wide/anyArgs: the arguments of /usr/bin/bash",
	  "any arguments of a shell" },
	{ WIDE("/usr/bin/python3.11", "\"anyArgs\":true") "}",
	  "an interpreter's arguments are programs",
	  "any arguments of an interpreter" },
	{ WIDE("/usr/bin/nsenter", "\"anyArgs\":true") "}",
	  "it runs the program", "any arguments of what runs others" },
	{ WIDE("/x", "\"argsPattern\":[]") "}", "/wide/argsPattern: expected",
	  "no pattern" },
	{ WIDE("/x", "\"argsPattern\":[\"*\"]") "}", "/wide/argsPattern/0",
	  "any name" },
	{ WIDE("/bin/sh", "\"argsPattern\":[\"sh\",\"-c\",\"*\"]") "}",
	  "a shell executes its arguments", "a pattern for a shell" },
	{ WIDE("/bin/sh", "\"argsPattern\":[\"sh\",\"-c\",\"true\"]") "}", NULL,
	  "a pattern for a shell that leaves nothing open" },
	{ WIDE("/sbin/ip", "\"argsPattern\":[\"ip\",\"*\"]") "}",
	  "/wide/argsPattern/1", "any command of ip" },
	{ WIDE("/sbin/ip", "\"argsPattern\":[\"ip\",\"link\",\"*\"]") "}", NULL,
	  "one command of ip" },
	{ WIDE("/usr/bin/dockerd",
	       "\"argsPattern\":[\"libnetwork-setkey\",\"**\",\"*\",\"*\"],"
	       "\"followPackage\":true") "}",
	  "/content: this kind", "a package's, with content" },
	{ HEAD
	  "\"path\":\"/usr/bin/dockerd\",\"wide\":{\"argsPattern\":"
	  "[\"libnetwork-setkey\",\"**\",\"*\",\"*\"],\"followPackage\":true}}",
	  NULL, "Docker's" },
	{ HEAD "\"path\":\"/srv/x\",\"args\":[],\"wide\":"
	       "{\"followPackage\":true}}",
	  "/srv/x is not below /usr", "no package has it" },
	{ HEAD "\"path\":\"/usr/x\",\"args\":[],\"wide\":"
	       "{\"followPackage\":true},\"interpreters\":"
	       "[{\"path\":\"/home/sh\"}]}",
	  "/home/sh is not below /usr", "nor its interpreter" },
	{ "{\"version\":1,\"kind\":\"hook\",\"stage\":\"startContainer\","
	  "\"path\":\"/usr/x\",\"args\":[],\"wide\":{\"followPackage\":true}}",
	  "the image's", "a package of an image" },
	{ WIDE("/x", "\"anyEnv\":true") ",\"args\":[],\"env\":[\"A=1\"]}",
	  "/env/0: with anyEnv", "any environment and a variable" },
	{ WIDE("/x", "\"anyEnv\":true") ",\"args\":[],\"env\":[\"PATH=/\"]}",
	  NULL, "any environment and what is never open" },
	{ "{\"version\":1,\"kind\":\"workspace\",\"path\":\"/x\",\"digest\":"
	  "\"" D64 "\",\"files\":[]}",
	  NULL, "a workspace" },
	{ "{\"version\":1,\"kind\":\"workspace\",\"path\":\"/x\",\"digest\":"
	  "\"" D64 "\",\"files\":[],\"wide\":{}}",
	  "/wide: this kind", "a wide workspace" },
};

static void check_documents(void)
{
	for (size_t i = 0; i < BH_COUNT(documents); i++) {
		const char *text = documents[i].text;
		const char *refused = documents[i].refused;
		struct bh_grant *read = NULL;
		struct bh_err err = { 0 };
		int r = bh_grant_parse("/g.json", text, strlen(text), &read,
				       &err);
		bool fits = r < 0 ? refused && strstr(err.text, refused) &&
					    strstr(err.text, "/g.json") :
				    !refused;

		if (!ok(fits, "%s", documents[i].title))
			diag("%s", r < 0 ? err.text : "read");
		bh_grant_free(read);
	}
}

/* ---- what is left open ------------------------------------------------------- */

static void check_wide(void)
{
	static const char *const pattern[] = { "hook", "eth*", "/srv/net.conf",
					       NULL };
	struct bh_grant_request request = { .now = NOW, .any_args = true };
	struct bh_grant *made;
	bh_autobuf struct bh_buf text = { 0 };
	struct item it;

	make_script(&it);
	made = grant(&it, &request);
	ok(bh_grant_is_wide(made) && !made->digest && !made->args.set &&
		   made->argument_files.len == 0,
	   "any arguments: neither they nor their files are in it");
	bh_grant_free(made);
	request = (struct bh_grant_request){ .now = NOW, .args = pattern };
	made = grant(&it, &request);
	is_int(made->argument_files.len, 1,
	       "a pattern without a star: its file counts");
	bh_grant_free(made);
	request = (struct bh_grant_request){ .now = NOW, .any_env = true };
	made = grant(&it, &request);
	ok(made->env.len == 1 && strcmp(made->env.items[0], "PATH=/bin") == 0,
	   "any environment: but PATH");
	bh_grant_print_wide(made, &text);
	is_str(text.data, "any environment", "it says so");
	bh_grant_free(made);
	request =
		(struct bh_grant_request){ .now = NOW, .follow_package = true };
	refuses(&it, &request, "not below /usr", "a package has no /srv");
	it.item.file = file_of("/usr/bin/hook", "binary");
	it.item.interpreters[0].fixed = true;
	refuses(&it, &request, "others than root", "nor what others change");
	it.item.file.fixed = true;
	made = grant(&it, &request);
	ok(!made->content && !made->interpreters.items[0].digest,
	   "a package's has no digests");
	bh_grant_free(made);
}

static void check_refused(void)
{
	static const char *const other[] = { "hook", "br*", "br0", NULL };
	struct bh_grant_request request = { .now = NOW, .args = other };
	struct item it;

	make_item(&it);
	refuses(&it, &request, "the grant would not hold for it",
		"a pattern that its own arguments do not match");
	request = (struct bh_grant_request){ .now = NOW, .expires = NOW };
	refuses(&it, &request, "has expired", "one that has expired already");
	it.args[1] = "\xff";
	identify(&it);
	refuses(&it, &exact, "no UTF-8", "an argument that is no text");
	make_item(&it);
	it.item.broken = "no such file";
	refuses(&it, &exact, "no such file", "what is broken");
	make_item(&it);
	it.item.hashed = false;
	refuses(&it, &exact, "its content is not known",
		"what was not looked at");
}

static void check_code(void)
{
	static const struct {
		const char *entry;
		bool code;
	} entries[] = {
		{ "PATH=/bin", true },
		{ "LD_PRELOAD=/x", true },
		{ "LD_AUDIT=", true },
		{ "GCONV_PATH=/x", true },
		{ "BASH_ENV=x", true },
		{ "ENV=x", true },
		{ "PYTHONPATH=x", true },
		{ "PERL5OPT=x", true },
		{ "NODE_OPTIONS=x", true },
		{ "BASH_FUNC_a%%=() {", true },
		{ "LD_A/B=x", true },
		{ "=x", true },
		{ "A", true },
		{ "A=1", false },
		{ "MY_PATH=/bin", false },
		{ "PATHS=/bin", false },
		{ "ENVIRONMENT=prod", false },
		{ "http_proxy=x", false },
	};
	const char *reason = NULL;

	for (size_t i = 0; i < BH_COUNT(entries); i++)
		is_int(bh_env_is_code(entries[i].entry), entries[i].code,
		       "whether %s is code", entries[i].entry);
	is_int(bh_args_rule("/usr/bin/busybox", &reason), BH_ARGS_EXACT,
	       "arguments of busybox");
	is_int(bh_args_rule("/usr/bin/perl5.36", &reason), BH_ARGS_EXACT,
	       "of a version of perl");
	is_int(bh_args_rule("/lib64/ld-linux-x86-64.so.2", &reason),
	       BH_ARGS_EXACT, "of the loader");
	is_int(bh_args_rule("/usr/bin/dockerd", &reason), BH_ARGS_PATTERN,
	       "of dockerd");
	is_int(bh_args_rule("/usr/bin/nvidia-ctk", &reason), BH_ARGS_FREE,
	       "of nvidia-ctk");
}

static void check_when(void)
{
	static const char *const bad[] = {
		"2026-11-23T08:15:00z", "2026-11-23 08:15:00Z",
		"2026-11-31T08:15:00Z", "2026-11-23T24:00:00Z",
		"2026-11-23T08:15:60Z", "1969-12-31T23:59:59Z",
		"+026-11-23T08:15:00Z", "2026-11-23T08:15:00Z ",
		"2026-1-023T08:15:00Z", "",
	};
	char text[BH_WHEN_SIZE];
	int64_t seconds = 0;

	for (size_t i = 0; i < BH_COUNT(bad); i++)
		is_int(bh_when_parse(bad[i], &seconds), -EINVAL, "\"%s\"",
		       bad[i]);
	is_int(bh_when_parse("2026-11-23T08:15:00Z", &seconds), 0, "a time");
	is_int(seconds, NOW, "is that one");
	bh_when_print(seconds, text);
	is_str(text, "2026-11-23T08:15:00Z", "and back");
}

int main(void)
{
	check_document();
	check_id();
	check_documents();
	check_wide();
	check_refused();
	check_code();
	check_when();
	return done_testing();
}
