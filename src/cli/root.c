/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/command.h"
#include "host/host.h"

#define DEFAULT_ROOT "/run/bulkhead"

char *bh_root(const struct bh_invocation *in)
{
	const char *runtime_dir = getenv("XDG_RUNTIME_DIR");
	struct bh_buf path = { 0 };

	if (in->root)
		return bh_strdup(in->root);
	/* Engines give root an empty one. */
	if (!runtime_dir || runtime_dir[0] != '/' || !bh_host_is_rootless())
		return bh_strdup(DEFAULT_ROOT);
	bh_buf_printf(&path, "%s/bulkhead", runtime_dir);
	return path.data;
}
