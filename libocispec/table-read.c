/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "table-read.h"

#define MAX_UNKNOWN  64
#define POINTER_SIZE sizeof(((struct oci_error *)NULL)->pointer)

typedef int (*read_slot)(const struct oci_reader *reader,
			 const struct oci_row *row, const struct oci_json *node,
			 void *slot);

static int read_object(const struct oci_reader *reader,
		       const struct oci_table *table,
		       const struct oci_json *node, void *object);

/* ---- arrays -------------------------------------------------------------- */

/*
 * Give slot a zeroed item for each child of node.  The list is whole from the
 * start, so that what a refusal leaves half read can be freed like any other.
 */
static int make_list(const struct oci_reader *reader, const struct oci_row *row,
		     const struct oci_json *node, size_t size, void *slot)
{
	struct oci_list list = { .set = true, .len = node->count };

	if (row->filled && node->count == 0)
		return oci_refuse(reader->err, &reader->document, node,
				  "expected at least one item, found none");

	list.items = oci_new(list.len, size);
	oci_list_set(slot, &list);
	return 0;
}

static int make_array(const struct oci_reader *reader,
		      const struct oci_row *row, const struct oci_json *node,
		      size_t size, void *slot)
{
	int result = oci_expect_type(reader, node, OCI_JSON_ARRAY);

	return result < 0 ? result : make_list(reader, row, node, size, slot);
}

static int read_strings(const struct oci_reader *reader,
			const struct oci_row *row, const struct oci_json *node,
			void *slot)
{
	struct oci_strings *strings = slot;
	int result = make_array(reader, row, node, sizeof(char *), slot);
	const struct oci_json *child = node->first;
	int value;

	for (size_t i = 0; result == 0 && child; i++, child = child->next) {
		if (row->names)
			result = oci_take_enum(reader, row, child, &value);
		if (result == 0)
			result = oci_take_string(reader, row, child,
						 &strings->items[i]);
	}
	return result;
}

static int read_uints(const struct oci_reader *reader,
		      const struct oci_row *row, const struct oci_json *node,
		      void *slot)
{
	int result = make_array(reader, row, node, sizeof(uint64_t), slot);
	uint64_t *items = oci_list_get(slot).items;
	const struct oci_json *child = node->first;

	for (; result == 0 && child; child = child->next)
		result =
			oci_take_uint(reader, row, child, &items[child->index]);
	return result;
}

static int read_enums(const struct oci_reader *reader,
		      const struct oci_row *row, const struct oci_json *node,
		      void *slot)
{
	int result = make_array(reader, row, node, sizeof(int), slot);
	int *items = oci_list_get(slot).items;
	const struct oci_json *child = node->first;

	for (; result == 0 && child; child = child->next)
		result =
			oci_take_enum(reader, row, child, &items[child->index]);
	return result;
}

static int read_objects(const struct oci_reader *reader,
			const struct oci_row *row, const struct oci_json *node,
			void *slot)
{
	int result = make_array(reader, row, node, row->table->size, slot);
	char *item = oci_list_get(slot).items;
	const struct oci_json *child = node->first;

	for (; result == 0 && child; child = child->next) {
		result = read_object(reader, row->table, child, item);
		item += row->table->size;
	}
	return result;
}

/* ---- objects with free keys ---------------------------------------------- */

/* A key that the document chose: a name of something, so never empty. */
static int expect_key(const struct oci_reader *reader,
		      const struct oci_json *node)
{
	if (node->key_len > 0)
		return 0;
	return oci_refuse(reader->err, &reader->document, node,
			  "expected a name, found an empty key");
}

/* null is no value here: to skip a limit or a device silently is no option. */
static int read_pairs(const struct oci_reader *reader,
		      const struct oci_row *row, const struct oci_json *node,
		      void *slot)
{
	int result = oci_expect_type(reader, node, OCI_JSON_OBJECT);
	const struct oci_json *child = node->first;
	struct oci_pair *pair;

	if (result == 0)
		result = make_list(reader, row, node, sizeof(*pair), slot);
	pair = ((struct oci_pairs *)slot)->items;

	for (; result == 0 && child; child = child->next, pair++) {
		result = expect_key(reader, child);
		if (result < 0)
			break;
		pair->key = oci_copy(child->key, child->key_len);
		result = oci_take_string(reader, row, child, &pair->value);
	}
	return result;
}

static int read_map(const struct oci_reader *reader, const struct oci_row *row,
		    const struct oci_json *node, void *slot)
{
	int result = oci_expect_type(reader, node, OCI_JSON_OBJECT);
	const struct oci_json *child = node->first;
	char *item, *key;

	if (result == 0)
		result = make_list(reader, row, node, row->table->size, slot);
	item = oci_list_get(slot).items;

	for (; result == 0 && child; child = child->next) {
		result = expect_key(reader, child);
		if (result < 0)
			break;
		key = oci_copy(child->key, child->key_len);
		memcpy(item, &key, sizeof(key));
		result = read_object(reader, row->table, child, item);
		item += row->table->size;
	}
	return result;
}

/* ---- objects with known keys --------------------------------------------- */

static int read_pointer(const struct oci_reader *reader,
			const struct oci_row *row, const struct oci_json *node,
			void *slot)
{
	void *object = oci_new(1, row->table->size);

	memcpy(slot, &object, sizeof(object));
	return read_object(reader, row->table, node, object);
}

static const read_slot readers[OCI_KIND_COUNT] = {
	[OCI_KIND_STRING] = oci_read_string, [OCI_KIND_BOOL] = oci_read_bool,
	[OCI_KIND_INT] = oci_read_int,	     [OCI_KIND_UINT] = oci_read_uint,
	[OCI_KIND_ENUM] = oci_read_enum,     [OCI_KIND_OBJECT] = read_pointer,
	[OCI_KIND_STRINGS] = read_strings,   [OCI_KIND_UINTS] = read_uints,
	[OCI_KIND_ENUMS] = read_enums,	     [OCI_KIND_OBJECTS] = read_objects,
	[OCI_KIND_PAIRS] = read_pairs,	     [OCI_KIND_MAP] = read_map,
};

static void note_unknown(const struct oci_reader *reader,
			 const struct oci_json *node)
{
	struct oci_strings *unknown = reader->unknown;
	char pointer[POINTER_SIZE];

	if (!unknown || unknown->len >= MAX_UNKNOWN)
		return;

	oci_pointer_print(node, pointer, sizeof(pointer));
	unknown->items =
		oci_resize(unknown->items, (unknown->len + 1) * sizeof(char *));
	unknown->items[unknown->len++] = oci_copy(pointer, strlen(pointer));
	unknown->set = true;
}

/* Keys have no NUL in them, so that strcmp sees all of a key. */
static const struct oci_row *find_row(const struct oci_table *table,
				      const char *key)
{
	for (size_t i = 0; i < table->count; i++)
		if (strcmp(table->rows[i].name, key) == 0)
			return &table->rows[i];
	return NULL;
}

static int read_member(const struct oci_reader *reader,
		       const struct oci_table *table,
		       const struct oci_json *node, void *object)
{
	const struct oci_row *row = find_row(table, node->key);

	if (!row && reader->strict)
		return oci_refuse(reader->err, &reader->document, node,
				  "unknown member");
	if (!row) {
		note_unknown(reader, node);
		return 0;
	}
	if (node->type == OCI_JSON_NULL && !reader->strict)
		return 0;
	return readers[row->kind](reader, row, node,
				  (char *)object + row->offset);
}

static int read_object(const struct oci_reader *reader,
		       const struct oci_table *table,
		       const struct oci_json *node, void *object)
{
	int result = oci_expect_type(reader, node, OCI_JSON_OBJECT);
	const struct oci_json *child = node->first;

	for (; result == 0 && child; child = child->next)
		result = read_member(reader, table, child, object);
	if (result < 0)
		return result;

	for (size_t i = 0; i < table->count; i++) {
		const struct oci_row *row = &table->rows[i];

		if (row->required && !oci_row_is_set(row, object))
			return oci_refuse(reader->err, &reader->document, node,
					  "missing member \"%s\"", row->name);
	}
	return 0;
}

static int read_document(struct oci_reader *reader,
			 const struct oci_table *table, const char *text,
			 size_t len, void **ret)
{
	int result = oci_document_parse(text, len, &reader->document,
					reader->err);
	void *object;

	if (result < 0)
		return result;

	object = oci_new(1, table->size);
	result = read_object(reader, table, reader->document.root, object);
	oci_document_clear(&reader->document);
	if (result < 0) {
		oci_table_free(table, object);
		return result;
	}
	*ret = object;
	return 0;
}

int oci_table_read(const struct oci_table *table, const char *text, size_t len,
		   void **ret, struct oci_strings *unknown,
		   struct oci_error *err)
{
	struct oci_reader reader = { .unknown = unknown, .err = err };

	return read_document(&reader, table, text, len, ret);
}

int oci_table_read_strict(const struct oci_table *table, const char *text,
			  size_t len, void **ret, struct oci_error *err)
{
	struct oci_reader reader = { .strict = true, .err = err };

	return read_document(&reader, table, text, len, ret);
}
