/* SPDX-License-Identifier: Apache-2.0 */
/*
 * exec:
 *
 *	config.json of the container ─┐
 *	process ──────────────────────┴─ bh_exec_config ──► a config of its own
 *	config ── bh_prepare_config, bh_prepare_plan ──► plan ── bh_run_plan
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "container/console.h"
#include "container/container.h"
#include "container/exec-group.h"
#include "container/exec.h"
#include "container/kept.h"
#include "container/pid-file.h"
#include "container/posture-file.h"
#include "container/process.h"
#include "container/profile.h"
#include "container/supervise.h"
#include "run/run.h"

/* Nobody writes a longer process. */
#define MAX_PROCESS (16u << 20)

static int refuse_json(const char *what, const struct oci_error *error,
		       struct bh_err *err)
{
	return bh_refuse(err, "read %s: line %zu, column %zu: %s%s%s", what,
			 error->line, error->column, error->pointer,
			 error->pointer[0] ? ": " : "", error->message);
}

static int check_status(const struct bh_container *c, bool ignore_paused,
			struct bh_err *err)
{
	switch (c->status) {
	case OCI_STATUS_CREATED:
	case OCI_STATUS_RUNNING:
		return 0;
	case OCI_STATUS_STOPPED:
		return bh_refuse(err, "cannot exec in a stopped container: %s",
				 c->entry.id);
	case OCI_STATUS_PAUSED:
		if (ignore_paused)
			return 0;
		(void)bh_refuse(err, "cannot exec in a paused container: %s",
				c->entry.id);
		return bh_hint(err, "resume it first; with --ignore-paused, "
				    "the program begins when it is resumed");
	default:
		return bh_refuse(err,
				 "cannot exec in a container that is %s: %s",
				 oci_status_name(c->status), c->entry.id);
	}
}

static int read_config(const struct bh_container *c, struct oci_config **ret,
		       struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };
	struct oci_error error;
	int r = bh_entry_read(&c->entry, "config.json", &text, err);

	if (r < 0)
		return r;
	r = oci_config_read(text.data, text.len, ret, NULL, &error);
	return r < 0 ? refuse_json("the container's config.json", &error, err) :
		       0;
}

/* From the beginning to the end, once: it may be a pipe. */
static int read_process(const char *path, struct oci_process **ret,
			struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };
	bh_autoclose int fd = open(path, O_RDONLY | O_NOCTTY | O_CLOEXEC);
	struct oci_error error;
	int r = fd < 0 ? -errno : bh_read_all(fd, MAX_PROCESS, &text);

	if (r < 0)
		return bh_fail(err, -r, "read the process %s", path);
	bh_buf_str(&text, "");
	r = oci_process_read(text.data, text.len, ret, NULL, &error);
	return r < 0 ? refuse_json(path, &error, err) : 0;
}

/* Its own, from the file, or the container's as the command line changes it. */
static int make_process(const struct bh_exec_request *request,
			struct oci_config *config, struct oci_process **ret,
			struct bh_err *err)
{
	if (request->process)
		return read_process(request->process, ret, err);
	if (!config->process)
		return bh_refuse(err,
				 "execute in container %s: its config has "
				 "no process; use --process",
				 request->id);
	*ret = config->process;
	return bh_exec_change(config->process, &request->line, err);
}

/* The names of namespaces in /proc/PID/ns, namespaces(7). */
static const char *const files[OCI_NS_COUNT] = {
	[OCI_NS_PID] = "pid",	    [OCI_NS_NETWORK] = "net",
	[OCI_NS_MOUNT] = "mnt",	    [OCI_NS_IPC] = "ipc",
	[OCI_NS_UTS] = "uts",	    [OCI_NS_USER] = "user",
	[OCI_NS_CGROUP] = "cgroup", [OCI_NS_TIME] = "time",
};

/* Until it is started a container's process is ours, and untraceable. */
static int look_fail(const struct bh_container *c, const char *path,
		     struct bh_err *err)
{
	if (errno != EACCES || c->status != OCI_STATUS_CREATED)
		return bh_fail(err, errno, "look at %s", path);
	(void)bh_refuse(err, "cannot exec in a created container: %s",
			c->entry.id);
	return bh_hint(err, "start it first; until then only root can");
}

/* Those of the container's process that are not ours.  ret[i] lives in arena. */
static int find_namespaces(const struct bh_container *c, struct bh_arena *arena,
			   const char **ret, struct bh_err *err)
{
	long long pid = (long long)c->state->pid.value;

	for (int i = 0; i < OCI_NS_COUNT; i++) {
		const char *path = bh_arena_printf(arena, "/proc/%lld/ns/%s",
						   pid, files[i]);
		const char *own =
			bh_arena_printf(arena, "/proc/self/ns/%s", files[i]);
		struct stat theirs, ours;

		/* An older kernel has no time namespaces. */
		if (stat(own, &ours) < 0 && errno == ENOENT)
			continue;
		if (stat(path, &theirs) < 0)
			return look_fail(c, path, err);
		if (theirs.st_ino != ours.st_ino)
			ret[i] = path;
	}
	return 0;
}

static int prepare_config(const struct bh_exec_request *request,
			  const struct bh_container *c,
			  const struct bh_request *inputs,
			  struct bh_prepared *ret, struct bh_err *err)
{
	bh_autoarena struct bh_arena arena = { 0 };
	const char *paths[OCI_NS_COUNT] = { NULL };
	struct oci_process *process = NULL;
	struct oci_config *config = NULL;
	int r = read_config(c, &config, err);

	if (r < 0)
		return r;
	r = make_process(request, config, &process, err);
	if (r == 0)
		r = find_namespaces(c, &arena, paths, err);
	if (r < 0) {
		if (process != config->process)
			oci_process_free(process);
		oci_config_free(config);
		return r;
	}
	config = bh_exec_config(config, process, paths);
	ret->bundle.path = bh_strdup(c->state->bundle);
	return bh_prepare_config(inputs, config, ret, err);
}

/* What the container's plan left writable, by what was promised. */
static int find_writable(const struct bh_container *c, struct bh_arena *arena,
			 const char *const **ret, struct bh_err *err)
{
	struct bh_posture *posture = NULL;
	int r = bh_posture_load(&c->entry, &posture, err);
	const char **paths;
	size_t count = 0;

	if (r < 0)
		return r;
	paths = bh_arena_alloc(arena,
			       (posture->mounts.len + 1) * sizeof(*paths));
	for (size_t i = 0; i < posture->mounts.len; i++) {
		const struct bh_promised_mount *mount =
			&posture->mounts.items[i];

		if (!(mount->attributes.value & MOUNT_ATTR_RDONLY))
			paths[count++] = bh_arena_strdup(arena, mount->target);
	}
	bh_posture_free(posture);
	*ret = paths;
	return 0;
}

/* Namespaces were opened by pid: they are the container's if its process is
 * still there. */
static int check_alive(const struct bh_container *c, struct bh_err *err)
{
	if (bh_process_wait(c->pidfd, 0) == 0)
		return bh_refuse(err, "cannot exec in a stopped container: %s",
				 c->entry.id);
	return 0;
}

static int prepare(const struct bh_exec_request *request, const char *filters,
		   const struct bh_container *c, struct bh_prepared *ret,
		   struct bh_err *err)
{
	const char **places = NULL;
	struct bh_request inputs = {
		.verb = "exec",
		.id = request->id,
		.filters = filters,
		.joins = c->state,
		.console = request->console_socket,
		.attached = !request->detach,
		.caller = request->caller,
	};
	int r = check_status(c, request->ignore_paused, err);

	if (r == 0)
		r = bh_exec_groups(c->state, &request->groups, &ret->arena,
				   &places, err);
	inputs.places = places;
	if (r == 0)
		r = bh_profile_load(&c->entry, &ret->profile, err);
	inputs.profile = ret->profile;
	if (r == 0)
		r = prepare_config(request, c, &inputs, ret, err);
	if (r == 0 && ret->spec.landlock)
		r = find_writable(c, &ret->arena, &inputs.writable, err);
	if (r == 0)
		r = bh_prepare_plan(&inputs, ret, err);
	return r < 0 ? r : check_alive(c, err);
}

static int run_plan(const struct bh_prepared *p, int console_fd,
		    struct bh_run *run, struct bh_err *err)
{
	size_t count = p->spec.wanted_count;
	bh_autofree int *fds = bh_calloc(count + 2, sizeof(*fds));
	struct bh_run_inputs inputs = {
		.plan = &p->plan,
		.preset_fds = fds,
		.cgroups = &p->host.cgroups,
		.shared_fd = -1,
	};

	for (size_t i = 0; i < count; i++)
		fds[i] = p->paths[i].fd;
	/* Numbered as for a container; this one is not started. */
	fds[count] = -1;
	fds[count + 1] = console_fd;
	return bh_run_plan(run, &inputs, err);
}

/* A program that its caller will not know of must not go on. */
static int tell(const struct bh_exec_request *request, pid_t pid,
		struct bh_relay *relay, struct bh_err *err)
{
	int r = 0;

	if (request->pid_file)
		r = bh_pid_file_write(request->pid_file, pid, err);
	if (r == 0 && relay)
		r = bh_relay_start(relay, err);
	if (r < 0)
		(void)kill(pid, SIGKILL);
	return r;
}

/* What is done with its terminal: an engine's, or relay. */
struct console {
	int fd;
	struct bh_relay *relay;
};

static int execute(const struct bh_exec_request *request,
		   const struct bh_prepared *prepared,
		   const struct console *console, int *ret_status,
		   struct bh_err *err)
{
	struct bh_supervisor supervisor;
	struct bh_supervised job = { .relay = console->relay };
	struct bh_run run = BH_NO_RUN;
	int r = bh_supervisor_open(&supervisor, err);

	if (r < 0)
		return r;
	r = run_plan(prepared, console->fd, &run, err);
	job.pid = run.child;
	bh_kept_close(prepared->kept_count);
	if (r == 0)
		r = tell(request, job.pid, console->relay, err);
	if (r == 0 && !request->detach)
		r = bh_supervise(&supervisor, &job, ret_status, err);
	bh_run_clear(&run);
	bh_supervisor_close(&supervisor);
	return r;
}

static int execute_for_engine(const struct bh_exec_request *request,
			      const struct bh_prepared *prepared,
			      int *ret_status, struct bh_err *err)
{
	bh_autoclose int fd = bh_console_connect(request->console_socket, err);
	struct console console = { .fd = fd };

	if (fd < 0)
		return fd;
	return execute(request, prepared, &console, ret_status, err);
}

static int execute_on_terminal(const struct bh_exec_request *request,
			       const struct bh_prepared *prepared,
			       int *ret_status, struct bh_err *err)
{
	struct bh_relay relay;
	struct console console = { .relay = &relay };
	int r = bh_relay_open(&relay, err);

	if (r < 0)
		return r;
	console.fd = relay.peer_fd;
	r = execute(request, prepared, &console, ret_status, err);
	bh_relay_close(&relay);
	return r;
}

static int execute_prepared(const struct bh_exec_request *request,
			    const struct bh_prepared *prepared, int *ret_status,
			    struct bh_err *err)
{
	static const struct console none = { .fd = -1 };

	if (request->console_socket)
		return execute_for_engine(request, prepared, ret_status, err);
	if (prepared->spec.process.terminal)
		return execute_on_terminal(request, prepared, ret_status, err);
	return execute(request, prepared, &none, ret_status, err);
}

int bh_container_exec(const char *root, const struct bh_exec_request *request,
		      int *ret_status, struct bh_err *err)
{
	struct bh_prepared prepared = { 0 };
	struct bh_container c;
	int r = bh_container_open(root, request->id, BH_LOOK, &c, err);

	if (r < 0)
		return r;
	*ret_status = 0;
	r = prepare(request, root, &c, &prepared, err);
	if (r == 0)
		r = execute_prepared(request, &prepared, ret_status, err);
	bh_prepared_clear(&prepared);
	bh_container_close(&c);
	return r;
}

int bh_container_exec_prepare(const char *root,
			      const struct bh_exec_request *request,
			      struct bh_prepared *ret, struct bh_err *err)
{
	struct bh_container c;
	int r = bh_container_open(root, request->id, BH_LOOK, &c, err);

	if (r < 0)
		return r;
	r = prepare(request, NULL, &c, ret, err);
	bh_container_close(&c);
	return r;
}
