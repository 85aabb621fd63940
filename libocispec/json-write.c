/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yajl/yajl_gen.h>

#include "json.h"
#include "scan.h"

struct oci_writer {
	yajl_gen generator;
};

static void *take(void *context, size_t size)
{
	(void)context;
	return oci_resize(NULL, size);
}

static void *retake(void *context, void *block, size_t size)
{
	(void)context;
	return oci_resize(block, size);
}

static void give(void *context, void *block)
{
	(void)context;
	free(block);
}

/* yajl complains about a wrong order of calls, which is a mistake of ours. */
static void expect_ok(yajl_gen_status status)
{
	if (status != yajl_gen_status_ok)
		abort();
}

struct oci_writer *oci_writer_new(void)
{
	static const yajl_alloc_funcs allocator = { take, retake, give, NULL };
	struct oci_writer *writer = oci_new(1, sizeof(*writer));

	writer->generator = yajl_gen_alloc(&allocator);
	yajl_gen_config(writer->generator, yajl_gen_beautify, 1);
	yajl_gen_config(writer->generator, yajl_gen_indent_string, "    ");
	return writer;
}

/* ---- strings ------------------------------------------------------------- */

/* Length of what begins string and is UTF-8. */
static size_t valid_length(const char *string, size_t len)
{
	size_t valid = 0, length;

	while (valid < len) {
		length = oci_utf8_length(string + valid, len - valid);
		if (length == 0)
			break;
		valid += length;
	}
	return valid;
}

/* A copy in which U+FFFD stands for each byte that is not UTF-8. */
static char *replace_invalid(const char *string, size_t len, size_t *ret_len)
{
	static const char replacement[] = "\xef\xbf\xbd";
	char *copy = oci_new(len + 1, 3);
	size_t used = 0;

	for (size_t i = 0, length; i < len; i += length) {
		length = oci_utf8_length(string + i, len - i);
		if (length > 0) {
			memcpy(copy + used, string + i, length);
			used += length;
		} else {
			memcpy(copy + used, replacement, 3);
			used += 3;
			length = 1;
		}
	}
	*ret_len = used;
	return copy;
}

void oci_write_string(struct oci_writer *writer, const char *string)
{
	size_t len = strlen(string);
	char *copy = NULL;

	if (valid_length(string, len) < len) {
		copy = replace_invalid(string, len, &len);
		string = copy;
	}
	expect_ok(yajl_gen_string(writer->generator,
				  (const unsigned char *)string, len));
	free(copy);
}

/* To yajl a key is a string in the right place. */
void oci_write_key(struct oci_writer *writer, const char *key)
{
	oci_write_string(writer, key);
}

/* ---- other scalars ------------------------------------------------------- */

/* yajl writes the text of a number as it is. */
static void write_verbatim(struct oci_writer *writer, const char *text)
{
	expect_ok(yajl_gen_number(writer->generator, text, strlen(text)));
}

void oci_write_bool(struct oci_writer *writer, bool value)
{
	expect_ok(yajl_gen_bool(writer->generator, value));
}

void oci_write_i64(struct oci_writer *writer, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRId64, value);
	write_verbatim(writer, text);
}

void oci_write_u64(struct oci_writer *writer, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	write_verbatim(writer, text);
}

/* ---- arrays and objects -------------------------------------------------- */

bool oci_write_open_object(struct oci_writer *writer, bool empty)
{
	/* yajl would spread the two braces over three lines */
	if (empty)
		write_verbatim(writer, "{}");
	else
		expect_ok(yajl_gen_map_open(writer->generator));
	return !empty;
}

void oci_write_close_object(struct oci_writer *writer)
{
	expect_ok(yajl_gen_map_close(writer->generator));
}

bool oci_write_open_array(struct oci_writer *writer, bool empty)
{
	if (empty)
		write_verbatim(writer, "[]");
	else
		expect_ok(yajl_gen_array_open(writer->generator));
	return !empty;
}

void oci_write_close_array(struct oci_writer *writer)
{
	expect_ok(yajl_gen_array_close(writer->generator));
}

char *oci_writer_finish(struct oci_writer *writer, size_t *ret_len)
{
	const unsigned char *text;
	char *copy;
	size_t len;

	expect_ok(yajl_gen_get_buf(writer->generator, &text, &len));
	copy = oci_copy((const char *)text, len);
	yajl_gen_free(writer->generator);
	free(writer);

	if (ret_len)
		*ret_len = len;
	return copy;
}
