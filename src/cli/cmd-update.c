/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "cli/command.h"
#include "container/update.h"

static const struct bh_option options[] = {
	BH_VALUE("resources", 'r', "FILE", "the limits as JSON; -: on stdin",
		 resources),
	{ 0 },
};

static int update_container(struct bh_invocation *in, struct bh_err *err)
{
	bh_autofree char *root = bh_root(in);

	if (!in->resources)
		return bh_refuse(err, "read the command line: bulkhead update "
				      "needs --resources FILE");
	return bh_container_update(root, in->id, in->resources, err);
}

const struct bh_command bh_cmd_update = {
	.name = "update",
	.summary = "change the limits of a container",
	.words = BH_ONE_ID,
	.options = options,
	.run = update_container,
};
