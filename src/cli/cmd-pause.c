/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "cli/command.h"
#include "container/container.h"

static const struct bh_option options[] = {
	{ 0 },
};

static int pause_container(struct bh_invocation *in, struct bh_err *err)
{
	bh_autofree char *root = bh_root(in);

	return bh_container_pause(root, in->id, err);
}

const struct bh_command bh_cmd_pause = {
	.name = "pause",
	.summary = "stop all processes of a container for a while",
	.words = BH_ONE_ID,
	.options = options,
	.run = pause_container,
};
