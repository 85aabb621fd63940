/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>

#include "table.h"

/* The longest pattern of the tables has about 60 bytes. */
#define PATTERN_SIZE 160

struct walk {
	oci_visit visit;
	void *arg;
	char pattern[PATTERN_SIZE];
	size_t len;
};

static int walk_rows(struct walk *walk, const struct oci_table *table,
		     const void *object);

/* Make the pattern longer; the old length makes it short again. */
static size_t push(struct walk *walk, const char *step)
{
	size_t old = walk->len;
	size_t room = sizeof(walk->pattern) - old;
	int added = snprintf(walk->pattern + old, room, "/%s", step);

	if (added < 0 || (size_t)added >= room)
		abort();
	walk->len += (size_t)added;
	return old;
}

static void pop(struct walk *walk, size_t old)
{
	walk->len = old;
	walk->pattern[old] = '\0';
}

static int walk_items(struct walk *walk, const struct oci_row *row,
		      const void *slot)
{
	struct oci_list list = oci_list_get(slot);
	int result = 0;

	for (size_t i = 0; i < list.len && result == 0; i++)
		result = walk_rows(walk, row->table,
				   (char *)list.items + i * row->table->size);
	return result;
}

/* What is below a row; slot is NULL when the tables alone are walked. */
static int walk_below(struct walk *walk, const struct oci_row *row,
		      const void *slot)
{
	size_t old;
	int result;

	if (!row->table)
		return 0;
	if (row->kind == OCI_KIND_OBJECT)
		return walk_rows(walk, row->table,
				 slot ? oci_object_get(slot) : NULL);

	old = push(walk, "#");
	result = slot ? walk_items(walk, row, slot) :
			walk_rows(walk, row->table, NULL);
	pop(walk, old);
	return result;
}

static int walk_row(struct walk *walk, const struct oci_row *row,
		    const void *object)
{
	const void *slot = NULL;
	size_t old;
	int result;

	if (object && !oci_row_is_set(row, object))
		return 0;
	if (object)
		slot = (const char *)object + row->offset;

	old = push(walk, row->name);
	result = walk->visit(walk->arg, walk->pattern, row->class);
	if (result == 0)
		result = walk_below(walk, row, slot);
	pop(walk, old);
	return result;
}

static int walk_rows(struct walk *walk, const struct oci_table *table,
		     const void *object)
{
	int result = 0;

	for (size_t i = 0; i < table->count && result == 0; i++)
		result = walk_row(walk, &table->rows[i], object);
	return result;
}

int oci_table_walk(const struct oci_table *table, const void *object,
		   oci_visit visit, void *arg)
{
	struct walk walk = { .visit = visit, .arg = arg };

	return walk_rows(&walk, table, object);
}
