/* SPDX-License-Identifier: Apache-2.0 */
/* Paths that nobody but root and the caller can change. */
#include <errno.h>

#include "base-tree.h"
#include "host/guarded.h"
#include "tap.h"

static struct tree tree;

static const char *at(const char *name)
{
	static char path[256];

	(void)snprintf(path, sizeof(path), "%s/root/%s", tree.path, name);
	return path;
}

static void check_result(int r, const struct bh_err *err, const char *refused,
			 const char *title)
{
	bh_autofree char *message = r < 0 ? bh_err_message(err) : NULL;
	bool fits = r < 0 ? refused && strstr(message, refused) : !refused;

	if (!ok(fits, "%s", title))
		diag("%s", message ? message : "opened");
}

static void opens(const char *name, const char *refused, const char *title)
{
	struct bh_err err = { 0 };
	bh_autoclose int fd = bh_guarded_open("list", at(name), &err);

	check_result(fd, &err, refused, title);
}

static void opens_dir(const char *name, const char *refused, const char *title)
{
	struct bh_guarded_dir dir = { .fd = -1 };
	struct bh_err err = { 0 };
	int r = bh_guarded_dir_open("list", at(name), &dir, &err);

	check_result(r, &err, refused, title);
	bh_close(&dir.fd);
}

static void mode(const char *name, mode_t mode)
{
	if (fchmodat(tree.root_fd, name, mode, 0) < 0)
		abort();
}

static void owner(const char *name, uid_t uid)
{
	if (fchownat(tree.root_fd, name, uid, (gid_t)-1, AT_SYMLINK_NOFOLLOW) <
	    0)
		abort();
}

static void symlink_at(const char *target, const char *name)
{
	if (symlinkat(target, tree.root_fd, name) < 0)
		abort();
}

static void check_modes(void)
{
	opens("have/file", NULL, "a file of ours");
	opens("have", "no regular file", "a directory is no file");
	opens("have/no", "No such", "a missing one: the errno says it");
	mode("have/file", 0664);
	opens("have/file", "have/file is writable for others",
	      "a file that the group may write");
	mode("have/file", 0646);
	opens("have/file", "is writable for others",
	      "a file that everyone may write");
	mode("have/file", 0644);
	mode("have", 0775);
	opens("have/file", "root/have is writable for others",
	      "a directory that the group may write");
	mode("have", 01777);
	opens("have/file", NULL, "below a sticky directory");
	opens_dir("have", "is writable for others",
		  "a sticky directory is none to keep files in");
	mode("have", 0755);
	opens_dir("have", NULL, "a directory");
	opens_dir("have/file", "Not a directory", "a file is no directory");
	opens("have/../have/file", "has .. in its path", "dots");
}

static void check_links(void)
{
	symlink_at("have", "way");
	symlink_at("file", "have/link");
	symlink_at("loop", "loop");
	symlink_at("gone", "dangling");
	opens("way/link", NULL, "links of ours");
	opens("loop", "loop", "a loop of links");
	opens("dangling", "root/gone: No such", "a link to nothing");
	mode("have", 0777);
	opens("way/file", "root/have is writable for others",
	      "a link into a directory that others can write");
	mode("have", 0755);
}

static void check_owners(void)
{
	if (geteuid() != 0) {
		skip("owners are given by root alone");
		return;
	}
	owner("have/file", 7);
	opens("have/file", "file belongs to another user",
	      "a file of another user");
	owner("have/file", 0);
	owner("have", 7);
	opens("have/file", "have belongs to another user",
	      "a directory of another user");
	owner("have", 0);
	owner("have/link", 7);
	opens("have/link", "link belongs to another user",
	      "a link of another user");
	owner("have/link", 0);
	opens("have/link", NULL, "and root's again");
}

static mode_t mode_of(const char *name)
{
	struct stat st;

	return fstatat(tree.root_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 ?
		       0 :
		       st.st_mode;
}

static void check_make(void)
{
	struct bh_guarded_dir dir = { .fd = -1 };
	struct bh_err err = { 0 };

	is_int(bh_guarded_dir_open("list", at("new/a/b"), &dir, &err), -ENOENT,
	       "a missing directory");
	is_int(bh_guarded_dir_make("list", at("new/a/b/"), &dir, &err), 0,
	       "is made with its parents");
	is_int(mode_of("new"), S_IFDIR | 0700, "the parent for its owner");
	is_int(mode_of("new/a/b"), S_IFDIR | 0700, "it too");
	bh_close(&dir.fd);
	is_int(bh_guarded_dir_make("list", at("new/a/b"), &dir, &err), 0,
	       "and opened when it is there");
	bh_close(&dir.fd);
	mode("have", 0777);
	ok(bh_guarded_dir_make("list", at("have/new"), &dir, &err) < 0 &&
		   mode_of("have/new") == 0,
	   "nothing is made where others could write");
	mode("have", 0755);
	ok(bh_guarded_dir_make("list", at("dangling/x"), &dir, &err) < 0 &&
		   mode_of("gone") == 0,
	   "nor behind a link to nothing");
}

static void check_in(void)
{
	struct bh_guarded_dir dir = { .fd = -1 };
	struct bh_err err = { 0 };
	int fd;

	if (bh_guarded_dir_open("list", at("have"), &dir, &err) < 0)
		abort();
	fd = bh_guarded_open_in(&dir, "made", O_WRONLY | O_CREAT | O_EXCL,
				&err);
	ok(fd >= 0, "a file is made in a directory");
	is_int(mode_of("have/made"), S_IFREG | 0600, "for its owner");
	bh_close(&fd);
	ok(bh_guarded_open_in(&dir, "link", O_RDONLY, &err) == -ELOOP,
	   "a link in it is refused");
	mode("have/made", 0666);
	ok(bh_guarded_open_in(&dir, "made", O_WRONLY | O_APPEND, &err) < 0 &&
		   strstr(err.text, "have/made is writable for others"),
	   "and a file that others can write");
	if (mkfifoat(tree.root_fd, "have/pipe", 0600) < 0)
		abort();
	ok(bh_guarded_open_in(&dir, "pipe", O_RDONLY, &err) < 0 &&
		   strstr(err.text, "no regular file"),
	   "and a pipe, without waiting for its writer");
	bh_close(&dir.fd);
}

int main(void)
{
	tree_make(&tree);
	check_modes();
	check_links();
	check_owners();
	check_make();
	check_in();
	tree_remove(&tree);
	return done_testing();
}
