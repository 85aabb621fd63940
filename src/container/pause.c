/* SPDX-License-Identifier: Apache-2.0 */
/* pause and resume: the container's group, frozen and thawed. */
#include "container/pause.h"
#include "base/fd.h"
#include "cgroup/driver.h"
#include "container/container.h"
#include "container/group.h"

/* What is still running after this waits for something that does not come. */
#define FREEZE_TIMEOUT_MS 10000

bool bh_pause_is_on(const struct bh_state *state)
{
	struct bh_err ignored;
	bh_autoclose int fd = bh_container_open_group(state, &ignored);

	return fd >= 0 && bh_cgroup_is_frozen(fd);
}

int bh_pause_end(const struct bh_state *state, struct bh_err *err)
{
	bh_autoclose int fd = bh_container_open_group(state, err);

	return fd < 0 ? fd : bh_cgroup_thaw(fd, err);
}

static int refuse_status(const struct bh_container *c, const char *what,
			 struct bh_err *err)
{
	if (c->status == OCI_STATUS_STOPPED)
		return bh_refuse(err, "container not running: %s", c->entry.id);
	return bh_refuse(err, "cannot %s a container that is %s: %s", what,
			 oci_status_name(c->status), c->entry.id);
}

static int freeze(const struct bh_container *c, struct bh_err *err)
{
	bh_autoclose int fd = -1;

	if (c->status != OCI_STATUS_RUNNING && c->status != OCI_STATUS_CREATED)
		return refuse_status(c, "pause", err);
	fd = bh_container_open_group(c->state, err);
	return fd < 0 ? fd : bh_cgroup_freeze(fd, FREEZE_TIMEOUT_MS, err);
}

int bh_container_pause(const char *root, const char *id, struct bh_err *err)
{
	struct bh_container c;
	int r = bh_container_open(root, id, BH_CHANGE, &c, err);

	if (r < 0)
		return r;
	r = freeze(&c, err);
	bh_container_close(&c);
	return r;
}

int bh_container_resume(const char *root, const char *id, struct bh_err *err)
{
	struct bh_container c;
	int r = bh_container_open(root, id, BH_CHANGE, &c, err);

	if (r < 0)
		return r;
	if (c.status != OCI_STATUS_PAUSED)
		r = refuse_status(&c, "resume", err);
	else
		r = bh_pause_end(c.state, err);
	bh_container_close(&c);
	return r;
}
