/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/path.h"
#include "base/sys.h"

/* As path_resolution(7). */
#define MAX_LINKS 40

/* How often a race with somebody who renames is tried again. */
#define MAX_TRIES 1000

int bh_path_open(int root_fd, const char *path, int flags, uint64_t resolve)
{
	struct open_how how = {
		.flags = (uint64_t)(unsigned int)flags,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve,
	};

	int tries = MAX_TRIES, fd;

	/* RESOLVE_IN_ROOT reads an empty path as an error. */
	if (!*path)
		path = "/";
	/* EAGAIN: something was renamed or mounted, anywhere, while the kernel
	 * went through a `..`; openat2(2) says to try again. */
	do
		fd = bh_sys_openat2(root_fd, path, &how);
	while (fd == -EAGAIN && --tries > 0);
	return fd;
}

/*
 * The walk of bh_path_make.  path holds the whole path, relative to the root;
 * done is the length of the part that is known to exist.
 */
struct walk {
	int root_fd;
	uint64_t resolve;
	mode_t type; /* of the last component, */
	mode_t mode; /* and its permissions */
	char *path;
	size_t done;
	size_t room;
	int links;
};

/* End of the component that follows done, or done where none is left. */
static size_t next_component(const struct walk *walk)
{
	size_t end = walk->done;

	while (walk->path[end] == '/')
		end++;
	if (!walk->path[end])
		return walk->done;
	while (walk->path[end] && walk->path[end] != '/')
		end++;
	return end;
}

/* Open the first len bytes of the path. */
static int open_prefix(const struct walk *walk, size_t len, int flags)
{
	char saved = walk->path[len];
	int fd;

	walk->path[len] = '\0';
	fd = bh_path_open(walk->root_fd, walk->path, flags, walk->resolve);
	walk->path[len] = saved;
	return fd;
}

/*
 * The component from start to end is a link that dangles: put its target in
 * its place.  An absolute target starts again at the root.
 */
static int expand_link(struct walk *walk, int parent_fd, size_t start,
		       size_t end)
{
	char *component = walk->path + start;
	size_t rest = strlen(walk->path + end) + 1;
	char saved = walk->path[end];
	char target[PATH_MAX];
	ssize_t len;

	if ((walk->resolve & RESOLVE_NO_SYMLINKS) || ++walk->links > MAX_LINKS)
		return -ELOOP;
	walk->path[end] = '\0';
	len = readlinkat(parent_fd, component, target, sizeof(target));
	walk->path[end] = saved;
	/* It is no link any more: look again. */
	if (len < 0 && (errno == EINVAL || errno == ENOENT))
		return 0;
	if (len < 0)
		return -errno;
	if (len == 0 || len == sizeof(target))
		return -ENAMETOOLONG;
	if (target[0] == '/')
		start = 0;
	if (start + (size_t)len + rest > walk->room)
		return -ENAMETOOLONG;
	memmove(walk->path + start + len, walk->path + end, rest);
	memcpy(walk->path + start, target, (size_t)len);
	walk->done = 0;
	return 0;
}

static int make_component(int parent_fd, const char *name, mode_t type,
			  mode_t mode)
{
	int fd;

	if (type != S_IFREG)
		return mkdirat(parent_fd, name, mode) < 0 ? -errno : 0;
	fd = openat(parent_fd, name,
		    O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, mode);
	if (fd < 0)
		return -errno;
	bh_close(&fd);
	return 0;
}

/* Whether only slashes follow. */
static bool is_last(const struct walk *walk, size_t end)
{
	return walk->path[end + strspn(walk->path + end, "/")] == '\0';
}

/*
 * Make the component behind walk->done, which did not exist a moment ago, in
 * parent_fd, which done was resolved to.  What appears there meanwhile is
 * accepted as if it had been there: it will be resolved below the root like
 * everything else.
 */
static int make_missing(struct walk *walk, int parent_fd)
{
	size_t start = walk->done, end = next_component(walk);
	bool last = is_last(walk, end);
	char saved = walk->path[end];
	struct stat st;
	int r;

	while (walk->path[start] == '/')
		start++;
	walk->path[end] = '\0';
	r = make_component(parent_fd, walk->path + start,
			   last ? walk->type : S_IFDIR,
			   last ? walk->mode : 0755);
	if (r == -EEXIST && fstatat(parent_fd, walk->path + start, &st,
				    AT_SYMLINK_NOFOLLOW) < 0)
		r = -errno;
	walk->path[end] = saved;
	if (r == -EEXIST)
		return S_ISLNK(st.st_mode) ?
			       expand_link(walk, parent_fd, start, end) :
			       0;
	return r;
}

/* Find the next component or make it. */
static int advance(struct walk *walk)
{
	size_t end = next_component(walk);
	bh_autoclose int fd = open_prefix(walk, end, O_PATH);

	if (fd >= 0) {
		walk->done = end;
		return 0;
	}
	if (fd != -ENOENT)
		return fd;
	fd = open_prefix(walk, walk->done, O_PATH | O_DIRECTORY);
	if (fd < 0)
		return fd;
	/* A link may have taken the place of a component; done is then 0, and
	 * otherwise stays: the next round opens what was made. */
	return make_missing(walk, fd);
}

/*
 * What is missing is mostly the last component alone: find the longest part
 * that exists from the end, and make the one behind it at once.
 */
static int make_first_missing(struct walk *walk)
{
	size_t end = strlen(walk->path);
	bh_autoclose int fd = -1;

	do {
		while (end && walk->path[end - 1] == '/')
			end--;
		while (end && walk->path[end - 1] != '/')
			end--;
		walk->done = end;
		fd = open_prefix(walk, end, O_PATH | O_DIRECTORY);
	} while (fd == -ENOENT && end);
	if (fd < 0)
		return fd;
	return make_missing(walk, fd);
}

int bh_path_make(int root_fd, const char *path, mode_t type, mode_t mode,
		 uint64_t resolve, struct bh_scratch scratch)
{
	struct walk walk = {
		.root_fd = root_fd,
		.resolve = resolve,
		.type = type,
		.mode = mode,
		.path = scratch.data,
		.room = scratch.size,
	};
	/* Each component may be raced a few times, not for ever. */
	int rounds = 4096;
	int fd = bh_path_open(root_fd, path, O_PATH, resolve);

	if (fd != -ENOENT)
		return fd;
	if (strlen(path) >= scratch.size)
		return -ENAMETOOLONG;
	memcpy(walk.path, path, strlen(path) + 1);
	fd = make_first_missing(&walk);
	if (fd < 0)
		return fd;
	/* Mostly this is all. */
	fd = bh_path_open(root_fd, walk.path, O_PATH, resolve);
	if (fd != -ENOENT)
		return fd;
	walk.done = 0;
	while (next_component(&walk) != walk.done) {
		int r = advance(&walk);

		if (r < 0)
			return r;
		if (--rounds == 0)
			return -ELOOP;
	}
	return bh_path_open(root_fd, walk.path, O_PATH, resolve);
}

int bh_path_parent(int root_fd, const char *path, const char **ret_name,
		   struct bh_scratch scratch)
{
	size_t len = strlen(path), start;
	struct bh_scratch rest;
	char *dir = scratch.data, *name;

	while (len && path[len - 1] == '/')
		len--;
	for (start = len; start && path[start - 1] != '/'; start--)
		;
	/* The room holds: directory, NUL, name, NUL, and the walk's path. */
	if (len + 2 > scratch.size / 2)
		return -ENAMETOOLONG;
	memcpy(dir, path, start);
	dir[start] = '\0';
	name = dir + start + 1;
	memcpy(name, path + start, len - start);
	name[len - start] = '\0';
	if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return -EINVAL;
	*ret_name = name;
	rest.data = name + (len - start) + 1;
	rest.size = scratch.size - (size_t)(rest.data - scratch.data);
	return bh_path_make(root_fd, dir, S_IFDIR, 0755, 0, rest);
}
