/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is refused before it means anything: limits, bytes that are no text,
 * and text that is no JSON.  S25 marks the cases of the security list: known
 * holes of JSON parsers (CVE-2017-16516, CVE-2022-24795, CVE-2023-33460).
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "ocispec.h"
#include "tap.h"

struct refusal {
	const char *title;
	const char *text;
	size_t len;
	size_t line, column;
	const char *message;
};

#define TEXT(text) (text), sizeof(text) - 1

static const struct refusal scans[] = {
	{ "S25: NUL byte between tokens", TEXT("{\0}"), 1, 2, "NUL byte" },
	{ "S25: NUL byte in a string", TEXT("{\n\"a\0b\":1}"), 2, 3,
	  "NUL byte" },
	{ "S25: NUL escape", TEXT("{\"a\":\"b\\u0000\"}"), 1, 8,
	  "NUL character in a string" },
	{ "S25: NUL escape in a key", TEXT("{\"\\u0000\":1}"), 1, 3,
	  "NUL character in a string" },
	{ "S25: over-long slash", TEXT("[\"\xc0\xaf\"]"), 1, 3,
	  "invalid UTF-8" },
	{ "S25: over-long NUL", TEXT("[\"\xe0\x80\x80\"]"), 1, 3,
	  "invalid UTF-8" },
	{ "S25: over-long in four bytes", TEXT("[\"\xf0\x8f\xbf\xbf\"]"), 1, 3,
	  "invalid UTF-8" },
	{ "S25: encoded surrogate", TEXT("[\"\xed\xa0\x80\"]"), 1, 3,
	  "invalid UTF-8" },
	{ "S25: above U+10FFFF", TEXT("[\"\xf4\x90\x80\x80\"]"), 1, 3,
	  "invalid UTF-8" },
	{ "first byte that never is one", TEXT("[\"\xff\"]"), 1, 3,
	  "invalid UTF-8" },
	{ "continuation without a start", TEXT("[\"\x80\"]"), 1, 3,
	  "invalid UTF-8" },
	{ "S25: sequence cut by the end", TEXT("[\"\xf0\x9f\x98"), 1, 3,
	  "invalid UTF-8" },
	{ "sequence cut by a quote", TEXT("[\"\xe2\x82\"]"), 1, 3,
	  "invalid UTF-8" },
	{ "invalid byte outside of strings", TEXT("[1, \xa0 2]"), 1, 5,
	  "invalid UTF-8" },
	{ "S25: high surrogate alone", TEXT("[\"\\ud800\"]"), 1, 3,
	  "lone surrogate escape" },
	{ "S25: high surrogate and a letter", TEXT("[\"\\uD800\\u0041\"]"), 1,
	  3, "lone surrogate escape" },
	{ "S25: two high surrogates", TEXT("[\"\\ud800\\ud800\\udc00\"]"), 1, 3,
	  "lone surrogate escape" },
	{ "S25: low surrogate alone", TEXT("[\"\\\\\\udc00\"]"), 1, 5,
	  "lone surrogate escape" },
	{ "S25: high surrogate at the end", TEXT("[\"\\ud800"), 1, 3,
	  "lone surrogate escape" },
	{ "byte order mark", TEXT("\xef\xbb\xbf{}"), 1, 1, "byte order mark" },
};

static const struct refusal syntax[] = {
	{ "nothing", TEXT(""), 1, 1, "not JSON: premature EOF" },
	{ "blanks", TEXT(" \n "), 2, 2, "not JSON: premature EOF" },
	{ "comment", TEXT("{/* a */}"), 1, 2,
	  "not JSON: probable comment found in input text, comments are not "
	  "enabled." },
	{ "line comment", TEXT("{ // a\n}"), 1, 3,
	  "not JSON: probable comment found in input text, comments are not "
	  "enabled." },
	{ "second value", TEXT("{\"ociVersion\":\"1\"}\n{}"), 2, 1,
	  "not JSON: trailing garbage" },
	{ "open object", TEXT("{\"ociVersion\":\"1\""), 1, 18,
	  "not JSON: premature EOF" },
	{ "open string", TEXT("{\"ociVersion"), 1, 13,
	  "not JSON: premature EOF" },
	{ "S25: string that ends in an escape", TEXT("[\"\\"), 1, 4,
	  "not JSON: inside a string, '\\' occurs before a character which it "
	  "may not." },
	{ "S25: escape cut by the end", TEXT("[\"\\u00"), 1, 7,
	  "not JSON: invalid (non-hex) character occurs after '\\u' inside "
	  "string." },
	{ "S25: escape with other letters", TEXT("[\"\\u00g0\"]"), 1, 2,
	  "not JSON: invalid (non-hex) character occurs after '\\u' inside "
	  "string." },
	{ "unknown escape", TEXT("[\"\\x41\"]"), 1, 2,
	  "not JSON: inside a string, '\\' occurs before a character which it "
	  "may not." },
	{ "raw line feed in a string", TEXT("[\"\n\"]"), 1, 2,
	  "not JSON: invalid character inside string." },
	{ "comma too many", TEXT("[1,,2]"), 1, 4,
	  "not JSON: unallowed token at this point in JSON text" },
	{ "comma at the end", TEXT("{\"a\":1,}"), 1, 8,
	  "not JSON: invalid object key (must be a string)" },
	{ "leading zero", TEXT("[01]"), 1, 3,
	  "not JSON: after array element, I expect ',' or ']'" },
	{ "single quotes", TEXT("['a']"), 1, 2,
	  "not JSON: invalid char in json text." },
	{ "not a number", TEXT("[NaN]"), 1, 2,
	  "not JSON: invalid char in json text." },
};

static const struct refusal keys[] = {
	{ "S25: key twice", TEXT("{\"a\":1,\n\"b\":2, \"a\":3}"), 2, 8,
	  "member given twice" },
	{ "S25: key twice, once escaped", TEXT("{\"a\":1,\"\\u0061\":2}"), 1, 8,
	  "member given twice" },
	{ "first repetition of several",
	  TEXT("{\"z\":1,\"b\":1,\"z\":1,\"b\":1,\"a\":1,\"a\":1}"), 1, 14,
	  "member given twice" },
};

static int read_config(const char *text, size_t len, struct oci_error *err)
{
	struct oci_config *config = NULL;
	int result = oci_config_read(text, len, &config, NULL, err);

	oci_config_free(config);
	return result;
}

/* From a block of the exact size, so that ASan sees a byte read too many. */
static void test_refusal(const struct refusal *refusal)
{
	char *text = malloc(refusal->len > 0 ? refusal->len : 1);
	struct oci_error err = { 0 };

	if (!text)
		abort();
	memcpy(text, refusal->text, refusal->len);
	is_int(read_config(text, refusal->len, &err), -EINVAL, "%s",
	       refusal->title);
	is_int(err.line, refusal->line, "line");
	is_int(err.column, refusal->column, "column");
	is_str(err.message, refusal->message, "message");
	free(text);
}

static void test_good_text(void)
{
	static const char text[] =
		"{\"ociVersion\":\"\\\\ud800 \\\\u0000 \\ud83d\\ude00 "
		"\xf0\x9f\x98\x80 \xed\x9f\xbf \xee\x80\x80 \xf4\x8f\xbf\xbf "
		"\\\" \\/ \\u00e9\"}";
	struct oci_config *config = NULL;

	if (!ok(oci_config_read(text, strlen(text), &config, NULL, NULL) == 0,
		"escaped backslashes, pairs and the edges of UTF-8"))
		return;
	is_str(config->oci_version,
	       "\\ud800 \\u0000 \xf0\x9f\x98\x80 \xf0\x9f\x98\x80 \xed\x9f\xbf "
	       "\xee\x80\x80 \xf4\x8f\xbf\xbf \" / \xc3\xa9",
	       "what they mean");
	oci_config_free(config);
}

/* ---- large documents ----------------------------------------------------- */

static FILE *make(char **text, size_t *len)
{
	FILE *out = open_memstream(text, len);

	if (!out)
		abort();
	return out;
}

static double seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void test_depth(size_t depth, int want, const char *title)
{
	struct oci_error err = { 0 };
	char *text = NULL;
	size_t len;
	FILE *out;

	/* the object itself is the first level */
	out = make(&text, &len);
	fputs("{\"ociVersion\":\"1\",\"x\":", out);
	for (size_t i = 1; i < depth; i++)
		fputc('[', out);
	for (size_t i = 1; i < depth; i++)
		fputc(']', out);
	fputc('}', out);
	(void)fclose(out);

	is_int(read_config(text, len, &err), want, "%s", title);
	if (want < 0) {
		is_str(err.message, "deeper than 64 levels", "message");
		is_int(err.column, 23 + 64 - 1, "column");
	}
	free(text);
}

static void test_many_keys(size_t count, bool twice)
{
	double start = seconds();
	struct oci_error err = { 0 };
	char *text = NULL;
	size_t len;
	FILE *out;

	out = make(&text, &len);
	fputs("{\"ociVersion\":\"1\",\"annotations\":{", out);
	for (size_t i = 0; i < count; i++)
		fprintf(out, "\"key%zu\":\"\",", i);
	fprintf(out, "\"%s\":\"\"}}", twice ? "key0" : "last");
	(void)fclose(out);

	is_int(read_config(text, len, &err), twice ? -EINVAL : 0,
	       "S25: %zu keys%s", count, twice ? " and one again" : "");
	is_str(err.pointer, twice ? "/annotations/key0" : "", "pointer");
	ok(seconds() - start < 5.0, "in good time");
	free(text);
}

static void test_long_string(size_t size)
{
	struct oci_config *config = NULL;
	char *text = NULL;
	size_t len;
	FILE *out;

	out = make(&text, &len);
	fputs("{\"ociVersion\":\"", out);
	for (size_t i = 0; i < size; i++)
		fputc('a', out);
	fputs("\"}", out);
	(void)fclose(out);

	is_int(oci_config_read(text, len, &config, NULL, NULL), 0,
	       "S25: a string of %zu bytes", size);
	is_int(config ? strlen(config->oci_version) : 0, size, "all of it");
	oci_config_free(config);
	free(text);
}

static void test_size(void)
{
	size_t size = (size_t)OCI_MAX_SIZE + 1;
	char *text = calloc(1, size);
	struct oci_error err = { 0 };

	if (!text)
		abort();
	memset(text, ' ', size);
	memcpy(text, "{\"ociVersion\":\"1\"}", 18);
	is_int(read_config(text, size, &err), -E2BIG, "S25: 16 MiB and a byte");
	is_str(err.message, "larger than 16 MiB", "message");
	is_int(read_config(text, size - 1, &err), 0, "16 MiB");

	/* values so small that their nodes would take much more memory */
	memcpy(text, "{\"ociVersion\":\"1\",\"x\":[", 23);
	for (size_t i = 23; i + 3 < size; i += 2)
		memcpy(text + i, "0,", 2);
	memcpy(text + size - 4, "0]}", 3);
	is_int(read_config(text, size - 1, &err), -E2BIG,
	       "S25: millions of values");
	is_str(err.message, "more than 1048576 values", "message");

	memset(text, '[', size);
	is_int(read_config(text, size - 1, &err), -E2BIG,
	       "S25: millions of open arrays");
	memset(text, '\\', size);
	text[0] = '"';
	is_int(read_config(text, size - 1, &err), -EINVAL,
	       "S25: millions of escapes");
	free(text);
}

/* A pointer longer than its buffer, from a key that is. */
static void test_long_pointer(void)
{
	struct oci_error err = { 0 };
	char *text = NULL;
	size_t len;
	FILE *out;

	out = make(&text, &len);
	fputs("{\"annotations\":{\"", out);
	for (size_t i = 0; i < 1000; i++)
		fputs("~", out);
	fputs("\":1}}", out);
	(void)fclose(out);

	is_int(read_config(text, len, &err), -EINVAL, "a long key");
	ok(strlen(err.pointer) < sizeof(err.pointer) &&
		   strcmp(err.pointer + strlen(err.pointer) - 3, "...") == 0,
	   "its pointer is cut and says so");
	free(text);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(scans) / sizeof(scans[0]); i++)
		test_refusal(&scans[i]);
	for (size_t i = 0; i < sizeof(syntax) / sizeof(syntax[0]); i++)
		test_refusal(&syntax[i]);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		test_refusal(&keys[i]);
	test_good_text();
	test_depth(64, 0, "64 levels");
	test_depth(65, -E2BIG, "S25: 65 levels");
	test_depth(1000000, -E2BIG, "S25: a million levels");
	test_many_keys(100000, false);
	test_many_keys(100000, true);
	test_long_string(10000000);
	test_size();
	test_long_pointer();
	return done_testing();
}
