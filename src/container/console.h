/* SPDX-License-Identifier: Apache-2.0 */
/* The console socket, by which engines are given the terminal's master. */
#ifndef BH_CONTAINER_CONSOLE_H
#define BH_CONTAINER_CONSOLE_H

#include "base/err.h"

/* Connect to the socket at path (a stream, unix(7)), once: fd or -errno. */
int bh_console_connect(const char *path, struct bh_err *err);

#endif
