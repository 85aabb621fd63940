/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/fd.h"
#include "container/container.h"
#include "container/deadline.h"
#include "container/pause.h"
#include "container/process.h"

/* Of a process that lives. */
static enum oci_status status_by_files(const struct bh_entry *entry)
{
	if (bh_entry_has(entry, BH_START_NEW))
		return OCI_STATUS_CREATING;
	return bh_entry_has(entry, BH_START) ? OCI_STATUS_CREATED :
					       OCI_STATUS_RUNNING;
}

static int find_status(struct bh_container *c, struct bh_err *err)
{
	int fd;

	c->status = OCI_STATUS_CREATING;
	if (!c->state->pid.set)
		return 0;
	fd = bh_process_open((pid_t)c->state->pid.value,
			     c->state->start_time.value);
	if (fd == -ESRCH) {
		c->status = OCI_STATUS_STOPPED;
		return 0;
	}
	if (fd < 0)
		return bh_fail(err, -fd, "find the process of container %s",
			       c->entry.id);
	c->pidfd = fd;
	c->status = bh_pause_is_on(c->state) ? OCI_STATUS_PAUSED :
					       status_by_files(&c->entry);
	return 0;
}

/* Why it has ended, if somebody noted it, for who asks for its state. */
static void add_end(struct bh_container *c)
{
	struct oci_pairs *pairs = &c->state->annotations;
	bh_autobuf struct bh_buf text = { 0 };
	struct bh_err ignored;

	if (c->status != OCI_STATUS_STOPPED ||
	    !bh_entry_has(&c->entry, BH_ENDED) ||
	    bh_entry_read(&c->entry, BH_ENDED, &text, &ignored) < 0)
		return;
	pairs->items =
		bh_realloc(pairs->items, pairs->len + 1, sizeof(*pairs->items));
	pairs->items[pairs->len].key = bh_strdup(BH_ENDED_ANNOTATION);
	pairs->items[pairs->len].value = bh_strdup(text.data);
	pairs->len++;
	pairs->set = true;
}

static int read_state(struct bh_container *c, struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };
	int r = bh_entry_read(&c->entry, "state.json", &text, err);

	/* Its maker has not come to write it, and may never. */
	if (r == -ENOENT) {
		c->state = bh_state_blank(c->entry.id);
		c->status = OCI_STATUS_CREATING;
		return 0;
	}
	if (r < 0)
		return r;
	r = bh_state_parse(text.data, text.len, &c->state, err);
	if (r < 0)
		return bh_context(err, "read the state of container %s",
				  c->entry.id);
	r = find_status(c, err);
	if (r == 0)
		add_end(c);
	return r;
}

int bh_container_open(const char *root, const char *id, enum bh_access access,
		      struct bh_container *ret, struct bh_err *err)
{
	struct bh_container c = { .entry = BH_NO_ENTRY, .pidfd = -1 };
	int r = bh_entry_open(root, id, access, &c.entry, err);

	if (r == 0)
		r = read_state(&c, err);
	if (r < 0)
		bh_container_close(&c);
	else
		*ret = c;
	return r;
}

void bh_container_close(struct bh_container *container)
{
	bh_state_free(container->state);
	container->state = NULL;
	bh_close(&container->pidfd);
	bh_entry_close(&container->entry);
}
