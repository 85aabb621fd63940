/* SPDX-License-Identifier: Apache-2.0 */
/* The small languages of a policy: patterns, sizes, names of credentials. */
#include <errno.h>
#include <string.h>

#include "policy/credentials.h"
#include "policy/glob.h"
#include "policy/sizes.h"
#include "tap.h"

static void check_globs(void)
{
	static const struct {
		const char *pattern, *text;
		bool matches;
	} cases[] = {
		{ "/a", "/a", true },
		{ "/a", "/a/", false },
		{ "/a", "/ab", false },
		{ "/a*", "/ab", true },
		{ "/a*", "/a/b", false },
		{ "/a/**", "/a/b/c", true },
		{ "/a/**", "/a", false },
		{ "**", "", true },
		{ "*", "", true },
		{ "*", "/", false },
		{ "**", "/a/b", true },
		{ "", "", true },
		{ "", "a", false },
		{ "/home/*/**", "/home/u", false },
		{ "/home/*/**", "/home/u/x", true },
		{ "a*b*c", "aXbYc", true },
		{ "a*b*c", "aXbY", false },
		{ "net.*", "net.ipv4.x", true },
		{ "?", "a", false },
		{ "[a]", "a", false },
	};
	char many[64], text[512];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_int(bh_glob(cases[i].pattern, cases[i].text),
		       cases[i].matches, "%s and %s", cases[i].pattern,
		       cases[i].text);
	ok(bh_glob_nocase("*_TOKEN", "my_token"), "without case");
	ok(!bh_glob("*_TOKEN", "my_token"), "with case");
	/* It ends, and soon. */
	for (size_t i = 0; i + 2 < sizeof(many); i += 2)
		memcpy(many + i, "*a", 3);
	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 2] = 'b';
	text[sizeof(text) - 1] = '\0';
	ok(!bh_glob(many, text), "a pattern of many stars");
}

static void check_sizes(void)
{
	static const struct {
		const char *text;
		int64_t bytes; /* -1: refused */
	} cases[] = {
		{ "0", 0 },
		{ "1", 1 },
		{ "4096", 4096 },
		{ "1KiB", 1024 },
		{ "512MiB", 512ll << 20 },
		{ "8GiB", 8ll << 30 },
		{ "2TiB", 2ll << 40 },
		{ "9223372036854775807", INT64_MAX },
		{ "9223372036854775808", -1 },
		{ "8388608TiB", -1 },
		{ "", -1 },
		{ "MiB", -1 },
		{ "1 MiB", -1 },
		{ "1MB", -1 },
		{ "1M", -1 },
		{ "-1", -1 },
		{ "1.5GiB", -1 },
		{ "0x10", -1 },
		{ "1mib", -1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t bytes = 7;
		int r = bh_size_parse(cases[i].text, &bytes);

		if (cases[i].bytes < 0)
			is_int(r, -EINVAL, "\"%s\" is no size", cases[i].text);
		else
			ok(r == 0 && bytes == (uint64_t)cases[i].bytes,
			   "\"%s\"", cases[i].text);
	}
}

static void check_credentials(void)
{
	static const struct {
		const char *name;
		enum bh_credential what;
	} cases[] = {
		{ "AWS_SECRET_ACCESS_KEY", BH_CREDENTIAL_CONTROL },
		{ "aws_secret_access_key", BH_CREDENTIAL_CONTROL },
		{ "MY_PRIVATE_KEY", BH_CREDENTIAL_CONTROL },
		{ "GITHUB_TOKEN", BH_CREDENTIAL_FORGE },
		{ "DB_PASSWORD", BH_CREDENTIAL_GENERIC },
		{ "MAX_TOKENS", BH_CREDENTIAL_NONE },
		{ "LLM_MAX_TOKENS", BH_CREDENTIAL_NONE },
		{ "SSH_PUBLIC_KEY", BH_CREDENTIAL_NONE },
		{ "PATH", BH_CREDENTIAL_NONE },
		{ "", BH_CREDENTIAL_NONE },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_int(bh_credential_of(cases[i].name), cases[i].what, "%s",
		       cases[i].name);
}

int main(void)
{
	check_globs();
	check_sizes();
	check_credentials();
	return done_testing();
}
