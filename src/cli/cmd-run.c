/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "cli/command.h"
#include "container/run.h"
#include "container/seal.h"

static const struct bh_option options[] = {
	BH_VALUE("bundle", 'b', "DIR", "the bundle; default: this directory",
		 bundle),
	BH_VALUE("preserve-fds", 0, "N",
		 "hand descriptors 3 to N + 2 on to the program", preserve_fds),
	BH_FLAG("no-new-keyring", 0, "keep the caller's session keyring",
		no_new_keyring),
	{ 0 },
};

static int run_container(struct bh_invocation *in, struct bh_err *err)
{
	struct bh_request request = {
		.bundle = in->bundle ? in->bundle : ".",
		.id = in->id,
		.attached = true,
	};
	bh_autofree char *root = bh_root(in);
	struct bh_prepared prepared = { 0 };
	int status = 0;
	int r = bh_caller_read(in, true, &request.caller, err);

	if (r == 0)
		r = bh_prepare_spec(&request, &prepared, err);

	/* Nothing but reading happens before the config is accepted.  The
	 * sealed program starts again from the beginning. */
	if (r == 0)
		r = bh_seal(in->argv, in->envp, err);
	if (r == 0)
		r = bh_prepare_plan(&request, &prepared, err);
	if (r == 0)
		bh_report_notes(in, &prepared.plan.notes);
	if (r == 0)
		r = bh_container_run(root, &prepared, &status, err);
	bh_prepared_clear(&prepared);
	return r < 0 ? r : status;
}

const struct bh_command bh_cmd_run = {
	.name = "run",
	.summary = "run a container in the foreground, from a bundle",
	.words = BH_ONE_ID,
	.options = options,
	.run = run_container,
};
