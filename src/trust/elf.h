/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an ELF file has loaded when it is executed: elf(5), ld.so(8).  Any bytes
 * can be given; nothing is read outside of them.
 */
#ifndef BH_TRUST_ELF_H
#define BH_TRUST_ELF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/mem.h"

/* All text is in the arena; NULL: the file has none. */
struct bh_elf {
	const char *interpreter; /* the loader; none: a static program */
	size_t needed_count;
	const char **needed;
	const char *rpath, *runpath;
	bool no_default; /* default directories aren't searched */
	bool loads_more; /* auditors, filters: by other rules */
};

/*
 * Read the file behind fd by offset.  -ENOEXEC: it is no ELF file of this
 * machine; -EINVAL: it is, and damaged.
 */
int bh_elf_read(int fd, struct bh_arena *arena, struct bh_elf *ret,
		struct bh_err *err);

#endif
