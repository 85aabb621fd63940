/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "number.h"
#include "table-read.h"

/* What is left of a message when "expected", "found" and its value are in. */
#define CHOICES_SIZE 160

/* ---- refusals ------------------------------------------------------------ */

static int refuse_type(const struct oci_reader *reader,
		       const struct oci_json *node, const char *expected)
{
	return oci_refuse(reader->err, &reader->document, node,
			  "expected %s, found %s", expected,
			  oci_type_name(node->type));
}

int oci_expect_type(const struct oci_reader *reader,
		    const struct oci_json *node, enum oci_json_type type)
{
	if (node->type == type)
		return 0;
	return refuse_type(reader, node, oci_type_name(type));
}

/* ---- strings and booleans ------------------------------------------------ */

int oci_take_string(const struct oci_reader *reader, const struct oci_row *row,
		    const struct oci_json *node, char **ret)
{
	const struct oci_check *check = row->check;
	char shown[OCI_SHOWN_SIZE];
	int result = oci_expect_type(reader, node, OCI_JSON_STRING);

	if (result < 0)
		return result;

	if (check && !check->fits(node->text, node->text_len)) {
		oci_show(node, shown);
		return oci_refuse(reader->err, &reader->document, node,
				  "expected %s; found %s", check->expected,
				  shown);
	}
	*ret = oci_copy(node->text, node->text_len);
	return 0;
}

int oci_read_string(const struct oci_reader *reader, const struct oci_row *row,
		    const struct oci_json *node, void *slot)
{
	return oci_take_string(reader, row, node, slot);
}

int oci_read_bool(const struct oci_reader *reader, const struct oci_row *row,
		  const struct oci_json *node, void *slot)
{
	struct oci_bool *boolean = slot;
	int result = oci_expect_type(reader, node, OCI_JSON_BOOL);

	(void)row;
	if (result < 0)
		return result;

	boolean->set = true;
	boolean->value = node->boolean;
	return 0;
}

/* ---- numbers ------------------------------------------------------------- */

static int refuse_number(const struct oci_reader *reader,
			 const struct oci_row *row, const struct oci_json *node)
{
	bool fraction = node->type == OCI_JSON_NUMBER &&
			strpbrk(node->text, ".eE");
	char expected[96], shown[OCI_SHOWN_SIZE];

	/* min is 0 in rows of unsigned numbers */
	snprintf(expected, sizeof(expected),
		 "a whole number from %" PRId64 " to %" PRIu64 "%s", row->min,
		 row->max, fraction ? " without fraction or exponent" : "");
	if (node->type != OCI_JSON_NUMBER)
		return refuse_type(reader, node, expected);

	oci_show(node, shown);
	return oci_refuse(reader->err, &reader->document, node,
			  "expected %s, found %s", expected, shown);
}

int oci_read_int(const struct oci_reader *reader, const struct oci_row *row,
		 const struct oci_json *node, void *slot)
{
	struct oci_i64 *number = slot;
	int64_t value;

	if (node->type != OCI_JSON_NUMBER ||
	    !oci_parse_i64(node->text, node->text_len, &value) ||
	    value < row->min || (value > 0 && (uint64_t)value > row->max))
		return refuse_number(reader, row, node);

	number->set = true;
	number->value = value;
	return 0;
}

int oci_take_uint(const struct oci_reader *reader, const struct oci_row *row,
		  const struct oci_json *node, uint64_t *ret)
{
	uint64_t value;

	if (node->type != OCI_JSON_NUMBER ||
	    !oci_parse_u64(node->text, node->text_len, &value) ||
	    value > row->max)
		return refuse_number(reader, row, node);

	*ret = value;
	return 0;
}

int oci_read_uint(const struct oci_reader *reader, const struct oci_row *row,
		  const struct oci_json *node, void *slot)
{
	struct oci_u64 *number = slot;
	int result = oci_take_uint(reader, row, node, &number->value);

	number->set = result == 0;
	return result;
}

/* ---- enumerations -------------------------------------------------------- */

/* As many of the names as fit, so that what was found fits as well. */
static void list_choices(const struct oci_names *names, char *ret, size_t size)
{
	static const char more[] = ", ...";
	size_t len = 0;

	for (size_t i = 0; i < names->count; i++) {
		const char *name = names->names[i];

		if (len + strlen(name) + sizeof(", ") + sizeof(more) > size) {
			memcpy(ret + len, more, sizeof(more));
			return;
		}
		len += (size_t)snprintf(ret + len, size - len, "%s%s",
					i > 0 ? ", " : "", name);
	}
}

int oci_take_enum(const struct oci_reader *reader, const struct oci_row *row,
		  const struct oci_json *node, int *ret)
{
	char choices[CHOICES_SIZE], shown[OCI_SHOWN_SIZE];
	int result = oci_expect_type(reader, node, OCI_JSON_STRING);
	int value;

	if (result < 0)
		return result;

	value = oci_names_find(row->names, node->text);
	if (value < 0) {
		list_choices(row->names, choices, sizeof(choices));
		oci_show(node, shown);
		return oci_refuse(reader->err, &reader->document, node,
				  "expected one of %s; found %s", choices,
				  shown);
	}
	*ret = value;
	return 0;
}

int oci_read_enum(const struct oci_reader *reader, const struct oci_row *row,
		  const struct oci_json *node, void *slot)
{
	struct oci_enum *constant = slot;
	int result = oci_take_enum(reader, row, node, &constant->value);

	constant->set = result == 0;
	return result;
}
