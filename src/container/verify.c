/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fd.h"
#include "base/procfs.h"
#include "base/str.h"
#include "container/posture-file.h"
#include "container/process.h"
#include "container/verifying.h"

#define MAX_FILE (16u << 20)

static struct bh_finding *add(struct bh_verifying *v, const char *promise)
{
	struct bh_findings *verdict = v->verdict;
	struct bh_finding *finding =
		bh_arena_append(&verdict->arena, &verdict->items, &verdict->len,
				sizeof(*verdict->items));

	finding->promise = bh_arena_strdup(&verdict->arena, promise);
	return finding;
}

void bh_verify_kept(struct bh_verifying *v, const char *promise)
{
	add(v, promise)->kept = true;
}

void bh_verify_broken(struct bh_verifying *v, const char *promise,
		      const char *format, ...)
{
	bh_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		abort();
	va_end(args);
	add(v, promise)->found = bh_arena_strdup(&v->verdict->arena, text);
	v->verdict->broken++;
}

void bh_verify_unenforced(struct bh_verifying *v, const char *promise)
{
	struct bh_finding *finding = add(v, promise);

	finding->unenforced = true;
	finding->found = "not enforced";
	v->verdict->unenforced++;
}

int bh_verify_read(const struct bh_verifying *v, pid_t pid, const char *name,
		   struct bh_buf *text)
{
	bh_autobuf struct bh_buf path = { 0 };
	int r;

	bh_buf_printf(&path, "%d/%s", (int)pid, name);
	r = bh_procfs_read(v->procfs_fd, path.data, MAX_FILE, text);
	bh_buf_str(text, "");
	return r;
}

static int check_status(const struct bh_container *c, struct bh_err *err)
{
	switch (c->status) {
	case OCI_STATUS_RUNNING:
	case OCI_STATUS_PAUSED:
		return 0;
	case OCI_STATUS_CREATED:
		(void)bh_refuse(err,
				"verify container %s: it is created, and "
				"its program does not run yet",
				c->entry.id);
		return bh_hint(err, "start it first");
	default:
		return bh_refuse(err, "container not running: %s", c->entry.id);
	}
}

static int look(struct bh_verifying *v, struct bh_err *err)
{
	int r = bh_verify_mounts(v, err);

	if (r == 0)
		r = bh_verify_processes(v, err);
	bh_verify_maps(v);
	if (r == 0)
		r = bh_verify_limits(v, err);
	for (size_t i = 0; i < v->posture->unenforced.len; i++)
		bh_verify_unenforced(
			v, bh_arena_printf(&v->verdict->arena, "outbound %s",
					   v->posture->unenforced.items[i]));
	/* What was read by its pid was its own if it is still there. */
	if (bh_process_wait(v->container->pidfd, 0) == 0)
		return bh_refuse(err, "container not running: %s",
				 v->container->entry.id);
	return r;
}

static int verify(const struct bh_container *c, struct bh_findings *ret,
		  struct bh_err *err)
{
	struct bh_posture *posture = NULL;
	bh_autoclose int procfs_fd = -1;
	struct bh_verifying v = {
		.container = c,
		.verdict = ret,
		.pid = (pid_t)c->state->pid.value,
	};
	int r = check_status(c, err);

	if (r == 0)
		r = bh_posture_load(&c->entry, &posture, err);
	if (r < 0)
		return r;
	procfs_fd = bh_procfs_open_shared();
	if (procfs_fd < 0)
		r = bh_fail(err, -procfs_fd, "open /proc");
	v.posture = posture;
	v.procfs_fd = procfs_fd;
	if (r == 0)
		r = look(&v, err);
	bh_posture_free(posture);
	return r;
}

int bh_container_verify(const char *root, const char *id,
			struct bh_findings *ret, struct bh_err *err)
{
	struct bh_container c;
	int r = bh_container_open(root, id, BH_LOOK, &c, err);

	if (r < 0)
		return r;
	r = verify(&c, ret, err);
	bh_container_close(&c);
	return r;
}

void bh_findings_clear(struct bh_findings *verdict)
{
	bh_arena_clear(&verdict->arena);
	*verdict = (struct bh_findings){ 0 };
}
