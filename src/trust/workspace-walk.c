/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look at all of a workspace for protected names: a directory at a time, each
 * opened below its own, without following links.  Dependencies that tools have
 * fetched are left out, and of git's directory what is data.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/procfs.h"
#include "base/str.h"
#include "base/sys.h"
#include "host/lineage.h"
#include "trust/walk.h"
#include "trust/workspace.h"

/* How a directory is seen in the container. */
enum cover {
	SHOWN,
	READONLY,
	HIDDEN,
};

struct place {
	const char *path; /* below the workspace; "" is itself */
	int fd;
	struct bh_name_match match;
	enum cover cover;
	const char *in_git; /* its path below .git: "", "hooks" ...; or NULL */
	unsigned int depth;
};

/* ---- names and files ------------------------------------------------------------ */

static enum cover cover_of(const struct bh_name_match *match)
{
	if (match->class < BH_NAME_STEER)
		return SHOWN;
	return match->class == BH_NAME_EXEC && match->group == BH_NAMES_AGENTS ?
		       HIDDEN :
		       READONLY;
}

static bool has_name(const struct bh_workspace *ws, const char *path)
{
	for (size_t i = 0; i < ws->name_count; i++)
		if (bh_str_eq(ws->names[i].path, path))
			return true;
	return false;
}

static int add_name(struct bh_walk *w, const char *path,
		    const struct bh_name_match *match, const struct stat *st,
		    const char *broken)
{
	struct bh_workspace *ws = w->ws;
	struct bh_workspace_name *name;

	if (broken && !ws->broken)
		ws->broken = bh_arena_printf(w->arena, "%s: %s",
					     path[0] ? path : ws->path, broken);
	if (has_name(ws, path))
		return 0;
	if (ws->name_count == BH_WORKSPACE_NAMES)
		return bh_walk_too_large(w, "protected names",
					 BH_WORKSPACE_NAMES);
	name = bh_arena_append(w->arena, &ws->names, &ws->name_count,
			       sizeof(*name));
	*name = (struct bh_workspace_name){
		.path = path,
		.match = *match,
		.type = st->st_mode & S_IFMT,
		.device = st->st_dev,
		.inode = st->st_ino,
		.broken = broken,
	};
	return 0;
}

/* What a link shows is judged, and so it is guarded as well. */
static int add_target(struct bh_walk *w, const struct bh_name_match *match,
		      const struct bh_walk_found *found)
{
	struct bh_name_match target = *match;

	/* Ordinary source, but for that: shown, and kept as it is. */
	target.class = BH_NAME_STEER;
	target.below = false;
	return found->target ? add_name(w, found->target, &target,
					&found->target_st, NULL) :
			       0;
}

/* A file, or what takes its place. */
static int take_file(struct bh_walk *w, const struct place *in,
		     const char *name, const struct stat *st,
		     const struct bh_workspace_file *file)
{
	enum cover cover = cover_of(&file->match);
	struct bh_walk_found found = { 0 };
	int r = 0;

	if (file->match.class < BH_NAME_STEER)
		return 0;
	if (!bh_walk_is_data(in->in_git, name))
		bh_walk_judge(w, in->fd, name, st, file, &found);
	if (found.broken)
		return add_name(w, file->path, &file->match, st, found.broken);
	if (cover > in->cover)
		r = add_name(w, file->path, &file->match, st, NULL);
	return r == 0 ? add_target(w, &file->match, &found) : r;
}

/* ---- directories ---------------------------------------------------------------- */

static int visit(struct bh_walk *w, const struct place *place);

/* Of .git, what a name stands for or can lie in. */
static bool is_looked_into(const struct place *at)
{
	static const char *const data[] = { "objects", "refs", "logs", "lfs" };
	const char *name = strrchr(at->path, '/');

	name = name ? name + 1 : at->path;
	if (!at->in_git)
		return !at->path[0] || !bh_names_is_ignored(name);
	if (bh_str_eq(at->in_git, "objects") ||
	    bh_str_eq(at->in_git, "objects/info"))
		return true;
	for (size_t i = 0; i < BH_COUNT(data); i++)
		if (bh_str_eq(name, data[i]))
			return false;
	return at->match.class >= BH_NAME_STEER || !at->in_git[0] ||
	       bh_str_eq(at->in_git, "info") ||
	       bh_starts_with(at->in_git, "worktrees");
}

static int enter(struct bh_walk *w, const struct place *in, const char *name,
		 struct place *at)
{
	const struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS |
			   RESOLVE_NO_MAGICLINKS |
			   (w->recursive ? 0 : RESOLVE_NO_XDEV),
	};
	bh_autoclose int fd = bh_sys_openat2(in->fd, name, &how);

	if (fd == -ENOENT || fd == -ENOTDIR || fd == -ELOOP)
		return 0;
	/* Another mount, which does not come along. */
	if (fd == -EXDEV)
		bh_walk_unfollowed(w, at->path, "a mount");
	else if (fd < 0)
		bh_walk_unreadable(w, at->path);
	if (fd < 0)
		return 0;
	at->fd = fd;
	return visit(w, at);
}

static int take_directory(struct bh_walk *w, const struct place *in,
			  const char *name, const struct stat *st,
			  const struct bh_workspace_file *file)
{
	enum cover cover = cover_of(&file->match);
	struct place at = {
		.path = file->path,
		.match = file->match,
		.cover = cover > in->cover ? cover : in->cover,
		.depth = in->depth + 1,
	};
	int r = 0;

	if (in->in_git)
		at.in_git = bh_arena_printf(w->arena, "%s%s%s", in->in_git,
					    in->in_git[0] ? "/" : "", name);
	else if (bh_names_is_git(name))
		at.in_git = "";
	if (cover > in->cover)
		r = add_name(w, file->path, &file->match, st, NULL);
	if (r == 0 && at.in_git && !at.in_git[0])
		r = bh_walk_repository(w, in->fd, name, file->path);
	if (r < 0 || !is_looked_into(&at))
		return r;
	if (at.depth > BH_WORKSPACE_DEPTH)
		return bh_walk_too_large(w, "directories in one another",
					 BH_WORKSPACE_DEPTH);
	return enter(w, in, name, &at);
}

static int take(struct bh_walk *w, const struct place *in, const char *name)
{
	struct bh_workspace_file file = {
		.path = bh_arena_printf(w->arena, "%s%s%s", in->path,
					in->path[0] ? "/" : "", name),
	};
	bh_autobuf struct bh_buf whole = { 0 };
	struct stat st;

	if (fstatat(in->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0; /* it has gone */
	bh_buf_printf(&whole, "%s/%s", w->ws->path, file.path);
	(void)bh_names_match_in(&in->match, whole.data, S_ISDIR(st.st_mode),
				&file.match);
	return S_ISDIR(st.st_mode) ? take_directory(w, in, name, &st, &file) :
				     take_file(w, in, name, &st, &file);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of a directory, sorted, so that the same workspace gives the same
 * plan; freed one by one. */
static int list(struct bh_walk *w, const struct place *place, char ***ret,
		size_t *ret_len)
{
	int fd = openat(place->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	int r = 0;

	if (!dir) {
		bh_close(&fd);
		bh_walk_unreadable(w, place->path);
		return 0;
	}
	while (r == 0 && (entry = readdir(dir))) {
		if (bh_str_eq(entry->d_name, ".") ||
		    bh_str_eq(entry->d_name, ".."))
			continue;
		if (++w->entries > BH_WORKSPACE_ENTRIES) {
			r = bh_walk_too_large(w, "files and directories",
					      BH_WORKSPACE_ENTRIES);
			break;
		}
		*ret = bh_realloc(*ret, *ret_len + 1, sizeof(**ret));
		(*ret)[(*ret_len)++] = bh_strdup(entry->d_name);
	}
	(void)closedir(dir);
	if (*ret_len)
		qsort(*ret, *ret_len, sizeof(**ret), compare);
	return r;
}

static int visit(struct bh_walk *w, const struct place *place)
{
	char **names = NULL;
	size_t len = 0;
	int r = list(w, place, &names, &len);

	for (size_t i = 0; i < len; i++) {
		if (r == 0)
			r = take(w, place, names[i]);
		free(names[i]);
	}
	free(names);
	return r;
}

/* ---- the root -------------------------------------------------------------------- */

/* What is described of a host that is imitated. */
static int walk_fake(struct bh_walk *w)
{
	const char *root = w->ws->path;
	int r = 0;

	for (size_t i = 0; r == 0 && i < w->host->path_count; i++) {
		const struct bh_host_path *path = &w->host->paths[i];
		bool directory = S_ISDIR(path->type);
		struct stat st = { .st_mode = path->type };
		struct bh_name_match match;
		const char *below = path->path + strlen(root);

		if (!bh_starts_with(path->path, root) || below[0] != '/')
			continue;
		if (directory && bh_names_is_git(strrchr(below, '/') + 1))
			bh_walk_fake_repository(w, below + 1);
		if (bh_names_match(path->path, directory, &match) &&
		    match.class >= BH_NAME_STEER)
			r = add_name(w, below + 1, &match, &st, NULL);
	}
	return r;
}

static int walk_root(struct bh_walk *w, const struct bh_host_path *path)
{
	struct stat st = { .st_mode = path->type,
			   .st_dev = path->device,
			   .st_ino = path->inode };
	struct place place = { .path = "", .fd = w->root_fd };
	struct bh_workspace_file file = { .path = "" };

	(void)bh_names_match(w->ws->path, S_ISDIR(path->type), &place.match);
	if (!S_ISDIR(path->type)) {
		file.match = place.match;
		return take_file(w, &place, "", &st, &file);
	}
	place.cover = cover_of(&place.match);
	if (place.cover != SHOWN) {
		int r = add_name(w, "", &place.match, &st, NULL);

		if (r < 0)
			return r;
	}
	place.in_git = bh_walk_in_git(w->ws->path);
	return w->host->fake ? walk_fake(w) : visit(w, &place);
}

int bh_workspace_walk(const struct bh_host *host,
		      const struct bh_host_path *path, bool recursive,
		      struct bh_arena *arena, struct bh_workspace *ret,
		      struct bh_err *err)
{
	struct bh_walk walk = {
		.host = host,
		.root_fd = path->fd,
		.recursive = recursive,
		.arena = arena,
		.ws = ret,
		.err = err,
		.procfs_fd = -1,
	};
	int r;

	if (!host->fake)
		walk.procfs_fd = bh_procfs_open_shared();
	if (!host->fake && walk.procfs_fd < 0)
		return bh_fail(err, -walk.procfs_fd, "open /proc");
	r = walk_root(&walk, path);
	bh_close(&walk.procfs_fd);
	if (r == 0)
		bh_workspace_identify(ret);
	return r;
}
