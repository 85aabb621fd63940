/* SPDX-License-Identifier: Apache-2.0 */
/* Inside seccomp/: the parts of the built-in filter. */
#ifndef BH_SECCOMP_BUILTIN_BUILD_H
#define BH_SECCOMP_BUILTIN_BUILD_H

#include "base/str.h"
#include "seccomp/builtin.h"

/* Calls from here on go by number, not through libseccomp. */
#define BH_FIRST_NEWER 451

struct bh_newer_call {
	const char *name;
	uint32_t number;
	bool allowed;
};

extern const struct bh_newer_call bh_newer_calls[]; /* ended by a NULL name */

bool bh_calls_have(const struct bh_call_names *calls, const char *name);

/*
 * builtin-arguments.c: instructions that go in front of libseccomp's: the ABI,
 * newer calls, and calls that are judged by their arguments.  They end by
 * falling through, or with an answer.
 */
void bh_builtin_prologue(enum bh_flavour flavour,
			 const struct bh_call_names *more,
			 struct bh_buf *program);

#endif
