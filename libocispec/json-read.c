/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <yajl/yajl_parse.h>

#include "refuse.h"
#include "scan.h"

struct builder {
	struct oci_document *document;
	struct oci_error *err;
	yajl_handle handle;
	struct oci_json *open; /* the innermost array or object */
	size_t depth;
	size_t values;
	size_t end;	 /* of the last token */
	const char *key; /* waiting for its value */
	uint32_t key_len;
	uint32_t key_offset;
	int result; /* why a callback stopped the parser */
};

/* ---- places -------------------------------------------------------------- */

/* Where the token begins that follows the last one. */
static size_t token_start(const struct builder *builder)
{
	const char *text = builder->document->text;
	size_t i = builder->end;

	while (i < builder->document->len && memchr(" \t\r\n,:", text[i], 6))
		i++;
	return i;
}

static void end_token(struct builder *builder)
{
	builder->end = yajl_get_bytes_consumed(builder->handle);
}

/* End the parser from a callback. */
static int stop(struct builder *builder, int result)
{
	builder->result = result;
	return 0;
}

static int stop_limit(struct builder *builder, const struct oci_json *node,
		      const char *message)
{
	(void)oci_refuse(builder->err, builder->document, node, "%s", message);
	return stop(builder, -E2BIG);
}

/* ---- nodes --------------------------------------------------------------- */

/* NULL when a limit stopped the parser. */
static struct oci_json *add_node(struct builder *builder,
				 enum oci_json_type type)
{
	struct oci_document *document = builder->document;
	struct oci_json *node =
		oci_arena_new(&document->arena, sizeof(struct oci_json));

	node->type = type;
	node->offset = (uint32_t)token_start(builder);
	node->key = builder->key;
	node->key_len = builder->key_len;
	node->key_offset = builder->key_offset;
	builder->key = NULL;
	builder->key_len = 0;
	builder->key_offset = 0;

	if (builder->open)
		oci_json_append(builder->open, node);
	else
		document->root = node;
	end_token(builder);

	if (++builder->values > OCI_JSON_MAX_VALUES) {
		(void)stop_limit(builder, node, "more than 1048576 values");
		return NULL;
	}
	return node;
}

static int add_scalar(struct builder *builder, enum oci_json_type type,
		      const char *text, size_t len)
{
	struct oci_json *node = add_node(builder, type);

	if (!node)
		return 0;

	node->text = oci_arena_copy(&builder->document->arena, text, len);
	node->text_len = (uint32_t)len;
	return 1;
}

static int open_node(struct builder *builder, enum oci_json_type type)
{
	struct oci_json *node = add_node(builder, type);

	if (!node)
		return 0;
	if (++builder->depth > OCI_MAX_DEPTH)
		return stop_limit(builder, node, "deeper than 64 levels");

	builder->open = node;
	return 1;
}

static int close_node(struct builder *builder)
{
	builder->open = builder->open->parent;
	builder->depth--;
	end_token(builder);
	return 1;
}

/* ---- events -------------------------------------------------------------- */

static int on_null(void *context)
{
	return add_node(context, OCI_JSON_NULL) != NULL;
}

static int on_boolean(void *context, int value)
{
	struct oci_json *node = add_node(context, OCI_JSON_BOOL);

	if (!node)
		return 0;
	node->boolean = value != 0;
	return 1;
}

static int on_number(void *context, const char *text, size_t len)
{
	return add_scalar(context, OCI_JSON_NUMBER, text, len);
}

static int on_string(void *context, const unsigned char *text, size_t len)
{
	return add_scalar(context, OCI_JSON_STRING, (const char *)text, len);
}

static int on_start_map(void *context)
{
	return open_node(context, OCI_JSON_OBJECT);
}

static int on_map_key(void *context, const unsigned char *key, size_t len)
{
	struct builder *builder = context;

	builder->key = oci_arena_copy(&builder->document->arena,
				      (const char *)key, len);
	builder->key_len = (uint32_t)len;
	builder->key_offset = (uint32_t)token_start(builder);
	end_token(builder);
	return 1;
}

static int on_end_map(void *context)
{
	struct builder *builder = context;
	const struct oci_json *second = oci_json_find_repetition(builder->open);
	struct oci_json place;

	if (!second)
		return close_node(builder);

	place = *second;
	place.offset = second->key_offset;
	return stop(builder, oci_refuse(builder->err, builder->document, &place,
					"member given twice"));
}

static int on_start_array(void *context)
{
	return open_node(context, OCI_JSON_ARRAY);
}

static int on_end_array(void *context)
{
	return close_node(context);
}

/* With yajl_number set, yajl never converts a number itself. */
static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_string,
	.yajl_start_map = on_start_map,
	.yajl_map_key = on_map_key,
	.yajl_end_map = on_end_map,
	.yajl_start_array = on_start_array,
	.yajl_end_array = on_end_array,
};

/* ---- the parser ---------------------------------------------------------- */

/* yajl does not check what its allocator returns, so ours never fails. */
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

/* Say what yajl says, at the token that it did not like. */
static int refuse_syntax(struct builder *builder, size_t consumed)
{
	const struct oci_document *document = builder->document;
	struct oci_json place = { .offset = (uint32_t)token_start(builder) };
	unsigned char *reason = yajl_get_error(builder->handle, 0, NULL, 0);
	const char *text = (const char *)reason;
	const char *colon = strstr(text, ": ");

	/* a comma or colon too many, which token_start passed over */
	if (consumed > builder->end && consumed <= place.offset &&
	    memchr(",:", document->text[consumed - 1], 2))
		place.offset = (uint32_t)consumed - 1;
	if (builder->open) {
		place.parent = builder->open->parent;
		place.key = builder->open->key;
		place.key_len = builder->open->key_len;
		place.index = builder->open->index;
	}

	text = colon ? colon + 2 : text;
	(void)oci_refuse(builder->err, document, &place, "not JSON: %.*s",
			 (int)strcspn(text, "\n"), text);
	yajl_free_error(builder->handle, reason);
	return -EINVAL;
}

static int run_parser(struct builder *builder)
{
	const struct oci_document *document = builder->document;
	yajl_status status = yajl_parse(builder->handle,
					(const unsigned char *)document->text,
					document->len);
	size_t consumed = yajl_get_bytes_consumed(builder->handle);

	if (status == yajl_status_ok) {
		status = yajl_complete_parse(builder->handle);
		/* what is missing now is missing at the end */
		builder->end = document->len;
		consumed = document->len;
	}
	if (status == yajl_status_ok)
		return 0;
	return builder->result < 0 ? builder->result :
				     refuse_syntax(builder, consumed);
}

int oci_document_parse(const char *text, size_t len,
		       struct oci_document *document, struct oci_error *err)
{
	yajl_alloc_funcs allocator = { take, retake, give, NULL };
	struct builder builder = { .document = document, .err = err };
	const char *problem;
	size_t offset;
	int result;

	*document = (struct oci_document){ .text = text, .len = len };
	if (len > OCI_MAX_SIZE) {
		oci_refuse_text(err, text, 0, "larger than 16 MiB");
		return -E2BIG;
	}
	problem = oci_scan(text, len, &offset);
	if (problem) {
		oci_refuse_text(err, text, offset, problem);
		return -EINVAL;
	}

	builder.handle = yajl_alloc(&callbacks, &allocator, &builder);
	result = run_parser(&builder);
	yajl_free(builder.handle);
	if (result < 0)
		oci_document_clear(document);
	return result;
}

void oci_document_clear(struct oci_document *document)
{
	oci_arena_clear(&document->arena);
	document->root = NULL;
}
