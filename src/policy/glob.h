/* SPDX-License-Identifier: Apache-2.0 */
/* Patterns of policies and lists. */
#ifndef BH_POLICY_GLOB_H
#define BH_POLICY_GLOB_H

#include <stdbool.h>

/*
 * Whether pattern matches all of text.  `*` stands for any characters but a
 * slash, `**` for any at all, everything else for itself.  No pattern takes
 * exponential time.
 */
bool bh_glob(const char *pattern, const char *text);

/* The same without regard to the case of ASCII letters. */
bool bh_glob_nocase(const char *pattern, const char *text);

#endif
