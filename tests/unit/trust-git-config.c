/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration of git: read as the real git reads it, filtered, followed. */
#include <errno.h>

#include "trust-git.h"
#include "trust/git-config.h"

static struct bh_err err;

/* As `git config --list -z` has it, with other separators. */
static void list_setting(const struct bh_git_setting *setting, void *data)
{
	bh_buf_str(data, setting->name);
	if (setting->value)
		bh_buf_printf(data, "=%s", setting->value);
	bh_buf_char(data, '\1');
}

/* Well-formed; without blanks of which git's versions think differently. */
static const char *const texts[] = {
	"",
	"\n\n",
	"# c\n; d\n",
	"[core]\n\tbare = true\n",
	"[core]bare=true",
	"[core]\nbare\n",
	"[core]\nbare =\n",
	"[CoRe]\nBaRe = TrUe\n",
	"[a] x = 1\n[b] y = 2 [c]\n",
	"[a][b] y = 2\n",
	"[a \"b\"] x = 1\n",
	"[a   \"B c\"] x = 1\n",
	"[a \"b\\\"c\\\\d\\te\"] x = 1\n",
	"[a \"b]#;\"] x = 1\n",
	"[a \"\"] x = 1\n",
	"[A.B.C] x = 1\n",
	"[A.B \"C.d\"] x = 1\n",
	"[a.] x = 1\n",
	"[a-1] x-1 = 1\n",
	"[a] x = one two  three \n",
	"[a] x = \" one \" # c\n",
	"[a] x = one # c\n",
	"[a] x = one;c\n",
	"[a] x = \"one;c\"\n",
	"[a] x = o\"n;e\"c\n",
	"[a] x = \\\"one\\\"\n",
	"[a] x = a\\nb\\tc\\bd\\\\\n",
	"[a] x = one\\\ntwo\n",
	"[a] x = one \\\n  two\n",
	"[a] x = one \\\n",
	"[a] x = \\\n   one\n",
	"[a] x = \"one\\\n two\"\n",
	"[a] x = \"\"   one\n",
	"[a] x = one   \"\"\n",
	"[a] x = one\\",
	"[a] # c \\\nx = 1\n",
	"[a] x = 1 # c \\\ny = 2\n",
	"[a]\r\nx = 1\r\n",
	"[a]\r\nx = one \\\r\n two\r\n",
	"\xef\xbb\xbf[a] x = 1\n",
	"[a] x = \xc3\xa4\n",
	"[remote \"o\"] url = a\nurl = b\n[remote \"o\"]\nurl = c\n",
};

/* Refused by git as well. */
static const struct {
	const char *text;
	const char *want;
} broken[] = {
	{ "[a", "git config: line 1: a section's name does not end" },
	{ "\n[a\n]", "git config: line 2: a section's name does not end" },
	{ "[a \"b]\n", "git config: line 1: a section's name does not end" },
	{ "[a \"b\\\n\"]",
	  "git config: line 1: a section's name does not end" },
	{ "[a \"b\" ]\n", "git config: line 1: a section's name does not end" },
	{ "[a b]\n",
	  "git config: line 1: a section's second name has no quotes" },
	{ "[a_b]\n", "git config: line 1: a section's name does not end" },
	{ "[ a]\n", "git config: line 1: a section has no name" },
	{ "[a]\n1x = 1\n",
	  "git config: line 2: a variable begins with a letter" },
	{ "[a]\n = 1\n",
	  "git config: line 2: a variable begins with a letter" },
	{ "[a]\nx y\n",
	  "git config: line 2: no `=` behind the variable's name" },
	{ "[a]\nx # c\n",
	  "git config: line 2: no `=` behind the variable's name" },
	{ "[a]\nx_y = 1\n",
	  "git config: line 2: no `=` behind the variable's name" },
	{ "[a]\nx = \"1\n", "git config: line 2: a quote does not end" },
	{ "[a]\nx = \"1", "git config: line 2: a quote does not end" },
	{ "[a]\nx = \\x\n", "git config: line 2: an unknown escape" },
};

static char *walk(const char *text)
{
	bh_autobuf struct bh_buf list = { 0 };

	bh_buf_add(&list, "", 0);
	err = (struct bh_err){ 0 };
	if (bh_git_config_walk(text, strlen(text), list_setting, &list, &err) <
	    0)
		return NULL;
	return bh_steal_ptr(list.data);
}

static void test_like_git(void)
{
	for (size_t i = 0; i < BH_COUNT(texts); i++) {
		bh_autofree char *ours = walk(texts[i]), *gits = NULL;

		save("config", texts[i], strlen(texts[i]));
		gits = shell("git config -f config --list -z | "
			     "tr '\\n\\000' '=\\001'; echo x");
		/* What is a newline in a value is "=" in both, and the "x" is
		 * what keeps the last one. */
		for (char *c = ours; c && *c; c++)
			*c = *c == '\n' ? '=' : *c;
		if (*gits)
			gits[strlen(gits) - 1] = '\0';
		is_str(ours, gits, "text %zu is read as by git", i);
	}
}

/* Sizes that are allowed, and one more. */
static void test_sizes(void)
{
	static char text[BH_GIT_CONFIG_MAX + 1];

	memset(text, '\n', sizeof(text));
	is_int(bh_git_config_walk(text, sizeof(text) - 1, list_setting, NULL,
				  &err),
	       0, "1 MiB");
	is_int(bh_git_config_walk(text, sizeof(text), list_setting, NULL, &err),
	       -EINVAL, "a byte more");
	is_str(err.text, "git config: larger than 1 MiB", "a byte more: why");
	memcpy(text, "[a \"", 4);
	memset(text + 4, 'b', BH_GIT_SUBSECTION_MAX);
	memcpy(text + 4 + BH_GIT_SUBSECTION_MAX, "\"]", 2);
	is_int(bh_git_config_walk(text, 4000, list_setting, NULL, &err), 0,
	       "a long name");
	memcpy(text + 4 + BH_GIT_SUBSECTION_MAX, "b\"]", 3);
	is_int(bh_git_config_walk(text, 4000, list_setting, NULL, &err),
	       -EINVAL, "a letter more");
	is_str(err.text, "git config: line 1: a section's name is too long",
	       "a letter more: why");
}

static void test_broken(bool have_git)
{
	for (size_t i = 0; i < BH_COUNT(broken); i++) {
		bh_autofree char *ours = walk(broken[i].text);

		ok(!ours, "broken text %zu is refused", i);
		is_str(err.text, broken[i].want, "broken text %zu: why", i);
		if (!have_git)
			continue;
		save("config", broken[i].text, strlen(broken[i].text));
		says("bad", "by git as well",
		     "git config -f config --list >/dev/null 2>&1 || echo bad");
	}
	ok(!walk("x = 1\n"), "a variable needs a section");
	ok(!walk("[] x = 1\n"), "a section needs a name");
	is_int(bh_git_config_walk("[a]\0", 4, list_setting, NULL, &err),
	       -EINVAL, "no NUL");
	is_int(bh_git_config_walk(NULL, 0, list_setting, NULL, &err), 0,
	       "nothing at all");
}

static void list_dropped(const struct bh_git_setting *setting, const char *why,
			 void *data)
{
	bh_buf_printf(data, "%u %s: %s\n", setting->line, setting->name, why);
}

/* One setting, whole: `want` is why it is dropped, or NULL. */
static void judged(const char *section, const char *line, const char *want)
{
	bh_autobuf struct bh_buf out = { 0 }, why = { 0 };
	bh_autofree char *text = NULL;
	struct bh_buf *list = &why;
	const char *reason;

	if (asprintf(&text, "[%s]\n%s\n", section, line) < 0)
		abort();
	is_int(bh_git_config_filter(text, strlen(text), list_dropped, list,
				    &out, &err),
	       0, "[%s] %s", section, line);
	reason = why.data ? strstr(why.data, ": ") : NULL;
	if (reason && why.len)
		why.data[why.len - 1] = '\0';
	is_str(reason ? reason + 2 : NULL, want, "[%s] %s", section, line);
	ok((out.len == 0) == (want != NULL), "and is there, or not");
}

static void test_filter(void)
{
	static const char text[] =
		"[core]\n\trepositoryformatversion = 0\n\tbare\n"
		"\thooksPath = hooks\n\tpager = \"sh -c evil\"\n"
		"[alias]\n\tst = !evil\n"
		"[user]\n\tname = \"A \\\"B\\\" \\\\ ; C\"\n"
		"[remote \"o\\\"r\"]\n\turl = https://a/b # c\n"
		"\tfetch = +refs/heads/*:refs/remotes/o/*\n";
	bh_autobuf struct bh_buf out = { 0 }, why = { 0 }, again = { 0 },
				 nothing = { 0 };

	is_int(bh_git_config_filter(text, strlen(text), list_dropped, &why,
				    &out, &err),
	       0, "a config");
	is_str(out.data,
	       "[core]\n\trepositoryformatversion = \"0\"\n\tbare\n"
	       "[user]\n\tname = \"A \\\"B\\\" \\\\ ; C\"\n"
	       "[remote \"o\\\"r\"]\n\turl = \"https://a/b\"\n"
	       "\tfetch = \"+refs/heads/*:refs/remotes/o/*\"\n",
	       "what is kept of it");
	is_str(why.data,
	       "4 core.hookspath: it names another file\n"
	       "5 core.pager: it runs a program\n"
	       "7 alias.st: it runs a program\n",
	       "what is dropped, and why");
	is_int(bh_git_config_filter(out.data, out.len, NULL, NULL, &again,
				    &err),
	       0, "once more");
	is_str(again.data, out.data, "it stays as it is");
	is_int(bh_git_config_filter(NULL, 0, NULL, NULL, &nothing, &err), 0,
	       "nothing at all");
}

#define PROGRAM	 "it runs a program"
#define FILENAME "it names another file"
#define UNKNOWN	 "it is none of those that are known to be harmless"
#define FORM	 "its value is not of the usual form"

static void test_dangerous(void)
{
	judged("core", "sshCommand = x", PROGRAM);
	judged("core", "FSMONITOR = x", PROGRAM);
	judged("core", "fsmonitor = true", PROGRAM);
	judged("core", "editor = x", PROGRAM);
	judged("core", "gitProxy = x", PROGRAM);
	judged("core", "attributesFile = x", FILENAME);
	judged("core", "excludesFile = x", FILENAME);
	judged("core", "worktree = /", "it moves the work tree");
	judged("core", "protectNTFS = false", UNKNOWN);
	judged("filter \"f\"", "smudge = x", PROGRAM);
	judged("filter \"f\"", "required", UNKNOWN);
	judged("diff \"f\"", "textconv = x", PROGRAM);
	judged("merge \"f\"", "driver = x", PROGRAM);
	judged("credential", "helper = x", PROGRAM);
	judged("credential \"https://a\"", "helper = !x", PROGRAM);
	judged("gpg", "program = x", PROGRAM);
	judged("gpg \"ssh\"", "program = x", PROGRAM);
	judged("include", "path = x", FILENAME);
	judged("includeIf \"gitdir:/\"", "path = x", FILENAME);
	judged("url \"x\"", "insteadOf = y", "it sends work to another place");
	judged("remote \"o\"", "uploadpack = x", PROGRAM);
	judged("remote \"o\"", "receivepack = x", PROGRAM);
	judged("remote \"o\"", "vcs = x", PROGRAM);
	judged("remote \"o\"", "proxy = x", UNKNOWN);
	judged("protocol \"ext\"", "allow = always", UNKNOWN);
	judged("uploadpack", "packObjectsHook = x", PROGRAM);
	judged("submodule \"s\"", "update = !x", PROGRAM);
	judged("alias \"s\"", "command = x", PROGRAM);
	judged("pager", "log = x", PROGRAM);
	judged("core \"x\"", "bare = true", UNKNOWN);
	judged("remote", "url = https://a", UNKNOWN);
	judged("extensions", "worktreeConfig = true",
	       "it brings in another config");
	judged("extensions", "refStorage = files:///x", FORM);
	judged("branch \"b\"", "merge = --upload-pack=x", FORM);
	judged("branch \"b\"", "rebase = -x", FORM);
	judged("user", "name = a\\nb", "there are control characters in it");
	judged("user", "name", "it has no value");
	judged("remote \"o\"", "tagOpt = --upload-pack=x", FORM);
}

static void test_urls(void)
{
	static const char *const good[] = {
		"https://a/b.git",
		"HTTP://a",
		"ssh://git@a:22/b",
		"git@a:b/c.git",
		"a:b",
		"/srv/a.git",
		"../a",
		"file:///a",
		"git://a/b",
		"[::1]:b",
		"git@[::1]:b",
		"ssh://[::1]/b",
		"https://user@a/b",
		"https://a/b@c:d",
		"origin",
		"https://a/b?c=d@e",
	};
	static const struct {
		const char *url, *why;
	} bad[] = {
		{ "ext::sh -c x", "its transport is a program" },
		{ "EXT::sh -c x", "its transport is a program" },
		{ "fd::17", "its transport is a program" },
		{ "ext::sh -c [x]", "its transport is a program" },
		{ "x://a", "its transport is a program" },
		{ "--upload-pack=x", "its host is an option" },
		{ "ssh://-oProxyCommand=x/b", "its host is an option" },
		{ "git@-oProxyCommand=x:b", "its host is an option" },
		{ "!x", "it could be a command" },
		{ "https://u:p@a/b", "there is a password in it" },
		{ "a\\nb", "there are control characters in it" },
		{ "", "it is empty" },
	};
	char line[64];

	for (size_t i = 0; i < BH_COUNT(good); i++) {
		(void)snprintf(line, sizeof(line), "url = %s", good[i]);
		judged("remote \"o\"", line, NULL);
	}
	for (size_t i = 0; i < BH_COUNT(bad); i++) {
		(void)snprintf(line, sizeof(line), "pushurl = %s", bad[i].url);
		judged("remote \"o\"", line, bad[i].why);
		(void)snprintf(line, sizeof(line), "remote = %s", bad[i].url);
		judged("branch \"b\"", line, bad[i].why);
	}
}

static void list_named(const struct bh_git_setting *setting,
		       enum bh_git_named kind, const char *what, void *data)
{
	static const char kinds[] = "cfd!";

	(void)setting;
	bh_buf_printf(data, "%c %s\n", kinds[kind], what);
}

static void test_names(void)
{
	static const char text[] =
		"[core] hooksPath = .githooks\nattributesFile = ~/a\n"
		"fsmonitor = true\nexcludesFile = :(optional)x\n"
		"sshCommand = ssh -v\nbare = true\n"
		"[include] path = ../b\npath =\npath\n"
		"[includeIf \"onbranch:x\"] path = c\n"
		"[alias] st = status\nx = !sh y\n"
		"[submodule \"s\"] update = merge\n"
		"[submodule \"t\"] update = !z\n"
		"[remote \"o\"] url = https://a\nurl = ext::sh q\n"
		"[extensions] worktreeConfig\n";
	bh_autobuf struct bh_buf list = { 0 };

	is_int(bh_git_config_names(text, strlen(text), list_named, &list, &err),
	       0, "names");
	is_str(list.data,
	       "d .githooks\nf ~/a\nf x\n! ssh -v\nc ../b\nc c\n! status\n"
	       "! sh y\n! z\n! sh q\nc config.worktree\n",
	       "all that it names");
	is_int(bh_git_config_names(NULL, 0, list_named, &list, &err), 0,
	       "nothing at all");
}

static void test_hash_size(void)
{
	static const char sha256[] = "[Extensions] objectFormat = sha256\n";
	static const char other[] = "[extensions] objectFormat = x\n";

	is_int(bh_git_config_hash_size(NULL, 0, &err), 20, "no config");
	is_int(bh_git_config_hash_size(sha256, strlen(sha256), &err), 32,
	       "sha256");
	is_int(bh_git_config_hash_size(other, strlen(other), &err), -EINVAL,
	       "another");
}

static void filter_file(const char *name)
{
	bh_autobuf struct bh_buf file = load(name), out = { 0 };

	if (bh_git_config_filter(file.data, file.len, NULL, NULL, &out, &err) <
	    0)
		diag("%s", err.text);
	save(name, out.data, out.len);
}

/* Nothing that the config would run is run any more. */
static void test_runs_nothing(void)
{
	free(shell("git init -q -b main r && cd r && echo a >a && git add a && "
		   "git commit -qm one && "
		   "printf 'a filter=f diff=d\\n' >.gitattributes && "
		   "mkdir h && printf '#!/bin/sh\\ntouch ../ran' >h/pre-commit "
		   "&& chmod +x h/pre-commit && "
		   "git config core.hooksPath h && "
		   "git config core.fsmonitor 'touch ../ran; false' && "
		   "git config filter.f.clean 'touch ../ran; cat' && "
		   "git config diff.d.textconv 'touch ../ran; cat' && "
		   "git config extensions.worktreeConfig true && "
		   "git config --worktree alias.w '!touch ../ran' && "
		   "git config remote.o.url 'ext::sh -c \"touch%% ../ran\"' && "
		   "git config protocol.ext.allow always"));
	says("ran", "the config runs programs",
	     "cd r; git status >/dev/null 2>&1; ls ../ | grep ran; "
	     "rm -f ../ran");
	filter_file("r/.git/config");
	free(shell("cd r; { git status; echo b >>a; git diff; git w; "
		   "git fetch o; git commit -am two; } >/dev/null 2>&1"));
	says("", "filtered, it runs none", "ls | grep ran; true");
	says("two", "and git works", "cd r && git log -1 --format=%%s");
}

/* A sparse checkout would take the marks away from files that are there. */
static void test_sparse(void)
{
	free(shell("git init -q -b main s && cd s && echo a >a && echo h >h && "
		   "git add . && git commit -qm one && "
		   "git sparse-checkout set --no-cone '/*' && "
		   "git config core.sparseCheckout true && "
		   "git update-index --skip-worktree h && : >h"));
	free(shell("cp -a s t && cd t && git status"));
	says("H a\nH h", "a sparse checkout unmarks",
	     "cd t && git ls-files -t");
	filter_file("s/.git/config");
	says("", "filtered, it does not", "cd s && git status --porcelain");
	says("H a\nS h", "the mark is there", "cd s && git ls-files -t");
}

int main(void)
{
	bool have_git = enter_scratch();

	test_broken(have_git);
	test_sizes();
	test_filter();
	test_dangerous();
	test_urls();
	test_names();
	test_hash_size();
	if (have_git) {
		test_like_git();
		test_runs_nothing();
		test_sparse();
	} else {
		skip("git is not installed");
	}
	return done_testing();
}
