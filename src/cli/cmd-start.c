/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "cli/command.h"
#include "container/container.h"

static const struct bh_option options[] = {
	{ 0 },
};

static int start_container(struct bh_invocation *in, struct bh_err *err)
{
	bh_autofree char *root = bh_root(in);
	struct bh_warnings warnings = { 0 };
	struct bh_places places;
	int r;

	bh_places_find(&places);
	r = bh_container_start(root, in->id, bh_notify_socket(), &places.gate,
			       &warnings, err);
	bh_places_clear(&places);
	bh_report_warnings(in, &warnings);
	return r;
}

const struct bh_command bh_cmd_start = {
	.name = "start",
	.summary = "start the program of a created container",
	.words = BH_ONE_ID,
	.options = options,
	.run = start_container,
};
