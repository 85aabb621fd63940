/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "trust/git-config.h"

/* Behind the end of the text there is one more newline, as for git. */
struct parser {
	const char *text;
	size_t len;
	size_t at;
	unsigned int line;
	struct bh_buf section;	  /* in small letters */
	struct bh_buf subsection; /* with has_subsection */
	bool has_section;
	bool has_subsection;
	struct bh_buf key;
	struct bh_buf value;
	struct bh_buf name;
};

static void free_parser(struct parser *parser)
{
	bh_buf_clear(&parser->section);
	bh_buf_clear(&parser->subsection);
	bh_buf_clear(&parser->key);
	bh_buf_clear(&parser->value);
	bh_buf_clear(&parser->name);
}

#define autoparser __attribute__((cleanup(free_parser)))

static void empty(struct bh_buf *buf)
{
	buf->len = 0;
	bh_buf_add(buf, "", 0);
}

static bool is_end(const struct parser *parser)
{
	return parser->at >= parser->len;
}

/* The next character; "\r\n" is one, a newline. */
static char peek(const struct parser *parser)
{
	if (is_end(parser))
		return '\n';
	if (parser->text[parser->at] == '\r' && parser->at + 1 < parser->len &&
	    parser->text[parser->at + 1] == '\n')
		return '\n';
	return parser->text[parser->at];
}

static char take(struct parser *parser)
{
	char c = peek(parser);

	if (!is_end(parser) && parser->text[parser->at] == '\r' && c == '\n')
		parser->at++;
	parser->at++;
	parser->line += c == '\n';
	return c;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_key_char(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int refuse(const struct parser *parser, const char *why,
		  struct bh_err *err)
{
	return bh_refuse(err, "line %u: %s", parser->line, why);
}

/* `"name"]`, with the quote still to come. */
static int parse_subsection(struct parser *parser, struct bh_err *err)
{
	char c;

	while (is_blank(peek(parser)))
		(void)take(parser);
	if (peek(parser) != '"')
		return refuse(parser, "a section's second name has no quotes",
			      err);
	(void)take(parser);
	/* [a.b "c"] is a."b.c". */
	if (parser->has_subsection)
		bh_buf_char(&parser->subsection, '.');
	parser->has_subsection = true;
	for (;;) {
		c = peek(parser);
		if (c == '\n')
			return refuse(parser, "a section's name does not end",
				      err);
		(void)take(parser);
		if (c == '"')
			return 0;
		if (c == '\\') {
			c = peek(parser);
			if (c == '\n')
				return refuse(parser,
					      "a section's name does not end",
					      err);
			(void)take(parser);
		}
		bh_buf_char(&parser->subsection, c);
	}
}

/* One character of the section's first name, in which a dot begins the second
 * (deprecated, and still read). */
static void add_section_char(struct parser *parser, char c)
{
	if (parser->has_subsection)
		bh_buf_char(&parser->subsection, lower(c));
	else if (c == '.')
		parser->has_subsection = true;
	else
		bh_buf_char(&parser->section, lower(c));
}

/* Behind its "[". */
static int parse_section(struct parser *parser, struct bh_err *err)
{
	empty(&parser->section);
	empty(&parser->subsection);
	parser->has_section = true;
	parser->has_subsection = false;
	while (is_key_char(peek(parser)) || peek(parser) == '.')
		add_section_char(parser, take(parser));
	if (parser->section.len == 0)
		return refuse(parser, "a section has no name", err);
	if (is_blank(peek(parser)) && parse_subsection(parser, err) < 0)
		return -err->errnum;
	if (parser->subsection.len > BH_GIT_SUBSECTION_MAX)
		return refuse(parser, "a section's name is too long", err);
	if (peek(parser) != ']')
		return refuse(parser, "a section's name does not end", err);
	(void)take(parser);
	return 0;
}

/* Behind a backslash; a newline is one that isn't there. */
static int parse_escape(struct parser *parser, struct bh_err *err)
{
	static const char escapes[][2] = { { 't', '\t' },
					   { 'b', '\b' },
					   { 'n', '\n' },
					   { '\\', '\\' },
					   { '"', '"' } };
	char c = peek(parser);

	if (c == '\n') {
		(void)take(parser);
		return 0;
	}
	for (size_t i = 0; i < BH_COUNT(escapes); i++)
		if (c == escapes[i][0]) {
			(void)take(parser);
			bh_buf_char(&parser->value, escapes[i][1]);
			return 0;
		}
	return refuse(parser, "an unknown escape", err);
}

static void skip_comment(struct parser *parser)
{
	while (peek(parser) != '\n')
		(void)take(parser);
}

/*
 * Behind the "=", up to the end of the line.  Blanks outside of quotes count
 * between two other things; kept is the length without those at the end.
 */
static int parse_value(struct parser *parser, struct bh_err *err)
{
	struct bh_buf *value = &parser->value;
	bool quoted = false;
	size_t kept = 0;
	char c;

	empty(value);
	while ((c = peek(parser)) != '\n') {
		if (!quoted && (c == '#' || c == ';')) {
			skip_comment(parser);
			break;
		}
		(void)take(parser);
		if (!quoted && is_blank(c)) {
			if (value->len)
				bh_buf_char(value, c);
			continue;
		}
		if (c == '"')
			quoted = !quoted;
		else if (c != '\\')
			bh_buf_char(value, c);
		else if (parse_escape(parser, err) < 0)
			return -err->errnum;
		kept = value->len;
	}
	if (quoted)
		return refuse(parser, "a quote does not end", err);
	value->len = kept;
	value->data[kept] = '\0';
	return 0;
}

static void visit_setting(struct parser *parser, struct bh_git_setting *setting,
			  bh_git_setting_fn visit, void *data)
{
	empty(&parser->name);
	bh_buf_printf(&parser->name, "%s.", parser->section.data);
	if (parser->has_subsection)
		bh_buf_printf(&parser->name, "%s.", parser->subsection.data);
	bh_buf_str(&parser->name, parser->key.data);
	setting->name = parser->name.data;
	setting->section = parser->section.data;
	setting->subsection = parser->has_subsection ? parser->subsection.data :
						       NULL;
	setting->key = parser->key.data;
	visit(setting, data);
}

static int parse_setting(struct parser *parser, bh_git_setting_fn visit,
			 void *data, struct bh_err *err)
{
	struct bh_git_setting setting = { .line = parser->line };

	if (!parser->has_section)
		return refuse(parser, "a variable stands in no section", err);
	if (!is_letter(peek(parser)))
		return refuse(parser, "a variable begins with a letter", err);
	empty(&parser->key);
	while (is_key_char(peek(parser)))
		bh_buf_char(&parser->key, lower(take(parser)));
	while (peek(parser) == ' ' || peek(parser) == '\t')
		(void)take(parser);
	if (peek(parser) == '=') {
		(void)take(parser);
		if (parse_value(parser, err) < 0)
			return -err->errnum;
		setting.value = parser->value.data;
	} else if (peek(parser) != '\n') {
		return refuse(parser, "no `=` behind the variable's name", err);
	}
	visit_setting(parser, &setting, visit, data);
	return 0;
}

/* A byte order mark is allowed, and nothing else that git would not see. */
static int start(struct parser *parser, struct bh_err *err)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (parser->len > BH_GIT_CONFIG_MAX)
		return bh_refuse(err, "larger than %u MiB",
				 BH_GIT_CONFIG_MAX >> 20);
	if (parser->len && memchr(parser->text, 0, parser->len))
		return bh_refuse(err, "there is a NUL in it");
	if (parser->len >= 3 && memcmp(parser->text, mark, 3) == 0)
		parser->at = 3;
	return 0;
}

int bh_git_config_walk(const char *text, size_t len, bh_git_setting_fn visit,
		       void *data, struct bh_err *err)
{
	autoparser struct parser parser = {
		.text = text,
		.len = len,
		.line = 1,
	};

	if (start(&parser, err) < 0)
		return bh_context(err, "git config");
	while (!is_end(&parser)) {
		char c = peek(&parser);
		int ret = 0;

		if (c == '#' || c == ';') {
			skip_comment(&parser);
		} else if (c == '[') {
			(void)take(&parser);
			ret = parse_section(&parser, err);
		} else if (c == '\n' || is_blank(c)) {
			(void)take(&parser);
		} else {
			ret = parse_setting(&parser, visit, data, err);
		}
		if (ret < 0)
			return bh_context(err, "git config");
	}
	return 0;
}

/* Whether the part of a pattern, "*" or a word, is text. */
static bool is_part(const char *part, size_t len, const char *text)
{
	if (len == 1 && *part == '*')
		return true;
	return strlen(text) == len && memcmp(part, text, len) == 0;
}

bool bh_git_setting_is(const struct bh_git_setting *setting,
		       const char *pattern)
{
	size_t section_len = strcspn(pattern, ".");
	const char *key = strrchr(pattern, '.') + 1;
	const char *middle = pattern + section_len + 1;

	if ((middle < key) != (setting->subsection != NULL) ||
	    !is_part(pattern, section_len, setting->section) ||
	    !is_part(key, strlen(key), setting->key))
		return false;
	return middle == key ||
	       is_part(middle, (size_t)(key - middle) - 1, setting->subsection);
}

static void find_hash(const struct bh_git_setting *setting, void *data)
{
	size_t *size = data;

	if (!bh_git_setting_is(setting, "extensions.objectformat"))
		return;
	if (bh_str_eq(setting->value, "sha256"))
		*size = 32;
	else
		*size = bh_str_eq(setting->value, "sha1") ? 20 : 0;
}

int bh_git_config_hash_size(const char *text, size_t len, struct bh_err *err)
{
	size_t size = 20;

	if (bh_git_config_walk(text, len, find_hash, &size, err) < 0)
		return -err->errnum;
	if (size == 0)
		return bh_refuse(err, "git config: extensions.objectFormat is "
				      "neither sha1 nor sha256");
	return (int)size;
}
