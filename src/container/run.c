/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <signal.h>

#include "container/birth.h"
#include "container/kept.h"
#include "container/run.h"
#include "container/supervise.h"

/* Others may have removed it already: `delete --force`. */
static int clean(struct bh_birth *birth, struct bh_err *err)
{
	int r = bh_entry_lock(&birth->entry, err);

	if (r == -ENOENT)
		return bh_run_undo(&birth->run, err);
	return r < 0 ? r : bh_birth_undo(birth, err);
}

static int run_to_end(struct bh_birth *birth, struct bh_supervisor *supervisor,
		      struct bh_relay *relay, int *ret_status,
		      struct bh_err *err)
{
	struct bh_supervised job = { birth->run.child, relay };
	struct bh_err clean_err;
	int r = relay ? bh_relay_start(relay, err) : 0, cleaned;

	/* It runs: others may look at it, execute in it, kill it. */
	bh_entry_unlock(&birth->entry);
	if (r == 0)
		r = bh_supervise(supervisor, &job, ret_status, err);
	else
		(void)kill(job.pid, SIGKILL);
	cleaned = clean(birth, &clean_err);
	bh_birth_clear(birth);
	/* The first failure is the one that tells. */
	if (r == 0 && cleaned < 0) {
		*err = clean_err;
		r = cleaned;
	}
	return r;
}

static int run(const char *root, const struct bh_prepared *prepared,
	       struct bh_relay *relay, int *ret_status, struct bh_err *err)
{
	struct bh_birth_options options = {
		.console_fd = relay ? relay->peer_fd : -1,
	};
	struct bh_supervisor supervisor;
	struct bh_birth birth;
	int r;

	/* Signals that arrive from here on wait until there is somebody to
	 * hand them to. */
	r = bh_supervisor_open(&supervisor, err);
	if (r < 0)
		return r;
	r = bh_birth_make(root, prepared, &options, &birth, err);
	bh_kept_close(prepared->kept_count);
	if (r == 0)
		r = run_to_end(&birth, &supervisor, relay, ret_status, err);
	bh_supervisor_close(&supervisor);
	return r;
}

int bh_container_run(const char *root, const struct bh_prepared *prepared,
		     int *ret_status, struct bh_err *err)
{
	struct bh_relay relay;
	int r;

	if (!prepared->spec.process.terminal)
		return run(root, prepared, NULL, ret_status, err);
	r = bh_relay_open(&relay, err);
	if (r < 0)
		return r;
	r = run(root, prepared, &relay, ret_status, err);
	bh_relay_close(&relay);
	return r;
}
