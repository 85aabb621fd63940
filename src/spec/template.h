/* SPDX-License-Identifier: Apache-2.0 */
/* The config.json that `bulkhead spec` writes: careful, and ready to run. */
#ifndef BH_SPEC_TEMPLATE_H
#define BH_SPEC_TEMPLATE_H

#include <stddef.h>

extern const char bh_config_template[];
extern const size_t bh_config_template_len; /* without the NUL */

#endif
