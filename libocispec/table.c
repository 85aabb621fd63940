/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "table.h"

/*
 * A list's items have a type of their own, and so has a pointer to an object;
 * copying their bytes is how C lets us look at them through void pointers.
 */
struct oci_list oci_list_get(const void *slot)
{
	struct oci_list list;

	memcpy(&list, slot, sizeof(list));
	return list;
}

void oci_list_set(void *slot, const struct oci_list *list)
{
	memcpy(slot, list, sizeof(*list));
}

void *oci_object_get(const void *slot)
{
	void *object;

	memcpy(&object, slot, sizeof(object));
	return object;
}

bool oci_row_is_set(const struct oci_row *row, const void *object)
{
	const void *slot = (const char *)object + row->offset;

	if (row->kind == OCI_KIND_STRING || row->kind == OCI_KIND_OBJECT)
		return oci_object_get(slot) != NULL;

	/* every other kind begins with its bool set */
	return *(const bool *)slot;
}

/* ---- the end of a structure ---------------------------------------------- */

void oci_strings_clear(struct oci_strings *strings)
{
	for (size_t i = 0; i < strings->len; i++)
		free(strings->items[i]);
	free(strings->items);
	*strings = (struct oci_strings){ 0 };
}

static void clear_pairs(struct oci_pairs *pairs)
{
	for (size_t i = 0; i < pairs->len; i++) {
		free(pairs->items[i].key);
		free(pairs->items[i].value);
	}
	free(pairs->items);
}

static void clear_objects(const struct oci_row *row, const void *slot)
{
	struct oci_list list = oci_list_get(slot);

	for (size_t i = 0; i < list.len; i++) {
		char *item = (char *)list.items + i * row->table->size;

		/* the key is the first member and in no row */
		if (row->kind == OCI_KIND_MAP)
			free(oci_object_get(item));
		oci_table_clear(row->table, item);
	}
	free(list.items);
}

static void clear_slot(const struct oci_row *row, void *slot)
{
	switch (row->kind) {
	case OCI_KIND_STRING:
		free(*(char **)slot);
		break;
	case OCI_KIND_OBJECT:
		oci_table_free(row->table, oci_object_get(slot));
		break;
	case OCI_KIND_STRINGS:
		oci_strings_clear(slot);
		break;
	case OCI_KIND_UINTS:
	case OCI_KIND_ENUMS:
		free(oci_list_get(slot).items);
		break;
	case OCI_KIND_OBJECTS:
	case OCI_KIND_MAP:
		clear_objects(row, slot);
		break;
	case OCI_KIND_PAIRS:
		clear_pairs(slot);
		break;
	default:
		/* numbers and the like own nothing */
		break;
	}
}

void oci_table_clear(const struct oci_table *table, void *object)
{
	for (size_t i = 0; i < table->count; i++)
		clear_slot(&table->rows[i],
			   (char *)object + table->rows[i].offset);
	memset(object, 0, table->size);
}

void oci_table_free(const struct oci_table *table, void *object)
{
	if (!object)
		return;

	oci_table_clear(table, object);
	free(object);
}
