/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "container/id-range.h"
#include "host/host.h"

/* No container's id begins with a dot. */
#define ABOVE	      "/run/bulkhead"
#define DIR_OF_RANGES ABOVE "/.ids"

#define RANGES ((BH_IDS_END - BH_IDS_FIRST) / BH_IDS_COUNT)

#define MAX_PATH   (64u << 10)
#define MAX_SUBIDS (16u << 20)

/* What is known of all ranges. */
struct ranges {
	int dir_fd;   /* -1: nobody ever took one */
	bool changes; /* we may remove what is out of date */
	bool taken[RANGES];
};

static uint32_t first_of(size_t range)
{
	return BH_IDS_FIRST + (uint32_t)range * BH_IDS_COUNT;
}

/* ---- ranges of others ---------------------------------------------------------- */

/* subuid(5): NAME:FIRST:COUNT. */
static void take_line(struct ranges *ranges, char *line)
{
	const char *name = strsep(&line, ":"), *first_text = strsep(&line, ":");
	const char *count_text = strsep(&line, ":");
	uint64_t first, count;

	if (!name || !first_text || !count_text ||
	    bh_parse_u64(first_text, UINT32_MAX, &first) < 0 ||
	    bh_parse_u64(count_text, UINT32_MAX, &count) < 0)
		return;
	for (size_t i = 0; i < RANGES; i++)
		if (first < (uint64_t)first_of(i) + BH_IDS_COUNT &&
		    first_of(i) < first + count)
			ranges->taken[i] = true;
}

/* What the host gave to users is theirs, wherever it lies. */
static int take_subids(struct ranges *ranges, const char *path,
		       struct bh_err *err)
{
	bh_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	bh_autobuf struct bh_buf text = { 0 };
	char *rest, *line;
	int r;

	if (fd < 0 && errno == ENOENT)
		return 0;
	r = fd < 0 ? -errno : bh_read_all(fd, MAX_SUBIDS, &text);
	if (r < 0)
		return bh_fail(err, -r, "read %s", path);
	bh_buf_str(&text, "");
	rest = text.data;
	while ((line = strsep(&rest, "\n")))
		take_line(ranges, line);
	return 0;
}

/* ---- ranges of containers ------------------------------------------------------ */

/* Somebody makes a container with it.  When in doubt he does. */
static bool is_locked(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	return fcntl(fd, F_OFD_GETLK, &lock) < 0 || lock.l_type != F_UNLCK;
}

/* The entry that it names is there.  When in doubt it is. */
static bool is_named(int fd)
{
	bh_autobuf struct bh_buf path = { 0 };

	if (bh_read_all(fd, MAX_PATH, &path) < 0)
		return true;
	bh_buf_str(&path, "");
	if (!path.data[0])
		return false;
	return faccessat(AT_FDCWD, path.data, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
	       (errno != ENOENT && errno != ENOTDIR);
}

static void look_at(struct ranges *ranges, const char *name)
{
	bh_autoclose int fd = -1;
	uint64_t first;

	if (bh_parse_u64(name, BH_IDS_END - 1, &first) < 0 ||
	    first < BH_IDS_FIRST || first % BH_IDS_COUNT)
		return;
	fd = openat(ranges->dir_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 ? errno != ENOENT : is_locked(fd) || is_named(fd))
		ranges->taken[(first - BH_IDS_FIRST) / BH_IDS_COUNT] = true;
	else if (fd >= 0 && ranges->changes)
		(void)unlinkat(ranges->dir_fd, name, 0);
}

static int look_at_all(struct ranges *ranges, struct bh_err *err)
{
	struct dirent **entries = NULL;
	int count;

	if (ranges->dir_fd < 0)
		return 0;
	count = scandirat(ranges->dir_fd, ".", &entries, NULL, NULL);
	if (count < 0)
		return bh_fail(err, errno, "list %s", DIR_OF_RANGES);
	for (int i = 0; i < count; i++) {
		look_at(ranges, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return 0;
}

static int find_free(struct ranges *ranges, uint32_t *ret_first,
		     struct bh_err *err)
{
	int r = take_subids(ranges, "/etc/subuid", err);

	if (r == 0)
		r = take_subids(ranges, "/etc/subgid", err);
	if (r == 0)
		r = look_at_all(ranges, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < RANGES; i++) {
		if (ranges->taken[i])
			continue;
		*ret_first = first_of(i);
		return 0;
	}
	(void)bh_refuse(err,
			"take a range of host ids: all %u from %u on are "
			"taken",
			RANGES, BH_IDS_FIRST);
	return bh_hint(err, "delete containers that have ended; ranges that "
			    "/etc/subuid or /etc/subgid names are left out");
}

int bh_id_range_look(uint32_t *ret_first, struct bh_err *err)
{
	bh_autoclose int dir_fd = open(
		DIR_OF_RANGES, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct ranges ranges = { .dir_fd = dir_fd };

	if (dir_fd < 0 && errno != ENOENT)
		return bh_fail(err, errno, "open %s", DIR_OF_RANGES);
	return find_free(&ranges, ret_first, err);
}

/* ---- taking one ---------------------------------------------------------------- */

/* Locked: one after the other. */
static int open_dir(struct bh_err *err)
{
	bh_autoclose int fd = -1;
	struct stat st;
	int r;

	if ((mkdir(ABOVE, 0711) < 0 && errno != EEXIST) ||
	    (mkdir(DIR_OF_RANGES, 0700) < 0 && errno != EEXIST))
		return bh_fail(err, errno, "make %s", DIR_OF_RANGES);
	fd = open(DIR_OF_RANGES,
		  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return bh_fail(err, errno, "open %s", DIR_OF_RANGES);
	if (st.st_uid != geteuid() || st.st_mode & (S_IWGRP | S_IWOTH))
		return bh_refuse(err,
				 "open %s: it belongs to another user or "
				 "others may write to it",
				 DIR_OF_RANGES);
	do
		r = flock(fd, LOCK_EX);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return bh_fail(err, errno, "lock %s", DIR_OF_RANGES);
	return bh_steal_fd(&fd);
}

static int make_file(int dir_fd, uint32_t first, struct bh_err *err)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	bh_autoclose int fd = -1;
	char name[16];

	(void)snprintf(name, sizeof(name), "%u", first);
	fd = openat(dir_fd, name,
		    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || fcntl(fd, F_OFD_SETLK, &lock) < 0)
		return bh_fail(err, errno, "make %s/%s", DIR_OF_RANGES, name);
	return bh_steal_fd(&fd);
}

int bh_id_range_take(struct bh_id_range *ret, struct bh_err *err)
{
	bh_autoclose int dir_fd = open_dir(err);
	struct ranges ranges = { .dir_fd = dir_fd, .changes = true };
	struct bh_id_range ids = BH_NO_ID_RANGE;
	int r = dir_fd < 0 ? dir_fd : find_free(&ranges, &ids.first, err);

	if (r < 0)
		return r;
	ids.fd = make_file(dir_fd, ids.first, err);
	if (ids.fd < 0)
		return ids.fd;
	*ret = ids;
	return 0;
}

int bh_id_range_name(const struct bh_id_range *ids, const char *root,
		     const char *id, struct bh_err *err)
{
	bh_autobuf struct bh_buf path = { 0 };
	bh_autofree char *full = realpath(root, NULL);
	int r = full ? 0 : -errno;

	if (r == 0) {
		bh_buf_printf(&path, "%s/%s", full, id);
		r = bh_write_all(ids->fd, path.data, path.len);
	}
	if (r < 0)
		return bh_fail(err, -r, "note whose the ids from %u on are",
			       ids->first);
	return 0;
}

void bh_id_range_close(struct bh_id_range *ids)
{
	bh_close(&ids->fd);
	*ids = (struct bh_id_range)BH_NO_ID_RANGE;
}
