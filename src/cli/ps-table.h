/* SPDX-License-Identifier: Apache-2.0 */
/* Inside cli/: the table of ps(1), of some processes only. */
#ifndef BH_CLI_PS_TABLE_H
#define BH_CLI_PS_TABLE_H

#include "base/err.h"
#include "base/str.h"

/*
 * Run the host's ps(1) with arguments, ended by NULL, in environment, and append
 * to table its heading and the lines whose column PID is one of pids, numbers in
 * decimal, a line each.  0; -ENOENT with err when the host has none; another
 * -errno with err when it fails, or prints no column PID.
 */
int bh_ps_table(char *const *arguments, char *const *environment,
		const char *pids, struct bh_buf *table, struct bh_err *err);

#endif
