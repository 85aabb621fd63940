/* SPDX-License-Identifier: Apache-2.0 */
/* The first line of a script; the kernel itself is asked as well. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/str.h"
#include "tap.h"
#include "trust/script.h"

#define X10  "xxxxxxxxxx"
#define X50  X10 X10 X10 X10 X10
#define X250 X50 X50 X50 X50 X50
#define X253 X250 "xxx"

struct line {
	const char *title, *text;
	const char *interpreter; /* NULL: refused */
	const char *option;
};

static const struct line lines[] = {
	{ "plain", "#!/bin/sh\necho", "/bin/sh", NULL },
	{ "blanks before", "#! \t /bin/sh\n", "/bin/sh", NULL },
	{ "blanks behind", "#!/bin/sh \t \n", "/bin/sh", NULL },
	{ "one argument", "#!/bin/sh -e\n", "/bin/sh", "-e" },
	{ "several are one", "#!/bin/sh -e  -u\t\n", "/bin/sh", "-e  -u" },
	{ "tab between", "#!/bin/sh\t-e\n", "/bin/sh", "-e" },
	{ "no line feed, short file", "#!/bin/sh", "/bin/sh", NULL },
	{ "no line feed, argument", "#!/bin/sh -e", "/bin/sh", "-e" },
	{ "carriage return is part of it", "#!/bin/sh\r\n", "/bin/sh\r", NULL },
	{ "carriage return in the argument", "#!/bin/sh -e\r\n", "/bin/sh",
	  "-e\r" },
	{ "only blanks", "#!   \n", NULL, NULL },
	{ "nothing", "#!\n", NULL, NULL },
	{ "two bytes", "#!", NULL, NULL },
	{ "relative", "#!sh\n", NULL, NULL },
	{ "path that fills the line", "#!/" X250 "\n", "/" X250, NULL },
	{ "path that is cut", "#!/" X253 "x\n", NULL, NULL },
	{ "argument that is cut", "#!/bin/sh " X250 "\n", "/bin/sh",
	  X50 X50 X50 X50 X10 X10 X10 X10 "xxxxx" },
	{ "blank as last byte looked at", "#!/" X250 "xx \n", "/" X250 "xx",
	  NULL },
};

static void check_lines(void)
{
	for (size_t i = 0; i < BH_COUNT(lines); i++) {
		const struct line *line = &lines[i];
		struct bh_script script;
		struct bh_err err = { 0 };
		int r = bh_script_parse(line->text, strlen(line->text), &script,
					&err);

		ok(bh_script_is(line->text, strlen(line->text)),
		   "%s: is a script", line->title);
		is_str(r < 0 ? NULL : script.interpreter, line->interpreter,
		       "%s: interpreter", line->title);
		if (r == 0)
			is_str(script.has_option ? script.option : NULL,
			       line->option, "%s: argument", line->title);
	}
	ok(!bh_script_is("#", 1) && !bh_script_is("", 0) &&
		   !bh_script_is(" #!", 3),
	   "what does not begin with it is none");
}

static void check_nul(void)
{
	static const char cut[] = "#!/bin/sh\0-e\n";
	static const char option[] = "#!/bin/sh -e\0u\n";
	struct bh_script script;
	struct bh_err err;

	ok(bh_script_parse(cut, sizeof(cut) - 1, &script, &err) == 0 &&
		   !script.has_option,
	   "a NUL ends path and line");
	is_str(script.interpreter, "/bin/sh", "a NUL: the path before it");
	ok(bh_script_parse(option, sizeof(option) - 1, &script, &err) == 0,
	   "a NUL in the argument");
	is_str(script.option, "-e", "a NUL: the argument before it");
}

/* What this very program is given, when it is the interpreter. */
static char *ask_kernel(const char *script)
{
	bh_autobuf struct bh_buf answer = { 0 };
	char *const argv[] = { (char *)(uintptr_t)script, NULL };
	char *const envp[] = { (char *)(uintptr_t) "TRUST_SCRIPT=1", NULL };
	int ends[2], status;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		abort();
	if (pid == 0) {
		(void)dup2(ends[1], 1);
		(void)execve(script, argv, envp);
		_exit(111);
	}
	bh_close(&ends[1]);
	if (bh_read_all(ends[0], 65536, &answer) < 0)
		abort();
	bh_close(&ends[0]);
	(void)waitpid(pid, &status, 0);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		return NULL;
	return bh_strdup(answer.data ? answer.data : "");
}

/* As ask_kernel's answer: "interpreter|argument" or "interpreter". */
static char *ask_ours(const char *text, size_t len)
{
	struct bh_script script;
	struct bh_err err;
	char *answer;

	if (bh_script_parse(text, len, &script, &err) < 0)
		return NULL;
	if (asprintf(&answer, "%s%s%s", script.interpreter,
		     script.has_option ? "|" : "",
		     script.has_option ? script.option : "") < 0)
		abort();
	return answer;
}

static void compare(const char *path, const char *text, size_t len,
		    const char *title)
{
	bh_autofree char *kernel = NULL, *ours = ask_ours(text, len);
	bh_autoclose int fd =
		open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);

	if (fd < 0 || bh_write_all(fd, text, len) < 0)
		abort();
	bh_close(&fd);
	kernel = ask_kernel(path);
	is_str(ours, kernel, "as the kernel: %s", title);
}

/* The lines above with this program as interpreter, by a short link. */
static void check_kernel(void)
{
	static const char *const tails[] = {
		"\n",	       " \n",	     " -e\n",
		"\t-e \t\n",   " a b  c\n",  "",
		" x",	       " \tx\t",     " x\ry\n",
		" " X250 "\n", " " X253 X10, "    " X50 " " X250,
		"\n\n -e\n",
	};
	char dir[] = "/tmp/bh-script.XXXXXX";
	char self[4096], link[64], path[64], text[1024];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0 || !mkdtemp(dir))
		abort();
	self[n] = '\0';
	(void)snprintf(link, sizeof(link), "%s/i", dir);
	(void)snprintf(path, sizeof(path), "%s/s", dir);
	if (symlink(self, link) < 0)
		abort();
	for (size_t i = 0; i < BH_COUNT(tails); i++) {
		int len =
			snprintf(text, sizeof(text), "#!%s%s", link, tails[i]);

		compare(path, text, (size_t)len, "a tail of the line");
		len = snprintf(text, sizeof(text), "#! \t%s%s", link, tails[i]);
		compare(path, text, (size_t)len, "the same behind blanks");
	}
	/* A NUL within. */
	n = snprintf(text, sizeof(text), "#!%s ab@cd\n", link);
	*strchr(text, '@') = '\0';
	compare(path, text, (size_t)n, "a NUL in the argument");
	(void)unlink(path);
	(void)unlink(link);
	(void)rmdir(dir);
}

static void check_env(void)
{
	static const struct {
		const char *option, *program;
	} cases[] = {
		{ "python3", "python3" },
		{ "/opt/x/py", "/opt/x/py" },
		{ "", NULL },
		{ "-S python3 -u", NULL },
		{ "-i", NULL },
		{ "A=b", NULL },
		{ "python3 -u", NULL },
		{ "bin/python3", NULL },
		{ "a\tb", NULL },
	};

	for (size_t i = 0; i < BH_COUNT(cases); i++) {
		struct bh_script script = { .has_option = true };
		const char *program = NULL;
		struct bh_err err;

		(void)snprintf(script.option, sizeof(script.option), "%s",
			       cases[i].option);
		(void)bh_script_env_program(&script, &program, &err);
		is_str(program, cases[i].program, "env \"%s\"",
		       cases[i].option);
	}
}

int main(int argc, char **argv)
{
	/* The interpreter of check_kernel: its name, and what the line gave;
	 * the script's path comes last. */
	if (getenv("TRUST_SCRIPT")) {
		printf("%s", argv[0]);
		if (argc > 2)
			printf("|%s", argv[1]);
		return 0;
	}
	check_lines();
	check_nul();
	check_env();
	check_kernel();
	return done_testing();
}
