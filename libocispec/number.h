/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whole numbers from text, exactly: the whole text is a number in range, or
 * the answer is false.  No conversion goes through floating point.
 */
#ifndef OCISPEC_NUMBER_H
#define OCISPEC_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

bool oci_parse_u64(const char *text, size_t len, uint64_t *ret);
bool oci_parse_i64(const char *text, size_t len, int64_t *ret);

#endif
