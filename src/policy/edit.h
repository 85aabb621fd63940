/* SPDX-License-Identifier: Apache-2.0 */
/* What `bulkhead policy` does: show what holds, and change one thing. */
#ifndef BH_POLICY_EDIT_H
#define BH_POLICY_EDIT_H

#include "policy/policy.h"

/*
 * What holds, as JSON: the default profile, those that an annotation may pick, and
 * each profile with every key; only that of name if it is not NULL.  policy may be
 * NULL.  *ret is owned by the caller.  -EINVAL for a name that there is not.
 */
int bh_policy_show(const struct bh_policy *policy, const char *name, char **ret,
		   size_t *ret_len, struct bh_err *err);

/*
 * Let the containers of a profile have the environment variable name: it is added
 * to credentials.allowEnv of profile, which must be of the policy's own; NULL: of
 * the default one, and where that is built in, of a new one, `local`, that extends
 * it and becomes the default.  The file is replaced at once or not at all, and
 * made with its directory if it is missing.  *ret_profile is the profile's name,
 * owned by the caller.  Refused: a variable by which clouds and hosts are
 * commanded, which no list allows.
 */
int bh_policy_allow_env(const char *file, const char *profile, const char *name,
			char **ret_profile, struct bh_err *err);

#endif
