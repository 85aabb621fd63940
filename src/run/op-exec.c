/* SPDX-License-Identifier: Apache-2.0 */
/* The last steps: working directory, HOME, the program. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/sys.h"
#include "run/hook-states.h"
#include "run/ops.h"

int op_cwd_early(struct bh_run *run, const struct bh_args_cwd_early *args,
		 struct bh_err *err)
{
	if (chdir(args->path) == 0) {
		run->cwd_entered = true;
		return 0;
	}
	/* On a file system of the user's own (FUSE, NFS) root may be shut out;
	 * the user gets a try of its own. */
	if (errno == EACCES)
		return 0;
	return bh_fail(err, errno, "enter the working directory %s",
		       args->path);
}

int op_cwd(struct bh_run *run, const struct bh_args_cwd *args,
	   struct bh_err *err)
{
	int r;

	if (!run->cwd_entered && chdir(args->path) < 0)
		return bh_fail(err, errno, "enter the working directory %s",
			       args->path);
	/* A directory outside the root shows as "(unreachable)": somebody gave
	 * /proc/self/fd/N or raced us (CVE-2024-21626). */
	r = bh_sys_getcwd(run->scratch.data, run->scratch.size);
	if (r < 0)
		return bh_fail(err, -r, "find out the working directory");
	if (run->scratch.data[0] != '/')
		return bh_refuse(err,
				 "enter the working directory %s: it lies "
				 "outside the container's root",
				 args->path);
	return 0;
}

/* Cut the next field, up to a colon, off the line. */
static char *next_field(char **line)
{
	char *field = *line;
	size_t len = strcspn(field, ":");

	if (field[len])
		*line = field + len + 1;
	else
		*line = field + len;
	field[len] = '\0';
	return field;
}

/* The home directory in a line of passwd(5) if it is the user's, or NULL. */
static const char *home_in_line(char *line, uint32_t uid)
{
	uint64_t number;
	const char *home;

	(void)next_field(&line);
	(void)next_field(&line);
	if (bh_parse_u64(next_field(&line), UINT32_MAX, &number) < 0 ||
	    number != uid)
		return NULL;
	(void)next_field(&line);
	(void)next_field(&line);
	home = next_field(&line);
	return home[0] == '/' ? home : NULL;
}

/* Read passwd into the scratch room; no more than fits (CVE-2026-47262). */
static char *read_passwd(struct bh_run *run, int root_fd)
{
	/* Not to hang on a FIFO that the image has put there. */
	bh_autoclose int fd = bh_path_open(root_fd, "/etc/passwd",
					   O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	char *text = run->scratch.data;
	size_t room = run->scratch.size - 1, len = 0;
	struct stat st;
	ssize_t n = 1;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return NULL;
	while (len < room && n > 0) {
		n = read(fd, text + len, room - len);
		if (n > 0)
			len += (size_t)n;
	}
	text[len] = '\0';
	return text;
}

static void add_variable(struct bh_run *run, const char *text)
{
	run->environment[run->environment_len++] = text;
}

int op_home(struct bh_run *run, const struct bh_args_home *args,
	    struct bh_err *err)
{
	int root_fd = bh_slot_fd(run, args->root);
	/* Without a root of our own making, in a joined namespace, it is /. */
	bh_autoclose int slash_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char *line = read_passwd(run, root_fd < 0 ? slash_fd : root_fd);
	const char *home = NULL;

	(void)err;
	while (line && *line && !home) {
		char *end = line + strcspn(line, "\n");
		char *next = *end ? end + 1 : end;

		*end = '\0';
		home = home_in_line(line, args->uid);
		line = next;
	}
	(void)snprintf(run->home, BH_HOME_SIZE, "HOME=%s", home ? home : "/");
	add_variable(run, run->home);
	return 0;
}

int op_listen(struct bh_run *run, const struct bh_args_listen *args,
	      struct bh_err *err)
{
	(void)err;
	(void)snprintf(run->listen_pid, sizeof(run->listen_pid),
		       "LISTEN_PID=%d", (int)getpid());
	add_variable(run, args->count);
	add_variable(run, run->listen_pid);
	if (args->names)
		add_variable(run, args->names);
	return 0;
}

/*
 * 0 when the candidate can be executed, else -errno.  A filter that is
 * installed already may forbid the question: then execve will tell.
 */
static int try_candidate(const char *path)
{
	struct stat st;
	int r;

	if (stat(path, &st) < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES ?
			       -errno :
			       0;
	if (!S_ISREG(st.st_mode))
		return -EACCES;
	r = bh_sys_faccessat2(AT_FDCWD, path, X_OK, AT_EACCESS);
	return r == -EACCES ? r : 0;
}

/* The words are those that engines match on to find 126 and 127. */
static int not_found(const char *name, int errnum, struct bh_err *err)
{
	if (errnum == EACCES) {
		bh_refuse(err, "exec: \"%s\": permission denied", name);
		err->errnum = EACCES;
		return -EACCES;
	}
	if (strchr(name, '/'))
		bh_refuse(err,
			  "exec: \"%s\": stat %s: no such file or "
			  "directory",
			  name, name);
	else
		bh_refuse(err,
			  "exec: \"%s\": executable file not found in "
			  "$PATH",
			  name);
	err->errnum = ENOENT;
	return -ENOENT;
}

int op_program_find(struct bh_run *run, const struct bh_args_program_find *args,
		    struct bh_err *err)
{
	int errnum = ENOENT;

	for (size_t i = 0; args->candidates[i]; i++) {
		int r = try_candidate(args->candidates[i]);

		if (r == 0) {
			run->program = args->candidates[i];
			return 0;
		}
		if (r == -EACCES)
			errnum = EACCES;
	}
	return not_found(args->name, errnum, err);
}

int op_record(struct bh_run *run, const struct bh_args_record *args,
	      struct bh_err *err)
{
	int r = run->in.record ? run->in.record(run, err) : 0;

	(void)args;
	/* Its pid is known, and the child waits for its turn. */
	bh_hook_states_fill(run);
	return r;
}

int op_created(struct bh_run *run, const struct bh_args_created *args,
	       struct bh_err *err)
{
	(void)args;
	return run->in.created ? run->in.created(run, err) : 0;
}

/* To a number from `least` on, out of the way of those that are to be given. */
static int lift(int *fd, int least, struct bh_err *err)
{
	int lifted = fcntl(*fd, F_DUPFD_CLOEXEC, least);

	if (lifted < 0)
		return bh_fail(err, errno, "move a descriptor");
	*fd = lifted;
	return 0;
}

static int put(int *fd, int to, struct bh_err *err)
{
	if (dup3(*fd, to, O_CLOEXEC) < 0)
		return bh_fail(err, errno, "move a descriptor to %d", to);
	*fd = to;
	return 0;
}

/*
 * Behind those that are kept comes what is waited on for start, then the socket
 * to the parent; nothing else is left to be followed by a path.  exec closes
 * these two.
 */
int op_close_fds(struct bh_run *run, const struct bh_args_close_fds *args,
		 struct bh_err *err)
{
	int *own[] = {
		args->start < 0 ? NULL : &run->slots[args->start],
		run->sync_fd < 0 ? NULL : &run->sync_fd,
	};
	int first = BH_FIRST_KEPT_FD + (int)args->keep, next = first, r = 0;

	for (size_t i = 0; r == 0 && i < BH_COUNT(own); i++)
		if (own[i])
			r = lift(own[i], first + (int)BH_COUNT(own), err);
	for (size_t i = 0; r == 0 && i < BH_COUNT(own); i++)
		if (own[i])
			r = put(own[i], next++, err);
	if (r < 0)
		return r;
	r = bh_sys_close_range((unsigned int)next, UINT_MAX, 0);
	return r < 0 ? bh_fail(err, -r, "close descriptors") : 0;
}

int op_await_start(struct bh_run *run, const struct bh_args_await_start *args,
		   struct bh_err *err)
{
	char byte;
	ssize_t n;

	/* Nobody is left at its other end. */
	bh_close(&run->sync_fd);
	do
		n = read(run->slots[args->start], &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n != 1)
		return bh_fail(err, n < 0 ? errno : EPIPE, "wait for start");
	return 0;
}

int op_exec(struct bh_run *run, const struct bh_args_exec *args,
	    struct bh_err *err)
{
	/* execve(2) does not change its arguments; its prototype is older than
	 * const. */
	(void)execve(run->program, (char *const *)(uintptr_t)args->arguments,
		     (char *const *)(uintptr_t)run->environment);
	bh_fail(err, errno, "exec: \"%s\"", run->program);
	if (err->errnum == ENOENT)
		return bh_hint(err, "its interpreter or loader is missing in "
				    "the rootfs");
	if (err->errnum == ENOEXEC)
		return bh_hint(err, "it is no program of this machine's kind, "
				    "or a script without #!");
	return -err->errnum;
}
