/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "cli/command.h"
#include "container/run.h"
#include "container/seal.h"

static const struct bh_option options[] = {
	BH_VALUE("bundle", 'b', "DIR", "the bundle; default: this directory",
		 bundle),
	BH_VALUE("config", 'f', "FILE", "in the bundle; default: config.json",
		 config),
	BH_VALUE("preserve-fds", 0, "N",
		 "hand descriptors 3 to N + 2 on to the program", preserve_fds),
	BH_FLAG("no-pivot", 0, "for a host whose root is its initramfs",
		no_pivot),
	BH_FLAG("no-new-keyring", 0, "keep the caller's session keyring",
		no_new_keyring),
	BH_VALUE("pid-file", 0, "FILE", "write the process's pid to FILE",
		 pid_file),
	BH_VALUE("console-socket", 0, "PATH",
		 "send the terminal's master to this socket", console_socket),
	BH_FLAG("detach", 'd', "leave when the program was executed", detach),
	BH_FLAG("keep", 0, "keep the container at its program's end", keep),
	BH_FLAG("no-subreaper", 0, "leave the container's orphans to others",
		no_subreaper),
	BH_FLAG("dry-run", 0, "print the plan, and do nothing of it", dry_run),
	{ 0 },
};

static int run_container(struct bh_invocation *in, struct bh_err *err)
{
	struct bh_request request = {
		.verb = "run",
		.wishes = in->wishes,
		.bundle = in->bundle ? in->bundle : ".",
		.config = in->config,
		.id = in->id,
		.console = in->console_socket,
		.attached = !in->detach,
	};
	struct bh_warnings warnings = { 0 };
	const struct bh_run_options wanted = {
		.pid_file = in->pid_file,
		.console_socket = in->console_socket,
		.notify_socket = bh_notify_socket(),
		.detach = in->detach,
		.keep = in->keep,
		.no_subreaper = in->no_subreaper,
		.warnings = &warnings,
	};
	bh_autofree char *root = bh_root(in);
	struct bh_prepared prepared = { 0 };
	int status = 0;
	bh_autofree char *notify_path = NULL;
	struct bh_places places;
	int r = bh_caller_read(in, true, &request.caller, err);

	bh_places_find(&places);
	request.filters = in->dry_run ? NULL : root;
	notify_path = bh_caller_notify(root, in->id, &request.caller);
	if (request.attached && !request.console)
		bh_caller_look(&request.caller);
	if (r == 0)
		r = bh_prepare_sealed(in, &places, &request, &prepared, err);
	if (r == 0 && in->dry_run)
		r = bh_show_plan(in, &request, &prepared, err);
	else if (r == 0)
		r = bh_container_run(root, &prepared, &wanted, &status, err);
	bh_report_warnings(in, &warnings);
	bh_prepared_clear(&prepared);
	bh_places_clear(&places);
	return r < 0 ? r : status;
}

const struct bh_command bh_cmd_run = {
	.name = "run",
	.summary = "run a container in the foreground, from a bundle",
	.words = BH_ONE_ID,
	.options = options,
	.run = run_container,
};
