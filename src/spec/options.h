/* SPDX-License-Identifier: Apache-2.0 */
/* Mount options as mount(8) and runtime-spec config.md spell them. */
#ifndef BH_SPEC_OPTIONS_H
#define BH_SPEC_OPTIONS_H

#include "spec/spec.h"

/*
 * Take one option into the mount.  Returns 1 when it was one of the table's,
 * 0 when it is for the file system itself (fsconfig(2)), or -EINVAL with err
 * for one that this version does not implement.
 */
int bh_mount_option(struct bh_mount *mount, const char *option,
		    struct bh_err *err);

/* Call visit for each option of the table, for `bulkhead features`. */
void bh_mount_options_each(void (*visit)(void *arg, const char *option),
			   void *arg);

#endif
