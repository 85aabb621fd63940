/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The first line of a script, read as the kernel reads it (fs/binfmt_script.c):
 * 256 bytes of the file, one optional argument, blanks at its end dropped.
 */
#ifndef BH_TRUST_SCRIPT_H
#define BH_TRUST_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/* BINPRM_BUF_SIZE: what the kernel looks at. */
#define BH_SCRIPT_HEAD 256

struct bh_script {
	char interpreter[BH_SCRIPT_HEAD];
	char option[BH_SCRIPT_HEAD];
	bool has_option;
};

/* Whether the first len bytes of a file say that it is a script. */
bool bh_script_is(const char *head, size_t len);

/*
 * Parse the line of such a file; of head, the first BH_SCRIPT_HEAD bytes or the
 * whole of a shorter file.  -EINVAL where the kernel takes no interpreter from
 * it, or one that isn't an absolute path.
 */
int bh_script_parse(const char *head, size_t len, struct bh_script *ret,
		    struct bh_err *err);

/*
 * What env(1), the interpreter, executes with this line: its option, a plain
 * name or an absolute path.  Nothing else of env's language is taken: -S, other
 * options and variables would change what runs.
 */
int bh_script_env_program(const struct bh_script *script, const char **ret,
			  struct bh_err *err);

#endif
