/* SPDX-License-Identifier: Apache-2.0 */
/* The members of a profile in JSON; for policy/ alone. */
#ifndef BH_POLICY_PROFILE_TABLE_H
#define BH_POLICY_PROFILE_TABLE_H

#include "table.h"

extern const struct oci_table bh_profile_table;
extern const struct oci_table bh_agent_hooks_table; /* agent-hooks.c */

#endif
