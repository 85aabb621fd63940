/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "policy/profile-table.h"
#include "policy/profile.h"

/* How much of a structure a member of the kind takes. */
static size_t slot_size(enum oci_kind kind)
{
	switch (kind) {
	case OCI_KIND_STRING:
	case OCI_KIND_OBJECT:
		return sizeof(void *);
	case OCI_KIND_BOOL:
		return sizeof(struct oci_bool);
	case OCI_KIND_INT:
		return sizeof(struct oci_i64);
	case OCI_KIND_UINT:
		return sizeof(struct oci_u64);
	case OCI_KIND_ENUM:
		return sizeof(struct oci_enum);
	default:
		return sizeof(struct oci_list);
	}
}

/* So that each side stays the owner of what it has then. */
static void exchange(char *a, char *b, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		char byte = a[i];

		a[i] = b[i];
		b[i] = byte;
	}
}

static void overlay(const struct oci_table *table, void *to, void *over)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct oci_row *row = &table->rows[i];
		char *slot = (char *)to + row->offset;
		char *other = (char *)over + row->offset;

		if (!oci_row_is_set(row, over))
			continue;
		if (row->kind == OCI_KIND_OBJECT && oci_row_is_set(row, to))
			overlay(row->table, oci_object_get(slot),
				oci_object_get(other));
		else
			exchange(slot, other, slot_size(row->kind));
	}
}

void bh_profile_overlay(struct bh_profile *to, struct bh_profile *over)
{
	overlay(&bh_profile_table, to, over);
}

char *bh_profile_print(const struct bh_profile *profile, size_t *ret_len)
{
	return oci_table_write(&bh_profile_table, profile, ret_len);
}

static enum bh_rank rank_of(const char *name)
{
	if (bh_str_eq(name, "oci"))
		return BH_RANK_OCI;
	if (bh_str_eq(name, "nested"))
		return BH_RANK_NESTED;
	return bh_str_eq(name, "strict") ? BH_RANK_STRICT : BH_RANK_AGENT;
}

int bh_profile_parse(const char *text, size_t len, struct bh_profile **ret,
		     struct bh_err *err)
{
	struct oci_error error;
	void *object;

	if (oci_table_read_strict(&bh_profile_table, text, len, &object,
				  &error) < 0)
		return bh_refuse(err, "line %zu, column %zu: %s%s%s",
				 error.line, error.column, error.pointer,
				 error.pointer[0] ? ": " : "", error.message);
	*ret = object;
	(*ret)->rank = rank_of((*ret)->extends);
	return 0;
}

void bh_profile_free(struct bh_profile *profile)
{
	if (!profile)
		return;
	free(profile->name);
	oci_table_free(&bh_profile_table, profile);
}
