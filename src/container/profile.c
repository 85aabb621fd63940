/* SPDX-License-Identifier: Apache-2.0 */
#include "container/profile.h"
#include "base/mem.h"

int bh_profile_save(const struct bh_entry *entry,
		    const struct bh_profile *profile, struct bh_err *err)
{
	bh_autofree char *text = NULL;
	size_t len;

	text = bh_profile_print(profile, &len);
	return bh_entry_write(entry, BH_PROFILE_FILE, text, len, err);
}

int bh_profile_load(const struct bh_entry *entry, struct bh_profile **ret,
		    struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };
	int r = bh_entry_read(entry, BH_PROFILE_FILE, &text, err);

	if (r == 0)
		r = bh_profile_parse(text.data, text.len, ret, err);
	if (r < 0)
		return bh_context(err, "read the profile of container %s",
				  entry->id);
	(*ret)->name = bh_strdup((*ret)->extends);
	return 0;
}
