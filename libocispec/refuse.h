/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a document is refused: where, and why.  Text from the document reaches
 * an error only as printable ASCII, since errors end up in terminals and logs.
 */
#ifndef OCISPEC_REFUSE_H
#define OCISPEC_REFUSE_H

#include "json.h"

#define OCI_SHOWN_SIZE 72

/* Fill err for the byte at offset of a text; the pointer becomes empty. */
void oci_refuse_text(struct oci_error *err, const char *text, size_t offset,
		     const char *message);

/* Fill err for a node; always returns -EINVAL, so that it can be returned. */
int oci_refuse(struct oci_error *err, const struct oci_document *document,
	       const struct oci_json *node, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* The JSON pointer of a node; "..." at its end when it did not fit. */
void oci_pointer_print(const struct oci_json *node, char *ret, size_t size);

/* The text of a string (in quotes) or number, cut when it is long. */
void oci_show(const struct oci_json *node, char ret[OCI_SHOWN_SIZE]);

/* "a string", "null" and so on, for "found ..." */
const char *oci_type_name(enum oci_json_type type);

#endif
