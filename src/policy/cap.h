/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A user's own policy below the host's: hers says what her containers get by default
 * and has profiles of her own, and none is more than the host's default profile.
 * (Who may run other programs can do without bulkhead; it keeps those honest who
 * don't mean to.)
 */
#ifndef BH_POLICY_CAP_H
#define BH_POLICY_CAP_H

#include "policy/policy.h"

/* Either may be NULL: there is no such file. */
struct bh_policies {
	struct bh_policy *host;
	struct bh_policy *user;
};

/*
 * Read them: named, which must be there, in place of both; else the host's, and
 * users (NULL: the caller has none).  Clear them.
 */
int bh_policies_read(const char *named, const char *users,
		     struct bh_policies *ret, struct bh_err *err);
void bh_policies_clear(struct bh_policies *policies);

/*
 * bh_policy_choose() of both: a profile that only the user's policy has, and its
 * default, are capped; others are the host's.
 */
int bh_policies_choose(const struct bh_policies *policies,
		       const struct bh_profile_choice *choice,
		       struct bh_profile **ret, struct bh_err *err);

/*
 * Hold a resolved profile to a ceiling, a resolved one too.  Masks and read-only
 * paths of the ceiling are added.  -EINVAL for a key that allows more: its name, the
 * value, and the ceiling's name are in the message.
 */
int bh_profile_cap(struct bh_profile *profile, const struct bh_profile *ceiling,
		   struct bh_err *err);

#endif
