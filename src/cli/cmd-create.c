/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "cli/command.h"
#include "container/container.h"
#include "container/seal.h"

static const struct bh_option options[] = {
	BH_VALUE("bundle", 'b', "DIR", "the bundle; default: this directory",
		 bundle),
	BH_VALUE("pid-file", 0, "FILE", "write the process's pid to FILE",
		 pid_file),
	BH_VALUE("console-socket", 0, "PATH",
		 "send the terminal's master to this socket", console_socket),
	BH_VALUE("config", 'f', "FILE", "in the bundle; default: config.json",
		 config),
	BH_VALUE("preserve-fds", 0, "N",
		 "hand descriptors 3 to N + 2 on to the program", preserve_fds),
	BH_FLAG("no-pivot", 0, "for a host whose root is its initramfs",
		no_pivot),
	BH_FLAG("no-new-keyring", 0, "keep the caller's session keyring",
		no_new_keyring),
	BH_FLAG("dry-run", 0, "print the plan, and do nothing of it", dry_run),
	{ 0 },
};

static int create_container(struct bh_invocation *in, struct bh_err *err)
{
	struct bh_request request = {
		.verb = "create",
		.wishes = in->wishes,
		.bundle = in->bundle ? in->bundle : ".",
		.config = in->config,
		.id = in->id,
		.waits = true,
		.console = in->console_socket,
	};
	struct bh_warnings warnings = { 0 };
	const struct bh_create_options wanted = {
		.pid_file = in->pid_file,
		.console_socket = in->console_socket,
		.warnings = &warnings,
	};
	bh_autofree char *root = bh_root(in);
	struct bh_prepared prepared = { 0 };
	bh_autofree char *notify_path = NULL;
	struct bh_places places;
	int r = bh_caller_read(in, true, &request.caller, err);

	bh_places_find(&places);
	request.filters = in->dry_run ? NULL : root;
	notify_path = bh_caller_notify(root, in->id, &request.caller);
	if (r == 0)
		r = bh_prepare_sealed(in, &places, &request, &prepared, err);
	if (r == 0 && in->dry_run)
		r = bh_show_plan(in, &request, &prepared, err);
	else if (r == 0)
		r = bh_container_create(root, &prepared, &wanted, err);
	bh_report_warnings(in, &warnings);
	bh_prepared_clear(&prepared);
	bh_places_clear(&places);
	return r;
}

const struct bh_command bh_cmd_create = {
	.name = "create",
	.summary = "make a container whose program waits to be started",
	.words = BH_ONE_ID,
	.options = options,
	.run = create_container,
};
