/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A look at the bytes of a document before the JSON parser sees them.  yajl
 * takes over-long UTF-8, encoded surrogates and lone surrogate escapes; each
 * gives two readers two different strings, so all are refused here.
 */
#ifndef OCISPEC_SCAN_H
#define OCISPEC_SCAN_H

#include <stddef.h>

/* What is wrong with the text and at which byte; NULL when nothing is. */
const char *oci_scan(const char *text, size_t len, size_t *ret_offset);

/* Length of the UTF-8 sequence that text begins with, 0 if it is none. */
size_t oci_utf8_length(const char *text, size_t len);

#endif
