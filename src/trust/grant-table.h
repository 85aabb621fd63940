/* SPDX-License-Identifier: Apache-2.0 */
/* The members of a grant in JSON; for trust/ alone. */
#ifndef BH_TRUST_GRANT_TABLE_H
#define BH_TRUST_GRANT_TABLE_H

#include "table.h"

extern const struct oci_table bh_grant_table;

#endif
