/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The patterns of the schemas, as functions.  They hold the empty string to the
 * same standard, so the text that a check is given need not be NUL-terminated.
 */
#ifndef OCISPEC_CHECK_H
#define OCISPEC_CHECK_H

#include <stdbool.h>
#include <stddef.h>

struct oci_check {
	bool (*fits)(const char *text, size_t len);
	const char *expected; /* for "expected ..." */
};

extern const struct oci_check oci_check_rlimit;
extern const struct oci_check oci_check_capability;
extern const struct oci_check oci_check_cpu_list;
extern const struct oci_check oci_check_device_type;
extern const struct oci_check oci_check_page_size;
extern const struct oci_check oci_check_mem_bw;

#endif
