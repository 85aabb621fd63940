/* SPDX-License-Identifier: Apache-2.0 */
/* A grant against the files as they are now, without the config that names them. */
#ifndef BH_TRUST_RECHECK_H
#define BH_TRUST_RECHECK_H

#include "base/mem.h"
#include "trust/grant.h"

/*
 * NULL where each file that the grant has a digest of still has it; otherwise
 * what differs, in the arena: "/usr/bin/x has changed", "/srv/y: No such file or
 * directory".  Programs of images are not looked for.
 * A workspace is looked at as a whole.
 */
const char *bh_grant_recheck(const struct bh_grant *grant,
			     struct bh_arena *arena);

#endif
