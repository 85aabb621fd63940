/* SPDX-License-Identifier: Apache-2.0 */
/*
 * create: everything but the program itself.
 *
 *	bundle ── bh_prepare_spec ──► spec ── bh_prepare_plan ──► plan
 *	plan ── bh_run_plan ──► a process that waits ──► state.json, pid file
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "container/container.h"
#include "container/pid-file.h"
#include "container/process.h"
#include "run/run.h"
#include "run/sync.h"

/* The FIFO that `start` will write to, open for reading; O_RDWR, so that
 * opening does not wait and reading never ends. */
static int make_start(const struct bh_entry *entry, struct bh_err *err)
{
	int fd = -1;

	if (mkfifoat(entry->fd, "start", 0600) == 0)
		fd = openat(entry->fd, "start",
			    O_RDWR | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return bh_fail(err, errno,
			       "make the start FIFO of container "
			       "%s",
			       entry->id);
	return fd;
}

static int make_shared(const struct bh_entry *entry, struct bh_err *err)
{
	bh_autoclose int fd = openat(
		entry->fd, "shared",
		O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd >= 0)
		/* Room for all of it now: a full disk would be a SIGBUS later. */
		errno = posix_fallocate(fd, 0, sizeof(struct bh_shared));
	if (fd < 0 || errno)
		return bh_fail(err, errno,
			       "make the shared page of container "
			       "%s",
			       entry->id);
	return bh_steal_fd(&fd);
}

static void add_groups(struct bh_state *state, const struct bh_run *run)
{
	struct bh_state_group *groups =
		bh_calloc(run->made_count, sizeof(*groups));

	for (size_t i = 0; i < run->made_count; i++) {
		const struct bh_made_group *made = &run->made[i];
		const struct bh_hierarchy *from =
			&run->in.cgroups->items[made->hierarchy];

		groups[i] = (struct bh_state_group){
			.v2 = { true, from->v2 },
			.name = bh_strdup(from->name),
			.mount = bh_strdup(from->mount),
			.mount_root = bh_strdup(from->mount_root),
			.path = bh_strdup(made->path),
			.inode = { true, made->inode },
		};
	}
	state->groups.set = true;
	state->groups.len = run->made_count;
	state->groups.items = groups;
}

static char *now(void)
{
	struct timespec time = { 0 };
	char text[64], *full = NULL;
	struct tm parts;

	(void)clock_gettime(CLOCK_REALTIME, &time);
	if (!gmtime_r(&time.tv_sec, &parts) ||
	    !strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts) ||
	    asprintf(&full, "%s.%09ldZ", text, time.tv_nsec) < 0)
		abort();
	return full;
}

static void add_annotations(struct bh_state *state,
			    const struct oci_pairs *from)
{
	state->annotations.set = true;
	state->annotations.items = bh_calloc(from->len, sizeof(*from->items));
	for (; state->annotations.len < from->len; state->annotations.len++) {
		size_t i = state->annotations.len;

		state->annotations.items[i].key = bh_strdup(from->items[i].key);
		state->annotations.items[i].value =
			bh_strdup(from->items[i].value);
	}
}

static int make_state(const struct bh_prepared *p, const struct bh_run *run,
		      struct bh_state **ret, struct bh_err *err)
{
	struct bh_state *state;
	uint64_t start_time;
	int r = bh_process_start_time(run->child, &start_time);

	if (r < 0)
		return bh_fail(err, -r, "look at the container's process");
	state = bh_calloc(1, sizeof(*state));
	state->version = (struct oci_i64){ true, BH_STATE_VERSION };
	state->oci_version = bh_strdup(p->spec.config->oci_version);
	state->id = bh_strdup(p->spec.id);
	state->bundle = bh_strdup(p->spec.bundle);
	state->rootfs = bh_strdup(p->spec.wanted[p->spec.root].path);
	state->created = now();
	state->owner = (struct oci_u64){ true, geteuid() };
	state->pid = (struct oci_i64){ true, run->child };
	state->start_time = (struct oci_u64){ true, start_time };
	add_groups(state, run);
	add_annotations(state, &p->spec.config->annotations);
	*ret = state;
	return 0;
}

/* What is needed to make a container known. */
struct birth {
	const struct bh_entry *entry;
	const struct bh_prepared *prepared;
	const char *pid_file;
};

/* Before the process is let go to wait: none waits that nobody knows of. */
static int save(const struct bh_run *run, struct bh_err *err)
{
	const struct birth *birth = run->in.arg;
	const struct bh_buf *config = &birth->prepared->bundle.config;
	bh_autofree char *text = NULL;
	struct bh_state *state = NULL;
	size_t len;
	int r;

	r = bh_entry_write(birth->entry, "config.json", config->data,
			   config->len, err);
	if (r == 0)
		r = make_state(birth->prepared, run, &state, err);
	if (r < 0)
		return r;
	text = bh_state_print(state, &len);
	bh_state_free(state);
	r = bh_entry_write(birth->entry, "state.json", text, len, err);
	if (r == 0 && birth->pid_file)
		r = bh_pid_file_write(birth->pid_file, run->child, err);
	return r;
}

/* The presets of the plan: what was opened of the config, then `start`. */
static int *preset_fds(const struct bh_prepared *p, int start_fd)
{
	size_t count = p->spec.wanted_count;
	int *fds = bh_calloc(count + 1, sizeof(*fds));

	for (size_t i = 0; i < count; i++)
		fds[i] = p->paths[i].fd;
	fds[count] = start_fd;
	return fds;
}

static int make_container(const struct bh_entry *entry,
			  const struct bh_prepared *p, const char *pid_file,
			  struct bh_err *err)
{
	bh_autoclose int start_fd = make_start(entry, err);
	bh_autoclose int shared_fd = start_fd < 0 ? -1 :
						    make_shared(entry, err);
	bh_autofree int *fds = preset_fds(p, start_fd);
	struct birth birth = { entry, p, pid_file };
	struct bh_run_inputs inputs = {
		.plan = &p->plan,
		.preset_fds = fds,
		.cgroups = &p->host.cgroups,
		.shared_fd = shared_fd,
		.created = save,
		.arg = &birth,
	};
	struct bh_err undo_err;
	struct bh_run run;
	int r;

	if (start_fd < 0 || shared_fd < 0)
		return -err->errnum;
	r = bh_run_plan(&run, &inputs, err);
	if (r < 0) {
		/* The first failure is the one that tells. */
		(void)bh_run_undo(&run, &undo_err);
	}
	bh_run_clear(&run);
	return r;
}

int bh_container_create(const char *root, const struct bh_prepared *prepared,
			const char *pid_file, struct bh_err *err)
{
	struct bh_entry entry = BH_NO_ENTRY;
	struct bh_err remove_err;
	int r = bh_entry_create(root, prepared->spec.id, &entry, err);

	if (r < 0)
		return r;
	r = make_container(&entry, prepared, pid_file, err);
	if (r < 0)
		(void)bh_entry_remove(&entry, &remove_err);
	bh_entry_close(&entry);
	return r;
}
