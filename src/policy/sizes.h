/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes as a policy writes them: a whole number of bytes, or with one of the
 * units KiB MiB GiB TiB behind it, "512MiB". */
#ifndef BH_POLICY_SIZES_H
#define BH_POLICY_SIZES_H

#include <stdint.h>

#include "check.h"

/* 0, or -EINVAL for another form or more than INT64_MAX bytes. */
int bh_size_parse(const char *text, uint64_t *ret);

extern const struct oci_check bh_check_size;

#endif
