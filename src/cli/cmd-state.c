/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "cli/command.h"
#include "container/container.h"

static const struct bh_option options[] = {
	{ 0 },
};

static int print_state(struct bh_invocation *in, struct bh_err *err)
{
	bh_autofree char *root = bh_root(in), *text = NULL;
	struct bh_container container;
	size_t len;
	int r = bh_container_open(root, in->id, BH_LOOK, &container, err);

	if (r < 0)
		return r;
	text = bh_state_report(container.state, container.status, &len);
	bh_container_close(&container);
	return bh_print(text, len, err);
}

const struct bh_command bh_cmd_state = {
	.name = "state",
	.summary = "print the state of a container, as JSON",
	.words = BH_ONE_ID,
	.options = options,
	.run = print_state,
};
