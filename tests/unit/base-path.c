/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Paths below a root that may be hostile (S05, S12): each case plants links in
 * a fresh root, beside which lies a decoy directory that nothing may reach.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base-tree.h"
#include "base/fd.h"
#include "base/mem.h"
#include "base/path.h"
#include "base/sys.h"
#include "tap.h"

struct link {
	const char *name;   /* below the root */
	const char *target; /* with @ for the directory around the root */
};

struct example {
	const char *title;
	struct link links[4];
	const char *path;
	int result;	   /* 0, or -errno */
	const char *where; /* below the root, of what was made */
};

/* A directory "have/dir" and a file "have/file" are there in each case. */
static const struct example examples[] = {
	{ "the root", { { 0 } }, "/", 0, "" },
	{ "the root by an empty path", { { 0 } }, "", 0, "" },
	{ "what is there", { { 0 } }, "/have/dir", 0, "/have/dir" },
	{ "relative", { { 0 } }, "have/dir", 0, "/have/dir" },
	{ "missing", { { 0 } }, "/new", 0, "/new" },
	{ "missing parents", { { 0 } }, "/a/b/c/d", 0, "/a/b/c/d" },
	{ "slashes", { { 0 } }, "//a///b//", 0, "/a/b" },
	{ "dots", { { 0 } }, "/./a/./b/.", 0, "/a/b" },
	{ "up from the root", { { 0 } }, "/../../a", 0, "/a" },
	{ "up in the middle", { { 0 } }, "/have/dir/../../a", 0, "/a" },
	{ "up from what is missing", { { 0 } }, "/a/../../../b", 0, "/b" },
	{ "below a file", { { 0 } }, "/have/file/a", -ENOTDIR, NULL },

	{ "relative link", { { "l", "have/dir" } }, "/l/a", 0, "/have/dir/a" },
	{ "absolute link", { { "l", "/have/dir" } }, "/l/a", 0, "/have/dir/a" },
	{ "link up and out",
	  { { "l", "../../../../decoy" } },
	  "/l/a",
	  0,
	  "/decoy/a" },
	{ "link to the decoy's own path",
	  { { "l", "@/decoy" } },
	  "/l/a",
	  0,
	  "@/decoy/a" },
	{ "link to the root", { { "l", "/" } }, "/l/l/l/a", 0, "/a" },
	{ "link as the last part",
	  { { "l", "have/dir" } },
	  "/l",
	  0,
	  "/have/dir" },
	{ "chain",
	  { { "l", "m" }, { "m", "/n" }, { "n", "have/../have/dir" } },
	  "/l/a",
	  0,
	  "/have/dir/a" },
	{ "chain out",
	  { { "l", "have/m" }, { "have/m", "../../n" }, { "n", "@/decoy" } },
	  "/l/x/y",
	  0,
	  "@/decoy/x/y" },

	{ "dangling", { { "l", "new" } }, "/l", 0, "/new" },
	{ "dangling, absolute", { { "l", "/new/deep" } }, "/l", 0, "/new/deep" },
	{ "dangling, below", { { "l", "new" } }, "/l/a", 0, "/new/a" },
	{ "dangling, out",
	  { { "l", "../../decoy/made" } },
	  "/l",
	  0,
	  "/decoy/made" },
	{ "dangling, to the decoy's own path",
	  { { "l", "@/decoy/made" } },
	  "/l",
	  0,
	  "@/decoy/made" },
	{ "dangling, in a directory",
	  { { "have/dir/l", "../made" } },
	  "/have/dir/l/a",
	  0,
	  "/have/made/a" },
	{ "dangling chain",
	  { { "l", "m" }, { "m", "/n/o" }, { "n", "p" } },
	  "/l",
	  0,
	  "/p/o" },
	{ "dangling to itself below", { { "l", "new/l" } }, "/l", 0, "/new/l" },
	{ "dangling with slashes", { { "l", "new//" } }, "/l//a", 0, "/new/a" },

	{ "loop of one", { { "l", "l" } }, "/l", -ELOOP, NULL },
	{ "loop of two", { { "l", "m" }, { "m", "l" } }, "/l/a", -ELOOP, NULL },
	{ "loop below", { { "l", "l/a" } }, "/l", -ELOOP, NULL },
	{ "loop by way of what is made",
	  { { "l", "new/../l" } },
	  "/l",
	  -ELOOP,
	  NULL },
	{ "link to a file", { { "l", "have/file" } }, "/l/a", -ENOTDIR, NULL },
};

static void make_links(const struct tree *tree, const struct example *example)
{
	for (size_t i = 0; example->links[i].name; i++) {
		const char *target = example->links[i].target;
		bh_autofree char *full = NULL;

		if (target[0] == '@' &&
		    asprintf(&full, "%s%s", tree->path, target + 1) < 0)
			abort();
		if (symlinkat(full ? full : target, tree->root_fd,
			      example->links[i].name) < 0)
			abort();
	}
}

/* The place of a descriptor below the root; '@' where it is the path of the
 * surrounding directory once more. */
static void is_place(const struct tree *tree, int fd, const char *where,
		     const char *title)
{
	bh_autofree char *got = tree_place(fd);
	bh_autofree char *want = NULL;
	bool twice = where[0] == '@';

	if (asprintf(&want, "%s/root%s%s", tree->path, twice ? tree->path : "",
		     where + twice) < 0)
		abort();
	is_str(got, want, "%s: place", title);
}

static void check_make(const struct example *example, mode_t type)
{
	const char *kind = type == S_IFREG ? "file" : "directory";
	struct bh_scratch scratch = tree_scratch(BH_SCRATCH_MIN);
	bh_autofree char *title = NULL;
	struct stat st = { 0 };
	struct tree tree;
	int fd, tries = 1000;

	if (asprintf(&title, "%s (%s)", example->title, kind) < 0)
		abort();
	tree_make(&tree);
	make_links(&tree, example);
	/* With a `..`, other tests that rename all the time may keep it from
	 * ever getting to the end. */
	do
		fd = bh_path_make(tree.root_fd, example->path, type, 0640, 0,
				  scratch);
	while (fd == -EAGAIN && --tries > 0);
	is_int(fd < 0 ? fd : 0, example->result, "%s", title);
	if (fd >= 0 && example->where) {
		is_place(&tree, fd, example->where, title);
		ok(fstat(fd, &st) == 0, "%s: a descriptor", title);
	}
	ok(tree_is_clean(&tree), "%s: the decoy stays empty", title);
	bh_close(&fd);
	free(scratch.data);
	tree_remove(&tree);
}

/*
 * Without links, the same paths end at the first link on the way, as the last
 * part or as a parent, whether it leads to something or dangles; and nothing is
 * made at its other end.
 */
static void check_nolinks(void)
{
	static const struct example nolinks[] = {
		{ "what is there", { { 0 } }, "/have/dir", 0, "/have/dir" },
		{ "missing", { { 0 } }, "/new", 0, "/new" },
		{ "missing parents", { { 0 } }, "/a/b/c", 0, "/a/b/c" },
		{ "up in the middle", { { 0 } }, "/have/../a", 0, "/a" },
		{ "link beside", { { "l", "new" } }, "/m", 0, "/m" },
		{ "last", { { "l", "have/dir" } }, "/l", -ELOOP, NULL },
		{ "parent", { { "l", "have/dir" } }, "/l/new", -ELOOP, NULL },
		{ "root", { { "l", "/" } }, "/l/new", -ELOOP, NULL },
		{ "last, dangling", { { "l", "new" } }, "/l", -ELOOP, NULL },
		{ "parent, dangling",
		  { { "l", "new" } },
		  "/l/new",
		  -ELOOP,
		  NULL },
		{ "in a directory, dangling",
		  { { "have/dir/l", "/new" } },
		  "/have/dir/l/a/b",
		  -ELOOP,
		  NULL },
		{ "loop", { { "l", "l" } }, "/l/new", -ELOOP, NULL },
	};
	struct bh_scratch scratch = tree_scratch(BH_SCRATCH_MIN);

	for (size_t i = 0; i < BH_COUNT(nolinks); i++) {
		const struct example *example = &nolinks[i];
		struct tree tree;
		int fd;

		tree_make(&tree);
		make_links(&tree, example);
		fd = bh_path_make(tree.root_fd, example->path, S_IFDIR, 0755,
				  RESOLVE_NO_SYMLINKS, scratch);
		is_int(fd < 0 ? fd : 0, example->result, "no links: %s",
		       example->title);
		if (fd >= 0)
			is_place(&tree, fd, example->where, example->title);
		else
			ok(faccessat(tree.root_fd, "new", F_OK, 0) < 0 &&
				   faccessat(tree.root_fd, "have/dir/new", F_OK,
					     0) < 0,
			   "no links: %s: nothing is made", example->title);
		bh_close(&fd);
		tree_remove(&tree);
	}
	free(scratch.data);
}

/* Modes, and that what exists is left as it is. */
static void check_kinds(void)
{
	struct bh_scratch scratch = tree_scratch(BH_SCRATCH_MIN);
	struct stat st = { 0 };
	struct tree tree;
	int fd;

	tree_make(&tree);
	fd = bh_path_make(tree.root_fd, "/p/q/file", S_IFREG, 0600, 0, scratch);
	ok(fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
		   (st.st_mode & 07777) == 0600 && st.st_size == 0,
	   "an empty file of its mode");
	ok(write(fd, "x", 1) < 0, "whose descriptor is for its path only");
	bh_close(&fd);
	ok(fstatat(tree.root_fd, "p", &st, 0) == 0 && S_ISDIR(st.st_mode) &&
		   (st.st_mode & 07777) == 0755,
	   "with parents of mode 0755");
	fd = bh_path_make(tree.root_fd, "/p/dir", S_IFDIR, 0700, 0, scratch);
	ok(fd >= 0 && fstat(fd, &st) == 0 && S_ISDIR(st.st_mode) &&
		   (st.st_mode & 07777) == 0700,
	   "a directory of its mode");
	bh_close(&fd);
	fd = bh_path_make(tree.root_fd, "/have/file", S_IFREG, 0600, 0,
			  scratch);
	ok(fd >= 0 && fstat(fd, &st) == 0 && st.st_size == 4,
	   "a file that is there is not cut");
	bh_close(&fd);
	ok(fcntl(tree.root_fd, F_GETFD) >= 0, "the root stays open");
	free(scratch.data);
	tree_remove(&tree);
}

/* The walk's own resolution must have the kernel's limit. */
static void check_chain(void)
{
	struct bh_scratch scratch = tree_scratch(BH_SCRATCH_MIN);
	char name[16], target[16];
	struct tree tree;
	int fd;

	tree_make(&tree);
	for (int i = 0; i < 60; i++) {
		(void)snprintf(name, sizeof(name), "l%d", i);
		(void)snprintf(target, sizeof(target), "l%d", i + 1);
		if (symlinkat(target, tree.root_fd, name) < 0)
			abort();
	}
	fd = bh_path_make(tree.root_fd, "/l0", S_IFDIR, 0755, 0, scratch);
	is_int(fd, -ELOOP, "sixty links that dangle at the end");
	bh_close(&fd);
	fd = bh_path_make(tree.root_fd, "/l50", S_IFDIR, 0755, 0, scratch);
	ok(fd >= 0, "ten links that dangle at the end");
	bh_close(&fd);
	free(scratch.data);
	tree_remove(&tree);
}

/* Rooms of exactly their size, for the sanitizer to watch. */
static void check_scratch(void)
{
	char path[300], target[301];
	struct tree tree;
	size_t failed = 0, made = 0;

	tree_make(&tree);
	memset(path, 'p', 200);
	memcpy(path, "/l/", 3);
	path[200] = '\0';
	memset(target, '/', 300);
	memcpy(target + 297, "new", 4);
	if (symlinkat(target, tree.root_fd, "l") < 0)
		abort();
	for (size_t size = 1; size < 600; size++) {
		struct bh_scratch scratch = tree_scratch(size);
		int fd = bh_path_make(tree.root_fd, path, S_IFDIR, 0755, 0,
				      scratch);

		if (fd == -ENAMETOOLONG)
			failed = size;
		else if (fd >= 0 && !made)
			made = size;
		bh_close(&fd);
		free(scratch.data);
	}
	/* 300 bytes of target, "/" and 197 of name, NUL */
	is_int(failed, 498, "up to 498 bytes a path of 498 is too long");
	is_int(made, 499, "with 499 it is made");
	ok(tree_is_clean(&tree), "nothing is made elsewhere");
	tree_remove(&tree);
}

struct parent_example {
	const char *path;
	int result;
	const char *where;
	const char *name;
};

static void check_parent(void)
{
	static const struct parent_example parents[] = {
		{ "/a", 0, "", "a" },
		{ "a", 0, "", "a" },
		{ "/a/b/c", 0, "/a/b", "c" },
		{ "/a/b/c///", 0, "/a/b", "c" },
		{ "/have/dir/x", 0, "/have/dir", "x" },
		{ "/out/x", 0, "/decoy", "x" },
		{ "/out", 0, "", "out" },
		{ "/dangling/x", 0, "/new/dir", "x" },
		{ "/../../x", 0, "", "x" },
		{ "/a/..b", 0, "/a", "..b" },
		{ "/", -EINVAL, NULL, NULL },
		{ "", -EINVAL, NULL, NULL },
		{ "///", -EINVAL, NULL, NULL },
		{ "/a/.", -EINVAL, NULL, NULL },
		{ "/a/..", -EINVAL, NULL, NULL },
		{ "/a/../", -EINVAL, NULL, NULL },
		{ "..", -EINVAL, NULL, NULL },
		{ "/have/file/x", -ENOTDIR, NULL, NULL },
		{ "/loop/x", -ELOOP, NULL, NULL },
	};
	struct bh_scratch scratch = tree_scratch(BH_SCRATCH_MIN);
	struct tree tree;

	tree_make(&tree);
	if (symlinkat("../../decoy", tree.root_fd, "out") < 0 ||
	    symlinkat("/new/dir", tree.root_fd, "dangling") < 0 ||
	    symlinkat("loop", tree.root_fd, "loop") < 0)
		abort();
	for (size_t i = 0; i < BH_COUNT(parents); i++) {
		const char *name = NULL;
		int fd = bh_path_parent(tree.root_fd, parents[i].path, &name,
					scratch);

		is_int(fd < 0 ? fd : 0, parents[i].result, "parent of \"%s\"",
		       parents[i].path);
		is_str(name,
		       parents[i].result == -ENOTDIR ||
				       parents[i].result == -ELOOP ?
			       name :
			       parents[i].name,
		       "parent of \"%s\": name", parents[i].path);
		if (fd >= 0 && parents[i].where)
			is_place(&tree, fd, parents[i].where, parents[i].path);
		bh_close(&fd);
	}
	ok(tree_is_clean(&tree), "the decoy stays empty");
	free(scratch.data);
	tree_remove(&tree);
}

/* Rooms of exactly their size, for the sanitizer to watch. */
static void check_parent_scratch(void)
{
	size_t strange = 0, made = 0;
	struct tree tree;

	tree_make(&tree);
	for (size_t size = 1; size < 64; size++) {
		struct bh_scratch exact = tree_scratch(size);
		const char *name = NULL;
		int fd = bh_path_parent(tree.root_fd, "/a/b/cd", &name, exact);

		made += fd >= 0 && strcmp(name, "cd") == 0;
		strange += fd < 0 && fd != -ENAMETOOLONG;
		bh_close(&fd);
		free(exact.data);
	}
	ok(made > 0, "%zu of the rooms suffice", made);
	is_int(strange, 0, "the others are too small, and no more");
	tree_remove(&tree);
}

/* Magic links of a procfs lead anywhere: never followed. */
static void check_magic(void)
{
	bh_autoclose int host = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	static const char *const paths[] = {
		"/proc/self/root/etc",	  "/proc/self/cwd", "/proc/self/fd/0",
		"/proc/thread-self/root", "proc/self/exe",
	};

	if (access("/proc/self/root", F_OK) < 0) {
		skip("no procfs on /proc");
		return;
	}
	for (size_t i = 0; i < BH_COUNT(paths); i++) {
		int fd = bh_path_open(host, paths[i], O_PATH, 0);

		is_int(fd, -ELOOP, "%s is a magic link", paths[i]);
		bh_close(&fd);
	}
}

int main(void)
{
	(void)umask(0);
	for (size_t i = 0; i < BH_COUNT(examples); i++) {
		check_make(&examples[i], S_IFDIR);
		/* A name with a slash behind is a directory's. */
		if (!strstr(examples[i].title, "slashes") &&
		    !strstr(examples[i].title, "dots"))
			check_make(&examples[i], S_IFREG);
	}
	check_nolinks();
	check_kinds();
	check_chain();
	check_scratch();
	check_parent();
	check_parent_scratch();
	check_magic();
	return done_testing();
}
