/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hooks as they are found, and that what runs is what was hashed, whatever lies
 * at its path by then (A04, A09, A14).
 */
#include <errno.h>
#include <sys/wait.h>

#include "base/sys.h"
#include "tap.h"
#include "trust-file.h"
#include "trust/look.h"

#define MAX_WORDS 6

/* A hook, with @ for the plot, and what is to be seen of it. */
struct sight {
	const char *title, *path;
	const char *args[MAX_WORDS];
	const char *env[3];
	const char *broken; /* part of the reason; NULL: it can run */
	bool fixed;
	const char *interpreters[2];
	const char *argument; /* the one that is part of it */
	const char *output;   /* of running it; NULL: it isn't run */
};

static const struct sight sights[] = {
	{ .title = "a program of the system",
	  .path = "/bin/echo",
	  .args = { "/bin/echo", "a", "b" },
	  .fixed = true,
	  .output = "a b\n" },
	{ .title = "a user's program",
	  .path = "@/user/echo",
	  .args = { "echo", "a" },
	  .output = "a\n" },
	{ .title = "root's script",
	  .path = "@/root/script",
	  .args = { "script", "x", "y" },
	  .fixed = true,
	  .interpreters = { "/bin/sh" },
	  .output = "script x y\n" },
	{ .title = "a user's script",
	  .path = "@/user/script",
	  .args = { "script", "x" },
	  .interpreters = { "/bin/sh" },
	  .output = "script x\n" },
	{ .title = "a script with an option",
	  .path = "@/user/option",
	  .args = { "option" },
	  .interpreters = { "/bin/sh" },
	  .output = "-e\n" },
	{ .title = "a script by env",
	  .path = "@/user/env",
	  .args = { "env", "x" },
	  .env = { "A=1", "PATH=/nowhere:@/user/none:/usr/bin:/bin" },
	  .interpreters = { "/usr/bin/env", "/bin/sh" },
	  .output = "env x 1\n" },
	{ .title = "a script by env, first in a user's directory",
	  .path = "@/user/env",
	  .args = { "env" },
	  .env = { "PATH=@/user/bin:/bin" },
	  .interpreters = { "/usr/bin/env", "@/user/bin/sh" },
	  .output = "/proc/self/fd/3\n" },
	{ .title = "a script by env without PATH",
	  .path = "@/user/env",
	  .args = { "env" },
	  .env = { "XPATH=/bin" },
	  .broken = "no PATH" },
	{ .title = "with a PATH that has no such program",
	  .path = "@/user/env",
	  .args = { "env" },
	  .env = { "PATH=@/user:/nowhere" },
	  .broken = "isn't in the PATH" },
	{ .title = "with a PATH relative to nothing",
	  .path = "@/user/env",
	  .args = { "env" },
	  .env = { "PATH=:/bin" },
	  .broken = "without an absolute path" },
	{ .title = "env -S",
	  .path = "@/user/env-s",
	  .args = { "env" },
	  .env = { "PATH=/bin" },
	  .broken = "do more than find" },
	{ .title = "a script of a script",
	  .path = "@/user/nested",
	  .args = { "nested" },
	  .broken = "is a script itself" },
	{ .title = "an interpreter that isn't there",
	  .path = "@/user/lost",
	  .args = { "lost" },
	  .broken = "its interpreter @/none: there is no such file" },
	{ .title = "a text",
	  .path = "@/user/text",
	  .args = { "text" },
	  .broken = "neither a script nor an ELF" },
	{ .title = "no such file",
	  .path = "@/none",
	  .args = { "none" },
	  .broken = "there is no such file" },
	{ .title = "no program by its mode",
	  .path = "@/user/data",
	  .args = { "data" },
	  .broken = "its mode" },
	{ .title = "a directory",
	  .path = "@/user",
	  .args = { "user" },
	  .broken = "no regular file" },
	{ .title = "a FIFO",
	  .path = "@/user/fifo",
	  .args = { "fifo" },
	  .broken = "no regular file" },
	{ .title = "a device",
	  .path = "/dev/null",
	  .args = { "null" },
	  .broken = "no regular file" },
	{ .title = "too large",
	  .path = "@/user/large",
	  .args = { "large" },
	  .broken = "larger than 256 MiB" },
	{ .title = "a user's library",
	  .path = "/bin/echo",
	  .args = { "echo" },
	  .env = { "LD_LIBRARY_PATH=@/user" },
	  .broken = "searched for in @/user",
	  .fixed = true },
	{ .title = "a user's file as argument",
	  .path = "/bin/sh",
	  .args = { "sh", "@/user/data" },
	  .fixed = true,
	  .argument = "@/user/data" },
	{ .title = "by a link, behind others",
	  .path = "/bin/sh",
	  .args = { "sh", "-e", "@/root/data", "/", "@/link" },
	  .fixed = true,
	  .argument = "@/user/data" },
	{ .title = "root's file as argument",
	  .path = "/bin/sh",
	  .args = { "sh", "@/root/data", "", "@/none", "@/user/fifo" },
	  .fixed = true },
	{ .title = "a file as argument by a link of /proc",
	  .path = "/bin/sh",
	  .args = { "sh", "/proc/self/root/bin/sh" },
	  .broken = "its argument 1",
	  .fixed = true },
	{ .title = "standard input as argument",
	  .path = "/bin/sh",
	  .args = { "sh", "/dev/stdin" },
	  .fixed = true },
	{ .title = "a large file as argument",
	  .path = "/bin/sh",
	  .args = { "sh", "@/user/large" },
	  .fixed = true,
	  .broken = "its argument 1, @/user/large: it is larger" },
};

static void copy_file(const struct plot *plot, const char *from, const char *to,
		      uid_t owner)
{
	bh_autoclose int fd = open(from, O_RDONLY | O_CLOEXEC);
	bh_autobuf struct bh_buf data = { 0 };

	if (fd < 0 || bh_read_all(fd, 16u << 20, &data) < 0)
		abort();
	plot_file(plot, to, data.data, data.len, 0755, owner);
}

static void fill(const struct plot *plot)
{
	bh_autofree char *fifo = plot_text(plot, "@/user/fifo");
	bh_autofree char *large = plot_text(plot, "@/user/large");

	plot_directory(plot, "@/root", 0755, 0);
	plot_directory(plot, "@/user", 0755, PLOT_USER);
	plot_directory(plot, "@/user/bin", 0755, PLOT_USER);
	plot_script(plot, "@/root/script", "#!/bin/sh\necho script $*\n", 0755,
		    0);
	plot_script(plot, "@/user/script", "#! /bin/sh\t\necho script $*\n",
		    0755, PLOT_USER);
	plot_script(plot, "@/user/option",
		    "#!/bin/sh -e\ncase $- in *e*) echo -e;; esac\n", 0755, 0);
	plot_script(plot, "@/user/env", "#!/usr/bin/env sh\necho env $* $A\n",
		    0755, 0);
	plot_script(plot, "@/user/env-s", "#!/usr/bin/env -S sh -e\n", 0755, 0);
	plot_script(plot, "@/user/nested", "#!@/root/script\n", 0755, 0);
	plot_script(plot, "@/user/lost", "#!@/none\n", 0755, 0);
	plot_script(plot, "@/user/text", "echo\n", 0755, 0);
	plot_script(plot, "@/user/data", "data\n", 0644, 0);
	plot_script(plot, "@/root/data", "data\n", 0644, 0);
	plot_link(plot, "user/data", "@/link", 0);
	plot_script(plot, "@/user/large", "", 0755, 0);
	copy_file(plot, "/bin/echo", "@/user/echo", PLOT_USER);
	copy_file(plot, "/bin/echo", "@/user/bin/sh", PLOT_USER);
	if (mkfifo(fifo, 0755) < 0 || truncate(large, (256 << 20) + 1) < 0)
		abort();
}

/* A spec with one hook; the texts are the arena's. */
struct one {
	struct bh_arena arena;
	struct bh_hook hook;
	const char *args[MAX_WORDS + 1], *env[4];
	struct bh_spec spec;
	struct bh_look look;
};

static const char *expand(const struct plot *plot, struct bh_arena *arena,
			  const char *text)
{
	bh_autofree char *full = text ? plot_text(plot, text) : NULL;

	return full ? bh_arena_strdup(arena, full) : NULL;
}

static bool look_once(const struct plot *plot, const struct sight *sight,
		      const char *cache_dir, struct one *ret)
{
	const struct bh_look_options options = { .cache_dir = cache_dir };
	struct bh_err err = { 0 };

	*ret = (struct one){ 0 };
	for (size_t i = 0; i < MAX_WORDS; i++)
		ret->args[i] = expand(plot, &ret->arena, sight->args[i]);
	for (size_t i = 0; i < 3; i++)
		ret->env[i] = expand(plot, &ret->arena, sight->env[i]);
	ret->hook = (struct bh_hook){
		.stage = BH_CREATE_RUNTIME,
		.path = expand(plot, &ret->arena, sight->path),
		.args = ret->args,
		.env = ret->env,
	};
	ret->spec.hook_count = 1;
	ret->spec.hooks = &ret->hook;
	if (bh_look(&ret->spec, &options, &ret->look, &err) == 0)
		return true;
	diag("%s", err.text);
	return false;
}

static void forget(struct one *one)
{
	bh_look_clear(&one->look);
	bh_arena_clear(&one->arena);
}

/* In the child: as bh_program says. */
static _Noreturn void execute(const struct bh_item *item, int output)
{
	const struct bh_program *program = &item->program;
	const char *argv[MAX_WORDS + 4] = { 0 };
	size_t count = 0, skip = 0;

	(void)dup2(output, 1);
	if (program->script_fd >= 0) {
		argv[count++] = program->name;
		if (program->option)
			argv[count++] = program->option;
		argv[count++] = "/proc/self/fd/3";
		skip = 1;
	}
	for (const char **arg = item->hook->args + skip; *arg; arg++)
		argv[count++] = *arg;
	if (program->script_fd == 3)
		(void)fcntl(3, F_SETFD, 0);
	else if (program->script_fd >= 0)
		(void)dup2(program->script_fd, 3);
	(void)bh_sys_execveat(program->fd, "", (char **)(uintptr_t)argv,
			      (char **)(uintptr_t)item->hook->env,
			      AT_EMPTY_PATH);
	_exit(111);
}

/* What it writes; owned by the caller. */
static char *run(struct bh_item *item)
{
	bh_autobuf struct bh_buf output = { 0 };
	int ends[2];
	pid_t pid;

	/* The program must not be in the way of descriptor 3. */
	if (item->program.fd <= 3) {
		int moved = fcntl(item->program.fd, F_DUPFD_CLOEXEC, 10);

		bh_close(&item->program.fd);
		item->program.fd = moved;
	}
	if (pipe2(ends, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		abort();
	if (pid == 0)
		execute(item, ends[1]);
	bh_close(&ends[1]);
	if (bh_read_all(ends[0], 65536, &output) < 0)
		abort();
	bh_close(&ends[0]);
	(void)waitpid(pid, NULL, 0);
	return bh_strdup(output.data ? output.data : "");
}

static bool is_digest_of(const struct bh_digest *digest, const char *path)
{
	bh_autoclose int fd = open(path, O_RDONLY | O_CLOEXEC);
	bh_autobuf struct bh_buf data = { 0 };
	struct bh_digest own;

	if (fd < 0 || bh_read_all(fd, 64u << 20, &data) < 0)
		return false;
	bh_digest_of(data.data, data.len, &own);
	return bh_digest_equal(digest, &own);
}

static void check_interpreters(const struct plot *plot,
			       const struct sight *sight,
			       const struct bh_item *item)
{
	for (size_t i = 0; i < 2 && sight->interpreters[i]; i++) {
		bh_autofree char *path =
			plot_text(plot, sight->interpreters[i]);
		bh_autofree char *real = realpath(path, NULL);

		if (i < item->interpreter_count)
			is_str(item->interpreters[i].path, real,
			       "%s: interpreter %zu", sight->title, i);
		ok(i < item->interpreter_count &&
			   is_digest_of(&item->interpreters[i].digest, path),
		   "%s: digest of interpreter %zu", sight->title, i);
	}
}

static void check_sight(const struct plot *plot, const struct sight *sight)
{
	bh_autofree char *broken =
		sight->broken ? plot_text(plot, sight->broken) : NULL;
	struct bh_item *item;
	struct one one;

	if (!ok(look_once(plot, sight, NULL, &one), "%s: is looked at",
		sight->title))
		return;
	item = one.look.items;
	if (!ok(broken ? item->broken && strstr(item->broken, broken) :
			 !item->broken,
		"%s: %s", sight->title, broken ? "can't run" : "can run"))
		diag("%s", item->broken ? item->broken : "it isn't broken");
	ok((item->program.fd >= 0) == !broken, "%s: descriptor", sight->title);
	ok(item->hashed || broken, "%s: is hashed", sight->title);
	ok(item->file.fixed == sight->fixed, "%s: fixed or not", sight->title);
	if (item->hashed)
		ok(is_digest_of(&item->file.digest, one.hook.path),
		   "%s: digest", sight->title);
	check_interpreters(plot, sight, item);
	is_int(item->argument_count, sight->argument ? 1 : 0, "%s: arguments",
	       sight->title);
	if (sight->argument && item->argument_count) {
		bh_autofree char *path = plot_text(plot, sight->argument);

		is_str(item->arguments[0].file.path, path, "%s: argument",
		       sight->title);
		ok(is_digest_of(&item->arguments[0].file.digest, path),
		   "%s: its digest", sight->title);
	}
	if (sight->output && !item->broken) {
		bh_autofree char *output = run(item);

		is_str(output, sight->output, "%s: runs", sight->title);
	}
	forget(&one);
}

static struct sight by_title(const char *title)
{
	for (size_t i = 0; i < BH_COUNT(sights); i++)
		if (bh_str_eq(sights[i].title, title))
			return sights[i];
	abort();
}

/* Written into, and replaced, once it was looked at. */
static void check_change(const struct plot *plot)
{
	const struct sight sight = by_title("a user's script");
	struct bh_digest before;
	struct one one;
	bh_autofree char *output = NULL, *file = NULL;
	bh_autoclose int fd = -1;

	(void)look_once(plot, &sight, NULL, &one);
	before = one.look.items[0].identity;
	file = plot_text(plot, "@/user/script");
	fd = open(file, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || pwrite(fd, "#!/bin/cat", 10, 0) != 10)
		abort();
	plot_script(plot, "@/user/script", "#!/bin/sh\necho evil\n", 0755,
		    PLOT_USER);
	output = run(one.look.items);
	is_str(output, "script x\n", "the bytes that were hashed are run");
	ok(write(one.look.items[0].program.script_fd, "x", 1) < 0 &&
		   ftruncate(one.look.items[0].program.script_fd, 0) < 0,
	   "a copy can't be written");
	forget(&one);
	(void)look_once(plot, &sight, NULL, &one);
	ok(!bh_digest_equal(&before, &one.look.items[0].identity),
	   "the file that is there now is another item");
	forget(&one);
}

static void check_sealed(const struct plot *plot)
{
	const struct sight sight = by_title("a user's program");
	const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW |
			  F_SEAL_WRITE;
	struct one one;

	(void)look_once(plot, &sight, NULL, &one);
	is_int(fcntl(one.look.items[0].program.fd, F_GET_SEALS) & seals, seals,
	       "a user's program is run as a sealed copy");
	forget(&one);
}

/* An argument changed: another item, by name of the file (A14). */
static void check_argument(const struct plot *plot)
{
	const struct sight sight = by_title("a user's file as argument");
	struct bh_digest before;
	struct one one;

	(void)look_once(plot, &sight, NULL, &one);
	before = one.look.items[0].identity;
	forget(&one);
	plot_script(plot, "@/user/data", "dats\n", 0644, 0);
	(void)look_once(plot, &sight, NULL, &one);
	ok(!bh_digest_equal(&before, &one.look.items[0].identity),
	   "one byte of an argument's file makes another item");
	forget(&one);
}

static void check_inside(const struct plot *plot)
{
	bh_autofree char *root = plot_text(plot, "@/root");
	struct bh_hook hooks[] = {
		{ .stage = BH_START_CONTAINER, .path = "/script" },
		{ .stage = BH_START_CONTAINER, .path = "/out" },
		{ .stage = BH_START_CONTAINER, .path = "/none" },
		{ .stage = BH_START_CONTAINER, .path = "/" },
	};
	struct bh_spec spec = { .hook_count = 4, .hooks = hooks };
	const struct bh_look_options options = { 0 };
	bh_autoclose int root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct bh_look look;
	struct bh_err err;

	plot_link(plot, "../user/script", "@/root/out", 0);
	is_int(bh_look(&spec, &options, &look, &err), 0, "hooks inside");
	for (size_t i = 0; i < look.count; i++)
		ok(look.items[i].inside && !look.items[i].hashed &&
			   !look.items[i].broken &&
			   look.items[i].program.fd < 0,
		   "hook %zu inside isn't looked at", i);
	bh_look_inside(&look, root_fd);
	ok(look.items[0].hashed && !look.items[0].broken,
	   "it is, below its root");
	ok(!look.items[1].hashed && look.items[1].broken &&
		   strstr(look.items[1].broken, "no such file in the image"),
	   "a link ends at the root");
	ok(look.items[2].broken && look.items[3].broken,
	   "what can't be run is broken");
	bh_look_clear(&look);
}

int main(void)
{
	struct plot plot;

	if (geteuid() != 0)
		return skip_all("not root");
	plot_make(&plot);
	fill(&plot);
	for (size_t i = 0; i < BH_COUNT(sights); i++)
		check_sight(&plot, &sights[i]);
	check_sealed(&plot);
	check_argument(&plot);
	check_inside(&plot);
	check_change(&plot);
	plot_remove(&plot);
	return done_testing();
}
