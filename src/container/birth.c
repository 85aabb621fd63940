/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "container/agent.h"
#include "container/birth.h"
#include "container/deadline.h"
#include "container/pid-file.h"
#include "container/posture-file.h"
#include "container/profile.h"
#include "container/record.h"
#include "container/workspace-return.h"
#include "run/sync.h"

/* The FIFO that `start` will write to, open for reading; O_RDWR, so that
 * opening does not wait and reading never ends. */
static int make_start(const struct bh_entry *entry, struct bh_err *err)
{
	int fd = -1;

	if (mkfifoat(entry->fd, BH_START_NEW, 0600) == 0)
		fd = openat(entry->fd, BH_START_NEW,
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

/* What the plan promises, for `verify`. */
static int promise(const struct bh_birth *birth, struct bh_err *err)
{
	struct bh_posture *posture =
		bh_posture_of(&birth->prepared->plan, &birth->prepared->host);
	int r = bh_posture_save(&birth->entry, posture, err);

	bh_posture_free(posture);
	return r;
}

static int save_once(const struct bh_birth *birth, struct bh_err *err)
{
	const struct bh_passed *passed = &birth->prepared->passed;
	const struct bh_once once = { passed->once_count, passed->once };

	return bh_once_save(&birth->entry, &once, err);
}

/* Before anything is made: whoever finds us dead knows where to look. */
static int announce(struct bh_birth *birth, struct bh_err *err)
{
	const struct bh_buf *config = &birth->prepared->bundle.config;
	int r;

	birth->state = bh_record_new(birth->prepared);
	r = bh_record_save(&birth->entry, birth->state, err);
	if (r == 0)
		r = bh_entry_write(&birth->entry, "config.json", config->data,
				   config->len, err);
	if (r == 0)
		r = bh_profile_save(&birth->entry, birth->prepared->profile,
				    err);
	if (r == 0)
		r = promise(birth, err);
	if (r == 0)
		r = bh_agent_save(&birth->entry, birth->prepared->agent_hooks,
				  err);
	if (r == 0)
		r = save_once(birth, err);
	return r;
}

static int record(const struct bh_run *run, struct bh_err *err)
{
	struct bh_birth *birth = run->in.arg;
	int r = bh_record_made(birth->state, run, err);

	if (r == 0)
		r = bh_record_save(&birth->entry, birth->state, err);
	/* What waits is watched from `start` on. */
	return r < 0 || birth->prepared->waits ?
		       r :
		       bh_deadline_watch(&birth->entry, birth->state,
					 birth->prepared->agent_hooks, err);
}

/* Before the process is let go to wait.  The pid file tells the caller that
 * there is something to start. */
static int created(const struct bh_run *run, struct bh_err *err)
{
	struct bh_birth *birth = run->in.arg;
	int r = bh_entry_rename(&birth->entry, BH_START_NEW, BH_START, err);

	if (r == 0 && birth->options.pid_file)
		r = bh_pid_file_write(birth->options.pid_file, run->child, err);
	return r;
}

/* The presets of the plan, enum bh_plan_preset. */
static int *preset_fds(const struct bh_birth *birth)
{
	const struct bh_prepared *p = birth->prepared;
	size_t count = p->spec.wanted_count;
	int *fds = bh_calloc(count + BH_PRESET_HOOKS + 2 * p->spec.hook_count,
			     sizeof(*fds));
	int *more = fds + count;

	for (size_t i = 0; i < count; i++)
		fds[i] = p->paths[i].fd;
	more[BH_PRESET_START] = birth->start_fd;
	more[BH_PRESET_CONSOLE] = birth->options.console_fd;
	more[BH_PRESET_NOTIFY] = birth->notify_fd;
	more[BH_PRESET_ENTRY] = birth->entry.fd;
	for (size_t i = 0; p->hooks && i < p->spec.hook_count; i++) {
		more[BH_PRESET_HOOKS + 2 * i] = p->hooks[i].program.fd;
		more[BH_PRESET_HOOKS + 2 * i + 1] =
			p->hooks[i].program.script_fd;
	}
	return fds;
}

static void state(const struct bh_run *run, enum bh_hook_stage stage,
		  struct bh_buf *text)
{
	struct bh_birth *birth = run->in.arg;

	bh_hooks_state(birth->state, run->child, stage, text);
}

static int make_notify(struct bh_birth *birth, struct bh_err *err)
{
	if (!birth->prepared->notifies)
		return 0;
	birth->notify_fd = bh_notify_make(&birth->entry, err);
	if (birth->notify_fd < 0)
		return birth->notify_fd;
	if (!birth->options.notify)
		return 0;
	return bh_notify_open(&birth->entry, birth->options.notify_socket,
			      birth->options.notify, err);
}

static int make_files(struct bh_birth *birth, struct bh_err *err)
{
	int r = announce(birth, err);

	if (r == 0)
		r = make_notify(birth, err);
	if (r < 0 || !birth->prepared->waits)
		return r;
	birth->start_fd = make_start(&birth->entry, err);
	if (birth->start_fd < 0)
		return birth->start_fd;
	birth->shared_fd = make_shared(&birth->entry, err);
	return birth->shared_fd < 0 ? birth->shared_fd : 0;
}

static int make_process(struct bh_birth *birth, struct bh_err *err)
{
	bh_autofree int *fds = preset_fds(birth);
	struct bh_run_inputs inputs = {
		.plan = &birth->prepared->plan,
		.preset_fds = fds,
		.cgroups = &birth->prepared->host.cgroups,
		.shared_fd = birth->shared_fd,
		.record = record,
		.created = created,
		.state = state,
		.arg = birth,
	};
	int r = bh_run_plan(&birth->run, &inputs, err);

	birth->made = r == 0;
	/* What `start` finds there later is printed later. */
	if (birth->run.shared)
		bh_hooks_take_printed(&birth->run.shared->printed,
				      birth->options.warnings);
	return r;
}

int bh_birth_make(const char *root, const struct bh_prepared *prepared,
		  const struct bh_birth_options *options, struct bh_birth *ret,
		  struct bh_err *err)
{
	struct bh_err undo_err;
	int r;

	*ret = (struct bh_birth){
		.prepared = prepared,
		.options = *options,
		.entry = BH_NO_ENTRY,
		.start_fd = -1,
		.notify_fd = -1,
		.shared_fd = -1,
		.run = BH_NO_RUN,
	};
	r = bh_entry_create(root, prepared->spec.id, &ret->entry, err);
	if (r < 0)
		return r;
	/* Before there is anything that has them. */
	if (prepared->ids.first)
		r = bh_id_range_name(&prepared->ids, root, prepared->spec.id,
				     err);
	if (r == 0)
		r = make_files(ret, err);
	if (r == 0)
		r = make_process(ret, err);
	if (r == 0)
		bh_filters_keep(ret->entry.root_fd, &prepared->kept);
	if (r < 0) {
		/* The first failure is the one that tells. */
		(void)bh_birth_undo(ret, &undo_err);
		bh_birth_clear(ret);
	}
	return r;
}

void bh_birth_clear(struct bh_birth *birth)
{
	bh_run_clear(&birth->run);
	bh_close(&birth->start_fd);
	bh_close(&birth->notify_fd);
	bh_close(&birth->shared_fd);
	bh_state_free(birth->state);
	birth->state = NULL;
	bh_entry_close(&birth->entry);
}

int bh_birth_poststart(const struct bh_birth *birth, struct bh_err *err)
{
	return bh_hooks_poststart(&birth->prepared->passed, birth->state,
				  birth->options.warnings, err);
}

/* runtime.md, Lifecycle: step 12, then 13.  Where no hook has done anything there
 * is nothing that others would have to undo. */
int bh_birth_undo(struct bh_birth *birth, struct bh_err *err)
{
	const struct bh_prepared *prepared = birth->prepared;
	const struct bh_gate_request request = {
		.verb = "delete",
		.spec = &prepared->spec,
		.profile = prepared->profile,
		.places = prepared->places,
		.once_count = prepared->passed.once_count,
		.once = prepared->passed.once,
	};
	const struct bh_shared *shared = birth->run.shared;
	bool hooked = birth->made || (shared && shared->hooked);
	int r = bh_run_undo(&birth->run, err);

	if (birth->state)
		bh_workspaces_return(&birth->entry, birth->state);

	/* With groups left the record stays, so that `delete` can try again. */
	if (r == 0)
		r = bh_entry_remove(&birth->entry, err);
	if (r == 0 && hooked)
		bh_hooks_poststop(&request, birth->state,
				  birth->options.warnings);
	return r;
}
