/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files that a protected file names, so that they are part of what is trusted:
 * what a configuration of git includes or has its hooks in, what a shell's file
 * sources.  Followed is what lies in the workspace, one step far; the rest is said.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/str.h"
#include "base/sys.h"
#include "trust/git-config.h"
#include "trust/walk.h"

struct naming {
	struct bh_walk *w;
	const struct bh_workspace_file *by;
	const char *top; /* of the work tree, below the workspace */
};

static void say(const struct naming *n, const char *what)
{
	bh_walk_unfollowed(n->w, what,
			   bh_arena_printf(n->w->arena, "named by %s",
					   n->by->path));
}

static int open_below(const struct naming *n, const char *path)
{
	const struct open_how how = {
		.flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};

	return bh_sys_openat2(n->w->root_fd, path, &how);
}

static void take(const struct naming *n, const char *path, int fd,
		 const struct stat *st)
{
	struct bh_workspace_file file = *n->by;

	file.path = path;
	bh_walk_hash(n->w, fd, st, &file);
}

static void take_directory(const struct naming *n, const char *path, int fd)
{
	DIR *dir = fdopendir(fcntl(fd, F_DUPFD_CLOEXEC, 0));
	const struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		bh_autoclose int file_fd = -1;
		struct stat st;

		if (++n->w->entries > BH_WORKSPACE_ENTRIES)
			break;
		file_fd = openat(fd, entry->d_name,
				 O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
					 O_CLOEXEC);
		if (file_fd >= 0 && fstat(file_fd, &st) == 0 &&
		    S_ISREG(st.st_mode))
			take(n,
			     bh_arena_printf(n->w->arena, "%s/%s", path,
					     entry->d_name),
			     file_fd, &st);
	}
	if (dir)
		(void)closedir(dir);
}

/* What is not there yet is part of the trust as well: it would be found. */
static void follow(const struct naming *n, const char *base, const char *what)
{
	const char *path = bh_arena_printf(n->w->arena, "%s%s%s", base,
					   base[0] ? "/" : "", what);
	bh_autoclose int fd = -1;
	struct stat st;

	if (what[0] != '/' && what[0] != '~')
		fd = open_below(n, path);
	if (fd < 0 || fstat(fd, &st) < 0) {
		say(n, what);
		return;
	}
	if (S_ISREG(st.st_mode))
		take(n, path, fd, &st);
	else if (S_ISDIR(st.st_mode))
		take_directory(n, path, fd);
	else
		say(n, what);
}

static const char *directory_of(struct bh_walk *w, const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? bh_arena_strndup(w->arena, path,
					(size_t)(slash - path)) :
		       "";
}

static void visit(const struct bh_git_setting *setting, enum bh_git_named kind,
		  const char *what, void *data)
{
	const struct naming *n = data;

	if (kind == BH_GIT_NAMED_COMMAND)
		say(n, setting->name);
	else
		follow(n,
		       kind == BH_GIT_NAMED_CONFIG ?
			       directory_of(n->w, n->by->path) :
			       n->top,
		       what);
}

/* The work tree of the repository that a file of .git is in. */
static const char *top_of(struct bh_walk *w, const char *path)
{
	const char *git = strstr(path, ".git/");

	if (!git || git == path || git[-1] != '/')
		return "";
	return bh_arena_strndup(w->arena, path, (size_t)(git - path) - 1);
}

/* `. FILE` and `source FILE` at the beginning of a line. */
static void find_sourced(const struct naming *n, const char *text)
{
	while (text && *text) {
		const char *line = text + strspn(text, " \t");
		size_t len;

		text = strchr(text, '\n');
		text = text ? text + 1 : NULL;
		if (bh_starts_with(line, "source "))
			line += strlen("source ");
		else if (bh_starts_with(line, ". "))
			line += strlen(". ");
		else
			continue;
		line += strspn(line, " \t\"'");
		len = strcspn(line, " \t\"';&|\n");
		if (len)
			follow(n, directory_of(n->w, n->by->path),
			       bh_arena_strndup(n->w->arena, line, len));
	}
}

void bh_walk_named(struct bh_walk *w, const struct bh_workspace_file *file,
		   const struct bh_buf *text)
{
	struct naming n = { w, file, top_of(w, file->path) };
	const char *name = strrchr(file->path, '/');
	struct bh_err ignored;

	name = name ? name + 1 : file->path;
	if (!text->data)
		return;
	if (file->match.group == BH_NAMES_SHELL)
		find_sourced(&n, text->data);
	if (file->match.group == BH_NAMES_GIT &&
	    (bh_starts_with(name, "config") || bh_str_eq(name, ".gitconfig")) &&
	    bh_git_config_names(text->data, text->len, visit, &n, &ignored) < 0)
		say(&n, "what git may make of it");
}
