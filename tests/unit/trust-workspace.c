/* SPDX-License-Identifier: Apache-2.0 */
/* What is found in a directory of the host, and what its identity depends on. */
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/str.h"
#include "tap.h"
#include "trust/workspace.h"

static struct bh_arena arena;
static struct bh_host host;
static int root_fd;

static void put(const char *path, const char *text)
{
	bh_autobuf struct bh_buf dir = { 0 };
	const char *slash = path;
	bh_autoclose int fd = -1;

	while ((slash = strchr(slash, '/'))) {
		bh_buf_clear(&dir);
		bh_buf_add(&dir, path, (size_t)(slash - path));
		(void)mkdirat(root_fd, dir.data, 0755);
		slash++;
	}
	fd = openat(root_fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		    0644);
	if (fd < 0 || bh_write_all(fd, text, strlen(text)) < 0)
		diag("can't write %s", path);
}

static void make_link(const char *target, const char *path)
{
	if (symlinkat(target, root_fd, path) < 0)
		diag("can't link %s", path);
}

static struct bh_workspace look(const char *path)
{
	struct bh_host_path opened;
	struct bh_workspace ws = { .path = path, .writable = true };
	struct bh_err err = { 0 };

	if (bh_host_open(&host, path, false, &opened, &err) < 0 ||
	    bh_workspace_walk(&host, &opened, true, &arena, &ws, &err) < 0)
		diag("%s", err.text);
	bh_close(&opened.fd);
	return ws;
}

static const struct bh_workspace_name *find(const struct bh_workspace *ws,
					    const char *path)
{
	for (size_t i = 0; i < ws->name_count; i++)
		if (bh_str_eq(ws->names[i].path, path))
			return &ws->names[i];
	return NULL;
}

static bool same(const struct bh_workspace *a, const struct bh_workspace *b)
{
	return bh_digest_equal(&a->identity, &b->identity);
}

static void names(const char *root)
{
	struct bh_workspace ws;

	put("src/main.c", "x");
	put(".claude/settings.json", "{}");
	put(".claude/x.md", "x");
	put("sub/.envrc", ". ./env.sh\nsource /etc/profile\n");
	put("sub/env.sh", "x");
	put("node_modules/a/.mcp.json", "{}");
	put(".git/config", "[core]\n\thooksPath = my-hooks\n");
	put(".git/HEAD", "ref: refs/heads/main\n");
	put(".git/info/exclude", "");
	put("my-hooks/pre-commit", "x");
	ws = look(root);
	is_int(ws.name_count, 4, "each name once, and nothing below one");
	ok(find(&ws, ".claude") && find(&ws, ".claude/settings.json") &&
		   find(&ws, "sub/.envrc") && find(&ws, ".git/config"),
	   "those that are there");
	is_int(ws.repository_count, 1, "a repository");
	ok(ws.repositories[0].has_info && ws.repositories[0].config_len > 0,
	   "its config and info");
	ok(ws.unfollowed && bh_str_eq(ws.unfollowed[0],
				      "/etc/profile: named by sub/.envrc"),
	   "what can't be followed is said");
	is_str(ws.broken, NULL, "nothing is wrong with it");
}

static void changes(const char *root)
{
	static const struct {
		const char *path, *text;
		bool differs;
	} cases[] = {
		{ "src/main.c", "y", false },
		{ ".git/HEAD", "ref: refs/heads/other\n", false },
		{ "node_modules/a/.mcp.json", "{ }", false },
		{ ".claude/x.md", "y", true },
		{ ".claude/new", "", true },
		{ "sub/.envrc", ". ./env.sh\n", true },
		{ "sub/env.sh", "y", true },
		{ "my-hooks/pre-commit", "y", true },
		{ ".git/hooks/pre-push", "y", true },
	};

	for (size_t i = 0; i < BH_COUNT(cases); i++) {
		struct bh_workspace before = look(root), after;

		put(cases[i].path, cases[i].text);
		after = look(root);
		ok(same(&before, &after) != cases[i].differs, "%s: %s",
		   cases[i].path, cases[i].differs ? "another" : "the same");
	}
	{
		struct bh_workspace before = look(root), after;

		ok(fchmodat(root_fd, ".claude/x.md", 0755, 0) == 0, "chmod");
		after = look(root);
		ok(!same(&before, &after), "a mode is part of it");
	}
}

/* A11 */
static void links(const char *root)
{
	struct bh_workspace ws;

	make_link("src/main.c", "CLAUDE.md");
	ws = look(root);
	ok(!ws.broken && find(&ws, "CLAUDE.md") && find(&ws, "src/main.c"),
	   "A11 a link in the workspace: what it leads to is judged");
	make_link("/etc/passwd", ".mcp.json");
	ws = look(root);
	is_str(ws.broken, ".mcp.json: a link that leaves the workspace",
	       "A11 a link that leaves it");
	(void)unlinkat(root_fd, ".mcp.json", 0);
	make_link("../w/../../etc/passwd", ".mcp.json");
	ok(look(root).broken, "A11 a link that goes up");
	(void)unlinkat(root_fd, ".mcp.json", 0);
	make_link("nothing", ".mcp.json");
	ok(look(root).broken, "A11 a link that dangles");
	(void)unlinkat(root_fd, ".mcp.json", 0);
	ok(linkat(root_fd, "my-hooks/pre-commit", root_fd, ".envrc", 0) == 0,
	   "link");
	ws = look(root);
	is_str(ws.broken, ".envrc: it has another name, a hard link",
	       "A11 a hard link");
	(void)unlinkat(root_fd, ".envrc", 0);
	(void)mkfifoat(root_fd, ".envrc", 0644);
	ok(look(root).broken, "a FIFO is not opened");
	(void)unlinkat(root_fd, ".envrc", 0);
	ok(!look(root).broken, "without them nothing is wrong");
}

/* A12 */
static void parts(const char *root)
{
	bh_autobuf struct bh_buf path = { 0 };
	struct bh_workspace ws;

	bh_buf_printf(&path, "%s/.git/hooks", root);
	ws = look(path.data);
	ok(find(&ws, "") && find(&ws, "")->match.class == BH_NAME_EXEC,
	   "A12 hooks alone are hooks");
	bh_buf_clear(&path);
	bh_buf_printf(&path, "%s/.claude", root);
	ws = look(path.data);
	ok(find(&ws, "") && find(&ws, "settings.json"),
	   "A12 the settings of an agent alone");
	bh_buf_clear(&path);
	bh_buf_printf(&path, "%s/sub/.envrc", root);
	ws = look(path.data);
	ok(find(&ws, ""), "A12 a file alone");
}

static int remove_one(const char *path, const struct stat *st, int type,
		      struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

int main(void)
{
	char root[] = "/tmp/bh-workspace.XXXXXX";

	if (!mkdtemp(root))
		return skip_all("no directory can be made in /tmp");
	root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	names(root);
	changes(root);
	links(root);
	parts(root);
	bh_arena_clear(&arena);
	(void)nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	return done_testing();
}
