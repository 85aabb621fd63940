/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two halves of the reader: table-scalar.c reads values that have no parts,
 * table-read.c arrays and objects.  oci_take_* give a value as an array keeps
 * it, oci_read_* fill the slot of a row.  All return 0 or what oci_refuse does.
 */
#ifndef OCISPEC_TABLE_READ_H
#define OCISPEC_TABLE_READ_H

#include "refuse.h"
#include "table.h"

struct oci_reader {
	struct oci_document document;
	struct oci_strings *unknown;
	bool strict; /* what no table knows, and null, are refused */
	struct oci_error *err;
};

int oci_expect_type(const struct oci_reader *reader,
		    const struct oci_json *node, enum oci_json_type type);

int oci_take_string(const struct oci_reader *reader, const struct oci_row *row,
		    const struct oci_json *node, char **ret);
int oci_take_uint(const struct oci_reader *reader, const struct oci_row *row,
		  const struct oci_json *node, uint64_t *ret);
int oci_take_enum(const struct oci_reader *reader, const struct oci_row *row,
		  const struct oci_json *node, int *ret);

int oci_read_string(const struct oci_reader *reader, const struct oci_row *row,
		    const struct oci_json *node, void *slot);
int oci_read_bool(const struct oci_reader *reader, const struct oci_row *row,
		  const struct oci_json *node, void *slot);
int oci_read_int(const struct oci_reader *reader, const struct oci_row *row,
		 const struct oci_json *node, void *slot);
int oci_read_uint(const struct oci_reader *reader, const struct oci_row *row,
		  const struct oci_json *node, void *slot);
int oci_read_enum(const struct oci_reader *reader, const struct oci_row *row,
		  const struct oci_json *node, void *slot);

#endif
