/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the loader adds to a program, ld.so(8): itself, the needed libraries and
 * theirs.  They are found as it would find them, and all must be fixed, each
 * directory that is searched on the way, too, or somebody else could add code to a
 * program that was judged without it.
 *
 * What a program opens by itself later, dlopen(3), NSS and the like included, is
 * not known here; the loader's own search for that leads to the same directories.
 */
#ifndef BH_TRUST_LOADER_H
#define BH_TRUST_LOADER_H

#include "trust/fixed.h"
#include "trust/item.h"

/*
 * Check the program behind fd, which was read from file and runs with env: 0,
 * also for a static one, or an error that names what is wrong.
 */
int bh_loader_check(struct bh_ground *ground, int fd,
		    const struct bh_item_file *file, const char *const *env,
		    struct bh_err *err);

#endif
