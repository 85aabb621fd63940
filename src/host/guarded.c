/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/str.h"
#include "host/guarded.h"
#include "host/host.h"

/* What ids that are not mapped show as, user_namespaces(7). */
#define OVERFLOW_UID 65534

/* As path_resolution(7) counts. */
#define MAX_LINKS 40

/* Where nobody but the host's root could have put anything. */
static const char *const hosts_own[] = {
	"/etc/bulkhead",
	"/run/systemd/journal",
};

static int refuse_path(const char *what, const char *path, const char *why,
		       struct bh_err *err)
{
	(void)bh_refuse(err, "open the %s: %s %s", what, path, why);
	return bh_hint(err, "it, its directories and links must belong to root "
			    "or the caller, and not be writable for others");
}

static int fail_open(const char *what, const char *path, struct bh_err *err)
{
	return bh_fail(err, errno, "open the %s %s", what, path);
}

/* ---- one part of a path ------------------------------------------------------ */

/* Whether path is dir, below it, or on the way to it. */
static bool is_along(const char *path, const char *dir)
{
	size_t len = strlen(path);

	while (len > 0 && path[len - 1] == '/')
		len--;
	if (len >= strlen(dir))
		return bh_starts_with(path, dir) &&
		       (len == strlen(dir) || path[strlen(dir)] == '/');
	return strncmp(path, dir, len) == 0 && dir[len] == '/';
}

/*
 * In a user namespace the host's root, which is not mapped, shows as the
 * overflow uid; so do all others who are not, but nobody of them is one whom we
 * could be.
 */
static bool is_host_root(const char *path, const struct stat *st)
{
	bool known = false;

	for (size_t i = 0; i < BH_COUNT(hosts_own); i++)
		known |= is_along(path, hosts_own[i]);
	return known && st->st_uid == OVERFLOW_UID && geteuid() == 0 &&
	       bh_host_is_rootless();
}

bool bh_guarded_is_root(const char *path, const struct stat *st)
{
	return st->st_uid == 0 || is_host_root(path, st);
}

/* Whether nobody else can change what lies at path, or put another there. */
static int check_owner(const char *what, const char *path,
		       const struct stat *st, struct bh_err *err)
{
	bool sticky = S_ISDIR(st->st_mode) && st->st_mode & S_ISVTX;

	if (st->st_uid != 0 && st->st_uid != geteuid() &&
	    !(is_host_root(path, st) &&
	      faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) < 0))
		return refuse_path(what, path, "belongs to another user", err);
	/* A link has no mode of its own. */
	if (!S_ISLNK(st->st_mode) && !sticky &&
	    st->st_mode & (S_IWGRP | S_IWOTH))
		return refuse_path(what, path, "is writable for others", err);
	return 0;
}

/* ---- a whole path ------------------------------------------------------------ */

struct walk {
	const char *what;
	struct bh_buf path; /* absolute; links are replaced on the way */
	size_t done;	    /* bytes of it that were looked at */
	int links;
};

/* Replace what was looked at, a link, by what it stands for. */
static int follow(struct walk *walk, const char *link, size_t end,
		  struct bh_err *err)
{
	struct bh_buf next = { 0 };
	char target[PATH_MAX];
	ssize_t len = readlink(link, target, sizeof(target));
	size_t dir = (size_t)(strrchr(link, '/') - link);

	if (len < 0 || len == sizeof(target))
		return bh_fail(err, len < 0 ? errno : ENAMETOOLONG,
			       "read the link %s", link);
	if (target[0] != '/')
		bh_buf_printf(&next, "%.*s/", (int)dir, link);
	bh_buf_add(&next, target, (size_t)len);
	bh_buf_str(&next, walk->path.data + end);
	bh_buf_clear(&walk->path);
	walk->path = next;
	walk->done = 0;
	return 0;
}

/* Look at the next component.  1 when it was the last. */
static int step(struct walk *walk, struct bh_err *err)
{
	char *path = walk->path.data;
	size_t end = walk->done + strspn(path + walk->done, "/");
	bh_autobuf struct bh_buf here = { 0 };
	struct stat st;
	int r;

	end += strcspn(path + end, "/");
	bh_buf_add(&here, path, end);
	if (lstat(here.data, &st) < 0)
		return fail_open(walk->what, path, err);
	r = check_owner(walk->what, here.data, &st, err);
	if (r < 0)
		return r;
	if (S_ISLNK(st.st_mode)) {
		if (++walk->links > MAX_LINKS)
			return bh_fail(err, ELOOP, "open the %s %s", walk->what,
				       path);
		return follow(walk, here.data, end, err);
	}
	walk->done = end;
	return path[end + strspn(path + end, "/")] == '\0';
}

static int make_absolute(const char *path, struct bh_buf *ret,
			 struct bh_err *err)
{
	char cwd[PATH_MAX];

	if (path[0] != '/') {
		if (!getcwd(cwd, sizeof(cwd)))
			return bh_fail(err, errno,
				       "find out the working directory");
		bh_buf_printf(ret, "%s/", cwd);
	}
	bh_buf_str(ret, path);
	return 0;
}

/* `..` behind a link would not be what the text says. */
static bool has_dotdot(const char *path)
{
	while (*path) {
		size_t len = strcspn(path, "/");

		if (len == 2 && path[0] == '.' && path[1] == '.')
			return true;
		path += len + strspn(path + len, "/");
	}
	return false;
}

/* Open path with all of it looked at, and the end of it once more. */
static int open_whole(const char *what, const char *path, int flags,
		      struct stat *ret_st, struct bh_err *err)
{
	struct walk walk = { .what = what };
	bh_autoclose int fd = -1;
	int r = make_absolute(path, &walk.path, err);

	while (r == 0) {
		r = has_dotdot(walk.path.data) ?
			    refuse_path(what, walk.path.data,
					"has .. in its path", err) :
			    step(&walk, err);
	}
	if (r > 0) {
		fd = open(walk.path.data, flags | O_NOFOLLOW | O_NONBLOCK |
						  O_NOCTTY | O_CLOEXEC);
		r = fd < 0 || fstat(fd, ret_st) < 0 ?
			    fail_open(what, path, err) :
			    0;
	}
	bh_buf_clear(&walk.path);
	return r < 0 ? r : bh_steal_fd(&fd);
}

static int refuse_type(const char *what, const char *path, struct bh_err *err)
{
	return bh_refuse(err, "open the %s %s: it is no regular file", what,
			 path);
}

int bh_guarded_open(const char *what, const char *path, struct bh_err *err)
{
	struct stat st;
	bh_autoclose int fd = open_whole(what, path, O_RDONLY, &st, err);
	int r;

	if (fd < 0)
		return fd;
	if (!S_ISREG(st.st_mode))
		return refuse_type(what, path, err);
	r = check_owner(what, path, &st, err);
	return r < 0 ? r : bh_steal_fd(&fd);
}

/* ---- directories ------------------------------------------------------------- */

int bh_guarded_dir_open(const char *what, const char *path,
			struct bh_guarded_dir *ret, struct bh_err *err)
{
	struct stat st;
	bh_autoclose int fd =
		open_whole(what, path, O_RDONLY | O_DIRECTORY, &st, err);
	int r;

	if (fd < 0)
		return fd;
	/* In a sticky one others could put something beside ours. */
	st.st_mode &= ~(mode_t)S_ISVTX;
	r = check_owner(what, path, &st, err);
	if (r < 0)
		return r;
	*ret = (struct bh_guarded_dir){ what, path, bh_steal_fd(&fd) };
	return 0;
}

/* Make the directory at path, whose parent is there or made. */
static int make_one(const char *what, const char *path, struct bh_err *err)
{
	bh_autofree char *parent = bh_strdup(path);
	char *name = strrchr(parent, '/');
	bh_autoclose int fd = -1;
	struct stat st;

	*name++ = '\0';
	fd = open_whole(what, parent[0] ? parent : "/", O_RDONLY | O_DIRECTORY,
			&st, err);
	if (fd < 0)
		return fd;
	if (mkdirat(fd, name, 0700) < 0 && errno != EEXIST)
		return bh_fail(err, errno, "make the directory %s", path);
	if (fsync(fd) < 0)
		return bh_fail(err, errno, "save the directory %s", path);
	return 0;
}

/* Make whatever is missing, from the top. */
static int make_missing(const char *what, const char *path, struct bh_err *err)
{
	bh_autobuf struct bh_buf whole = { 0 };
	struct stat st;
	int r = make_absolute(path, &whole, err);

	for (size_t end = 1; r == 0 && whole.data[end - 1];) {
		char *rest = whole.data + end;
		size_t len = strcspn(rest, "/");
		char stop = rest[len];

		rest[len] = '\0';
		if (len > 0 && stat(whole.data, &st) < 0)
			r = errno == ENOENT ? make_one(what, whole.data, err) :
					      fail_open(what, whole.data, err);
		rest[len] = stop;
		end += len + 1;
	}
	return r;
}

int bh_guarded_dir_make(const char *what, const char *path,
			struct bh_guarded_dir *ret, struct bh_err *err)
{
	int r = bh_guarded_dir_open(what, path, ret, err);

	if (r != -ENOENT)
		return r;
	r = make_missing(what, path, err);
	return r < 0 ? r : bh_guarded_dir_open(what, path, ret, err);
}

int bh_guarded_open_in(const struct bh_guarded_dir *dir, const char *name,
		       int flags, struct bh_err *err)
{
	bh_autobuf struct bh_buf path = { 0 };
	bh_autoclose int fd = -1;
	struct stat st;
	int r;

	bh_buf_printf(&path, "%s/%s", dir->path, name);
	fd = openat(dir->fd, name,
		    flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		    0600);
	if (fd < 0 || fstat(fd, &st) < 0)
		return fail_open(dir->what, path.data, err);
	if (!S_ISREG(st.st_mode))
		return refuse_type(dir->what, path.data, err);
	r = check_owner(dir->what, path.data, &st, err);
	return r < 0 ? r : bh_steal_fd(&fd);
}
