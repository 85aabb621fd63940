/* SPDX-License-Identifier: Apache-2.0 */
/* What runs when a hook's file is executed: itself, or who interprets it. */
#ifndef BH_TRUST_INTERPRETER_H
#define BH_TRUST_INTERPRETER_H

#include "trust/look.h"

/*
 * Read an item's file and its interpreters into file, interpreters and program,
 * and note what is fresh.  On failure the program may be filled in part.
 *
 * `#!/usr/bin/env X` runs X at once, the first of that name in the PATH of the
 * hook's own environment; env(1) would do nothing else.
 */
int bh_interpreter_read(struct bh_look *look, const struct bh_keep *keep,
			struct bh_item *item, struct bh_err *err);

#endif
