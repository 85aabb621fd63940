/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an image has in a directory, copied into the new file system that is
 * going to lie over it.  Everything is opened one name at a time below a
 * directory that is open, and no link is followed, so that the image can lead
 * nowhere.  It can only be large: depth and count are bounded here, the size by
 * the file system.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/sys.h"
#include "run/ops.h"

#define MAX_DEPTH   16
#define MAX_ENTRIES 65536

/* On the stack of each level, since the child can't allocate. */
#define LIST_SIZE 4096

struct copying {
	struct bh_scratch scratch; /* for the content of files */
	size_t entries;		   /* so far */
};

static int copy_directory(struct copying *copying, int from_fd, int to_fd,
			  int depth);

/* The owner first: a change of it takes set-id bits away. */
static int copy_owner(int fd, const struct stat *st)
{
	if (fchown(fd, st->st_uid, st->st_gid) < 0 ||
	    fchmod(fd, st->st_mode & 07777) < 0)
		return -errno;
	return 0;
}

static int copy_content(struct copying *copying, int from_fd, int to_fd)
{
	for (;;) {
		ssize_t n = read(from_fd, copying->scratch.data,
				 copying->scratch.size);
		int r;

		if (n <= 0)
			return n < 0 ? -errno : 0;
		r = bh_write_all(to_fd, copying->scratch.data, (size_t)n);
		if (r < 0)
			return r;
	}
}

static int copy_file(struct copying *copying, int from_fd, int to_dir,
		     const char *name, const struct stat *st)
{
	bh_autoclose int to_fd = openat(
		to_dir, name,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	int r;

	if (to_fd < 0)
		return -errno;
	r = copy_content(copying, from_fd, to_fd);
	return r < 0 ? r : copy_owner(to_fd, st);
}

static int copy_link(struct copying *copying, int from_dir, int to_dir,
		     const char *name, const struct stat *st)
{
	char *target = copying->scratch.data;
	ssize_t len =
		readlinkat(from_dir, name, target, copying->scratch.size - 1);

	if (len < 0)
		return -errno;
	target[len] = '\0';
	if (symlinkat(target, to_dir, name) < 0 ||
	    fchownat(to_dir, name, st->st_uid, st->st_gid,
		     AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return 0;
}

static int copy_subdirectory(struct copying *copying, int from_fd, int to_dir,
			     const char *name, const struct stat *st, int depth)
{
	bh_autoclose int to_fd = -1;
	int r;

	if (mkdirat(to_dir, name, 0700) < 0)
		return -errno;
	to_fd = openat(to_dir, name,
		       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (to_fd < 0)
		return -errno;
	r = copy_directory(copying, from_fd, to_fd, depth + 1);
	return r < 0 ? r : copy_owner(to_fd, st);
}

/* Devices, FIFOs and sockets mean nothing without who made them. */
static int copy_entry(struct copying *copying, int from_dir, int to_dir,
		      const char *name, int depth)
{
	bh_autoclose int fd = -1;
	struct stat st;

	if (++copying->entries > MAX_ENTRIES)
		return -E2BIG;
	if (fstatat(from_dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	if (S_ISLNK(st.st_mode))
		return copy_link(copying, from_dir, to_dir, name, &st);
	if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
		return 0;
	fd = openat(from_dir, name,
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return copy_subdirectory(copying, fd, to_dir, name, &st, depth);
	return S_ISREG(st.st_mode) ? copy_file(copying, fd, to_dir, name, &st) :
				     0;
}

static bool is_dot(const char *name)
{
	return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

static int copy_directory(struct copying *copying, int from_fd, int to_fd,
			  int depth)
{
	char list[LIST_SIZE] __attribute__((aligned(8)));

	if (depth > MAX_DEPTH)
		return -ELOOP;
	for (;;) {
		long len = bh_sys_getdents(from_fd, list, sizeof(list));

		if (len <= 0)
			return (int)len;
		for (long at = 0; at < len;) {
			const struct dirent64 *entry =
				(const void *)(list + at);
			int r = is_dot(entry->d_name) ?
					0 :
					copy_entry(copying, from_fd, to_fd,
						   entry->d_name, depth);

			if (r < 0)
				return r;
			at += entry->d_reclen;
		}
	}
}

static int failed(const char *path, int r, struct bh_err *err)
{
	(void)bh_fail(err, -r, "copy what the image has in %s", path);
	if (r == -ENOSPC)
		return bh_hint(err, "it is more than fits: policy key tmpfs "
				    "says how much does, or the config mounts "
				    "something there");
	if (r == -E2BIG || r == -ELOOP)
		return bh_hint(err,
			       "it has more than %d files or more than %d "
			       "levels; let the config mount something there",
			       MAX_ENTRIES, MAX_DEPTH);
	return r;
}

int op_copy_up(struct bh_run *run, const struct bh_args_copy_up *args,
	       struct bh_err *err)
{
	struct copying copying = { .scratch = run->scratch };
	bh_autoclose int from_fd =
		bh_path_open(run->slots[args->root], args->source,
			     O_RDONLY | O_DIRECTORY | O_NOCTTY, 0);
	bh_autoclose int to_fd = -1;
	struct stat st;
	int r;

	/* An image without that directory has nothing to be copied. */
	if (from_fd == -ENOENT || from_fd == -ENOTDIR)
		return 0;
	if (from_fd < 0)
		return failed(args->source, from_fd, err);
	to_fd = openat(run->slots[args->mount], ".",
		       O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (to_fd < 0 || fstat(from_fd, &st) < 0)
		return failed(args->source, -errno, err);
	r = copy_directory(&copying, from_fd, to_fd, 0);
	if (r == 0 && !args->keep_mode)
		r = copy_owner(to_fd, &st);
	return r < 0 ? failed(args->source, r, err) : 0;
}
