/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "scan.h"

static const char byte_order_mark[] = "\xef\xbb\xbf";

/*
 * Well-formed UTF-8, by first byte: the range of the second byte is what keeps
 * out over-long forms, surrogates and everything above U+10FFFF (Unicode 15,
 * table 3-7).
 */
static const struct {
	unsigned char first, last;
	size_t length;
	unsigned char second_min, second_max;
} sequences[] = {
	{ 0x00, 0x7f, 1, 0, 0 },       { 0xc2, 0xdf, 2, 0x80, 0xbf },
	{ 0xe0, 0xe0, 3, 0xa0, 0xbf }, { 0xe1, 0xec, 3, 0x80, 0xbf },
	{ 0xed, 0xed, 3, 0x80, 0x9f }, { 0xee, 0xef, 3, 0x80, 0xbf },
	{ 0xf0, 0xf0, 4, 0x90, 0xbf }, { 0xf1, 0xf3, 4, 0x80, 0xbf },
	{ 0xf4, 0xf4, 4, 0x80, 0x8f },
};

#define SEQUENCE_COUNT (sizeof(sequences) / sizeof(sequences[0]))

static size_t check_sequence(const unsigned char *bytes, size_t len, size_t row)
{
	size_t length = sequences[row].length;

	if (length > len)
		return 0;
	if (length > 1 && (bytes[1] < sequences[row].second_min ||
			   bytes[1] > sequences[row].second_max))
		return 0;

	for (size_t i = 2; i < length; i++)
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

size_t oci_utf8_length(const char *text, size_t len)
{
	const unsigned char *bytes = (const unsigned char *)text;

	if (len == 0)
		return 0;

	for (size_t i = 0; i < SEQUENCE_COUNT; i++)
		if (bytes[0] >= sequences[i].first &&
		    bytes[0] <= sequences[i].last)
			return check_sequence(bytes, len, i);
	return 0;
}

/* The code unit of a "\uXXXX" at text; false when it is none. */
static bool read_escape(const char *text, size_t len, unsigned int *ret)
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	unsigned int unit = 0;

	if (len < 6 || text[0] != '\\' || text[1] != 'u')
		return false;

	for (size_t i = 2; i < 6; i++) {
		const char *digit = memchr(digits, text[i], sizeof(digits) - 1);

		if (!digit)
			return false;
		unit = unit << 4 | ((unsigned int)(digit - digits) & 0xf);
	}
	*ret = unit;
	return true;
}

/*
 * Check the escape at text and say how many bytes it takes.  One that is not
 * JSON at all takes one byte and is left to the parser to refuse.
 */
static const char *scan_escape(const char *text, size_t len, size_t *ret_length)
{
	unsigned int unit, low;

	*ret_length = 1;
	if (len >= 2 && (text[1] == '\\' || text[1] == '"'))
		*ret_length = 2;
	if (!read_escape(text, len, &unit))
		return NULL;

	*ret_length = 6;
	if (unit == 0)
		return "NUL character in a string";
	if (unit >= 0xdc00 && unit <= 0xdfff)
		return "lone surrogate escape";
	if (unit < 0xd800 || unit > 0xdbff)
		return NULL;

	if (!read_escape(text + 6, len - 6, &low) || low < 0xdc00 ||
	    low > 0xdfff)
		return "lone surrogate escape";
	*ret_length = 12;
	return NULL;
}

static const char *scan_byte(const char *text, size_t len, size_t *ret_length)
{
	*ret_length = oci_utf8_length(text, len);
	if (*ret_length == 0)
		return "invalid UTF-8";
	return text[0] == '\0' ? "NUL byte" : NULL;
}

const char *oci_scan(const char *text, size_t len, size_t *ret_offset)
{
	bool in_string = false;
	size_t length;

	*ret_offset = 0;
	if (len >= 3 && memcmp(text, byte_order_mark, 3) == 0)
		return "byte order mark";

	for (size_t i = 0; i < len; i += length) {
		const char *problem;

		if (text[i] == '"')
			in_string = !in_string;
		if (in_string && text[i] == '\\')
			problem = scan_escape(text + i, len - i, &length);
		else
			problem = scan_byte(text + i, len - i, &length);

		if (problem) {
			*ret_offset = i;
			return problem;
		}
	}
	return NULL;
}
