/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Id maps that are not ours to write: those that newuidmap(1) and newgidmap(1)
 * write for us, and those of a user namespace that is joined.
 *
 * The programs name the child by its pid.  It is our own and not reaped, so the
 * pid stays its.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/procfs.h"
#include "run/ops.h"

/* What useradd(8) gives to a user starts above the users' own ids. */
#define FIRST_SUBORDINATE 65536

/* Much longer than a map of 340 lines. */
#define MAX_MAP (64u << 10)

/* The child's pid must be the same there as here. */
static int check_proc(struct bh_err *err)
{
	bh_autoclose int procfs_fd = bh_procfs_open_shared();
	char self[16] = "", own[16];

	(void)snprintf(own, sizeof(own), "%d", (int)getpid());
	if (procfs_fd < 0)
		return bh_fail(err, -procfs_fd, "open /proc");
	if (readlinkat(procfs_fd, "self", self, sizeof(self) - 1) > 0 &&
	    bh_str_eq(self, own))
		return 0;
	(void)bh_refuse(err, "map ids of the user namespace: /proc is that of "
			     "another pid namespace than the caller's");
	return bh_hint(err, "mount a procfs of the caller's own there");
}

/* Nothing of ours but the map: no environment, signals or descriptors. */
static int spawn(char *const *arguments, int said_fd, pid_t *ret)
{
	static char *const environment[] = { NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t signals;
	int r;

	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO,
					       "/dev/null", O_RDWR, 0);
	(void)posix_spawn_file_actions_adddup2(&actions, said_fd,
					       STDOUT_FILENO);
	(void)posix_spawn_file_actions_adddup2(&actions, said_fd,
					       STDERR_FILENO);
	(void)posix_spawn_file_actions_addclosefrom_np(&actions,
						       STDERR_FILENO + 1);
	(void)posix_spawnattr_init(&attributes);
	(void)posix_spawnattr_setflags(
		&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	(void)sigemptyset(&signals);
	(void)posix_spawnattr_setsigmask(&attributes, &signals);
	(void)sigfillset(&signals);
	(void)posix_spawnattr_setsigdefault(&attributes, &signals);
	r = posix_spawn(ret, arguments[0], &actions, &attributes, arguments,
			environment);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return -r;
}

/* Its exit status, 128 + n for a signal, and what it said in the end.  The pipe
 * takes more than a program says, and never makes it wait. */
static int run_program(char *const *arguments, char *said, size_t size)
{
	bh_autoclose int read_fd = -1, write_fd = -1;
	int pipe_fds[2], status = 0, r;
	ssize_t n;
	pid_t pid;

	if (pipe2(pipe_fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	read_fd = pipe_fds[0];
	write_fd = pipe_fds[1];
	r = spawn(arguments, write_fd, &pid);
	if (r < 0)
		return r;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	n = read(read_fd, said, size - 1);
	said[n < 0 ? 0 : n] = '\0';
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}

/* One line of what may be several. */
static void join_lines(char *text)
{
	size_t len = strlen(text);

	while (len && text[len - 1] == '\n')
		text[--len] = '\0';
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\n')
			text[i] = ' ';
}

/* Whether the program spoke of this range: "-> [100000-165536)". */
static bool is_named(const char *said, const char *first)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "-> [%s-", first);
	return strstr(said, text);
}

static int hint_range(const struct bh_args_id_map_program *args,
		      const char *said, struct bh_err *err)
{
	const char *kind = bh_str_eq(args->file, "uid_map") ? "uid" : "gid";
	uint64_t first, count;

	for (size_t i = 0; args->map[i]; i += 3) {
		const char *host = args->map[i + 1], *size = args->map[i + 2];

		if (!is_named(said, host) ||
		    bh_parse_u64(host, UINT32_MAX, &first) < 0 ||
		    bh_parse_u64(size, UINT32_MAX, &count) < 0 ||
		    first < FIRST_SUBORDINATE)
			continue;
		return bh_hint(err,
			       "/etc/sub%s has no such range for the caller; "
			       "the line would be NAME:%s:%s, and root adds it "
			       "by usermod --add-sub%ss %s-%llu NAME",
			       kind, host, size, kind, host,
			       (unsigned long long)(first + count - 1));
	}
	return bh_hint(err,
		       "beside the caller's own id the host ids must be of "
		       "ranges that /etc/sub%s gives to the caller, in lines "
		       "NAME:FIRST:COUNT",
		       kind);
}

static int explain(const struct bh_args_id_map_program *args, const char *said,
		   struct bh_err *err)
{
	if (strstr(said, " not allowed"))
		return hint_range(args, said, err);
	if (strstr(said, "user name") || strstr(said, "different user"))
		return bh_hint(err, "the caller's user and group must be those "
				    "of an entry in /etc/passwd");
	if (strstr(said, strerror(EINVAL)))
		return bh_hint(err, "mappings must not overlap");
	return bh_hint(err,
		       "%s must be set-uid root or have its file capability, "
		       "on a mount without nosuid, and the caller must not "
		       "have no_new_privs",
		       args->program);
}

static int fail(const struct bh_args_id_map_program *args, int status,
		const char *said, struct bh_err *err)
{
	if (status >= 128)
		return bh_refuse(err,
				 "map ids of the user namespace: %s was killed "
				 "by signal %d",
				 args->program, status - 128);
	(void)bh_refuse(err, "map ids of the user namespace: %s%s",
			said[0] ? said : args->program,
			said[0] ? "" : " fails and does not say why");
	return explain(args, said, err);
}

int op_id_map_program(struct bh_run *run,
		      const struct bh_args_id_map_program *args,
		      struct bh_err *err)
{
	bh_autofree char **arguments = NULL;
	char pid[16], said[512];
	size_t count = 0;
	int status = check_proc(err);

	if (status < 0)
		return status;
	while (args->map[count])
		count++;
	arguments = bh_calloc(count + 3, sizeof(*arguments));
	(void)snprintf(pid, sizeof(pid), "%d", (int)run->child);
	/* execve(2) takes texts that it does not change as if it did. */
	arguments[0] = (char *)(uintptr_t)args->program;
	arguments[1] = pid;
	for (size_t i = 0; i < count; i++)
		arguments[i + 2] = (char *)(uintptr_t)args->map[i];
	status = run_program(arguments, said, sizeof(said));
	if (status < 0)
		return bh_fail(err, -status, "execute %s", args->program);
	if (status == 0)
		return 0;
	join_lines(said);
	return fail(args, status, said, err);
}

/* The kernel aligns its numbers: "         0     100000      65536". */
static void tidy_map(const char *text, struct bh_buf *ret)
{
	bh_buf_str(ret, "");
	for (; *text; text++) {
		bool starts = !ret->len || ret->data[ret->len - 1] == '\n';

		if (*text != ' ')
			bh_buf_char(ret, *text);
		else if (!starts && text[1] != ' ')
			bh_buf_char(ret, ' ');
	}
}

int op_id_map_check(struct bh_run *run, const struct bh_args_id_map_check *args,
		    struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 }, map = { 0 };
	char path[64];
	int r;

	(void)snprintf(path, sizeof(path), "%d/%s", (int)run->child,
		       args->file);
	r = bh_procfs_read(run->slots[args->procfs], path, MAX_MAP, &text);
	if (r < 0)
		return bh_fail(err, -r, "read %s of the container", args->file);
	bh_buf_str(&text, "");
	tidy_map(text.data, &map);
	if (bh_str_eq(map.data, args->map))
		return 0;
	(void)bh_refuse(err,
			"compare %s with the user namespace that is joined: "
			"its map is \"%s\", the config's \"%s\"",
			args->file, map.data, args->map);
	return bh_hint(err, "maps are for new user namespaces; remove "
			    "linux.uidMappings and linux.gidMappings");
}
