/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The runtime's own binary, out of reach of what it runs (CVE-2019-5736).
 *
 * A process in the container may reach the program that started it through
 * /proc/PID/exe or a `#!/proc/self/exe` of its own.  So commands that put
 * processes into containers run from a binary that can't be written that way:
 * a read-only, detached mount of the file, or a sealed copy in memory where
 * such a mount is not permitted.
 */
#ifndef BH_CONTAINER_SEAL_H
#define BH_CONTAINER_SEAL_H

#include "base/err.h"

/*
 * Return 0 when this process runs from a sealed binary already.  Otherwise
 * make one and execute it with argv and envp, which does not return.  -errno
 * when that fails; nothing is left behind.
 */
int bh_seal(char *const argv[], char *const envp[], struct bh_err *err);

#endif
