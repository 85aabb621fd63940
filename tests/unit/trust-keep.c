/* SPDX-License-Identifier: Apache-2.0 */
/* What is kept of files that were read, and when it isn't used. */
#include <dirent.h>
#include <errno.h>
#include <sched.h>
#include <sys/mount.h>

#include "tap.h"
#include "trust-file.h"
#include "trust/program.h"

/* Installed long ago, so that its times are past. */
#define PROGRAM "/bin/echo"

static void check_times(void)
{
	static const struct {
		const char *title;
		time_t mtime, ctime;
		bool may;
	} cases[] = {
		{ "long ago", 10, 10, true },
		{ "three seconds ago", 997, 997, true },
		{ "two seconds ago", 998, 998, false },
		{ "now", 1000, 1000, false },
		{ "ctime just now", 10, 1000, false },
		{ "mtime just now", 1000, 10, false },
		{ "in the future", 10, 2000, false },
	};
	const struct timespec now = { .tv_sec = 1000 };

	for (size_t i = 0; i < BH_COUNT(cases); i++) {
		const struct stat st = {
			.st_mtim.tv_sec = cases[i].mtime,
			.st_ctim.tv_sec = cases[i].ctime,
		};

		ok(bh_keep_may(&st, &now) == cases[i].may, "changed %s",
		   cases[i].title);
	}
}

/* What all cases need: the program as a fixed file, and as one that isn't, since
 * a container could write to it. */
struct setting {
	struct plot plot;
	char *dir; /* of what is kept */
	struct bh_ground fixed, other;
	struct bh_reading fixed_read, other_read; /* without anything kept */
};

static struct bh_reading read_with(struct bh_ground *ground, const char *dir,
				   const char *path)
{
	struct bh_reading reading = BH_NO_READING;
	struct bh_err err = { 0 };
	struct bh_keep keep;

	bh_keep_open(dir, &keep);
	if (bh_program_read(ground, &keep, path, &reading, &err) < 0)
		diag("%s: %s", path, err.text);
	bh_keep_close(&keep);
	return reading;
}

static void set_up(struct setting *s)
{
	static const struct bh_spec none;
	const struct bh_spec reach = { .bundle = "/usr" };
	struct bh_err err;

	plot_make(&s->plot);
	s->dir = plot_text(&s->plot, "@/kept");
	if (bh_ground_open(&none, &s->fixed, &err) < 0 ||
	    bh_ground_open(&reach, &s->other, &err) < 0)
		abort();
	s->fixed_read = read_with(&s->fixed, NULL, PROGRAM);
	s->other_read = read_with(&s->other, NULL, PROGRAM);
	ok(s->fixed_read.file.fixed && s->fixed_read.fresh,
	   "a fixed file is read");
	ok(!s->other_read.file.fixed && s->other_read.fresh,
	   "another is read, too");
	ok(bh_digest_equal(&s->fixed_read.file.digest,
			   &s->other_read.file.digest),
	   "with the same digest");
}

static void tear_down(struct setting *s)
{
	bh_reading_close(&s->fixed_read);
	bh_reading_close(&s->other_read);
	bh_ground_close(&s->fixed);
	bh_ground_close(&s->other);
	plot_remove(&s->plot);
	free(s->dir);
}

static void save(const struct setting *s)
{
	struct bh_err err = { 0 };
	struct bh_keep keep;
	const struct bh_reading *fixed = &s->fixed_read;
	const struct bh_reading *other = &s->other_read;
	bool saved = bh_keep_make(s->dir, &keep, &err) == 0 &&
		     bh_keep_save(&keep, &fixed->st, &fixed->file.digest, -1,
				  &err) == 0 &&
		     bh_keep_save(&keep, &other->st, &other->file.digest,
				  other->fd, &err) == 0;

	ok(saved, "what was read is kept");
	if (!saved)
		diag("%s", err.text);
	bh_keep_close(&keep);
}

/* Whether fd is the copy in the directory. */
static bool is_kept(const struct setting *s, int fd)
{
	char hex[BH_DIGEST_HEX_SIZE];
	bh_autofree char *path = NULL;
	struct stat a, b;

	bh_digest_hex(&s->other_read.file.digest, hex);
	if (asprintf(&path, "%s/%s", s->dir, hex) < 0)
		abort();
	return stat(path, &a) == 0 && fstat(fd, &b) == 0 &&
	       a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* The file is read again, whatever is kept. */
static void is_read(struct setting *s, const char *title)
{
	struct bh_reading fixed = read_with(&s->fixed, s->dir, PROGRAM);
	struct bh_reading other = read_with(&s->other, s->dir, PROGRAM);

	ok(fixed.fresh && other.fresh && !is_kept(s, other.fd) &&
		   bh_digest_equal(&fixed.file.digest,
				   &s->fixed_read.file.digest) &&
		   bh_digest_equal(&other.file.digest,
				   &s->fixed_read.file.digest),
	   "%s", title);
	bh_reading_close(&fixed);
	bh_reading_close(&other);
}

static void check_use(struct setting *s)
{
	struct bh_reading fixed = read_with(&s->fixed, s->dir, PROGRAM);
	struct bh_reading other = read_with(&s->other, s->dir, PROGRAM);

	ok(!fixed.fresh && bh_digest_equal(&fixed.file.digest,
					   &s->fixed_read.file.digest),
	   "the digest of a fixed file is known");
	ok(!is_kept(s, fixed.fd), "it is run itself");
	ok(!other.fresh && bh_digest_equal(&other.file.digest,
					   &s->fixed_read.file.digest),
	   "that of another, too");
	ok(is_kept(s, other.fd), "its copy is run");
	bh_reading_close(&fixed);
	bh_reading_close(&other);
}

/* Change the mode or owner of what is kept: each entry, or the directory. */
static void change(const struct setting *s, bool entries, mode_t mode,
		   uid_t owner)
{
	DIR *dir = opendir(s->dir);
	const struct dirent *entry;

	if (!dir)
		abort();
	while (entries && (entry = readdir(dir)))
		if (entry->d_name[0] != '.' &&
		    (fchownat(dirfd(dir), entry->d_name, owner, 0, 0) < 0 ||
		     fchmodat(dirfd(dir), entry->d_name, mode, 0) < 0))
			abort();
	if (!entries &&
	    (fchown(dirfd(dir), owner, 0) < 0 || fchmod(dirfd(dir), mode) < 0))
		abort();
	(void)closedir(dir);
}

static void check_others(struct setting *s)
{
	struct bh_keep keep;
	struct bh_err err;

	change(s, false, 0755, 0);
	is_read(s, "a directory that is open for others isn't used");
	ok(bh_keep_make(s->dir, &keep, &err) < 0, "nor written to");
	change(s, false, 0700, PLOT_USER);
	is_read(s, "nor one of another user");
	change(s, false, 0700, 0);
	change(s, true, 0520, 0);
	is_read(s, "nor an entry that others can write to");
	change(s, true, 0500, PLOT_USER);
	is_read(s, "nor one of another user");
	change(s, true, 0500, 0);
	check_use(s);
}

static void check_link(struct setting *s)
{
	bh_autofree char *real = s->dir;

	s->dir = plot_text(&s->plot, "@/link");
	plot_link(&s->plot, "kept", "@/link", 0);
	is_read(s, "a link isn't followed");
	free(s->dir);
	s->dir = bh_steal_ptr(real);
}

/* What was written just now may change again, with the same times. */
static void check_settling(struct setting *s)
{
	bh_autofree char *path = plot_text(&s->plot, "@/new");
	struct bh_reading reading;

	plot_file(&s->plot, "@/new", "#!/bin/sh\n", 10, 0755, PLOT_USER);
	reading = read_with(&s->fixed, s->dir, path);
	ok(reading.fd >= 0 && !reading.fresh,
	   "a file that was changed just now isn't kept");
	bh_reading_close(&reading);
}

static void check_limit(struct setting *s)
{
	struct bh_keep keep = { .fd = -1 };
	struct bh_err err;
	char name[16];

	if (bh_keep_make(s->dir, &keep, &err) < 0)
		abort();
	for (int i = 0; i < 4100; i++) {
		bh_autoclose int fd = -1;

		(void)snprintf(name, sizeof(name), "x%d", i);
		fd = openat(keep.fd, name, O_WRONLY | O_CREAT | O_CLOEXEC,
			    0600);
	}
	bh_keep_close(&keep);
	if (bh_keep_make(s->dir, &keep, &err) < 0)
		abort();
	ok(faccessat(keep.fd, "x0", F_OK, 0) < 0 &&
		   faccessat(keep.fd, "x4099", F_OK, 0) < 0,
	   "what is kept doesn't grow for ever");
	bh_keep_close(&keep);
}

/* Where nothing can be executed, a copy of the copy is. */
static void check_noexec(struct setting *s)
{
	struct bh_reading other;

	if (unshare(CLONE_NEWNS) < 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("t", s->dir, "tmpfs", MS_NOEXEC, "mode=700") < 0) {
		skip("no mount namespace");
		return;
	}
	save(s);
	other = read_with(&s->other, s->dir, PROGRAM);
	ok(!other.fresh && !is_kept(s, other.fd) &&
		   fcntl(other.fd, F_GET_SEALS) > 0 &&
		   bh_digest_equal(&other.file.digest,
				   &s->other_read.file.digest),
	   "a noexec directory: a sealed copy runs");
	bh_reading_close(&other);
	(void)umount2(s->dir, MNT_DETACH);
}

int main(void)
{
	struct setting s = { 0 };

	check_times();
	if (geteuid() != 0) {
		skip("not root");
		return done_testing();
	}
	set_up(&s);
	is_read(&s, "nothing is kept where there is no directory");
	save(&s);
	check_use(&s);
	check_others(&s);
	check_link(&s);
	check_settling(&s);
	check_limit(&s);
	check_noexec(&s);
	tear_down(&s);
	return done_testing();
}
