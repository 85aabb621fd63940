/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <sys/statvfs.h>
#include <time.h>

#include "base/fd.h"
#include "trust/program.h"
#include "trust/sealed.h"

void bh_reading_close(struct bh_reading *reading)
{
	bh_close(&reading->fd);
}

static int check_executable(const struct bh_found *found, struct bh_err *err)
{
	struct statvfs fs;

	if (!S_ISREG(found->st.st_mode))
		return bh_refuse(err, "it is no regular file");
	if (!(found->st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)))
		return bh_refuse(err, "its mode says that it is no program");
	if (fstatvfs(found->fd, &fs) < 0)
		return bh_fail(err, errno, "find out its mount");
	/* A copy would run all the same. */
	if (fs.f_flag & ST_NOEXEC)
		return bh_refuse(err, "it lies on a mount that is noexec");
	return 0;
}

static bool same_times(const struct stat *a, const struct stat *b)
{
	return a->st_size == b->st_size &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* A fixed file is run itself; *fd becomes the reading's. */
static int read_fixed(const struct bh_keep *keep, int *fd,
		      struct bh_reading *reading, struct bh_err *err)
{
	int r = 0;

	reading->fresh =
		!bh_keep_find(keep, &reading->st, true, &reading->file.digest);
	if (reading->fresh)
		r = bh_sealed_hash(*fd, &reading->file.digest, err);
	if (r == 0)
		reading->fd = bh_steal_fd(fd);
	return r;
}

/* The copy that was kept; -1 where there is none that fits. */
static int open_kept(const struct bh_keep *keep, struct bh_reading *reading)
{
	bh_autoclose int fd = -1;
	struct bh_err ignored;

	if (!bh_keep_find(keep, &reading->st, false, &reading->file.digest))
		return -1;
	fd = bh_keep_find_copy(keep, &reading->file.digest,
			       reading->st.st_size);
	if (fd < 0 || keep->runs)
		return bh_steal_fd(&fd);
	/* Nothing is executed there, but nobody else can have changed it. */
	return bh_sealed_copy(fd, NULL, &ignored);
}

static int read_other(const struct bh_keep *keep, bool local, int fd,
		      struct bh_reading *reading, struct bh_err *err)
{
	reading->fd = local ? open_kept(keep, reading) : -1;
	if (reading->fd >= 0)
		return 0;
	reading->fresh = local;
	reading->fd = bh_sealed_copy(fd, &reading->file.digest, err);
	return reading->fd < 0 ? reading->fd : 0;
}

static int read_found(const struct bh_ground *ground,
		      const struct bh_keep *keep, const struct bh_found *found,
		      struct bh_reading *reading, struct bh_err *err)
{
	struct timespec now;
	struct stat after;
	bh_autoclose int fd = bh_fixed_open(ground, found, err);
	int from_fd = fd, r;

	if (fd < 0)
		return fd;
	if (clock_gettime(CLOCK_REALTIME, &now) < 0 ||
	    fstat(fd, &reading->st) < 0)
		return bh_fail(err, errno, "find out its times");
	r = found->fixed ? read_fixed(keep, &fd, reading, err) :
			   read_other(keep, found->local, fd, reading, err);
	if (r < 0)
		return r;
	/* What was read in the middle of a change runs, and isn't kept; from_fd
	 * is open, here or in the reading. */
	reading->fresh = reading->fresh && bh_keep_may(&reading->st, &now) &&
			 fstat(from_fd, &after) == 0 &&
			 same_times(&reading->st, &after);
	return 0;
}

int bh_program_read(struct bh_ground *ground, const struct bh_keep *keep,
		    const char *path, struct bh_reading *ret,
		    struct bh_err *err)
{
	struct bh_reading reading = BH_NO_READING;
	struct bh_found found;
	int r = bh_fixed_find(ground, path, &found, err);

	if (r < 0)
		return r;
	reading.file.path = found.path;
	reading.file.fixed = found.fixed;
	r = check_executable(&found, err);
	if (r == 0)
		r = read_found(ground, keep, &found, &reading, err);
	bh_close(&found.fd);
	if (r < 0)
		bh_reading_close(&reading);
	else
		*ret = reading;
	return r;
}

int bh_program_digest(const struct bh_ground *ground,
		      const struct bh_found *found, struct bh_digest *ret,
		      struct bh_err *err)
{
	bh_autoclose int fd = bh_fixed_open(ground, found, err);

	return fd < 0 ? fd : bh_sealed_hash(fd, ret, err);
}
