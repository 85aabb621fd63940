/* SPDX-License-Identifier: Apache-2.0 */
/* What this build can, runtime-spec features.md and features-linux.md. */
#ifndef BH_CONTAINER_FEATURES_H
#define BH_CONTAINER_FEATURES_H

#include <stddef.h>

/* A features document, owned by the caller. */
char *bh_features_json(size_t *ret_len);

#endif
