/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An item's identity: SHA-256 over everything that it is made of, each part with
 * its length, each list with its count, so that two items are alike only where
 * all of it is.
 */
#ifndef BH_TRUST_IDENTITY_H
#define BH_TRUST_IDENTITY_H

#include "trust/item.h"

/* Of an item whose file, interpreters and arguments are known. */
void bh_identity_of(const struct bh_item *item, struct bh_digest *ret);

#endif
