/* SPDX-License-Identifier: Apache-2.0 */
/* Repositories in a workspace: the files of which the container gets copies of its
 * own, and what of .git no tool executes. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/str.h"
#include "base/sys.h"
#include "trust/walk.h"

#define MAX_CONFIG (1u << 20)
#define MAX_INDEX  (64u << 20)

const char *bh_walk_in_git(const char *path)
{
	const char *at = path;

	while ((at = strchr(at, '/'))) {
		bh_autobuf struct bh_buf name = { 0 };

		at++;
		bh_buf_add(&name, at, strcspn(at, "/"));
		if (name.data && bh_names_is_git(name.data)) {
			at += name.len;
			return at[0] == '/' ? at + 1 : at;
		}
	}
	return NULL;
}

bool bh_walk_is_data(const char *in_git, const char *name)
{
	static const char *const read[] = { "config", "config.worktree",
					    "commondir", "attributes" };

	if (!in_git || !bh_starts_with(in_git, "modules"))
		return false;
	for (size_t i = 0; i < BH_COUNT(read); i++)
		if (bh_str_eq(name, read[i]))
			return false;
	return !strstr(in_git, "/hooks");
}

static bool has_directory(int git_fd, const char *name)
{
	struct stat st;

	return fstatat(git_fd, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       S_ISDIR(st.st_mode);
}

static void find_worktrees(int git_fd,
			   struct bh_workspace_repository *repository)
{
	struct stat st;

	if (fstatat(git_fd, "worktrees", &st, AT_SYMLINK_NOFOLLOW) < 0 ||
	    !S_ISDIR(st.st_mode))
		return;
	repository->worktrees_device = st.st_dev;
	repository->worktrees_inode = st.st_ino;
}

/* A regular file of .git as it is; nothing where there is none. */
static int read_file(struct bh_walk *w, int git_fd, const char *name,
		     size_t max, struct bh_buf *text, struct stat *ret)
{
	bh_autoclose int fd = openat(
		git_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int r;

	if (fd < 0 || fstat(fd, ret) < 0 || !S_ISREG(ret->st_mode))
		return 0;
	r = bh_read_all(fd, max, text);
	if (r < 0)
		return bh_fail(w->err, -r, "read %s of a repository in %s",
			       name, w->ws->path);
	bh_buf_add(text, "", 0);
	return 1;
}

static int read_text(struct bh_walk *w, int git_fd, const char *name,
		     const char **ret)
{
	bh_autobuf struct bh_buf text = { 0 };
	struct stat st;
	int r = read_file(w, git_fd, name, MAX_CONFIG, &text, &st);

	if (r > 0)
		*ret = bh_arena_strndup(w->arena, text.data ? text.data : "",
					text.len);
	return r < 0 ? r : 0;
}

static int read_config(struct bh_walk *w, int git_fd,
		       struct bh_workspace_repository *repository)
{
	bh_autobuf struct bh_buf text = { 0 };
	struct stat st;
	int r = read_file(w, git_fd, "config", MAX_CONFIG, &text, &st);

	if (r <= 0)
		return r;
	repository->config =
		bh_arena_memdup(w->arena, text.data ? text.data : "", text.len);
	repository->config_len = text.len;
	repository->config_device = st.st_dev;
	repository->config_inode = st.st_ino;
	return 0;
}

static int read_index(struct bh_walk *w, int git_fd,
		      struct bh_workspace_repository *repository)
{
	bh_autobuf struct bh_buf text = { 0 };
	struct stat st;
	int r = read_file(w, git_fd, "index", MAX_INDEX, &text, &st);

	if (r <= 0 || !text.len)
		return r < 0 ? r : 0;
	repository->index = bh_arena_memdup(w->arena, text.data, text.len);
	repository->index_len = text.len;
	repository->index_device = st.st_dev;
	repository->index_inode = st.st_ino;
	return 0;
}

static int read_copied(struct bh_walk *w, int git_fd,
		       struct bh_workspace_repository *repository)
{
	int r = read_config(w, git_fd, repository);

	if (r == 0)
		r = read_index(w, git_fd, repository);
	if (r == 0)
		r = read_text(w, git_fd, "info/sparse-checkout",
			      &repository->sparse);
	if (r == 0)
		r = read_text(w, git_fd, "info/exclude", &repository->exclude);
	return r;
}

int bh_walk_repository(struct bh_walk *w, int dir_fd, const char *name,
		       const char *path)
{
	const struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS,
	};
	bh_autoclose int git_fd = bh_sys_openat2(dir_fd, name, &how);
	struct bh_workspace *ws = w->ws;
	struct bh_workspace_repository *repository;
	struct stat st;

	/* What can't be opened is named where it is looked into. */
	if (git_fd < 0 || fstat(git_fd, &st) < 0)
		return 0;
	repository = bh_arena_append(w->arena, &ws->repositories,
				     &ws->repository_count,
				     sizeof(*repository));
	repository->git = path;
	repository->device = st.st_dev;
	repository->inode = st.st_ino;
	repository->has_info = has_directory(git_fd, "info");
	find_worktrees(git_fd, repository);
	return read_copied(w, git_fd, repository);
}

/* A description says no more than that there are files. */
void bh_walk_fake_repository(struct bh_walk *w, const char *path)
{
	struct bh_workspace *ws = w->ws;
	struct bh_workspace_repository *repository =
		bh_arena_append(w->arena, &ws->repositories,
				&ws->repository_count, sizeof(*repository));

	repository->git = path;
	repository->has_info = true;
	for (size_t i = 0; i < w->host->path_count; i++) {
		const char *at = w->host->paths[i].path + strlen(ws->path) + 1;

		if (!bh_starts_with(w->host->paths[i].path, ws->path) ||
		    !bh_starts_with(at, path))
			continue;
		if (bh_str_eq(at + strlen(path), "/config"))
			repository->config = "";
	}
}
