/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The built-in filter: system calls that programs need, and no others.  It is
 * installed beside the config's own, and the kernel takes the stricter answer.
 *
 *	the architecture's own ABI?	no: the process is killed
 *	newer than our lists?		ENOSYS, so that libc falls back
 *	socket, ioctl ...		by their arguments, builtin-arguments.c
 *	named in builtin-calls.def?	allowed, else EPERM
 *
 * It is compiled when bulkhead is (make-builtin.c), so that it costs nothing
 * at the start of a container.
 */
#ifndef BH_SECCOMP_BUILTIN_H
#define BH_SECCOMP_BUILTIN_H

#include "seccomp/filter.h"

enum bh_flavour {
	BH_FLAVOUR_AGENT,
	BH_FLAVOUR_STRICT,
	BH_FLAVOUR_NESTED,
	BH_FLAVOUR_COUNT
};

/* A list that a policy adds: names of system calls. */
struct bh_call_names {
	size_t len;
	const char *const *items;
};

/*
 * The filter of a flavour, with further calls allowed, whatever their arguments.
 * Without any it is the one compiled before.  -EINVAL for an unknown name.
 */
int bh_builtin_filter(enum bh_flavour flavour, const struct bh_call_names *more,
		      struct bh_arena *arena, struct bh_filter *ret,
		      struct bh_err *err);

/* The same by libseccomp, in any case: for make-builtin.c. */
int bh_builtin_compile(enum bh_flavour flavour,
		       const struct bh_call_names *more, struct bh_arena *arena,
		       struct bh_filter *ret, struct bh_err *err);

/* Made by make-builtin.c: those without further calls. */
extern const struct bh_filter bh_builtin_filters[BH_FLAVOUR_COUNT];

#endif
