/* SPDX-License-Identifier: Apache-2.0 */
/* Escaping for people and for JSON, the growing buffer, comparisons. */
#include "base/mem.h"
#include "base/str.h"
#include "ocispec.h"
#include "tap.h"

struct example {
	const char *title;
	const char *text;
	size_t max;
	const char *escaped;
};

static const struct example examples[] = {
	{ "empty", "", 0, "" },
	{ "plain", "/usr/bin x=y", 0, "/usr/bin x=y" },
	{ "letters", "gr\xc3\xbc\xc3\x9f", 0, "gr\xc3\xbc\xc3\x9f" },
	{ "three bytes", "\xe2\x82\xac", 0, "\xe2\x82\xac" },
	{ "four bytes", "\xf0\x9f\x98\x80", 0, "\xf0\x9f\x98\x80" },
	{ "newline", "a\nb", 0, "a\\x0ab" },
	{ "tab and return", "\t\r", 0, "\\x09\\x0d" },
	{ "escape", "\033[2J", 0, "\\x1b[2J" },
	{ "delete", "\x7f", 0, "\\x7f" },
	{ "backslash", "a\\x0a", 0, "a\\\\x0a" },
	{ "C1: CSI",
	  "\xc2\x9b"
	  "2J",
	  0, "\\u{9b}2J" },
	{ "C1: next line", "\xc2\x85", 0, "\\u{85}" },
	{ "lone C1 byte", "\x9b", 0, "\\x9b" },
	{ "soft hyphen", "\xc2\xad", 0, "\\u{ad}" },
	{ "Arabic mark", "\xd8\x9c", 0, "\\u{61c}" },
	{ "right to left override",
	  "\xe2\x80\xae"
	  "exe",
	  0, "\\u{202e}exe" },
	{ "isolate", "\xe2\x81\xa6", 0, "\\u{2066}" },
	{ "zero width", "a\xe2\x80\x8b", 0, "a\\u{200b}" },
	{ "fillers that are not seen", "\xe3\x85\xa4\xe1\x85\x9f\xef\xbe\xa0",
	  0, "\\u{3164}\\u{115f}\\u{ffa0}" },
	{ "joiners that are not seen", "\xcd\x8f\xe1\xa0\x8b", 0,
	  "\\u{34f}\\u{180b}" },
	{ "line separator", "\xe2\x80\xa8", 0, "\\u{2028}" },
	{ "byte order mark", "\xef\xbb\xbf", 0, "\\u{feff}" },
	{ "variation selector", "\xef\xb8\x8f", 0, "\\u{fe0f}" },
	{ "tag", "\xf3\xa0\x81\x81", 0, "\\u{e0041}" },
	{ "lone continuation", "a\x80", 0, "a\\x80" },
	{ "lone lead", "\xc3", 0, "\\xc3" },
	{ "lead and letter",
	  "\xc3"
	  "a",
	  0, "\\xc3a" },
	{ "cut short at the end", "\xe2\x82", 0, "\\xe2\\x82" },
	{ "overlong slash", "\xc0\xaf", 0, "\\xc0\\xaf" },
	{ "overlong of three", "\xe0\x80\xaf", 0, "\\xe0\\x80\\xaf" },
	{ "overlong of four", "\xf0\x80\x80\xaf", 0, "\\xf0\\x80\\x80\\xaf" },
	{ "surrogate", "\xed\xa0\x80", 0, "\\xed\\xa0\\x80" },
	{ "beyond Unicode", "\xf4\x90\x80\x80", 0, "\\xf4\\x90\\x80\\x80" },
	{ "never valid", "\xfe\xff", 0, "\\xfe\\xff" },
	{ "at the cut", "abc", 3, "abc" },
	{ "cut", "abcd", 3, "abc..." },
	{ "cut within a letter", "ab\xc3\xbc", 3, "ab..." },
	{ "cut behind a letter",
	  "a\xc3\xbc"
	  "b",
	  3, "a\xc3\xbc..." },
	{ "cut counts bytes looked at", "\n\n\n", 2, "\\x0a\\x0a..." },
};

static void check_escaped(void)
{
	for (size_t i = 0; i < BH_COUNT(examples); i++) {
		bh_autobuf struct bh_buf buf = { 0 };

		bh_buf_str(&buf, "=");
		bh_buf_escaped(&buf, examples[i].text, examples[i].max);
		is_str(buf.data + 1, examples[i].escaped, "escape: %s",
		       examples[i].title);
	}
}

/* Every byte by itself: printable ASCII, or written as text. */
static void check_bytes(void)
{
	size_t wrong = 0;

	for (unsigned int byte = 1; byte < 256; byte++) {
		bh_autobuf struct bh_buf buf = { 0 };
		char text[2] = { (char)byte, '\0' };

		bh_buf_escaped(&buf, text, 0);
		for (size_t i = 0; i < buf.len; i++)
			wrong += buf.data[i] < 0x20 || buf.data[i] > 0x7e;
	}
	is_int(wrong, 0, "no byte by itself comes through but ASCII");
}

/* A JSON string is read back by our own strict parser. */
static void check_json(const char *title, const char *text, const char *back)
{
	bh_autobuf struct bh_buf json = { 0 };
	struct oci_config *config = NULL;
	struct oci_error err = { 0 };

	bh_buf_str(&json, "{\"ociVersion\":\"1.0.0\",\"hostname\":");
	bh_buf_json(&json, text);
	bh_buf_str(&json, "}");
	if (!is_int(oci_config_read(json.data, json.len, &config, NULL, &err),
		    0, "JSON: %s is valid", title)) {
		diag("%s: %s", json.data, err.message);
		return;
	}
	is_str(config->hostname, back, "JSON: %s comes back", title);
	for (size_t i = 0; i < json.len; i++)
		if ((unsigned char)json.data[i] < 0x20) {
			ok(false, "JSON: %s: a control character", title);
			break;
		}
	oci_config_free(config);
}

static void check_jsons(void)
{
	check_json("plain", "a b", "a b");
	check_json("empty", "", "");
	check_json("quotes", "\"\\/", "\"\\/");
	check_json("controls", "\001\n\r\t\b\f\x1f\x7f",
		   "\001\n\r\t\b\f\x1f\x7f");
	check_json("bidi", "\xe2\x80\xae\xc2\x9b", "\xe2\x80\xae\xc2\x9b");
	check_json("a tag beyond 16 bits", "\xf3\xa0\x81\x81",
		   "\xf3\xa0\x81\x81");
	check_json("a smile", "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80");
	check_json("garbage", "a\xff\xc0\xaf",
		   "a\xef\xbf\xbd\xef\xbf\xbd"
		   "\xef\xbf\xbd");
	check_json("a surrogate", "\xed\xa0\x80",
		   "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

static void check_buffer(void)
{
	bh_autobuf struct bh_buf buf = { 0 };
	bool terminated = true;

	bh_buf_add(&buf, "", 0);
	is_str(buf.data, "", "adding nothing makes an empty string");
	for (size_t i = 0; i < 10000; i++) {
		bh_buf_char(&buf, (char)('a' + i % 26));
		terminated &= buf.data[buf.len] == '\0';
	}
	is_int(buf.len, 10000, "the buffer grows");
	ok(terminated, "and is terminated at every length");
	is_int(buf.data[9999], 'a' + 9999 % 26, "with all that was added");
	bh_buf_clear(&buf);
	ok(!buf.data && !buf.len && !buf.room, "cleared, it is as new");
	bh_buf_printf(&buf, "%s-%d", "x", 5);
	bh_buf_printf(&buf, "%s", "");
	is_str(buf.data, "x-5", "formatted");
	bh_buf_add(&buf, "\0y", 2);
	is_int(buf.len, 5, "bytes may be NUL");
}

static void check_comparisons(void)
{
	ok(bh_str_eq("a", "a") && !bh_str_eq("a", "b"), "equal, different");
	ok(!bh_str_eq("a", "A") && !bh_str_eq("a", "ab"), "case, prefix");
	ok(bh_str_eq(NULL, NULL) && !bh_str_eq(NULL, "") &&
		   !bh_str_eq("", NULL),
	   "NULL equals NULL only");
	ok(bh_starts_with("/proc/1", "/proc/") && bh_starts_with("x", "") &&
		   !bh_starts_with("/proc", "/proc/"),
	   "prefixes");
}

int main(void)
{
	check_escaped();
	check_bytes();
	check_jsons();
	check_buffer();
	check_comparisons();
	return done_testing();
}
