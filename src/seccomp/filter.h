/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the rules of a config to a BPF program, by libseccomp.  The only folder
 * that knows seccomp.h.
 */
#ifndef BH_SECCOMP_FILTER_H
#define BH_SECCOMP_FILTER_H

#include <linux/filter.h>
#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/notes.h"
#include "ocispec.h"

struct bh_filter {
	size_t len;			/* instructions; 0: no filter */
	const struct sock_filter *insns;	/* in the arena */
	unsigned int flags;		/* SECCOMP_FILTER_FLAG_* */
};

/*
 * Compile the config's rules.  Names that libseccomp does not know are left
 * out with a note (the specification wants no failure); calls newer than the
 * newest one that the rules name answer ENOSYS where the default action is an
 * errno, so that libc falls back.  Anything else that can't be honoured is an
 * error with the JSON pointer of the field.
 *
 * SCMP_ACT_NOTIFY, listenerPath and listenerMetadata are refused for now.
 */
int bh_seccomp_compile(const struct oci_seccomp *seccomp,
		       struct bh_arena *arena, struct bh_filter *ret,
		       struct bh_notes *notes, struct bh_err *err);

#endif
