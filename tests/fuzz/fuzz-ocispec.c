/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a document.  What is read must be written, read again and
 * written the same; the first byte picks the kind of document, and text that
 * begins with a brace is a config, so that examples are seeds as they are.
 */
#include <stdlib.h>
#include <string.h>

#include "ocispec.h"
#include "table.h"

static const struct {
	char letter;
	const struct oci_table *table;
} kinds[] = {
	{ 'p', &oci_process_table },
	{ 'r', &oci_resources_table },
	{ 's', &oci_state_table },
	{ 'f', &oci_features_table },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A refusal must be usable: filled, printable and at a place that exists. */
static void check_error(const struct oci_error *err)
{
	if (err->line == 0 || err->column == 0 || err->message[0] == '\0')
		abort();
	for (const char *i = err->pointer; *i; i++)
		if (*i < 0x20 || *i > 0x7e)
			abort();
	for (const char *i = err->message; *i; i++)
		if (*i < 0x20 || *i > 0x7e)
			abort();
}

static int count(void *arg, const char *pattern, enum oci_class class)
{
	size_t *visits = arg;

	if (pattern[0] != '/' || class < OCI_CLASS_INERT)
		abort();
	++*visits;
	return 0;
}

static void check_round(const struct oci_table *table, void *first)
{
	struct oci_error err = { 0 };
	char *text, *again;
	size_t len, again_len, visits = 0;
	void *second;

	text = oci_table_write(table, first, &len);
	if (oci_table_read(table, text, len, &second, NULL, &err) < 0) {
		/* escapes and indents may lift a text over the limit */
		if (len <= OCI_MAX_SIZE)
			abort();
		free(text);
		return;
	}
	again = oci_table_write(table, second, &again_len);
	if (len != again_len || memcmp(text, again, len) != 0)
		abort();
	(void)oci_table_walk(table, second, count, &visits);

	oci_table_free(table, second);
	free(again);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct oci_table *table = &oci_config_table;
	struct oci_strings unknown = { 0 };
	struct oci_error err = { 0 };
	void *object;

	for (size_t i = 0; size > 0 && i < 4; i++)
		if (data[0] == (uint8_t)kinds[i].letter)
			table = kinds[i].table;
	if (table != &oci_config_table) {
		data++;
		size--;
	}

	if (oci_table_read(table, (const char *)data, size, &object, &unknown,
			   &err) < 0) {
		check_error(&err);
	} else {
		check_round(table, object);
		oci_table_free(table, object);
	}
	oci_strings_clear(&unknown);
	return 0;
}
