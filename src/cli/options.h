/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options from tables: `--name value`, `--name=value`, `--flag`, `-n value`,
 * `-nvalue`, before and after other words.  One parser for the global table
 * and each command's, so that help, completion and man pages can be made from
 * the same tables.
 */
#ifndef BH_CLI_OPTIONS_H
#define BH_CLI_OPTIONS_H

#include "base/str.h"
#include "cli/command.h"

/*
 * Take the words of argv from *at on.  Known options go into `in`; a word that
 * is no option, or "--", ends the call with *at on it.  0, or -EINVAL for an
 * unknown option, a missing or an unwanted value.
 */
int bh_options_take(const struct bh_option *const tables[], char **argv,
		    int *at, struct bh_invocation *in, struct bh_err *err);

/* Append to what an option that may be repeated was given. */
void bh_values_add(struct bh_values *list, const char *value);

/* Append a help text, a line for each option. */
void bh_options_help(const struct bh_option *table, struct bh_buf *out);

#endif
