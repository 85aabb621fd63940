/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another process changes a hook while it is looked at (A09): it writes into the
 * file, replaces it, and exchanges a directory on the way for a link.  Whatever
 * was read, the digest must be that of the bytes that would run, and nothing that
 * others can change may count as root's.  BULKHEAD_RACES is the number of rounds.
 */
#include <signal.h>
#include <sys/wait.h>

#include "tap.h"
#include "trust-file.h"
#include "trust/look.h"
#include "trust/sealed.h"

#define SIZE 40000u

static uint64_t rounds(void)
{
	const char *text = getenv("BULKHEAD_RACES");
	uint64_t number = 200;

	if (text && bh_parse_u64(text, 1u << 24, &number) < 0)
		abort();
	return number;
}

/* A script that is one of two. */
static void make_text(char *text, char letter)
{
	memset(text, letter, SIZE);
	memcpy(text, "#!/bin/sh\n", 10);
}

typedef void racer(const struct plot *plot, unsigned int i);

static void write_into(const struct plot *plot, unsigned int i)
{
	static char text[SIZE];
	bh_autofree char *path = plot_text(plot, "@/user/dir/hook");
	bh_autoclose int fd = open(path, O_WRONLY | O_CLOEXEC);

	make_text(text, i % 2 ? 'a' : 'b');
	/* Now and then shorter: what was there a moment ago is not. */
	if (i % 16 == 0)
		(void)!ftruncate(fd, 20000);
	(void)!pwrite(fd, text, SIZE, 0);
}

static void replace(const struct plot *plot, unsigned int i)
{
	bh_autofree char *one = plot_text(plot, "@/user/dir/hook");
	bh_autofree char *other = plot_text(
		plot, i % 3 ? "@/user/dir/other" : "@/user/dir/rootlink");

	(void)renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE);
}

static void turn(const struct plot *plot, unsigned int i)
{
	bh_autofree char *one = plot_text(plot, "@/user/dir");
	bh_autofree char *other = plot_text(plot, "@/user/link");

	(void)i;
	(void)renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE);
}

static void fill(const struct plot *plot)
{
	static char text[SIZE];

	plot_directory(plot, "@/root", 0755, 0);
	plot_directory(plot, "@/user", 0755, PLOT_USER);
	plot_directory(plot, "@/user/dir", 0755, PLOT_USER);
	make_text(text, 'a');
	plot_file(plot, "@/user/dir/hook", text, SIZE, 0755, PLOT_USER);
	make_text(text, 'b');
	plot_file(plot, "@/user/dir/other", text, SIZE, 0755, PLOT_USER);
	make_text(text, 'c');
	plot_file(plot, "@/root/hook", text, SIZE, 0755, 0);
	plot_link(plot, "@/root/hook", "@/user/dir/rootlink", PLOT_USER);
	plot_link(plot, "@/root", "@/user/link", PLOT_USER);
}

struct tally {
	size_t read, lost, wrong, fixed, open;
};

static void look_once(const struct bh_spec *spec, const char *dir,
		      struct tally *tally)
{
	const struct bh_look_options options = { .cache_dir = dir };
	const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW |
			  F_SEAL_WRITE;
	struct bh_digest digest;
	struct bh_look look;
	struct bh_err err;
	int fd, sealed;

	if (bh_look(spec, &options, &look, &err) < 0)
		abort();
	fd = look.items[0].program.script_fd;
	tally->fixed += look.items[0].file.fixed;
	if (look.items[0].broken) {
		tally->lost++;
	} else {
		tally->read++;
		tally->wrong +=
			bh_sealed_hash(fd, &digest, &err) < 0 ||
			!bh_digest_equal(&digest, &look.items[0].file.digest);
		/* What is no memory is a copy that was kept. */
		sealed = fcntl(fd, F_GET_SEALS);
		tally->open += sealed >= 0 && (sealed & seals) != seals;
		if (bh_look_keep(&look, dir, &err) < 0)
			abort();
	}
	bh_look_clear(&look);
}

/* A process that only changes things, until it is killed. */
static pid_t start_racer(struct plot *plot, racer *change)
{
	pid_t pid = fork();

	if (pid < 0)
		abort();
	if (pid > 0)
		return pid;
	for (unsigned int i = 0;; i++)
		change(plot, i);
}

static void race(const char *title, racer *change)
{
	bh_autofree char *path = NULL, *dir = NULL;
	struct tally tally = { 0 };
	struct bh_hook hook = { .stage = BH_PRESTART };
	struct bh_spec spec = { .hook_count = 1, .hooks = &hook };
	struct plot plot;
	pid_t pid;

	plot_make(&plot);
	fill(&plot);
	path = plot_text(&plot, "@/user/dir/hook");
	dir = plot_text(&plot, "@/kept");
	hook.path = path;
	pid = start_racer(&plot, change);
	for (uint64_t i = 0; i < rounds(); i++)
		look_once(&spec, dir, &tally);
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	is_int(tally.wrong, 0, "%s: the digest is that of what would run",
	       title);
	is_int(tally.open, 0, "%s: nobody can write to that", title);
	is_int(tally.fixed, 0, "%s: it is never root's", title);
	ok(tally.read > 0, "%s: it is read", title);
	diag("%s: read %zu, lost %zu", title, tally.read, tally.lost);
	plot_remove(&plot);
}

int main(void)
{
	if (geteuid() != 0)
		return skip_all("not root");
	race("A09 written into", write_into);
	race("A09 replaced", replace);
	race("A09 its directory exchanged", turn);
	return done_testing();
}
