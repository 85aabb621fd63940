/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of kernel things and their numbers, both ways.  A table ends with a
 * NULL name; lookups are exact.
 */
#ifndef BH_SPEC_NAMES_H
#define BH_SPEC_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"

struct bh_name {
	const char *name;
	uint64_t value;
};

/* CAP_* to its number, capabilities(7). */
extern const struct bh_name bh_capability_names[];
/* RLIMIT_* to its number, getrlimit(2). */
extern const struct bh_name bh_rlimit_names[];
/* Signals without SIG, signal(7). */
extern const struct bh_name bh_signal_names[];
/* MOUNT_ATTR_* as mount options: "ro", "nosuid" ... */
extern const struct bh_name bh_attribute_names[];
/* Accesses and scopes of Landlock, landlock(7), in small letters. */
extern const struct bh_name bh_access_names[];
extern const struct bh_name bh_scope_names[];
/* MS_SHARED, ... as "shared", ... */
extern const struct bh_name bh_propagation_names[];
/* CLONE_NEW* as the specification's namespace types. */
extern const struct bh_name bh_namespace_names[];

bool bh_name_value(const struct bh_name *table, const char *name,
		   uint64_t *ret);

/* The name of exactly this value, or NULL. */
const char *bh_value_name(const struct bh_name *table, uint64_t value);

/* Append the names of the bits in mask, by commas; unknown bits in hex. */
void bh_names_of_bits(const struct bh_name *table, uint64_t mask,
		      struct bh_buf *out);

#endif
