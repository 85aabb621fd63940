/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reports.  Engines read them: on failure exactly one line in the log and the
 * same message on standard error, in one write; on success nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/fd.h"
#include "cli/command.h"

static void append_time(struct bh_buf *line)
{
	struct timespec now = { 0 };
	struct tm parts;
	char text[64];

	(void)clock_gettime(CLOCK_REALTIME, &now);
	if (!gmtime_r(&now.tv_sec, &parts) ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &parts) == 0)
		return;
	bh_buf_printf(line, "%s.%09ldZ", text, now.tv_nsec);
}

static void format_line(const struct bh_invocation *in, const char *level,
			const char *message, struct bh_buf *line)
{
	if (bh_str_eq(in->log_format, "json")) {
		bh_buf_printf(line, "{\"level\":\"%s\",\"msg\":", level);
		bh_buf_json(line, message);
		bh_buf_str(line, ",\"time\":\"");
		append_time(line);
		bh_buf_str(line, "\"}\n");
		return;
	}
	bh_buf_str(line, "time=\"");
	append_time(line);
	bh_buf_printf(line, "\" level=%s msg=", level);
	bh_buf_json(line, message);
	bh_buf_char(line, '\n');
}

static void write_log(const struct bh_invocation *in, const char *level,
		      const char *message)
{
	bh_autobuf struct bh_buf line = { 0 };
	bh_autoclose int fd = -1;

	if (!in->log)
		return;
	fd = open(in->log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY,
		  0644);
	if (fd < 0)
		return;
	format_line(in, level, message, &line);
	/* There is nobody left to tell of a failure. */
	(void)bh_write_all(fd, line.data, line.len);
}

static void write_stderr(const char *message, bool escaped)
{
	bh_autobuf struct bh_buf line = { 0 };

	bh_buf_str(&line, "bulkhead: ");
	if (escaped)
		bh_buf_str(&line, message);
	else
		bh_buf_escaped(&line, message, 0);
	bh_buf_char(&line, '\n');
	(void)bh_write_all(STDERR_FILENO, line.data, line.len);
}

/* A log has one line for a message: lines are joined, without their indent. */
static void append_joined(struct bh_buf *line, const char *message)
{
	while (*message) {
		size_t len = strcspn(message, "\n");

		bh_buf_add(line, message, len);
		message += len;
		if (!*message)
			break;
		message += strspn(message, "\n ");
		bh_buf_str(line, "; ");
	}
}

void bh_report(const struct bh_invocation *in, const struct bh_err *err)
{
	bh_autofree char *message = bh_err_message(err);
	bh_autobuf struct bh_buf line = { 0 };

	write_stderr(message, err->block);
	if (err->block)
		append_joined(&line, message);
	write_log(in, "error", err->block ? line.data : message);
}

void bh_report_notes(const struct bh_invocation *in,
		     const struct bh_notes *notes)
{
	if (!in->debug)
		return;
	for (size_t i = 0; i < notes->len; i++) {
		write_stderr(notes->items[i], false);
		write_log(in, "debug", notes->items[i]);
	}
}

void bh_report_warnings(const struct bh_invocation *in,
			struct bh_warnings *warnings)
{
	for (size_t i = 0; i < warnings->printed.len; i++) {
		if (in->debug)
			write_stderr(warnings->printed.items[i], false);
		write_log(in, "info", warnings->printed.items[i]);
	}
	for (size_t i = 0; i < warnings->notes.len; i++) {
		write_stderr(warnings->notes.items[i], false);
		write_log(in, "warning", warnings->notes.items[i]);
	}
	bh_warnings_clear(warnings);
}

int bh_print(const char *text, size_t len, struct bh_err *err)
{
	int r = bh_write_all(STDOUT_FILENO, text, len);

	if (r < 0)
		return bh_fail(err, -r, "write to standard output");
	return 0;
}
