/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "container/filters.h"
#include "container/store.h"

/* A file that is being written; whoever holds the lock may overwrite it. */
#define UNFINISHED "new"

/* Others may neither write what we install nor read what a config forbids. */
static bool is_ours(int fd, mode_t type)
{
	struct stat st;

	return fstat(fd, &st) == 0 && (st.st_mode & S_IFMT) == type &&
	       st.st_uid == geteuid() && !(st.st_mode & 077);
}

static int open_dir(int root_fd)
{
	bh_autoclose int fd =
		openat(root_fd, BH_FILTERS_DIR,
		       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	return fd >= 0 && is_ours(fd, S_IFDIR) ? bh_steal_fd(&fd) : -1;
}

/* ---- taking ------------------------------------------------------------------ */

static bool take(const char *root, struct bh_arena *arena,
		 struct bh_kept_filter *filter)
{
	struct bh_err ignored;
	bh_autoclose int root_fd = bh_root_open(root, &ignored);
	bh_autoclose int dir_fd = root_fd < 0 ? -1 : open_dir(root_fd);
	bh_autoclose int fd = -1;
	bh_autobuf struct bh_buf text = { 0 };
	char name[BH_DIGEST_HEX_SIZE];

	if (dir_fd < 0)
		return false;
	bh_digest_hex(&filter->key, name);
	fd = openat(dir_fd, name,
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || !is_ours(fd, S_IFREG) ||
	    bh_read_all(fd, BH_COMPILED_MAX, &text) < 0 || !text.len)
		return false;
	return bh_compiled_parse(text.data, text.len, &filter->key, arena,
				 &filter->filter, &filter->notes) == 0;
}

int bh_filters_find(const char *root, const struct oci_seccomp *seccomp,
		    struct bh_arena *arena, struct bh_kept_filter *ret,
		    struct bh_err *err)
{
	struct bh_kept_filter filter = { 0 };
	int r = 0;

	if (root)
		bh_seccomp_key(seccomp, &filter.key);
	if (!root || !take(root, arena, &filter)) {
		filter.fresh = root;
		r = bh_seccomp_compile(seccomp, arena, &filter.filter,
				       &filter.notes, err);
	}
	if (r == 0)
		*ret = filter;
	return r;
}

/* ---- keeping ----------------------------------------------------------------- */

static bool is_older(const struct stat *a, const struct stat *b)
{
	return a->st_mtim.tv_sec < b->st_mtim.tv_sec ||
	       (a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
		a->st_mtim.tv_nsec < b->st_mtim.tv_nsec);
}

/* Remove the oldest file if there are as many as may be; whether there is room. */
static bool make_room(int dir_fd)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	bh_autofree char *oldest = NULL;
	const struct dirent *entry;
	struct stat st, age = { 0 };
	size_t count = 0;

	if (!dir) {
		bh_close(&fd);
		return false;
	}
	while ((entry = readdir(dir))) {
		if (fstatat(dir_fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) <
			    0 ||
		    !S_ISREG(st.st_mode))
			continue;
		count++;
		if (oldest && !is_older(&st, &age))
			continue;
		free(oldest);
		oldest = bh_strdup(entry->d_name);
		age = st;
	}
	(void)closedir(dir);
	return count < BH_FILTERS_MAX || unlinkat(dir_fd, oldest, 0) == 0;
}

/* Under the directory's lock, whole or not at all. */
static void write_file(int dir_fd, const char *name, const struct bh_buf *text)
{
	bh_autoclose int fd = openat(dir_fd, UNFINISHED,
				     O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW |
					     O_NONBLOCK | O_CLOEXEC,
				     0600);

	if (fd < 0)
		return;
	if (!is_ours(fd, S_IFREG) ||
	    bh_write_all(fd, text->data, text->len) < 0 ||
	    renameat(dir_fd, UNFINISHED, dir_fd, name) < 0)
		(void)unlinkat(dir_fd, UNFINISHED, 0);
}

void bh_filters_keep(int root_fd, const struct bh_kept_filter *filter)
{
	bh_autobuf struct bh_buf text = { 0 };
	bh_autoclose int dir_fd = -1;
	char name[BH_DIGEST_HEX_SIZE];

	if (!filter->fresh)
		return;
	bh_compiled_print(&filter->filter, &filter->notes, &filter->key, &text);
	if (text.len > BH_COMPILED_MAX)
		return;
	if (mkdirat(root_fd, BH_FILTERS_DIR, 0700) < 0 && errno != EEXIST)
		return;
	dir_fd = open_dir(root_fd);
	/* Who writes now writes what the next container needs, or the one after
	 * it: nobody waits for that. */
	if (dir_fd < 0 || flock(dir_fd, LOCK_EX | LOCK_NB) < 0 ||
	    !make_room(dir_fd))
		return;
	bh_digest_hex(&filter->key, name);
	write_file(dir_fd, name, &text);
}
