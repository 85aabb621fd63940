/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel says what a path stands for, in one call.  To know who could make it
 * stand for something else, the same way is gone once more, component by
 * component, each by a descriptor; what is found must be the same.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/procfs.h"
#include "base/str.h"
#include "base/sys.h"
#include "trust/fixed.h"

/* As path_resolution(7) counts links; a `..` behind one counts, too. */
#define MAX_TURNS 64

/* The first done bytes of path lead to fd, without links. */
struct walk {
	const struct bh_ground *ground;
	struct bh_buf path;
	size_t done;
	int turns;
	int fd;
	struct stat st;
	bool loose; /* somebody else could change the way */
};

static void judge(struct walk *walk, int fd, const struct stat *st)
{
	walk->loose = walk->loose ||
		      !bh_ground_is_roots(walk->ground, fd, st) ||
		      (st->st_dev != walk->st.st_dev &&
		       !bh_ground_is_local(walk->ground, fd, st));
}

/* To /, before the first component. */
static int begin(struct walk *walk)
{
	if (++walk->turns > MAX_TURNS)
		return -ELOOP;
	bh_close(&walk->fd);
	walk->fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (walk->fd < 0)
		return -errno;
	walk->done = 0;
	walk->st = walk->ground->top;
	judge(walk, walk->fd, &walk->st);
	return 0;
}

/* Put text in the place of path's bytes from start to end. */
static void replace(struct bh_buf *path, size_t start, size_t end,
		    const char *text)
{
	struct bh_buf next = { 0 };

	bh_buf_add(&next, path->data, start);
	bh_buf_str(&next, text);
	bh_buf_str(&next, path->data + end);
	bh_buf_clear(path);
	*path = next;
}

/* The component from start to end is the link fd. */
static int follow(struct walk *walk, int fd, size_t start, size_t end)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(fd, "", target, sizeof(target));

	if (len < 0)
		return -errno;
	if (len == 0 || len == sizeof(target) ||
	    walk->path.len + (size_t)len > 2 * (size_t)PATH_MAX)
		return -ENAMETOOLONG;
	target[len] = '\0';
	replace(&walk->path, target[0] == '/' ? 0 : start, end, target);
	return begin(walk);
}

/* Behind `..`, which ends at end, the way is another. */
static int go_up(struct walk *walk, size_t end)
{
	const char *slash = memrchr(walk->path.data, '/', walk->done);

	replace(&walk->path, slash ? (size_t)(slash - walk->path.data) : 0, end,
		"");
	return begin(walk);
}

static int enter(struct walk *walk, size_t start, size_t end)
{
	bh_autofree char *name = strndup(walk->path.data + start, end - start);
	bh_autoclose int fd = -1;
	struct stat st;

	if (!name)
		abort();
	fd = openat(walk->fd, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	judge(walk, fd, &st);
	if (S_ISLNK(st.st_mode))
		return follow(walk, fd, start, end);
	bh_close(&walk->fd);
	walk->fd = bh_steal_fd(&fd);
	walk->st = st;
	/* One slash before it, however many there were. */
	replace(&walk->path, walk->done, start, "/");
	walk->done += 1 + (end - start);
	return 0;
}

/* 1: there is no further component. */
static int step(struct walk *walk)
{
	const char *path = walk->path.data;
	size_t start = walk->done, end;

	start += strspn(path + start, "/");
	end = start + strcspn(path + start, "/");
	if (start == end)
		return 1;
	if (!S_ISDIR(walk->st.st_mode))
		return -ENOTDIR;
	if (end - start == 1 && path[start] == '.') {
		replace(&walk->path, walk->done, end, "");
		return 0;
	}
	if (end - start == 2 && memcmp(path + start, "..", 2) == 0)
		return go_up(walk, end);
	return enter(walk, start, end);
}

/* Go all the way; what was found of it, the caller has to clear. */
static int go(const struct bh_ground *ground, const char *path,
	      struct walk *ret)
{
	int r;

	*ret = (struct walk){ .ground = ground, .fd = -1 };
	bh_buf_str(&ret->path, path);
	r = begin(ret);
	while (r == 0)
		r = step(ret);
	return r < 0 ? r : 0;
}

static void clear(struct walk *walk)
{
	bh_close(&walk->fd);
	bh_buf_clear(&walk->path);
}

/* Engines search messages for the kernel's own words. */
static int refuse(int errnum, struct bh_err *err)
{
	const char *why =
		errnum == ENOENT || errnum == ENOTDIR ?
			"there is no such file" :
		errnum == EACCES || errnum == EPERM ?
			"it may not be read" :
		errnum == ELOOP ?
			"its path has too many links, or one of /proc" :
			NULL;

	if (!why)
		return bh_fail(err, errnum, "open it");
	(void)bh_refuse(err, "%s", why);
	err->errnum = errnum;
	return -errnum;
}

/* Whether path is "/proc/PID/exe"; then the length of "PID". */
static size_t exe_pid(const char *path)
{
	size_t len;

	if (!bh_starts_with(path, "/proc/"))
		return 0;
	len = strspn(path + 6, "0123456789");
	return bh_str_eq(path + 6 + len, "/exe") ? len : 0;
}

/* The file that /proc/PID/exe is, and the path that it names. */
static int open_exe(const struct bh_ground *ground, const char *path,
		    char ret_path[PATH_MAX])
{
	struct open_how how = { .flags = O_PATH };
	bh_autofree char *pid = strndup(path + 6, exe_pid(path));
	bh_autoclose int dir_fd = -1;
	ssize_t len;

	if (!pid)
		abort();
	dir_fd = bh_procfs_open_file(ground->procfs_fd, pid,
				     O_PATH | O_DIRECTORY);
	if (dir_fd < 0)
		return dir_fd;
	len = readlinkat(dir_fd, "exe", ret_path, PATH_MAX);
	if (len < 0 || len == PATH_MAX)
		return len < 0 ? -errno : -ENAMETOOLONG;
	ret_path[len] = '\0';
	return bh_sys_openat2(dir_fd, "exe", &how);
}

static int open_path(const char *path)
{
	struct open_how how = {
		.flags = O_PATH,
		.resolve = RESOLVE_NO_MAGICLINKS,
	};

	return bh_sys_openat2(AT_FDCWD, path, &how);
}

int bh_fixed_find(struct bh_ground *ground, const char *path,
		  struct bh_found *ret, struct bh_err *err)
{
	char named[PATH_MAX];
	bool exe = exe_pid(path);
	bh_autoclose int fd = exe ? open_exe(ground, path, named) :
				    open_path(path);
	struct walk walk;
	struct stat st;
	int r;

	if (fd < 0)
		return refuse(-fd, err);
	if (fstat(fd, &st) < 0)
		return refuse(errno, err);
	r = go(ground, exe ? named : path, &walk);
	if (r < 0 || st.st_dev != walk.st.st_dev ||
	    st.st_ino != walk.st.st_ino) {
		clear(&walk);
		return bh_refuse(err, exe ? "it is not what lies at its path" :
					    "its path leads elsewhere by now");
	}
	*ret = (struct bh_found){
		.path = bh_arena_strndup(&ground->arena,
					 walk.done ? walk.path.data : "/",
					 walk.done ? walk.done : 1),
		.st = st,
		.local = bh_ground_is_local(ground, fd, &st),
	};
	ret->fixed = !walk.loose && ret->local &&
		     bh_ground_is_hosts(ground, fd, ret->path);
	ret->fd = bh_steal_fd(&fd);
	clear(&walk);
	return 0;
}

bool bh_fixed_is_directory(struct bh_ground *ground, const char *path)
{
	struct walk walk;
	int r = go(ground, path, &walk);
	bool fixed = false;

	/* Where it is missing, all is root's up to there. */
	if (!walk.loose &&
	    (r == -ENOENT || (r == 0 && S_ISDIR(walk.st.st_mode))))
		fixed = bh_ground_is_hosts(ground, walk.fd, walk.path.data);
	clear(&walk);
	return fixed;
}

int bh_fixed_open(const struct bh_ground *ground, const struct bh_found *found,
		  struct bh_err *err)
{
	int fd;

	if (!S_ISREG(found->st.st_mode))
		return bh_refuse(err, "it is no regular file");
	fd = bh_procfs_reopen(ground->procfs_fd, found->fd,
			      O_RDONLY | O_NONBLOCK | O_NOCTTY);
	return fd < 0 ? refuse(-fd, err) : fd;
}
