/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "json.h"
#include "table.h"

typedef void (*write_slot)(struct oci_writer *writer, const struct oci_row *row,
			   const void *slot);

static void write_object(struct oci_writer *writer,
			 const struct oci_table *table, const void *object);

/* ---- scalars ------------------------------------------------------------- */

static void write_string(struct oci_writer *writer, const struct oci_row *row,
			 const void *slot)
{
	(void)row;
	oci_write_string(writer, *(char *const *)slot);
}

static void write_bool(struct oci_writer *writer, const struct oci_row *row,
		       const void *slot)
{
	const struct oci_bool *boolean = slot;

	(void)row;
	oci_write_bool(writer, boolean->value);
}

static void write_int(struct oci_writer *writer, const struct oci_row *row,
		      const void *slot)
{
	const struct oci_i64 *number = slot;

	(void)row;
	oci_write_i64(writer, number->value);
}

static void write_uint(struct oci_writer *writer, const struct oci_row *row,
		       const void *slot)
{
	const struct oci_u64 *number = slot;

	(void)row;
	oci_write_u64(writer, number->value);
}

/* A value that is none of its enumeration is a mistake of the caller. */
static void write_name(struct oci_writer *writer, const struct oci_row *row,
		       int value)
{
	const char *name = oci_names_get(row->names, value);

	if (!name)
		abort();
	oci_write_string(writer, name);
}

static void write_enum(struct oci_writer *writer, const struct oci_row *row,
		       const void *slot)
{
	const struct oci_enum *constant = slot;

	write_name(writer, row, constant->value);
}

/* ---- arrays -------------------------------------------------------------- */

static void write_strings(struct oci_writer *writer, const struct oci_row *row,
			  const void *slot)
{
	const struct oci_strings *strings = slot;

	(void)row;
	if (!oci_write_open_array(writer, strings->len == 0))
		return;
	for (size_t i = 0; i < strings->len; i++)
		oci_write_string(writer, strings->items[i]);
	oci_write_close_array(writer);
}

static void write_uints(struct oci_writer *writer, const struct oci_row *row,
			const void *slot)
{
	struct oci_list list = oci_list_get(slot);
	const uint64_t *items = list.items;

	(void)row;
	if (!oci_write_open_array(writer, list.len == 0))
		return;
	for (size_t i = 0; i < list.len; i++)
		oci_write_u64(writer, items[i]);
	oci_write_close_array(writer);
}

static void write_enums(struct oci_writer *writer, const struct oci_row *row,
			const void *slot)
{
	struct oci_list list = oci_list_get(slot);
	const int *items = list.items;

	if (!oci_write_open_array(writer, list.len == 0))
		return;
	for (size_t i = 0; i < list.len; i++)
		write_name(writer, row, items[i]);
	oci_write_close_array(writer);
}

static void write_objects(struct oci_writer *writer, const struct oci_row *row,
			  const void *slot)
{
	struct oci_list list = oci_list_get(slot);

	if (!oci_write_open_array(writer, list.len == 0))
		return;
	for (size_t i = 0; i < list.len; i++)
		write_object(writer, row->table,
			     (char *)list.items + i * row->table->size);
	oci_write_close_array(writer);
}

/* ---- objects ------------------------------------------------------------- */

static void write_pairs(struct oci_writer *writer, const struct oci_row *row,
			const void *slot)
{
	const struct oci_pairs *pairs = slot;

	(void)row;
	if (!oci_write_open_object(writer, pairs->len == 0))
		return;
	for (size_t i = 0; i < pairs->len; i++) {
		oci_write_key(writer, pairs->items[i].key);
		oci_write_string(writer, pairs->items[i].value);
	}
	oci_write_close_object(writer);
}

static void write_map(struct oci_writer *writer, const struct oci_row *row,
		      const void *slot)
{
	struct oci_list list = oci_list_get(slot);

	if (!oci_write_open_object(writer, list.len == 0))
		return;
	for (size_t i = 0; i < list.len; i++) {
		const char *item = (char *)list.items + i * row->table->size;

		oci_write_key(writer, oci_object_get(item));
		write_object(writer, row->table, item);
	}
	oci_write_close_object(writer);
}

static void write_pointer(struct oci_writer *writer, const struct oci_row *row,
			  const void *slot)
{
	write_object(writer, row->table, oci_object_get(slot));
}

static const write_slot writers[OCI_KIND_COUNT] = {
	[OCI_KIND_STRING] = write_string,   [OCI_KIND_BOOL] = write_bool,
	[OCI_KIND_INT] = write_int,	    [OCI_KIND_UINT] = write_uint,
	[OCI_KIND_ENUM] = write_enum,	    [OCI_KIND_OBJECT] = write_pointer,
	[OCI_KIND_STRINGS] = write_strings, [OCI_KIND_UINTS] = write_uints,
	[OCI_KIND_ENUMS] = write_enums,	    [OCI_KIND_OBJECTS] = write_objects,
	[OCI_KIND_PAIRS] = write_pairs,	    [OCI_KIND_MAP] = write_map,
};

static bool is_empty(const struct oci_table *table, const void *object)
{
	for (size_t i = 0; i < table->count; i++)
		if (oci_row_is_set(&table->rows[i], object))
			return false;
	return true;
}

static void write_object(struct oci_writer *writer,
			 const struct oci_table *table, const void *object)
{
	if (!oci_write_open_object(writer, is_empty(table, object)))
		return;

	for (size_t i = 0; i < table->count; i++) {
		const struct oci_row *row = &table->rows[i];

		if (!oci_row_is_set(row, object))
			continue;
		oci_write_key(writer, row->name);
		writers[row->kind](writer, row,
				   (const char *)object + row->offset);
	}
	oci_write_close_object(writer);
}

char *oci_table_write(const struct oci_table *table, const void *object,
		      size_t *ret_len)
{
	struct oci_writer *writer = oci_writer_new();

	write_object(writer, table, object);
	return oci_writer_finish(writer, ret_len);
}
