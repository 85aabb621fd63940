/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "refuse.h"

/* A bounded text: what does not fit is left out and marked at the end. */
struct sink {
	char *text;
	size_t size;
	size_t len;
	bool cut;
};

static void put(struct sink *sink, const char *text, size_t len)
{
	if (sink->cut || len >= sink->size - sink->len) {
		sink->cut = true;
		return;
	}
	memcpy(sink->text + sink->len, text, len);
	sink->len += len;
	sink->text[sink->len] = '\0';
}

static void put_byte(struct sink *sink, unsigned char byte)
{
	static const char digits[] = "0123456789abcdef";
	const char escape[] = { '\\', 'x', digits[byte >> 4],
				digits[byte & 0xf] };
	const char plain = (char)byte;

	if (byte >= 0x20 && byte < 0x7f)
		put(sink, &plain, 1);
	else
		put(sink, escape, sizeof(escape));
}

static void finish(struct sink *sink)
{
	static const char dots[] = "...";
	size_t last = sink->size - sizeof(dots);

	if (sink->cut)
		memcpy(sink->text + (sink->len < last ? sink->len : last), dots,
		       sizeof(dots));
}

/* One step of a pointer, escaped as RFC 6901 section 4 says. */
static void put_step(struct sink *sink, const struct oci_json *node)
{
	char index[16];

	put(sink, "/", 1);
	if (!node->key) {
		snprintf(index, sizeof(index), "%u", node->index);
		put(sink, index, strlen(index));
		return;
	}

	for (size_t i = 0; i < node->key_len && !sink->cut; i++) {
		if (node->key[i] == '~')
			put(sink, "~0", 2);
		else if (node->key[i] == '/')
			put(sink, "~1", 2);
		else
			put_byte(sink, (unsigned char)node->key[i]);
	}
}

void oci_pointer_print(const struct oci_json *node, char *ret, size_t size)
{
	const struct oci_json *steps[OCI_MAX_DEPTH + 1];
	struct sink sink = { .text = ret, .size = size };
	size_t depth = 0;

	ret[0] = '\0';
	for (; node && node->parent; node = node->parent)
		steps[depth++] = node;
	while (depth > 0)
		put_step(&sink, steps[--depth]);
	finish(&sink);
}

void oci_show(const struct oci_json *node, char ret[OCI_SHOWN_SIZE])
{
	/* room is kept for the closing quote */
	struct sink sink = { .text = ret, .size = OCI_SHOWN_SIZE - 1 };
	bool string = node->type == OCI_JSON_STRING;

	ret[0] = '\0';
	if (string)
		put(&sink, "\"", 1);
	for (size_t i = 0; i < node->text_len && !sink.cut; i++)
		put_byte(&sink, (unsigned char)node->text[i]);
	finish(&sink);
	if (string)
		memcpy(ret + strlen(ret), "\"", sizeof("\""));
}

const char *oci_type_name(enum oci_json_type type)
{
	static const char *const names[] = {
		[OCI_JSON_NULL] = "null",	[OCI_JSON_BOOL] = "a boolean",
		[OCI_JSON_NUMBER] = "a number", [OCI_JSON_STRING] = "a string",
		[OCI_JSON_ARRAY] = "an array",	[OCI_JSON_OBJECT] = "an object",
	};

	return names[type];
}

static void locate(struct oci_error *err, const char *text, size_t offset)
{
	size_t start = 0;

	err->line = 1;
	for (size_t i = 0; i < offset; i++) {
		if (text[i] != '\n')
			continue;
		err->line++;
		start = i + 1;
	}
	err->column = offset - start + 1;
}

void oci_refuse_text(struct oci_error *err, const char *text, size_t offset,
		     const char *message)
{
	if (!err)
		return;

	locate(err, text, offset);
	err->pointer[0] = '\0';
	snprintf(err->message, sizeof(err->message), "%s", message);
}

int oci_refuse(struct oci_error *err, const struct oci_document *document,
	       const struct oci_json *node, const char *format, ...)
{
	va_list args;

	if (!err)
		return -EINVAL;

	locate(err, document->text, node->offset);
	oci_pointer_print(node, err->pointer, sizeof(err->pointer));
	va_start(args, format);
	vsnprintf(err->message, sizeof(err->message), format, args);
	va_end(args);
	return -EINVAL;
}
