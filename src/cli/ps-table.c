/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "cli/ps-table.h"

/* Of all processes of a host. */
#define MAX_OUTPUT (64u << 20)

#define BLANKS " \t"

/* Not by $PATH: engines give none. */
static const char *const programs[] = { "/usr/bin/ps", "/bin/ps" };

static const char *find_program(void)
{
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++)
		if (access(programs[i], X_OK) == 0)
			return programs[i];
	return NULL;
}

static int spawn(const char *program, char *const *arguments,
		 char *const *environment, int out_fd, pid_t *ret)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t signals;
	int r;

	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawn_file_actions_addopen(&actions, STDIN_FILENO,
					       "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO);
	(void)posix_spawn_file_actions_addclosefrom_np(&actions,
						       STDERR_FILENO + 1);
	(void)posix_spawnattr_init(&attributes);
	(void)posix_spawnattr_setflags(
		&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	(void)sigemptyset(&signals);
	(void)posix_spawnattr_setsigmask(&attributes, &signals);
	(void)sigfillset(&signals);
	(void)posix_spawnattr_setsigdefault(&attributes, &signals);
	r = posix_spawn(ret, program, &actions, &attributes, arguments,
			environment);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return -r;
}

/* What it said about a failure is on our standard error already. */
static int run(const char *program, char *const *arguments,
	       char *const *environment, struct bh_buf *output,
	       struct bh_err *err)
{
	bh_autoclose int read_fd = -1, write_fd = -1;
	int fds[2], status = 0, r;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return bh_fail(err, errno, "make a pipe");
	read_fd = fds[0];
	write_fd = fds[1];
	r = spawn(program, arguments, environment, write_fd, &pid);
	if (r < 0)
		return bh_fail(err, -r, "execute %s", program);
	bh_close(&write_fd);
	r = bh_read_all(read_fd, MAX_OUTPUT, output);
	bh_close(&read_fd);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (r < 0)
		return bh_fail(err, -r, "read what %s prints", program);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return bh_refuse(err,
				 "list the processes: %s failed with status %d",
				 program,
				 WIFEXITED(status) ? WEXITSTATUS(status) :
						     128 + WTERMSIG(status));
	return 0;
}

/* The field of a number in line, counted by blanks, and its length. */
static const char *field(const char *line, size_t number, size_t *ret_len)
{
	line += strspn(line, BLANKS);
	while (number--) {
		line += strcspn(line, BLANKS);
		line += strspn(line, BLANKS);
	}
	*ret_len = strcspn(line, BLANKS);
	return line;
}

static bool is(const char *text, size_t len, const char *name)
{
	return len == strlen(name) && memcmp(text, name, len) == 0;
}

/* Where the heading has PID; -1 without, or behind a column that may have
 * blanks. */
static ssize_t find_column(const char *heading)
{
	for (size_t number = 0;; number++) {
		size_t len;
		const char *name = field(heading, number, &len);

		if (!len || is(name, len, "COMMAND") || is(name, len, "CMD") ||
		    is(name, len, "STARTED"))
			return -1;
		if (is(name, len, "PID"))
			return (ssize_t)number;
	}
}

/* Whether text stands in lines as a line of its own. */
static bool is_line(const char *lines, const char *text, size_t len)
{
	for (const char *line = lines; line && *line;) {
		const char *end = strchrnul(line, '\n');

		if ((size_t)(end - line) == len &&
		    strncmp(line, text, len) == 0)
			return true;
		line = *end ? end + 1 : end;
	}
	return false;
}

static int select_lines(char *output, const char *pids, struct bh_buf *table,
			struct bh_err *err)
{
	char *rest = output, *line = strsep(&rest, "\n");
	ssize_t column = line ? find_column(line) : -1;

	if (column < 0) {
		(void)bh_refuse(err, "list the processes: ps prints no column "
				     "PID, or behind others with blanks, and "
				     "by it they are told from others");
		return bh_hint(err, "let what is given to -o begin with pid");
	}
	bh_buf_printf(table, "%s\n", line);
	while ((line = strsep(&rest, "\n"))) {
		size_t len;
		const char *pid = field(line, (size_t)column, &len);

		if (len && is_line(pids, pid, len))
			bh_buf_printf(table, "%s\n", line);
	}
	return 0;
}

int bh_ps_table(char *const *arguments, char *const *environment,
		const char *pids, struct bh_buf *table, struct bh_err *err)
{
	const char *program = find_program();
	bh_autobuf struct bh_buf output = { 0 };
	bh_autofree char **argv = NULL;
	size_t count = 0;
	int r;

	if (!program) {
		(void)bh_fail(err, ENOENT, "find ps(1)");
		return bh_hint(err, "install it (Debian: procps), or use "
				    "--format json");
	}
	while (arguments[count])
		count++;
	argv = bh_calloc(count + 2, sizeof(*argv));
	argv[0] = bh_strdup(program);
	memcpy(argv + 1, arguments, count * sizeof(*argv));
	r = run(program, argv, environment, &output, err);
	free(argv[0]);
	return r < 0 ? r : select_lines(output.data, pids, table, err);
}
