/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another process changes the tree while paths are made in it (S11): it swaps a
 * component with a link that leads out, as fast as it can.  Whatever is made
 * must lie below the root.  BULKHEAD_RACES is the number of rounds.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base-tree.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/str.h"
#include "base/sys.h"
#include "tap.h"

struct race {
	const char *title;
	const char *target; /* of the link "evil", with @ as in base-path */
	const char *path;   /* what is made, over and over */
	mode_t type;
	uint64_t resolve;
};

static const struct race races[] = {
	{ "relative link", "../../../decoy", "/a/b/c/d", S_IFDIR, 0 },
	{ "link to the decoy's own path", "@/decoy", "/a/b/c/d", S_IFDIR, 0 },
	{ "file, relative link", "../../../decoy", "/a/b/c/d", S_IFREG, 0 },
	{ "file, link that dangles", "../../decoy/new", "/a/b/c/d", S_IFREG,
	  0 },
	{ "link to the root above", "../..", "/a/b/decoy/d", S_IFREG, 0 },
	{ "no links, relative link", "../../../decoy", "/a/b/c/d", S_IFDIR,
	  RESOLVE_NO_SYMLINKS },
	{ "no links, file, link that dangles", "../../decoy/new", "/a/b/c/d",
	  S_IFREG, RESOLVE_NO_SYMLINKS },
};

static size_t rounds(void)
{
	const char *text = getenv("BULKHEAD_RACES");
	uint64_t number = 200;

	if (text && bh_parse_u64(text, 1u << 24, &number) < 0)
		abort();
	return number;
}

/* Exchange the directory a/b with the link a/evil, and at times a itself with
 * the link "other"; until killed. */
static _Noreturn void swap_for_ever(int root_fd)
{
	int a_fd = openat(root_fd, "a", O_PATH | O_DIRECTORY | O_CLOEXEC);

	for (unsigned int i = 0;; i++) {
		(void)renameat2(a_fd, "b", a_fd, "evil", RENAME_EXCHANGE);
		if (i % 8 < 2)
			(void)renameat2(root_fd, "a", root_fd, "other",
					RENAME_EXCHANGE);
	}
}

static pid_t start_racer(const struct tree *tree)
{
	pid_t pid = fork();

	if (pid < 0)
		abort();
	if (pid == 0)
		swap_for_ever(tree->root_fd);
	return pid;
}

static void plant(const struct tree *tree, const char *target)
{
	bh_autofree char *full = NULL;

	if (target[0] == '@' &&
	    asprintf(&full, "%s%s", tree->path, target + 1) < 0)
		abort();
	if (mkdirat(tree->root_fd, "a", 0755) < 0 ||
	    mkdirat(tree->root_fd, "a/b", 0755) < 0 ||
	    symlinkat(full ? full : target, tree->root_fd, "a/evil") < 0 ||
	    symlinkat("../decoy", tree->root_fd, "other") < 0)
		abort();
}

/* What a round has made goes, wherever below a it lies by now; by descriptors,
 * or the racer would have us remove the decoy. */
static void clean_round(const struct tree *tree)
{
	static const char *const made[][2] = {
		{ "a/b/c", "d" },	 { "a/b", "c" },
		{ "a/evil/c", "d" },	 { "a/evil", "c" },
		{ "a/b/decoy", "d" },	 { "a/b", "decoy" },
		{ "a/evil/decoy", "d" }, { "a/evil", "decoy" },
		{ "decoy/b/c", "d" },	 { "decoy/b", "c" },
		{ "decoy", "b" },	 { "", "decoy" },
	};

	for (size_t i = 0; i < BH_COUNT(made); i++) {
		bh_autoclose int fd = bh_path_open(tree->root_fd, made[i][0],
						   O_PATH | O_DIRECTORY, 0);

		if (fd < 0)
			continue;
		(void)unlinkat(fd, made[i][1], 0);
		(void)unlinkat(fd, made[i][1], AT_REMOVEDIR);
	}
}

struct tally {
	size_t made;
	size_t lost; /* a component went away meanwhile */
	size_t outside;
	int strange; /* an error that no race explains */
};

static void make_once(const struct tree *tree, const struct race *race,
		      struct bh_scratch scratch, struct tally *tally)
{
	bh_autoclose int fd = bh_path_make(tree->root_fd, race->path,
					   race->type, 0755, race->resolve,
					   scratch);
	bh_autofree char *place = NULL;
	size_t len = strlen(tree->path);

	if (fd < 0) {
		/* EAGAIN: openat2 saw too many renames; ENOTDIR: a file of
		 * an earlier round in a directory's place; EINVAL: a link
		 * that was a directory by the time it was read */
		if (fd == -ENOENT || fd == -EAGAIN || fd == -ELOOP ||
		    fd == -ENOTDIR || fd == -EINVAL)
			tally->lost++;
		else
			tally->strange = -fd;
		return;
	}
	tally->made++;
	place = tree_place(fd);
	if (strncmp(place, tree->path, len) != 0 ||
	    strncmp(place + len, "/root/", 6) != 0)
		tally->outside++;
}

static void run_race(const struct race *race, size_t count)
{
	struct bh_scratch scratch = tree_scratch(BH_SCRATCH_MIN);
	struct tally tally = { 0 };
	struct tree tree;
	pid_t racer;

	tree_make(&tree);
	plant(&tree, race->target);
	racer = start_racer(&tree);
	for (size_t i = 0; i < count || (!tally.made && i < 100 * count); i++) {
		make_once(&tree, race, scratch, &tally);
		clean_round(&tree);
	}
	(void)kill(racer, SIGKILL);
	(void)waitpid(racer, NULL, 0);

	ok(tree_is_clean(&tree), "S11 %s: the decoy stays empty", race->title);
	is_int(tally.outside, 0, "S11 %s: nothing is opened outside",
	       race->title);
	/* The links lead there, in the root, and nothing else does. */
	if (race->resolve & RESOLVE_NO_SYMLINKS)
		ok(faccessat(tree.root_fd, "decoy", F_OK, 0) < 0,
		   "%s: nothing is made behind a link", race->title);
	is_int(tally.strange, 0, "%s: no other errors", race->title);
	ok(tally.made > 0, "%s: something is made", race->title);
	diag("%s: made %zu, lost to the racer %zu", race->title, tally.made,
	     tally.lost);
	free(scratch.data);
	tree_remove(&tree);
}

int main(void)
{
	size_t count = rounds();

	(void)umask(0);
	for (size_t i = 0; i < BH_COUNT(races); i++)
		run_race(&races[i], count);
	return done_testing();
}
