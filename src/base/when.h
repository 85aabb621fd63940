/* SPDX-License-Identifier: Apache-2.0 */
/* Points in time as text: RFC 3339 in UTC with whole seconds,
 * "2026-11-23T08:15:00Z", and nothing else. */
#ifndef BH_BASE_WHEN_H
#define BH_BASE_WHEN_H

#include <stdint.h>

#define BH_WHEN_SIZE sizeof("2026-11-23T08:15:00Z")

/* Seconds since 1970 as text and back; the years are 1970 to 9999.  Parsing is
 * 0 or -EINVAL for another form, or a day that there is not. */
void bh_when_print(int64_t seconds, char ret[BH_WHEN_SIZE]);
int bh_when_parse(const char *text, int64_t *ret);

/* Now. */
int64_t bh_when_now(void);

#endif
