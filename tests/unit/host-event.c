/* SPDX-License-Identifier: Apache-2.0 */
/* The audit log and the journal's entry. */
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <syslog.h>

#include "base-tree.h"
#include "host/event.h"
#include "host/journal.h"
#include "tap.h"

static struct tree tree;
static char log_path[256], journal_path[128];

static const struct bh_event_field fields[] = {
	{ "digest", "abc" },
	{ "nothing", NULL },
	{ "containerId", "a\x1b[2J\"b\\\n\xe2\x80\xae" },
	{ NULL, NULL },
};

static const struct bh_event event = {
	.name = "refuse",
	.priority = LOG_WARNING,
	.text = "one\nline",
	.fields = fields,
};

static char *content(void)
{
	bh_autoclose int fd = open(log_path, O_RDONLY | O_CLOEXEC);
	struct bh_buf text = { 0 };

	if (fd < 0 || bh_read_all(fd, 1u << 20, &text) < 0)
		return NULL;
	bh_buf_str(&text, "");
	return text.data;
}

static size_t lines(const char *text)
{
	size_t count = 0;

	for (; text && *text; text++)
		count += *text == '\n';
	return count;
}

/* ---- the log ----------------------------------------------------------------- */

static void check_log(void)
{
	const struct bh_event_places places = { .log = log_path };
	struct bh_err err = { 0 };
	bh_autofree char *text = NULL;

	is_int(bh_event_write(&places, &event, &err), -ENOENT,
	       "no directory is made for an event");
	ok(faccessat(tree.root_fd, "log", F_OK, 0) < 0, "it is not there");
	is_int(bh_event_save(&places, &event, &err), 0,
	       "but for one that must be kept");
	is_int(bh_event_write(&places, &event, &err), 0, "and then for all: %s",
	       err.text);
	text = content();
	is_int(lines(text), 2, "a line for each");
	ok(text && strstr(text, "\"event\":\"refuse\",\"uid\":"),
	   "what and who");
	ok(text && strstr(text, "\"digest\":\"abc\",\"containerId\":"
				"\"a\\\\x1b[2J\\\"b\\\\\\\\\\\\x0a"
				"\\\\u{202e}\"}\n"),
	   "texts are escaped, and what is none is left out");
}

/* Who was killed at it has left half a line. */
static void check_half_line(void)
{
	const struct bh_event_places places = { .log = log_path };
	bh_autoclose int fd = open(log_path, O_WRONLY | O_APPEND | O_CLOEXEC);
	struct bh_err err = { 0 };
	bh_autofree char *text = NULL;

	if (bh_write_all(fd, "{\"half", 6) < 0)
		abort();
	is_int(bh_event_write(&places, &event, &err), 0, "after half a line");
	text = content();
	ok(text && strstr(text, "{\"half\n{\"time\""), "on a line of its own");
}

static void check_long(void)
{
	char value[1000];
	const struct bh_event_field many[] = { { "path", value },
					       { NULL, NULL } };
	const struct bh_event long_event = { .name = "grant",
					     .text = value,
					     .fields = many };
	const struct bh_event_places places = { .log = log_path };
	struct bh_err err = { 0 };
	bh_autofree char *text = NULL;
	const char *last;

	memset(value, 'x', sizeof(value) - 1);
	value[sizeof(value) - 1] = '\0';
	is_int(bh_event_write(&places, &long_event, &err), 0, "a long text");
	text = content();
	last = text ? strrchr(text, 'x') : NULL;
	ok(last && strcmp(last, "x...\"}\n") == 0 &&
		   strspn(last - 255, "x") == 256,
	   "is cut at 256 bytes");
}

static void check_refused(void)
{
	const struct bh_event_places places = { .log = log_path };
	struct bh_err err = { 0 };

	if (chmod(log_path, 0666) < 0)
		abort();
	ok(bh_event_write(&places, &event, &err) < 0 &&
		   strstr(err.text, "is writable for others"),
	   "a log that others can write");
	if (chmod(log_path, 0600) < 0)
		abort();
}

/* In a child: the file may not grow by more than half a line. */
static int write_with_limit(void)
{
	const struct bh_event_places places = { .log = log_path };
	struct rlimit limit;
	struct bh_err err = { 0 };
	struct stat st;

	if (stat(log_path, &st) < 0)
		return 1;
	limit.rlim_cur = limit.rlim_max = (rlim_t)st.st_size + 20;
	(void)signal(SIGXFSZ, SIG_IGN);
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
		return 2;
	if (bh_event_save(&places, &event, &err) >= 0)
		return 3;
	return strstr(err.text, "write the audit log") ? 0 : 4;
}

static void check_full(void)
{
	bh_autofree char *before = content(), *after = NULL;
	int status = -1;
	pid_t pid = fork();

	if (pid == 0)
		_exit(write_with_limit());
	(void)waitpid(pid, &status, 0);
	is_int(status, 0, "no room for the line is a failure");
	after = content();
	is_str(after, before, "and nothing of it is there");
}

/* Several at once: each line is whole. */
static void check_many(void)
{
	const struct bh_event_places places = { .log = log_path };
	size_t before, writers = 8, each = 25, whole = 0;
	bh_autofree char *old = content(), *text = NULL;
	struct bh_err err;

	before = lines(old);
	for (size_t i = 0; i < writers; i++) {
		if (fork() != 0)
			continue;
		for (size_t j = 0; j < each; j++)
			if (bh_event_write(&places, &event, &err) < 0)
				_exit(1);
		_exit(0);
	}
	while (wait(NULL) > 0)
		;
	text = content();
	is_int(lines(text), before + writers * each, "all lines are there");
	for (const char *at = text + strlen(old); at && *at;
	     at = strchr(at, '\n') + 1)
		whole += strncmp(at, "{\"time\":", 8) == 0;
	is_int(whole, writers * each, "and whole");
}

/* ---- the journal ------------------------------------------------------------- */

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	memcpy(address.sun_path, path, strlen(path) + 1);
	if (fd < 0 ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		abort();
	return fd;
}

static void check_entry(int fd)
{
	char text[4096] = "";
	ssize_t len = recv(fd, text, sizeof(text) - 1, 0);

	ok(len > 0 &&
		   strncmp(text, "MESSAGE=one\\x0aline\nPRIORITY=4\n", 29) == 0,
	   "an entry of the journal");
	ok(strstr(text, "\nBULKHEAD_EVENT=refuse\n"), "what");
	ok(strstr(text, "\nBULKHEAD_UID="), "who");
	ok(strstr(text, "\nBULKHEAD_CONTAINER_ID=a\\x1b[2J\"b"),
	   "fields, escaped");
}

/* More than a datagram takes. */
static void check_memory(int fd)
{
	static struct bh_event_field many[4001];
	const struct bh_event large = { .name = "grant",
					.text = "large",
					.fields = many };
	union {
		char buffer[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct msghdr message = { .msg_control = control.buffer,
				  .msg_controllen = sizeof(control.buffer) };
	bh_autoclose int memory_fd = -1;
	static char value[200];
	char start[16] = "";

	memset(value, 'x', sizeof(value) - 1);
	for (size_t i = 0; i < 4000; i++)
		many[i] = (struct bh_event_field){ "path", value };
	is_int(bh_journal_send(journal_path, &large, -1), 0, "a large entry");
	if (recvmsg(fd, &message, MSG_CMSG_CLOEXEC) >= 0 &&
	    CMSG_FIRSTHDR(&message))
		memcpy(&memory_fd, CMSG_DATA(CMSG_FIRSTHDR(&message)),
		       sizeof(int));
	if (pread(memory_fd, start, 13, 0) < 0)
		start[0] = '\0';
	is_str(start, "MESSAGE=large", "goes by a descriptor");
	ok(pwrite(memory_fd, "x", 1, 0) < 0 && errno == EPERM,
	   "that nobody can write any more");
}

static void check_journal(void)
{
	const struct bh_event_places places = { .journal = journal_path };
	struct bh_err err = { 0 };
	int fd;

	is_int(bh_event_write(&places, &event, &err), 0,
	       "without a journal nothing is missing");
	is_int(bh_journal_send(journal_path, &event, -1), -ENOENT,
	       "there is none");
	fd = listen_at(journal_path);
	if (geteuid() != 0) {
		is_int(bh_journal_send(journal_path, &event, -1), -EPERM,
		       "one that is not root's gets nothing");
		bh_close(&fd);
		return;
	}
	is_int(bh_event_write(&places, &event, &err), 0, "with one");
	check_entry(fd);
	check_memory(fd);
	if (chown(journal_path, 7, 7) < 0)
		abort();
	is_int(bh_journal_send(journal_path, &event, -1), -EPERM,
	       "one that is not root's gets nothing");
	ok(recv(fd, &err, sizeof(err), 0) < 0, "really nothing");
	bh_close(&fd);
}

int main(void)
{
	tree_make(&tree);
	(void)snprintf(log_path, sizeof(log_path), "%s/root/log/trust.jsonl",
		       tree.path);
	(void)snprintf(journal_path, sizeof(journal_path), "%s/root/socket",
		       tree.path);
	check_log();
	check_half_line();
	check_long();
	check_refused();
	check_full();
	check_many();
	check_journal();
	tree_remove(&tree);
	return done_testing();
}
