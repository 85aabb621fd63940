/* SPDX-License-Identifier: Apache-2.0 */
/* The pid file that engines ask for. */
#ifndef BH_CONTAINER_PID_FILE_H
#define BH_CONTAINER_PID_FILE_H

#include <sys/types.h>

#include "base/err.h"

/* Write pid in decimal, without a newline, whole or not at all. */
int bh_pid_file_write(const char *path, pid_t pid, struct bh_err *err);

#endif
