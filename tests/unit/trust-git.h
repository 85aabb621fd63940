/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A directory of the test's own in which the real git works.  It reads no
 * configuration but the repositories' own.
 */
#ifndef TRUST_GIT_H
#define TRUST_GIT_H

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "tap.h"

static char scratch[] = "/tmp/bulkhead-git-XXXXXX";

/* What a shell says, without the last newline; it ends at 1 MiB.  The caller
 * frees it.  A failure is part of it: "(status 256)". */
__attribute__((format(printf, 1, 2), unused)) static char *
shell(const char *format, ...)
{
	bh_autobuf struct bh_buf out = { 0 };
	bh_autofree char *command = NULL;
	char piece[4096];
	va_list args;
	size_t len;
	FILE *pipe;
	int status;

	va_start(args, format);
	if (vasprintf(&command, format, args) < 0)
		abort();
	va_end(args);
	bh_buf_add(&out, "", 0);
	pipe = popen(command, "r");
	while (pipe && (len = fread(piece, 1, sizeof(piece), pipe)) > 0)
		bh_buf_add(&out, piece, len);
	status = pipe ? pclose(pipe) : -1;
	if (out.len && out.data[out.len - 1] == '\n')
		out.data[--out.len] = '\0';
	if (status)
		bh_buf_printf(&out, "(status %d)", status);
	return bh_steal_ptr(out.data);
}

/* The command says just this. */
#define says(want, title, ...)                    \
	do {                                      \
		char *said_ = shell(__VA_ARGS__); \
		is_str(said_, want, "%s", title); \
		free(said_);                      \
	} while (0)

__attribute__((unused)) static void save(const char *name, const void *data,
					 size_t len)
{
	FILE *file = fopen(name, "w");

	if (!file || fwrite(data, 1, len, file) != len || fclose(file) != 0)
		abort();
}

__attribute__((unused)) static struct bh_buf load(const char *name)
{
	struct bh_buf buf = { 0 };
	char piece[4096];
	FILE *file = fopen(name, "r");
	size_t len;

	while (file && (len = fread(piece, 1, sizeof(piece), file)) > 0)
		bh_buf_add(&buf, piece, len);
	if (file)
		(void)fclose(file);
	return buf;
}

static void leave_scratch(void)
{
	free(shell("cd / && rm -rf '%s'", scratch));
}

/* False without git. */
static bool enter_scratch(void)
{
	if (system("git --version >/dev/null 2>&1") != 0)
		return false;
	if (!mkdtemp(scratch) || chdir(scratch) < 0)
		abort();
	(void)atexit(leave_scratch);
	(void)setenv("HOME", scratch, 1);
	(void)setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
	(void)setenv("GIT_CEILING_DIRECTORIES", scratch, 1);
	(void)setenv("GIT_AUTHOR_NAME", "a", 1);
	(void)setenv("GIT_AUTHOR_EMAIL", "a@b", 1);
	(void)setenv("GIT_COMMITTER_NAME", "a", 1);
	(void)setenv("GIT_COMMITTER_EMAIL", "a@b", 1);
	(void)setenv("LC_ALL", "C", 1);
	(void)unsetenv("GIT_DIR");
	(void)unsetenv("GIT_INDEX_FILE");
	(void)unsetenv("GIT_WORK_TREE");
	return true;
}

#endif
