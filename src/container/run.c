/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "container/birth.h"
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
		      int *ret_status, struct bh_err *err)
{
	struct bh_err clean_err;
	int r, cleaned;

	/* It runs: others may look at it, execute in it, kill it. */
	bh_entry_unlock(&birth->entry);
	r = bh_supervise(supervisor, birth->run.child, ret_status, err);
	cleaned = clean(birth, &clean_err);
	bh_birth_clear(birth);
	/* The first failure is the one that tells. */
	if (r == 0 && cleaned < 0) {
		*err = clean_err;
		r = cleaned;
	}
	return r;
}

int bh_container_run(const char *root, const struct bh_prepared *prepared,
		     int *ret_status, struct bh_err *err)
{
	static const struct bh_birth_options none;
	struct bh_supervisor supervisor;
	struct bh_birth birth;
	int r;

	/* Signals that arrive from here on wait until there is somebody to
	 * hand them to. */
	r = bh_supervisor_open(&supervisor, err);
	if (r < 0)
		return r;
	r = bh_birth_make(root, prepared, &none, &birth, err);
	if (r == 0)
		r = run_to_end(&birth, &supervisor, ret_status, err);
	bh_supervisor_close(&supervisor);
	return r;
}
