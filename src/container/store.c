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
#include "base/mem.h"
#include "base/sys.h"
#include "container/deadline.h"
#include "container/store.h"
#include "plan/compile.h"
#include "spec/spec.h"

#define MAX_FILE (16u << 20)

/* From <sys/mount.h>, which can't be included beside <linux/mount.h>. */
#define BH_MNT_DETACH	   2
#define BH_UMOUNT_NOFOLLOW 8

/* What lies in a container's directory, to be removed with it; the record last,
 * so that it tells what is left. */
static const struct {
	const char *name;
	int flags; /* of unlinkat(2) */
} files[] = {
	{ "state.json.new", 0 },
	{ "config.json", 0 },
	{ "config.json.new", 0 },
	{ "profile.json", 0 },
	{ "profile.json.new", 0 },
	{ "posture.json", 0 },
	{ "posture.json.new", 0 },
	{ "agent-hooks.json", 0 },
	{ "agent-hooks.json.new", 0 },
	{ "hooks.json", 0 },
	{ "hooks.json.new", 0 },
	{ BH_ENDED, 0 },
	{ BH_ENDED ".new", 0 },
	{ BH_START, 0 },
	{ BH_START_NEW, 0 },
	{ "shared", 0 },
	{ BH_NOTIFY_DIR "/" BH_NOTIFY_NAME, 0 },
	{ BH_NOTIFY_DIR, AT_REMOVEDIR },
	{ "state.json", 0 },
};

/* Nobody else may have written what we are going to act on. */
static int check_owner(int fd, const char *path, struct bh_err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return bh_fail(err, errno, "stat %s", path);
	if (st.st_uid != geteuid() || st.st_mode & (S_IWGRP | S_IWOTH)) {
		bh_refuse(err,
			  "open %s: it belongs to another user or others "
			  "may write to it",
			  path);
		return bh_hint(err, "its owner must be uid %u, its mode 0700",
			       (unsigned int)geteuid());
	}
	return 0;
}

static int make_parents(const char *path)
{
	bh_autofree char *copy = bh_strdup(path);

	for (char *at = copy + 1; *at; at++) {
		if (*at != '/')
			continue;
		*at = '\0';
		if (mkdir(copy, 0711) < 0 && errno != EEXIST)
			return -errno;
		*at = '/';
	}
	return mkdir(copy, 0711) < 0 && errno != EEXIST ? -errno : 0;
}

static int hint_root(struct bh_err *err)
{
	if (err->errnum != EACCES)
		return -err->errnum;
	return bh_hint(err, "who is not root needs XDG_RUNTIME_DIR set, or "
			    "--root with a directory of his own");
}

static int open_root(const char *root, bool make, struct bh_err *err)
{
	bh_autoclose int fd = -1;
	int r = make ? make_parents(root) : 0;

	if (r < 0) {
		(void)bh_fail(err, -r, "make the root directory %s", root);
		return hint_root(err);
	}
	fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		r = bh_fail(err, errno, "open the root directory %s", root);
	if (fd < 0)
		return hint_root(err);
	r = check_owner(fd, root, err);
	return r < 0 ? r : bh_steal_fd(&fd);
}

int bh_root_open(const char *root, struct bh_err *err)
{
	return open_root(root, false, err);
}

static int not_there(const char *id, struct bh_err *err)
{
	bh_refuse(err, "container does not exist: %s", id);
	err->errnum = ENOENT;
	return -ENOENT;
}

/*
 * Lock the directory.  It may have been removed while we waited: then what has
 * its name now, if anything, is another one.
 */
int bh_entry_lock(const struct bh_entry *entry, struct bh_err *err)
{
	struct stat mine, there;
	int r;

	do
		r = flock(entry->fd, LOCK_EX);
	while (r < 0 && errno == EINTR);
	if (r < 0 || fstat(entry->fd, &mine) < 0)
		return bh_fail(err, errno, "lock the container %s", entry->id);
	if (fstatat(entry->root_fd, entry->id, &there, AT_SYMLINK_NOFOLLOW) <
		    0 ||
	    there.st_ino != mine.st_ino || there.st_dev != mine.st_dev)
		return not_there(entry->id, err);
	return 0;
}

static int open_dir(struct bh_entry *entry, enum bh_access access,
		    struct bh_err *err)
{
	int r;

	entry->fd = openat(entry->root_fd, entry->id,
			   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (entry->fd < 0 && errno == ENOENT)
		return not_there(entry->id, err);
	if (entry->fd < 0)
		return bh_fail(err, errno, "open the state of container %s",
			       entry->id);
	r = check_owner(entry->fd, entry->id, err);
	return r < 0 || access == BH_LOOK ? r : bh_entry_lock(entry, err);
}

int bh_entry_open(const char *root, const char *id, enum bh_access access,
		  struct bh_entry *ret, struct bh_err *err)
{
	struct bh_entry entry = { -1, -1, id };
	int r = bh_spec_check_id(id, err);

	if (r < 0)
		return r;
	if (faccessat(AT_FDCWD, root, F_OK, 0) < 0 && errno == ENOENT)
		return not_there(id, err);
	entry.root_fd = open_root(root, false, err);
	r = entry.root_fd < 0 ? entry.root_fd : open_dir(&entry, access, err);
	if (r < 0)
		bh_entry_close(&entry);
	else
		*ret = entry;
	return r;
}

int bh_entry_create(const char *root, const char *id, struct bh_entry *ret,
		    struct bh_err *err)
{
	struct bh_entry entry = { -1, -1, id };
	int r;

	entry.root_fd = open_root(root, true, err);
	if (entry.root_fd < 0)
		return entry.root_fd;
	if (mkdirat(entry.root_fd, id, 0700) < 0) {
		r = errno == EEXIST ?
			    bh_refuse(err,
				      "container with given ID already "
				      "exists: %s",
				      id) :
			    bh_fail(err, errno,
				    "make the state of container "
				    "%s in %s",
				    id, root);
		bh_entry_close(&entry);
		return r;
	}
	r = open_dir(&entry, BH_CHANGE, err);
	if (r < 0)
		bh_entry_close(&entry);
	else
		*ret = entry;
	return r;
}

int bh_entry_write(const struct bh_entry *entry, const char *name,
		   const char *text, size_t len, struct bh_err *err)
{
	bh_autobuf struct bh_buf temporary = { 0 };
	bh_autoclose int fd = -1;
	int r;

	bh_buf_printf(&temporary, "%s.new", name);
	fd = openat(entry->fd, temporary.data,
		    O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	r = fd < 0 ? -errno : bh_write_all(fd, text, len);
	if (r == 0 && renameat(entry->fd, temporary.data, entry->fd, name) < 0)
		r = -errno;
	if (r < 0)
		return bh_fail(err, -r, "write %s of container %s", name,
			       entry->id);
	return 0;
}

int bh_entry_read(const struct bh_entry *entry, const char *name,
		  struct bh_buf *text, struct bh_err *err)
{
	bh_autoclose int fd =
		openat(entry->fd, name,
		       O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int r;

	if (fd < 0)
		return bh_fail(err, errno, "open %s of container %s", name,
			       entry->id);
	r = check_owner(fd, name, err);
	if (r < 0)
		return r;
	r = bh_read_all(fd, MAX_FILE, text);
	if (r < 0)
		return bh_fail(err, -r, "read %s of container %s", name,
			       entry->id);
	bh_buf_str(text, "");
	return 0;
}

int bh_entry_rename(const struct bh_entry *entry, const char *from,
		    const char *to, struct bh_err *err)
{
	if (renameat(entry->fd, from, entry->fd, to) < 0)
		return bh_fail(err, errno, "rename %s of container %s", from,
			       entry->id);
	return 0;
}

bool bh_entry_has(const struct bh_entry *entry, const char *name)
{
	return faccessat(entry->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* umount2(2) has no form for a directory's descriptor. */
static int detach(const struct bh_entry *entry, const char *name)
{
	bh_autoclose int here = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (fchdir(entry->fd) < 0)
		return -errno;
	r = bh_sys_umount2(name, BH_MNT_DETACH | BH_UMOUNT_NOFOLLOW);
	/* Where nothing is mounted, nothing is to be detached. */
	if (r == -EINVAL)
		r = 0;
	return here < 0 || fchdir(here) < 0 ? -errno : r;
}

/* They are numbered from 0 on. */
static int remove_kept(const struct bh_entry *entry, struct bh_err *err)
{
	for (unsigned int i = 0;; i++) {
		char name[32];
		struct stat st;
		int r;

		(void)snprintf(name, sizeof(name), BH_KEPT_GIT "%u", i);
		if (fstatat(entry->fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
			return 0;
		r = detach(entry, name);
		if (r == 0 && unlinkat(entry->fd, name, AT_REMOVEDIR) < 0)
			r = -errno;
		if (r < 0)
			return bh_fail(err, -r, "remove %s of container %s",
				       name, entry->id);
	}
}

int bh_entry_remove(struct bh_entry *entry, struct bh_err *err)
{
	int r = remove_kept(entry, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < BH_COUNT(files); i++)
		if (unlinkat(entry->fd, files[i].name, files[i].flags) < 0 &&
		    errno != ENOENT)
			return bh_fail(err, errno, "remove %s of container %s",
				       files[i].name, entry->id);
	if (unlinkat(entry->root_fd, entry->id, AT_REMOVEDIR) < 0 &&
	    errno != ENOENT)
		return bh_fail(err, errno, "remove the state of container %s",
			       entry->id);
	return 0;
}

void bh_entry_unlock(const struct bh_entry *entry)
{
	(void)flock(entry->fd, LOCK_UN);
}

void bh_entry_close(struct bh_entry *entry)
{
	bh_close(&entry->fd);
	bh_close(&entry->root_fd);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

int bh_entries_each(const char *root, bool may_be_missing,
		    int (*visit)(void *arg, const char *id, struct bh_err *err),
		    void *arg, struct bh_err *err)
{
	struct dirent **entries = NULL;
	int count = scandir(root, &entries, is_visible, alphasort), r = 0;

	if (count < 0 && errno == ENOENT && may_be_missing)
		return 0;
	if (count < 0)
		return bh_fail(err, errno, "list the root directory %s", root);
	for (int i = 0; i < count; i++) {
		if (r == 0)
			r = visit(arg, entries[i]->d_name, err);
		free(entries[i]);
	}
	free(entries);
	return r;
}
