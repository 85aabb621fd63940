/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/str.h"
#include "trust/interpreter.h"
#include "trust/program.h"
#include "trust/script.h"

/* The first bytes of what will run; the number of them. */
static size_t read_head(int fd, char ret[BH_SCRIPT_HEAD])
{
	ssize_t n;

	do
		n = pread(fd, ret, BH_SCRIPT_HEAD, 0);
	while (n < 0 && errno == EINTR);
	return n < 0 ? 0 : (size_t)n;
}

static void note_fresh(struct bh_look *look, const struct bh_reading *reading)
{
	struct bh_fresh *fresh;

	if (!reading->fresh)
		return;
	fresh = bh_arena_append(&look->arena, &look->fresh, &look->fresh_count,
				sizeof(*fresh));
	*fresh = (struct bh_fresh){
		.st = reading->st,
		.digest = reading->file.digest,
		.copy_fd = reading->file.fixed ? -1 : reading->fd,
	};
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* PATH as env(1) sees it: the first of several. */
static const char *find_path(const char *const *env)
{
	for (; env && *env; env++)
		if (bh_starts_with(*env, "PATH="))
			return *env + 5;
	return NULL;
}

/* The next candidate for name in *path, as execvp(3) makes it; NULL: no more. */
static int next_candidate(struct bh_look *look, const char **path,
			  const char *name, const char **ret,
			  struct bh_err *err)
{
	const char *dir = *path;
	size_t len = strcspn(dir, ":");

	if (dir[0] != '/')
		return bh_refuse(err, "PATH of its environment has a directory "
				      "without an absolute path");
	*path = dir[len] ? dir + len + 1 : NULL;
	*ret = bh_arena_printf(&look->arena, "%.*s/%s", (int)len, dir, name);
	return 0;
}

/* Whether the candidate can be executed; execvp(3) goes on where it can't. */
static bool is_program(struct bh_look *look, const char *path)
{
	struct bh_found found;
	struct bh_err ignored;
	bool program;

	if (bh_fixed_find(&look->ground, path, &found, &ignored) < 0)
		return false;
	program = S_ISREG(found.st.st_mode) &&
		  found.st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH);
	bh_close(&found.fd);
	return program;
}

static int find_program(struct bh_look *look, const struct bh_hook *hook,
			const char *name, const char **ret, struct bh_err *err)
{
	const char *path = find_path((const char *const *)hook->env);

	if (name[0] == '/') {
		*ret = name;
		return 0;
	}
	if (!path)
		return bh_refuse(err,
				 "%s can't be found, since its "
				 "environment has no PATH",
				 name);
	while (path) {
		const char *candidate = NULL;
		int r = next_candidate(look, &path, name, &candidate, err);

		if (r < 0)
			return r;
		if (is_program(look, candidate)) {
			*ret = candidate;
			return 0;
		}
	}
	return bh_refuse(err, "%s isn't in the PATH of its environment", name);
}

/* Read an interpreter; its descriptor becomes that of the program. */
static int read_interpreter(struct bh_look *look, const struct bh_keep *keep,
			    struct bh_item *item, const char *path,
			    struct bh_err *err)
{
	struct bh_reading reading = BH_NO_READING;
	char head[BH_SCRIPT_HEAD];
	int r = bh_program_read(&look->ground, keep, path, &reading, err);

	if (r < 0)
		return bh_context(err, "its interpreter %s", path);
	bh_close(&item->program.fd);
	item->program.fd = reading.fd;
	item->interpreters[item->interpreter_count++] = reading.file;
	if (bh_script_is(head, read_head(reading.fd, head)))
		return bh_refuse(err, "its interpreter %s is a script itself",
				 path);
	note_fresh(look, &reading);
	return 0;
}

/* What env(1), which was read as an interpreter, finds. */
static int read_behind_env(struct bh_look *look, const struct bh_keep *keep,
			   struct bh_item *item, const struct bh_script *script,
			   struct bh_err *err)
{
	size_t fresh_count = look->fresh_count;
	const char *name = NULL, *path = NULL;
	int r = bh_script_env_program(script, &name, err);

	if (r == 0)
		r = find_program(look, item->hook, name, &path, err);
	if (r < 0)
		return r;
	/* env's own copy, if it is one, goes: it isn't what runs. */
	if (fresh_count && look->fresh[fresh_count - 1].copy_fd >= 0 &&
	    look->fresh[fresh_count - 1].copy_fd == item->program.fd)
		look->fresh_count--;
	item->program.name = bh_arena_strdup(&look->arena, name);
	item->program.option = NULL;
	return read_interpreter(look, keep, item, path, err);
}

static int read_script(struct bh_look *look, const struct bh_keep *keep,
		       struct bh_item *item, const char *head, size_t len,
		       struct bh_err *err)
{
	struct bh_script script;
	int r = bh_script_parse(head, len, &script, err);

	if (r < 0)
		return r;
	item->program.name = bh_arena_strdup(&look->arena, script.interpreter);
	if (script.has_option)
		item->program.option =
			bh_arena_strdup(&look->arena, script.option);
	r = read_interpreter(look, keep, item, item->program.name, err);
	if (r < 0)
		return r;
	if (bh_str_eq(base_name(script.interpreter), "env") ||
	    bh_str_eq(base_name(item->interpreters[0].path), "env"))
		return read_behind_env(look, keep, item, &script, err);
	return 0;
}

int bh_interpreter_read(struct bh_look *look, const struct bh_keep *keep,
			struct bh_item *item, struct bh_err *err)
{
	struct bh_reading reading = BH_NO_READING;
	char head[BH_SCRIPT_HEAD];
	size_t len;
	int r = bh_program_read(&look->ground, keep, item->hook->path, &reading,
				err);

	if (r < 0)
		return r;
	item->file = reading.file;
	note_fresh(look, &reading);
	len = read_head(reading.fd, head);
	if (!bh_script_is(head, len)) {
		item->program.fd = reading.fd;
		return 0;
	}
	item->program.script_fd = reading.fd;
	return read_script(look, keep, item, head, len, err);
}
