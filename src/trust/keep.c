/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/str.h"
#include "trust/keep.h"

/* How long a change must be past: FAT's clock is the slowest that is known. */
#define SETTLED_S 2

/* Beyond it, all goes: who has that many hooks reads some again. */
#define MAX_ENTRIES 4096
#define MAX_BYTES   (512ull << 20)

#define KEY_SIZE 128

/* What was found out of a file that others can change says nothing of the same
 * file once it is called fixed. */
static void make_key(const struct stat *st, bool fixed, char ret[KEY_SIZE])
{
	(void)snprintf(ret, KEY_SIZE, "%s-%jx-%jx-%jx-%jx.%lx-%jx.%lx",
		       fixed ? "fixed" : "copied", (uintmax_t)st->st_dev,
		       (uintmax_t)st->st_ino, (uintmax_t)st->st_size,
		       (uintmax_t)st->st_mtim.tv_sec,
		       (unsigned long)st->st_mtim.tv_nsec,
		       (uintmax_t)st->st_ctim.tv_sec,
		       (unsigned long)st->st_ctim.tv_nsec);
}

/* Whether it is our own, and nobody else's to change. */
static bool is_own(const struct stat *st, mode_t others)
{
	return st->st_uid == geteuid() && !(st->st_mode & others);
}

static int open_directory(const char *dir, struct bh_keep *ret)
{
	bh_autoclose int fd =
		open(dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct statvfs fs;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || fstatvfs(fd, &fs) < 0)
		return -errno;
	if (!is_own(&st, S_IRWXG | S_IRWXO))
		return -EPERM;
	ret->runs = !(fs.f_flag & ST_NOEXEC);
	ret->fd = bh_steal_fd(&fd);
	return 0;
}

void bh_keep_open(const char *dir, struct bh_keep *ret)
{
	*ret = (struct bh_keep){ .fd = -1 };
	/* Without it, everything is read. */
	if (dir)
		(void)open_directory(dir, ret);
}

void bh_keep_close(struct bh_keep *keep)
{
	bh_close(&keep->fd);
}

static int open_entry(const struct bh_keep *keep, const char *name,
		      struct stat *ret_st)
{
	bh_autoclose int fd = -1;

	if (keep->fd < 0)
		return -1;
	fd = openat(keep->fd, name,
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, ret_st) < 0 || !S_ISREG(ret_st->st_mode) ||
	    !is_own(ret_st, S_IWGRP | S_IWOTH))
		return -1;
	return bh_steal_fd(&fd);
}

bool bh_keep_find(const struct bh_keep *keep, const struct stat *st, bool fixed,
		  struct bh_digest *ret)
{
	char key[KEY_SIZE], hex[BH_DIGEST_HEX_SIZE] = { 0 };
	bh_autoclose int fd = -1;
	struct stat entry;

	make_key(st, fixed, key);
	fd = open_entry(keep, key, &entry);
	if (fd < 0 || entry.st_size != sizeof(hex) - 1 ||
	    pread(fd, hex, sizeof(hex) - 1, 0) != sizeof(hex) - 1)
		return false;
	return bh_digest_parse(hex, ret) == 0;
}

int bh_keep_find_copy(const struct bh_keep *keep,
		      const struct bh_digest *digest, off_t size)
{
	char hex[BH_DIGEST_HEX_SIZE];
	bh_autoclose int fd = -1;
	struct stat entry;

	bh_digest_hex(digest, hex);
	fd = open_entry(keep, hex, &entry);
	if (fd < 0 || entry.st_size != size)
		return -1;
	return bh_steal_fd(&fd);
}

bool bh_keep_may(const struct stat *st, const struct timespec *now)
{
	return st->st_ctim.tv_sec + SETTLED_S < now->tv_sec &&
	       st->st_mtim.tv_sec + SETTLED_S < now->tv_sec;
}

/* Count what the directory holds; with `remove`, remove it. */
static int go_through(const struct bh_keep *keep, bool remove,
		      size_t *ret_count, uint64_t *ret_bytes)
{
	int fd = openat(keep->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;
	struct stat st;

	if (!dir) {
		bh_close(&fd);
		return -errno;
	}
	*ret_count = 0;
	*ret_bytes = 0;
	while ((entry = readdir(dir))) {
		if (bh_str_eq(entry->d_name, ".") ||
		    bh_str_eq(entry->d_name, "..") ||
		    fstatat(keep->fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) <
			    0)
			continue;
		++*ret_count;
		*ret_bytes += (uint64_t)st.st_size;
		/* Another of us may have been faster. */
		if (remove)
			(void)unlinkat(keep->fd, entry->d_name, 0);
	}
	(void)closedir(dir);
	return 0;
}

int bh_keep_make(const char *dir, struct bh_keep *ret, struct bh_err *err)
{
	uint64_t bytes = 0;
	size_t count = 0;
	int r;

	*ret = (struct bh_keep){ .fd = -1 };
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return bh_fail(err, errno, "make %s", dir);
	r = open_directory(dir, ret);
	if (r == -EPERM)
		return bh_refuse(err,
				 "use %s: it belongs to somebody else, or "
				 "is open for others",
				 dir);
	if (r == 0)
		r = go_through(ret, false, &count, &bytes);
	if (r == 0 && (count > MAX_ENTRIES || bytes > MAX_BYTES))
		r = go_through(ret, true, &count, &bytes);
	if (r < 0) {
		bh_keep_close(ret);
		return bh_fail(err, -r, "use %s", dir);
	}
	return 0;
}

/* Fill an entry: with text, or with what from_fd has. */
static int fill(int fd, const char *text, int from_fd)
{
	char block[16384];
	off_t at = 0;

	if (text)
		return bh_write_all(fd, text, strlen(text));
	for (;;) {
		ssize_t n = pread(from_fd, block, sizeof(block), at);
		int r;

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : 0;
		r = bh_write_all(fd, block, (size_t)n);
		if (r < 0)
			return r;
		at += n;
	}
}

/* Whole or not at all: what has its name is complete. */
static int save_entry(const struct bh_keep *keep, const char *name,
		      const char *text, int from_fd)
{
	bh_autobuf struct bh_buf made = { 0 };
	bh_autoclose int fd = -1;
	int r;

	bh_buf_printf(&made, ".%d-%s", (int)getpid(), name);
	fd = openat(keep->fd, made.data,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0500);
	if (fd < 0) {
		r = -errno;
		/* Of one of us that was killed; the next has room. */
		if (r == -EEXIST)
			(void)unlinkat(keep->fd, made.data, 0);
		return r;
	}
	r = fill(fd, text, from_fd);
	if (r == 0 && fchmod(fd, 0500) < 0)
		r = -errno;
	/* What is open for writing can't be executed. */
	bh_close(&fd);
	if (r == 0 && renameat(keep->fd, made.data, keep->fd, name) < 0)
		r = -errno;
	if (r < 0)
		(void)unlinkat(keep->fd, made.data, 0);
	return r;
}

int bh_keep_save(const struct bh_keep *keep, const struct stat *st,
		 const struct bh_digest *digest, int copy_fd,
		 struct bh_err *err)
{
	char key[KEY_SIZE], hex[BH_DIGEST_HEX_SIZE];
	int r = 0;

	make_key(st, copy_fd < 0, key);
	bh_digest_hex(digest, hex);
	/* The copy first: a digest promises one. */
	if (copy_fd >= 0)
		r = save_entry(keep, hex, NULL, copy_fd);
	if (r == 0)
		r = save_entry(keep, key, hex, -1);
	return r < 0 ? bh_fail(err, -r, "keep the copy of a hook") : 0;
}
