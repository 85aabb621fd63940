/* SPDX-License-Identifier: Apache-2.0 */
/* The command line: which command, with which options. */
#ifndef BH_CLI_CLI_H
#define BH_CLI_CLI_H

/* Run the program; returns its exit status. */
int bh_cli_main(int argc, char **argv, char **envp);

#endif
