/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

static int parse_digits(const char *text, unsigned int base, uint64_t max,
			uint64_t *ret)
{
	uint64_t value = 0;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		unsigned int digit = (unsigned int)(unsigned char)*text - '0';

		if (digit >= base)
			return -EINVAL;
		if (__builtin_mul_overflow(value, base, &value) ||
		    __builtin_add_overflow(value, digit, &value) || value > max)
			return -ERANGE;
	}
	*ret = value;
	return 0;
}

int bh_parse_u64(const char *text, uint64_t max, uint64_t *ret)
{
	if (text[0] == '0' && text[1])
		return -EINVAL;
	return parse_digits(text, 10, max, ret);
}

int bh_parse_octal(const char *text, uint64_t max, uint64_t *ret)
{
	return parse_digits(text, 8, max, ret);
}

bool bh_str_eq(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a, b) == 0;
}

bool bh_starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

void bh_buf_add(struct bh_buf *buf, const char *data, size_t len)
{
	size_t need;

	if (__builtin_add_overflow(buf->len, len, &need) ||
	    need > SIZE_MAX / 2 - 1)
		abort();
	if (need + 1 > buf->room) {
		buf->room = 2 * (need + 1);
		buf->data = bh_realloc(buf->data, buf->room, 1);
	}
	if (len)
		memcpy(buf->data + buf->len, data, len);
	buf->len = need;
	buf->data[need] = '\0';
}

void bh_buf_str(struct bh_buf *buf, const char *text)
{
	bh_buf_add(buf, text, strlen(text));
}

void bh_buf_char(struct bh_buf *buf, char c)
{
	bh_buf_add(buf, &c, 1);
}

void bh_buf_printf(struct bh_buf *buf, const char *format, ...)
{
	bh_autofree char *text = NULL;
	va_list args;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0)
		abort();
	bh_buf_add(buf, text, (size_t)len);
}

void bh_buf_clear(struct bh_buf *buf)
{
	free(buf->data);
	*buf = (struct bh_buf){ 0 };
}

/*
 * Decode one character of UTF-8 from text.  Returns its length in bytes, or 0
 * where the bytes are no valid character (RFC 3629: shortest form, no
 * surrogates, at most U+10FFFF).
 */
static size_t decode(const unsigned char *text, uint32_t *ret)
{
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c = text[0];
	size_t len, i;

	if (c < 0x80) {
		*ret = c;
		return 1;
	}
	if (c >= 0xc2 && c <= 0xdf)
		len = 2;
	else if (c >= 0xe0 && c <= 0xef)
		len = 3;
	else if (c >= 0xf0 && c <= 0xf4)
		len = 4;
	else
		return 0;
	c &= 0xffu >> (len + 1);
	for (i = 1; i < len; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (text[i] & 0x3f);
	}
	if (c < smallest[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*ret = c;
	return len;
}

/* Characters that a terminal or a reader does not show as what they are. */
static bool is_deceptive(uint32_t c)
{
	static const struct {
		uint32_t first, last;
	} ranges[] = {
		{ 0x00, 0x1f },	      { 0x7f, 0x9f },	  { 0xad, 0xad },
		{ 0x34f, 0x34f },     { 0x61c, 0x61c },	  { 0x115f, 0x1160 },
		{ 0x17b4, 0x17b5 },   { 0x180b, 0x180f }, { 0x200b, 0x200f },
		{ 0x2028, 0x202e },   { 0x2060, 0x206f }, { 0x2800, 0x2800 },
		{ 0x3164, 0x3164 },   { 0xfe00, 0xfe0f }, { 0xfeff, 0xfeff },
		{ 0xffa0, 0xffa0 },   { 0xfff9, 0xfffb }, { 0x1d173, 0x1d17a },
		{ 0xe0000, 0xe0fff },
	};
	size_t i;

	for (i = 0; i < BH_COUNT(ranges); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return true;
	return false;
}

void bh_buf_escaped(struct bh_buf *buf, const char *text, size_t max)
{
	const unsigned char *at = (const unsigned char *)text;
	const unsigned char *end = at + strlen(text);
	bool cut = max && (size_t)(end - at) > max;

	if (cut)
		end = at + max;
	while (at < end) {
		uint32_t c = 0;
		size_t len = decode(at, &c);

		/* A character that the cut would split is left out. */
		if (len > (size_t)(end - at))
			break;
		if (len == 0)
			bh_buf_printf(buf, "\\x%02x", *at);
		else if (c == '\\')
			bh_buf_str(buf, "\\\\");
		else if (is_deceptive(c))
			bh_buf_printf(buf, c < 0x80 ? "\\x%02x" : "\\u{%x}", c);
		else
			bh_buf_add(buf, (const char *)at, len);
		at += len ? len : 1;
	}
	if (cut)
		bh_buf_str(buf, "...");
}

void bh_buf_json(struct bh_buf *buf, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;

	bh_buf_char(buf, '"');
	while (*at) {
		uint32_t c = 0;
		size_t len = decode(at, &c);

		if (len == 0)
			bh_buf_str(buf, "\\ufffd");
		else if (c == '"' || c == '\\')
			bh_buf_printf(buf, "\\%c", (char)c);
		else if (c <= 0xffff && is_deceptive(c))
			bh_buf_printf(buf, "\\u%04x", c);
		else
			bh_buf_add(buf, (const char *)at, len);
		at += len ? len : 1;
	}
	bh_buf_char(buf, '"');
}
