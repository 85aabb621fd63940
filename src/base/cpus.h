/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of processors, as cpuset(7) and sched_setaffinity(2) have them. */
#ifndef BH_BASE_CPUS_H
#define BH_BASE_CPUS_H

#include <stddef.h>

/* More than any kernel is built for (NR_CPUS). */
#define BH_CPUS_MAX 8192u

struct bh_cpus {
	unsigned long bits[BH_CPUS_MAX / (8 * sizeof(unsigned long))];
};

/*
 * Parse a list of numbers and ranges, "0-3,7" (cpuset(7), List format); blanks
 * are allowed beside commas.  "" is the set of all.  0; -EINVAL for another
 * text, -ERANGE for a processor that can't be.
 */
int bh_cpus_parse(const char *text, struct bh_cpus *ret);

#endif
