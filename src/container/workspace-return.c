/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Both sides are what the container has made of them: the repository is opened as
 * what it was when it was judged, one name at a time without links, and of the
 * container's index only paths and contents are taken (bh_git_index_merge).  Git's
 * own protocol keeps others away: whoever has index.lock may rename it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/fd.h"
#include "container/workspace-return.h"
#include "trust/git-index.h"

static int open_git(const struct bh_state_index *index)
{
	bh_autoclose int fd = open(index->git, O_RDONLY | O_DIRECTORY |
						       O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_dev != index->device.value ||
	    st.st_ino != index->inode.value)
		return -ENOENT;
	return bh_steal_fd(&fd);
}

static int read_index(int dir_fd, const char *name, struct bh_buf *ret,
		      struct stat *st)
{
	bh_autoclose int fd = openat(
		dir_fd, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0 || fstat(fd, st) < 0 || !S_ISREG(st->st_mode))
		return -ENOENT;
	return bh_read_all(fd, BH_GIT_INDEX_MAX, ret);
}

/* The container's index as the host's git can have it. */
static int merge(const struct bh_state_index *index, int git_fd, int kept_fd,
		 struct bh_buf *ret, struct stat *ret_st)
{
	bh_autobuf struct bh_buf host = { 0 }, own = { 0 };
	struct bh_digest digest, recorded;
	struct bh_err ignored;
	struct stat st;
	int r = read_index(git_fd, "index", &host, ret_st);

	if (r == 0)
		r = bh_digest_parse(index->digest, &recorded);
	if (r < 0)
		return r;
	bh_digest_of(host.data ? host.data : "", host.len, &digest);
	if (!bh_digest_equal(&digest, &recorded))
		return -ESTALE;
	r = read_index(kept_fd, "bulkhead-index", &own, &st);
	if (r < 0)
		return r;
	const struct bh_git_index container = {
		(const unsigned char *)own.data,
		own.len,
		index->hash_size.value,
	};
	const struct bh_git_index original = {
		(const unsigned char *)host.data,
		host.len,
		index->hash_size.value,
	};
	return bh_git_index_merge(&container, &original, ret, &ignored);
}

static int write_index(int fd, const struct bh_buf *text, const struct stat *st)
{
	/* git takes a file for changed that is younger than the index. */
	const struct timespec times[] = { { .tv_nsec = UTIME_OMIT },
					  st->st_mtim };
	int r = bh_write_all(fd, text->data, text->len);

	if (r == 0 && (futimens(fd, times) < 0 ||
		       fchown(fd, st->st_uid, st->st_gid) < 0 ||
		       fchmod(fd, st->st_mode & 0777) < 0 || fsync(fd) < 0))
		r = -errno;
	return r;
}

static void return_index(const struct bh_entry *entry,
			 const struct bh_state_index *index)
{
	bh_autoclose int git_fd = open_git(index);
	bh_autoclose int kept_fd =
		openat(entry->fd, index->kept,
		       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bh_autoclose int lock_fd = -1;
	bh_autobuf struct bh_buf text = { 0 };
	struct stat st;
	int r;

	if (git_fd < 0 || kept_fd < 0)
		return;
	lock_fd = openat(git_fd, "index.lock",
			 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			 0600);
	if (lock_fd < 0)
		return;
	r = merge(index, git_fd, kept_fd, &text, &st);
	if (r == 0)
		r = write_index(lock_fd, &text, &st);
	if (r == 0 && renameat(git_fd, "index.lock", git_fd, "index") == 0)
		return;
	(void)unlinkat(git_fd, "index.lock", 0);
}

void bh_workspaces_return(const struct bh_entry *entry,
			  const struct bh_state *state)
{
	/* Without a process nobody has changed anything. */
	for (size_t i = 0; state->pid.set && i < state->indexes.len; i++)
		return_index(entry, &state->indexes.items[i]);
}
