/* SPDX-License-Identifier: Apache-2.0 */
/* The config.json that `bulkhead spec` writes: careful, and ready to run. */
#ifndef BH_SPEC_TEMPLATE_H
#define BH_SPEC_TEMPLATE_H

#include <stddef.h>
#include <stdint.h>

extern const char bh_config_template[];
extern const size_t bh_config_template_len; /* without the NUL */

/* The same for an ordinary user with these ids, as far as such a one may have
 * it.  Owned by the caller. */
char *bh_config_rootless(uint32_t uid, uint32_t gid, size_t *ret_len);

#endif
