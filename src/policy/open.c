/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy is as good as the path to it: whoever can change a directory, a link
 * or the file on the way decides what containers may do.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/str.h"
#include "host/host.h"
#include "policy/policy.h"

/* What ids that are not mapped show as, user_namespaces(7). */
#define OVERFLOW_UID 65534

/* As path_resolution(7) counts. */
#define MAX_LINKS 40

static int refuse_path(const char *path, const char *why, struct bh_err *err)
{
	(void)bh_refuse(err, "open the policy: %s %s", path, why);
	return bh_hint(err, "it, its directories and links must belong to root "
			    "or the caller, and not be writable for others");
}

/*
 * In a user namespace the host's root, which is not mapped, shows as the
 * overflow uid; so do all others who are not, but nobody of them is one whom we
 * could be.
 */
static bool is_host_root(const char *path, const struct stat *st)
{
	return st->st_uid == OVERFLOW_UID && geteuid() == 0 &&
	       bh_host_is_rootless() && bh_starts_with(BH_POLICY_FILE, path) &&
	       faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) < 0;
}

/* Whether nobody else can change what lies at path, or put another there. */
static int check_owner(const char *path, const struct stat *st,
		       struct bh_err *err)
{
	bool sticky = S_ISDIR(st->st_mode) && st->st_mode & S_ISVTX;

	if (st->st_uid != 0 && st->st_uid != geteuid() &&
	    !is_host_root(path, st))
		return refuse_path(path, "belongs to another user", err);
	/* A link has no mode of its own. */
	if (!S_ISLNK(st->st_mode) && !sticky &&
	    st->st_mode & (S_IWGRP | S_IWOTH))
		return refuse_path(path, "is writable for others", err);
	return 0;
}

/* Replace the first `done` bytes of path, a link, by what it stands for. */
static int follow(struct bh_buf *path, size_t done, const char *link,
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
	bh_buf_str(&next, path->data + done);
	bh_buf_clear(path);
	*path = next;
	return 0;
}

/* Look at the next component of path behind *done.  1 when it was the last. */
static int step(struct bh_buf *path, size_t *done, int *links,
		struct bh_err *err)
{
	size_t end = *done + strspn(path->data + *done, "/");
	bh_autobuf struct bh_buf here = { 0 };
	struct stat st;
	int r;

	end += strcspn(path->data + end, "/");
	bh_buf_add(&here, path->data, end);
	if (lstat(here.data, &st) < 0)
		return bh_fail(err, errno, "open the policy %s", path->data);
	r = check_owner(here.data, &st, err);
	if (r < 0)
		return r;
	if (S_ISLNK(st.st_mode)) {
		if (++*links > MAX_LINKS)
			return bh_fail(err, ELOOP, "open the policy %s",
				       path->data);
		*done = 0;
		return follow(path, end, here.data, err);
	}
	*done = end;
	return path->data[end + strspn(path->data + end, "/")] == '\0';
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

int bh_policy_open(const char *path, struct bh_err *err)
{
	bh_autobuf struct bh_buf whole = { 0 };
	bh_autoclose int fd = -1;
	size_t done = 0;
	struct stat st;
	int links = 0, r = make_absolute(path, &whole, err);

	while (r == 0) {
		if (has_dotdot(whole.data))
			return refuse_path(whole.data, "has .. in its path",
					   err);
		r = step(&whole, &done, &links, err);
	}
	if (r < 0)
		return r;
	fd = open(whole.data,
		  O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return bh_fail(err, errno, "open the policy %s", path);
	if (!S_ISREG(st.st_mode))
		return bh_refuse(err,
				 "open the policy %s: it is no regular "
				 "file",
				 path);
	r = check_owner(path, &st, err);
	return r < 0 ? r : bh_steal_fd(&fd);
}
