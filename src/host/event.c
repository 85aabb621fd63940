/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/procfs.h"
#include "base/str.h"
#include "base/when.h"
#include "host/event.h"
#include "host/guarded.h"
#include "host/journal.h"

/* Nothing that a config says takes more of a line. */
#define SHOWN 256

#define NO_LOGIN UINT32_MAX

int64_t bh_event_login_uid(void)
{
	bh_autoclose int procfs_fd = bh_procfs_open_shared();
	bh_autobuf struct bh_buf text = { 0 };
	uint64_t uid;

	if (procfs_fd < 0 ||
	    bh_procfs_read(procfs_fd, "self/loginuid", 32, &text) < 0 ||
	    !text.data || bh_parse_u64(text.data, NO_LOGIN, &uid) < 0)
		return -1;
	return uid == NO_LOGIN ? -1 : (int64_t)uid;
}

/* ---- the line ---------------------------------------------------------------- */

static void add_json(struct bh_buf *line, const char *name, const char *value)
{
	bh_autobuf struct bh_buf shown = { 0 };

	bh_buf_char(line, ',');
	bh_buf_json(line, name);
	bh_buf_char(line, ':');
	bh_buf_escaped(&shown, value, SHOWN);
	bh_buf_json(line, shown.data ? shown.data : "");
}

static void make_line(const struct bh_event *event, int64_t login_uid,
		      struct bh_buf *line)
{
	char now[BH_WHEN_SIZE];

	bh_when_print(bh_when_now(), now);
	bh_buf_printf(line, "{\"time\":\"%s\"", now);
	add_json(line, "event", event->name);
	bh_buf_printf(line, ",\"uid\":%u", (unsigned int)getuid());
	if (login_uid >= 0)
		bh_buf_printf(line, ",\"loginUid\":%" PRId64, login_uid);
	bh_buf_printf(line, ",\"pid\":%d", (int)getpid());
	for (const struct bh_event_field *i = event->fields; i && i->name; i++)
		if (i->value)
			add_json(line, i->name, i->value);
	bh_buf_str(line, "}\n");
}

/* Whoever was killed at it has left half a line: ours begins on its own. */
static int end_last_line(int fd, off_t size, struct bh_buf *line)
{
	bh_autobuf struct bh_buf whole = { 0 };
	char last = '\n';

	if (size > 0 && pread(fd, &last, 1, size - 1) < 0)
		return -errno;
	if (last == '\n')
		return 0;
	bh_buf_char(&whole, '\n');
	bh_buf_add(&whole, line->data, line->len);
	bh_buf_clear(line);
	*line = whole;
	whole = (struct bh_buf){ 0 };
	return 0;
}

/* Append the line whole, or nothing of it. */
static int append(int fd, struct bh_buf *line, bool durable)
{
	struct stat st;
	ssize_t written;
	int r;

	/* Writers of ours wait for each other, so that what has failed half-way
	 * can be taken back. */
	do
		r = flock(fd, LOCK_EX);
	while (r < 0 && errno == EINTR);
	if (r < 0 || fstat(fd, &st) < 0)
		return -errno;
	r = end_last_line(fd, st.st_size, line);
	if (r < 0)
		return r;
	written = write(fd, line->data, line->len);
	r = written < 0 ? -errno : (size_t)written < line->len ? -ENOSPC : 0;
	if (r == 0 && durable && fdatasync(fd) < 0)
		r = -errno;
	/* A log that may only grow keeps the half line. */
	if (r < 0 && ftruncate(fd, st.st_size) < 0)
		return r;
	return r;
}

/* ---- where it goes ----------------------------------------------------------- */

static int write_log(const char *log, struct bh_buf *line, bool durable,
		     struct bh_err *err)
{
	bh_autofree char *parent = bh_strdup(log);
	char *name = strrchr(parent, '/');
	struct bh_guarded_dir dir = { .fd = -1 };
	bh_autoclose int fd = -1;
	int r;

	if (!name || name == parent || !name[1])
		return bh_refuse(err,
				 "open the audit log %s: it needs a path "
				 "with a directory",
				 log);
	*name++ = '\0';
	r = durable ? bh_guarded_dir_make("audit log", parent, &dir, err) :
		      bh_guarded_dir_open("audit log", parent, &dir, err);
	if (r < 0)
		return r;
	fd = bh_guarded_open_in(&dir, name, O_RDWR | O_APPEND | O_CREAT, err);
	r = fd < 0 ? fd : append(fd, line, durable);
	if (fd >= 0 && r < 0)
		(void)bh_fail(err, -r, "write the audit log %s", log);
	if (r == 0 && durable && fsync(dir.fd) < 0)
		r = bh_fail(err, errno, "save the audit log %s", log);
	bh_close(&dir.fd);
	return r;
}

static int write_event(const struct bh_event_places *places,
		       const struct bh_event *event, bool durable,
		       struct bh_err *err)
{
	bh_autobuf struct bh_buf line = { 0 };
	int64_t login_uid = bh_event_login_uid();
	int r = 0;

	make_line(event, login_uid, &line);
	if (places->log)
		r = write_log(places->log, &line, durable, err);
	/* The journal keeps what the log has lost; that there is none is no
	 * failure. */
	if (places->journal)
		(void)bh_journal_send(places->journal, event, login_uid);
	return r;
}

int bh_event_write(const struct bh_event_places *places,
		   const struct bh_event *event, struct bh_err *err)
{
	return write_event(places, event, false, err);
}

int bh_event_save(const struct bh_event_places *places,
		  const struct bh_event *event, struct bh_err *err)
{
	return write_event(places, event, true, err);
}
