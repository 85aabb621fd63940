/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The state, which the runtime writes and hooks read: nothing to trust in it.
 */
#include "table.h"

#define SELF struct oci_state
static const struct oci_row state_rows[] = {
	STRING("ociVersion", oci_version, INERT, .required = true),
	STRING("id", id, INERT, .required = true),
	ENUM("status", status, INERT, status, .required = true),
	INT("pid", pid, INERT, 0, INT64_MAX),
	STRING("bundle", bundle, INERT, .required = true),
	PAIRS("annotations", annotations, INERT),
};
OCI_TABLE(state);
#undef SELF
