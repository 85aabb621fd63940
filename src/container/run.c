/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "container/run.h"
#include "container/supervise.h"
#include "run/run.h"

static int *preset_fds(const struct bh_prepared *prepared)
{
	size_t count = prepared->spec.wanted_count;
	int *fds = bh_calloc(count, sizeof(*fds));

	for (size_t i = 0; i < count; i++)
		fds[i] = prepared->paths[i].fd;
	return fds;
}

int bh_container_run(const struct bh_prepared *prepared, int *ret_status,
		     struct bh_err *err)
{
	bh_autofree int *fds = preset_fds(prepared);
	struct bh_run_inputs inputs = {
		.plan = &prepared->plan,
		.preset_fds = fds,
		.cgroups = &prepared->host.cgroups,
		.shared_fd = -1,
	};
	struct bh_supervisor supervisor;
	struct bh_err undo_err;
	struct bh_run run;
	int r, undo;

	/* Signals that arrive from here on wait until there is somebody to
	 * hand them to. */
	r = bh_supervisor_open(&supervisor, err);
	if (r < 0)
		return r;
	r = bh_run_plan(&run, &inputs, err);
	if (r == 0)
		r = bh_supervise(&supervisor, run.child, ret_status, err);
	undo = bh_run_undo(&run, &undo_err);
	/* The first failure is the one that tells. */
	if (r == 0 && undo < 0) {
		*err = undo_err;
		r = undo;
	}
	bh_run_clear(&run);
	bh_supervisor_close(&supervisor);
	return r;
}
