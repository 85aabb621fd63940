/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "cli/command.h"
#include "container/container.h"

static const struct bh_option options[] = {
	BH_FLAG("force", 'f', "kill it first; a missing one is no error",
		force),
	{ 0 },
};

static int delete_container(struct bh_invocation *in, struct bh_err *err)
{
	bh_autofree char *root = bh_root(in);

	return bh_container_delete(root, in->id, in->force, err);
}

const struct bh_command bh_cmd_delete = {
	.name = "delete",
	.summary = "remove what is left of a stopped container",
	.words = BH_ONE_ID,
	.options = options,
	.run = delete_container,
};
