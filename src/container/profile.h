/* SPDX-License-Identifier: Apache-2.0 */
/* Inside container/: the profile that a container was made with, which holds
 * for whatever is done to it later, however the policy changes. */
#ifndef BH_CONTAINER_PROFILE_H
#define BH_CONTAINER_PROFILE_H

#include "container/store.h"
#include "policy/profile.h"

#define BH_PROFILE_FILE "profile.json"

int bh_profile_save(const struct bh_entry *entry,
		    const struct bh_profile *profile, struct bh_err *err);

/* Free it. */
int bh_profile_load(const struct bh_entry *entry, struct bh_profile **ret,
		    struct bh_err *err);

#endif
