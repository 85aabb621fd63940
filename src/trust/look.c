/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/path.h"
#include "base/procfs.h"
#include "base/str.h"
#include "trust/identity.h"
#include "trust/interpreter.h"
#include "trust/loader.h"
#include "trust/look.h"
#include "trust/program.h"
#include "trust/sealed.h"

/* Where a script finds what the engine sends; whatever that is for us. */
static const char *const stdin_names[] = {
	"/dev/stdin",
	"/dev/fd/0",
	"/proc/self/fd/0",
};

static bool is_stdin(const char *path)
{
	for (size_t i = 0; i < BH_COUNT(stdin_names); i++)
		if (bh_str_eq(path, stdin_names[i]))
			return true;
	return false;
}

/*
 * An argument counts if it is the path of a regular file that others can change.
 * Where one can't be followed, through a link of /proc, nobody knows.
 */
static int look_at_argument(struct bh_look *look, struct bh_item *item,
			    size_t index, struct bh_err *err)
{
	const char *text = item->hook->args[index], *path = text;
	struct bh_item_argument argument = { .index = index };
	struct bh_found found;
	int r;

	if (!*text || is_stdin(text))
		return 0;
	/* A hook's working directory is /. */
	if (text[0] != '/')
		path = bh_arena_printf(&look->arena, "/%s", text);
	r = bh_fixed_find(&look->ground, path, &found, err);
	if (r == -ENOENT || r == -ENOTDIR || r == -ENAMETOOLONG)
		return 0;
	if (r == 0 && S_ISREG(found.st.st_mode) && !found.fixed) {
		argument.file.path = found.path;
		r = bh_program_digest(&look->ground, &found,
				      &argument.file.digest, err);
		if (r == 0)
			*(struct bh_item_argument *)bh_arena_append(
				&look->arena, &item->arguments,
				&item->argument_count,
				sizeof(argument)) = argument;
	}
	if (r < 0)
		return bh_context(err, "its argument %zu, %s", index, text);
	bh_close(&found.fd);
	return 0;
}

static int look_at_arguments(struct bh_look *look, struct bh_item *item,
			     struct bh_err *err)
{
	const char **args = item->hook->args;
	int r = 0;

	for (size_t i = 1; args && args[0] && args[i] && r == 0; i++)
		r = look_at_argument(look, item, i, err);
	return r;
}

static void identify(struct bh_item *item)
{
	item->hashed = true;
	bh_identity_of(item, &item->identity);
}

static int look_at_host(struct bh_look *look, const struct bh_keep *keep,
			struct bh_item *item, struct bh_err *err)
{
	const struct bh_item_file *runs = &item->file;
	int r = bh_interpreter_read(look, keep, item, err);

	if (r == 0)
		r = look_at_arguments(look, item, err);
	if (r < 0)
		return r;
	/* From here on it is known what it is, if not that it can run. */
	identify(item);
	if (item->interpreter_count)
		runs = &item->interpreters[item->interpreter_count - 1];
	return bh_loader_check(&look->ground, item->program.fd, runs,
			       (const char *const *)item->hook->env, err);
}

static void close_program(struct bh_program *program)
{
	bh_close(&program->fd);
	bh_close(&program->script_fd);
	*program = BH_NO_PROGRAM;
}

static void look_at(struct bh_look *look, const struct bh_keep *keep,
		    struct bh_item *item)
{
	size_t fresh_count = look->fresh_count;
	bh_autofree char *message = NULL;
	struct bh_err err = { 0 };

	if (look_at_host(look, keep, item, &err) == 0)
		return;
	close_program(&item->program);
	look->fresh_count = fresh_count;
	message = bh_err_message(&err);
	item->broken = bh_arena_strdup(&look->arena, message);
}

static void add_item(struct bh_look *look, const struct bh_hook *hook)
{
	struct bh_item *item = bh_arena_append(&look->arena, &look->items,
					       &look->count, sizeof(*item));

	*item = (struct bh_item){
		.hook = hook,
		.inside = hook->stage == BH_START_CONTAINER,
		.file.path = hook->path,
		.program = BH_NO_PROGRAM,
	};
}

int bh_look(const struct bh_spec *spec, const struct bh_look_options *options,
	    struct bh_look *ret, struct bh_err *err)
{
	struct bh_keep keep;
	int r;

	*ret = (struct bh_look){ 0 };
	if (!spec->hook_count)
		return 0;
	r = bh_ground_open(spec, &ret->ground, err);
	if (r < 0)
		return bh_context(err, "look at the hooks");
	for (size_t i = 0; i < spec->hook_count; i++)
		add_item(ret, &spec->hooks[i]);
	bh_keep_open(options->cache_dir, &keep);
	for (size_t i = 0; i < ret->count; i++)
		if (!ret->items[i].inside)
			look_at(ret, &keep, &ret->items[i]);
	bh_keep_close(&keep);
	return 0;
}

void bh_look_clear(struct bh_look *look)
{
	for (size_t i = 0; i < look->count; i++)
		close_program(&look->items[i].program);
	bh_ground_close(&look->ground);
	bh_arena_clear(&look->arena);
	*look = (struct bh_look){ 0 };
}

static int digest_inside(struct bh_look *look, int root_fd,
			 struct bh_item *item, struct bh_err *err)
{
	bh_autoclose int path_fd =
		bh_path_open(root_fd, item->hook->path, O_PATH, 0);
	bh_autoclose int fd = -1;
	struct stat st;

	if (path_fd == -ENOENT || path_fd == -ENOTDIR)
		return bh_refuse(err, "there is no such file in the image");
	if (path_fd < 0 || fstat(path_fd, &st) < 0)
		return bh_fail(err, path_fd < 0 ? -path_fd : errno, "open it");
	if (!S_ISREG(st.st_mode))
		return bh_refuse(err, "it is no regular file");
	fd = bh_procfs_reopen(look->ground.procfs_fd, path_fd,
			      O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return bh_fail(err, -fd, "open it");
	return bh_sealed_hash(fd, &item->file.digest, err);
}

void bh_look_inside(struct bh_look *look, int root_fd)
{
	for (size_t i = 0; i < look->count; i++) {
		struct bh_item *item = &look->items[i];
		bh_autofree char *message = NULL;
		struct bh_err err = { 0 };

		if (!item->inside)
			continue;
		if (digest_inside(look, root_fd, item, &err) == 0) {
			identify(item);
			continue;
		}
		message = bh_err_message(&err);
		item->broken = bh_arena_strdup(&look->arena, message);
	}
}

int bh_look_keep(const struct bh_look *look, const char *cache_dir,
		 struct bh_err *err)
{
	struct bh_keep keep;
	int r;

	if (!look->fresh_count)
		return 0;
	r = bh_keep_make(cache_dir, &keep, err);
	for (size_t i = 0; i < look->fresh_count && r == 0; i++) {
		const struct bh_fresh *fresh = &look->fresh[i];

		r = bh_keep_save(&keep, &fresh->st, &fresh->digest,
				 fresh->copy_fd, err);
	}
	bh_keep_close(&keep);
	return r;
}
