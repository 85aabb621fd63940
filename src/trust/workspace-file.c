/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a protected file is: its mode and content, through a descriptor of it; of a
 * link its text, and the file that it leads to.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/procfs.h"
#include "base/str.h"
#include "base/sys.h"
#include "host/lineage.h"
#include "trust/walk.h"

int bh_walk_too_large(struct bh_walk *w, const char *what, unsigned int bound)
{
	(void)bh_refuse(w->err,
			"look at the workspace %s: it has more than %u %s",
			w->ws->path, bound, what);
	return bh_hint(w->err,
		       "mount a smaller directory; policy keys "
		       "workspace.inbound: show and workspace.outbound: "
		       "off leave workspaces alone");
}

void bh_walk_unreadable(struct bh_walk *w, const char *path)
{
	if (!w->ws->broken)
		w->ws->broken = bh_arena_printf(w->arena,
						"%s: it can't be read",
						path[0] ? path : w->ws->path);
}

void bh_walk_unfollowed(struct bh_walk *w, const char *path, const char *why)
{
	struct bh_workspace *ws = w->ws;
	const char **item;

	/* The list ends with NULL: the last one is overwritten. */
	if (!w->unfollowed_count)
		(void)bh_arena_append(w->arena, &ws->unfollowed,
				      &w->unfollowed_count, sizeof(*item));
	(void)bh_arena_append(w->arena, &ws->unfollowed, &w->unfollowed_count,
			      sizeof(*item));
	ws->unfollowed[w->unfollowed_count - 2] =
		bh_arena_printf(w->arena, "%s: %s", path, why);
}

static const char *hash_content(int fd, const struct stat *st,
				struct bh_hash *hash, struct bh_buf *text)
{
	int r;

	if (!S_ISREG(st->st_mode))
		return "it is no regular file";
	if (st->st_nlink > 1)
		return "it has another name, a hard link";
	r = bh_read_all(fd, BH_WORKSPACE_CONTENT, text);
	bh_buf_add(text, "", 0);
	if (r == -EFBIG)
		return "it is too large to be judged";
	if (r < 0)
		return "it can't be read";
	bh_hash_number(hash, st->st_mode & 07777);
	bh_hash_number(hash, text->len);
	bh_hash_add(hash, text->data ? text->data : "", text->len);
	return NULL;
}

/* Open what was opened with O_PATH for reading, unless that would do something:
 * only regular files. */
static int open_content(struct bh_walk *w, int path_fd, struct stat *ret)
{
	if (fstat(path_fd, ret) < 0)
		return -errno;
	if (!S_ISREG(ret->st_mode))
		return -EINVAL;
	return bh_procfs_reopen(w->procfs_fd, path_fd, O_RDONLY);
}

/* Where in the workspace a file lies that was opened below it. */
static const char *place_of(struct bh_walk *w, int fd, const struct stat *st)
{
	const struct bh_host_path path = {
		.path = w->ws->path,
		.fd = fd,
		.type = st->st_mode & S_IFMT,
	};
	const char *root = w->ws->path;
	struct bh_lineage lineage;
	struct bh_err ignored;

	if (bh_host_lineage(w->host, &path, w->arena, &lineage, &ignored) < 0 ||
	    !bh_starts_with(lineage.path, root) ||
	    lineage.path[strlen(root)] != '/')
		return NULL;
	return lineage.path + strlen(root) + 1;
}

/*
 * A link is resolved where it lies, and what leaves the workspace on its way is
 * outside, wherever it ends.
 */
static const char *judge_link(struct bh_walk *w, int dir_fd, const char *name,
			      const struct bh_workspace_file *file,
			      struct bh_hash *hash, struct bh_walk_found *ret)
{
	const struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	bh_autoclose int path_fd = bh_sys_openat2(w->root_fd, file->path, &how);
	bh_autobuf struct bh_buf text = { 0 };
	bh_autoclose int fd = -1;
	char link[PATH_MAX];
	ssize_t len = readlinkat(dir_fd, name, link, sizeof(link) - 1);

	if (len < 0)
		return "it can't be read";
	link[len] = '\0';
	bh_hash_text(hash, link);
	if (path_fd == -EXDEV)
		return "a link that leaves the workspace";
	if (path_fd < 0)
		return "a link that leads nowhere";
	fd = open_content(w, path_fd, &ret->target_st);
	if (fd < 0)
		return "a link to something else than a file";
	ret->target = place_of(w, path_fd, &ret->target_st);
	if (!ret->target)
		return "a link that leaves the workspace";
	bh_hash_text(hash, ret->target);
	return hash_content(fd, &ret->target_st, hash, &text);
}

static const char *judge_file(struct bh_walk *w, int dir_fd, const char *name,
			      struct bh_hash *hash, struct bh_buf *text)
{
	bh_autoclose int path_fd = -1;
	bh_autoclose int fd = -1;
	struct stat st;

	path_fd = name[0] ? openat(dir_fd, name,
				   O_PATH | O_NOFOLLOW | O_CLOEXEC) :
			    fcntl(dir_fd, F_DUPFD_CLOEXEC, 0);
	fd = path_fd < 0 ? -errno : open_content(w, path_fd, &st);
	if (fd == -EINVAL)
		return "it is no regular file";
	return fd < 0 ? "it can't be read" : hash_content(fd, &st, hash, text);
}

static void add_file(struct bh_walk *w, const struct bh_workspace_file *file,
		     struct bh_hash *hash)
{
	struct bh_workspace *ws = w->ws;
	struct bh_workspace_file *item = bh_arena_append(
		w->arena, &ws->files, &ws->file_count, sizeof(*item));

	*item = *file;
	bh_hash_end(hash, &item->digest);
}

void bh_walk_hash(struct bh_walk *w, int fd, const struct stat *st,
		  const struct bh_workspace_file *file)
{
	bh_autobuf struct bh_buf text = { 0 };
	const char *broken;
	struct bh_hash hash;

	bh_hash_start(&hash);
	bh_hash_number(&hash, st->st_mode & S_IFMT);
	broken = hash_content(fd, st, &hash, &text);
	if (broken)
		bh_walk_unfollowed(w, file->path, broken);
	add_file(w, file, &hash);
}

void bh_walk_judge(struct bh_walk *w, int dir_fd, const char *name,
		   const struct stat *st, const struct bh_workspace_file *file,
		   struct bh_walk_found *ret)
{
	bh_autobuf struct bh_buf text = { 0 };
	struct bh_hash hash;

	if (w->host->fake)
		return;
	bh_hash_start(&hash);
	bh_hash_number(&hash, st->st_mode & S_IFMT);
	ret->broken = S_ISLNK(st->st_mode) ?
			      judge_link(w, dir_fd, name, file, &hash, ret) :
			      judge_file(w, dir_fd, name, &hash, &text);
	add_file(w, file, &hash);
	if (!ret->broken)
		bh_walk_named(w, file, &text);
}

static int compare(const void *a, const void *b)
{
	const struct bh_workspace_file *left = a, *right = b;

	return strcmp(left->path, right->path);
}

void bh_workspace_identify(struct bh_workspace *ws)
{
	struct bh_hash hash;

	if (ws->file_count)
		qsort(ws->files, ws->file_count, sizeof(*ws->files), compare);
	bh_hash_start(&hash);
	bh_hash_text(&hash, "workspace 1");
	for (size_t i = 0; i < ws->file_count; i++) {
		bh_hash_text(&hash, ws->files[i].path);
		bh_hash_add(&hash, ws->files[i].digest.bytes, BH_DIGEST_SIZE);
	}
	bh_hash_end(&hash, &ws->identity);
}
