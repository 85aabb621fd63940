/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program of the host whose bytes were judged: the descriptors are what runs,
 * whatever lies at its path by then.
 */
#ifndef BH_BASE_PROGRAM_H
#define BH_BASE_PROGRAM_H

#include "base/mem.h"

/*
 * fd is executed by execveat(2): a file that nobody but root can change, or a
 * sealed copy in memory.  For a script, that is its interpreter, and the script
 * is read as descriptor 3: `interpreter option /proc/self/fd/3 arguments`.
 */
struct bh_program {
	int fd;		    /* -1: there is none */
	int script_fd;	    /* -1: it is no script */
	const char *name;   /* argv[0] of an interpreter; NULL: no script */
	const char *option; /* what its first line gives beside; or NULL */
};

#define BH_NO_PROGRAM                     \
	(struct bh_program)               \
	{                                 \
		.fd = -1, .script_fd = -1 \
	}

/* The arguments of a program: args, or those of the interpreter of a script.  In
 * the arena, ended by NULL. */
const char *const *bh_program_args(const struct bh_program *program,
				   const char *const *args,
				   struct bh_arena *arena);

/* Close its descriptors. */
void bh_program_close(struct bh_program *program);

#endif
