/* SPDX-License-Identifier: Apache-2.0 */
/* A container's index, and what the real git makes of it. */
#include <errno.h>

#include "base/digest.h"

#include "trust-git.h"
#include "trust/git-index.h"

static struct bh_err err;

static bool is_hidden(const struct bh_git_entry *entry, void *data)
{
	(void)data;
	return bh_starts_with(entry->path, ".claude/") ||
	       bh_str_eq(entry->path, ".mcp.json");
}

static struct bh_git_index index_of(const struct bh_buf *buf, size_t hash_size)
{
	return (struct bh_git_index){ (const unsigned char *)buf->data,
				      buf->len, hash_size };
}

/* Repository `r` with an index of this version. */
static void make_repository(const char *format, int version)
{
	free(shell("rm -rf r && git init -q -b main --object-format=%s r && "
		   "cd r && mkdir -p .claude/hooks src && "
		   "echo '{}' >.claude/settings.json && "
		   "echo run >.claude/hooks/a && echo m >.mcp.json && "
		   "echo c >src/main.c && echo l >src/main-long-name.c && "
		   "ln -s main.c src/link && "
		   "touch $(printf 'x%%0200d' 7) && git add -A && "
		   "git commit -qm one && git status >/dev/null && "
		   "git update-index --index-version %d",
		   format, version));
}

/* Hide in r/.git/index; the version of what is there then. */
static int hide(size_t hash_size)
{
	bh_autobuf struct bh_buf before = load("r/.git/index");
	bh_autobuf struct bh_buf after = { 0 };
	struct bh_git_index index = index_of(&before, hash_size);

	if (bh_git_index_hide(&index, is_hidden, NULL, &after, &err) < 0) {
		diag("%s", err.text);
		return -1;
	}
	save("r/.git/index", after.data, after.len);
	return after.data[7];
}

/* Git, given the flags by hand, has the same entries and flags. */
static void test_like_git(size_t hash_size, int version, int expected)
{
	bh_autofree char *marked = NULL;

	free(shell("cp -a r/.git/index saved"));
	is_int(hide(hash_size), expected, "version %d, %zu bytes: raised",
	       version, hash_size);
	marked = shell("cd r && git ls-files -tv --stage --debug");
	ok(strstr(marked, "S 100644"), "something is marked");
	free(shell("cp -a saved r/.git/index; cd r && git update-index "
		   "--skip-worktree .claude/settings.json .claude/hooks/a "
		   ".mcp.json"));
	says(marked, "the flags are those that git sets",
	     "cd r && git ls-files -tv --stage --debug");
	free(shell("cp -a saved r/.git/index"));
}

/* What a container's git does where hidden files are empty. */
static void test_work(size_t hash_size)
{
	(void)hide(hash_size);
	free(shell("cd r && for i in .claude/settings.json .claude/hooks/a "
		   ".mcp.json; do : >$i; done; echo more >>src/main.c"));
	says(" M src/main.c", "status sees what isn't hidden",
	     "cd r && git status --porcelain");
	says("", "fsck accepts it", "cd r && git fsck --no-progress 2>&1");
	says("", "commit -a", "cd r && git commit -qam two 2>&1");
	says("src/main.c", "records what isn't hidden",
	     "cd r && git show --format= --name-only");
	says("{}", "the hidden file is whole",
	     "cd r && git show HEAD:.claude/settings.json");
	says("1 .claude/hooks/a\n1 .claude/settings.json\n1 .mcp.json",
	     "still marked", "cd r && git ls-files -t | sed -n 's/^S /1 /p'");
}

static void test_versions(void)
{
	static const struct {
		const char *format;
		size_t hash_size;
	} formats[] = { { "sha1", 20 }, { "sha256", 32 } };

	for (size_t i = 0; i < BH_COUNT(formats); i++)
		for (int version = 2; version <= 4; version++) {
			make_repository(formats[i].format, version);
			test_like_git(formats[i].hash_size, version,
				      version < 4 ? 3 : 4);
			test_work(formats[i].hash_size);
		}
}

static void list_entry(const struct bh_git_entry *entry, void *data)
{
	bh_buf_printf(data, "%s %o %u%s%s%s\n", entry->path, entry->mode,
		      entry->stage, entry->assume_valid ? " valid" : "",
		      entry->intent_to_add ? " add" : "",
		      entry->skip_worktree ? " skip" : "");
}

static void is_listed(const char *name, const char *want, const char *title)
{
	bh_autobuf struct bh_buf file = load(name), list = { 0 };
	struct bh_git_index index = index_of(&file, 20);

	is_int(bh_git_index_walk(&index, list_entry, &list, &err), 0, "%s",
	       title);
	is_str(list.data, want, "%s", title);
}

/* Flags and stages that git has set are read, and are there after hiding. */
static void test_kept(int version)
{
	bh_autofree char *before = NULL;

	free(shell("rm -rf r; git init -q -b main r && cd r && echo a >a && "
		   "echo b >b && echo c >c && echo s >s && git add . && "
		   "git commit -qm one && git checkout -qb other && "
		   "echo other >c && git commit -qam two && "
		   "git checkout -q main && echo main >c && "
		   "git commit -qam three; git merge -q other >/dev/null; "
		   "echo m >.mcp.json; git add .mcp.json; "
		   "git update-index --assume-unchanged a; "
		   "git update-index --skip-worktree s; echo n >n; "
		   "git add -N n; git update-index --index-version %d",
		   version));
	is_listed("r/.git/index",
		  ".mcp.json 100644 0\na 100644 0 valid\nb 100644 0\n"
		  "c 100644 1\nc 100644 2\nc 100644 3\nn 100644 0 add\n"
		  "s 100644 0 skip\n",
		  "flags and stages");
	before = shell("cd r && git ls-files --stage --debug -v b c n s a");
	is_int(hide(20), version, "version stays");
	says(before, "the other entries are as before",
	     "cd r && git ls-files --stage --debug -v b c n s a");
	is_listed("r/.git/index",
		  ".mcp.json 100644 0 skip\na 100644 0 valid\nb 100644 0\n"
		  "c 100644 1\nc 100644 2\nc 100644 3\nn 100644 0 add\n"
		  "s 100644 0 skip\n",
		  "flags and stages, hidden");
}

static bool is_conflicting(const struct bh_git_entry *entry, void *data)
{
	(void)data;
	return bh_str_eq(entry->path, "c");
}

static void test_conflict(void)
{
	bh_autobuf struct bh_buf file = load("r/.git/index"), out = { 0 };
	struct bh_git_index index = index_of(&file, 20);

	is_int(bh_git_index_hide(&index, is_conflicting, NULL, &out, &err),
	       -EINVAL, "what is in conflict can't be hidden");
	is_str(err.text, "git index: c: it would be hidden, and is in conflict",
	       "and is named");
	ok(!out.data, "nothing was written");
}

static int merge(void)
{
	bh_autobuf struct bh_buf container = load("r/.git/index");
	bh_autobuf struct bh_buf original = load("saved"), out = { 0 };
	struct bh_git_index theirs = index_of(&container, 20);
	struct bh_git_index ours = index_of(&original, 20);

	if (bh_git_index_merge(&theirs, &ours, &out, &err) < 0) {
		diag("%s", err.text);
		return -1;
	}
	save("r/.git/index", out.data, out.len);
	return out.data[7];
}

/*
 * The container has committed, added, and made git blind for what it has
 * changed: by flags, by times and sizes, by a tree that isn't.
 */
static void test_merge(int version)
{
	make_repository("sha1", version);
	free(shell("cd r && git update-index --skip-worktree src/link && "
		   "cp -a .git/index ../saved"));
	(void)hide(20);
	free(shell("cd r && echo new >src/main.c && echo n >new && "
		   "git add new src/main.c && echo evil >src/main-long-name.c "
		   "&& git update-index --assume-unchanged "
		   "src/main-long-name.c && echo evil >src/main.c && "
		   "git update-index --skip-worktree src/main.c"));
	says("A  new\nM  src/main.c", "the container's git is blind",
	     "cd r && git status --porcelain");
	is_int(merge(), version == 4 ? 4 : 3, "version %d: merge", version);
	says("S src/link", "only the user's own mark is left",
	     "cd r && git ls-files -t | grep ^S");
	says("A  new\n M src/main-long-name.c\nMM src/main.c",
	     "the host's git sees what was changed",
	     "cd r && git status --porcelain");
	says("", "fsck accepts it", "cd r && git fsck --no-progress 2>&1");
}

/* Both ways and nothing done between: what git sees is as before. */
static void test_round(void)
{
	make_repository("sha1", 2);
	free(shell("cp -a r/.git/index saved"));
	(void)hide(20);
	is_int(merge(), 2, "back to version 2");
	says("", "nothing is changed", "cd r && git status --porcelain");
	says("same", "the stat data is the original's",
	     "cd r && git ls-files --debug --stage >../a; "
	     "cp -a ../saved .git/index; git ls-files --debug --stage >../b; "
	     "cmp ../a ../b && echo same");
}

static void is_refused(const char *name, const char *want, const char *title)
{
	bh_autobuf struct bh_buf file = load(name), out = { 0 };
	struct bh_git_index index = index_of(&file, 20);

	err = (struct bh_err){ 0 };
	is_int(bh_git_index_hide(&index, is_hidden, NULL, &out, &err), -EINVAL,
	       "%s", title);
	if (want)
		is_str(err.text, want, "%s: why", title);
}

static void test_split(void)
{
	static const char link[] =
		"DIRC\0\0\0\2\0\0\0\0link\0\0\0\24"
		"01234567890123456789\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

	make_repository("sha1", 2);
	free(shell("cd r && git update-index --split-index"));
	is_refused("r/.git/index", NULL, "a split index");
	ok(strstr(err.hint, "--no-split-index"), "it says what helps");
	save("link", link, sizeof(link) - 1);
	is_refused("link", "git index: it is split", "nothing but a link");
	free(shell("cd r && git update-index --no-split-index"));
	is_int(hide(20), 3, "what helps does");
}

static void test_sparse(void)
{
	make_repository("sha1", 2);
	free(shell("cd r && mkdir far && echo f >far/f && git add far && "
		   "git commit -qm far && "
		   "git sparse-checkout init --cone --sparse-index && "
		   "git sparse-checkout set src"));
	is_refused("r/.git/index",
		   "git index: entry 1: it stands for a whole directory",
		   "a sparse index");
	free(shell("cd r && git sparse-checkout reapply --no-sparse-index"));
	is_int(hide(20), 3, "what helps does");
}

/* Caches of another view of the work tree are gone, and git goes on. */
static void test_caches(void)
{
	make_repository("sha1", 4);
	free(shell("cd r && git config index.threads 2 && "
		   "git config index.recordEndOfIndexEntries true && "
		   "git config index.recordOffsetTable true && "
		   "git update-index --untracked-cache && git status "
		   ">/dev/null; echo x >>src/main.c; git add src/main.c"));
	says("1", "there is an untracked cache", "grep -c UNTR r/.git/index");
	is_int(hide(20), 4, "hidden");
	says("0(status 256)", "there is none", "grep -c UNTR r/.git/index");
	says("0(status 256)", "and no end of entries",
	     "grep -c EOIE r/.git/index");
	says("1", "the cached trees stay", "grep -c TREE r/.git/index");
	says("M  src/main.c", "git goes on", "cd r && git status --porcelain");
}

/* Bytes changed one by one: refused or written, and never read beyond. */
static void test_damaged(void)
{
	bh_autobuf struct bh_buf file = { 0 };
	unsigned int refused = 0;

	make_repository("sha1", 4);
	file = load("r/.git/index");
	for (size_t len = 0; len < file.len; len++) {
		bh_autobuf struct bh_buf out = { 0 };
		bh_autofree unsigned char *part = bh_calloc(len + 20, 1);
		struct bh_git_index index = { part, len, 20 };

		memcpy(part, file.data, len);
		refused += bh_git_index_hide(&index, is_hidden, NULL, &out,
					     &err) < 0;
		if (len < 20)
			continue;
		bh_sha1_of(part, len - 20, part + len - 20);
		(void)bh_git_index_hide(&index, is_hidden, NULL, &out, &err);
	}
	is_int(refused, file.len, "what is cut off is refused");
	file.data[20] ^= 1;
	save("damaged", file.data, file.len);
	is_refused("damaged", "git index: the checksum is wrong", "one bit");
	memset(file.data + file.len - 20, 0, 20);
	save("damaged", file.data, file.len);
	is_listed("r/.git/index",
		  ".claude/hooks/a 100644 0\n.claude/settings.json 100644 0\n"
		  ".mcp.json 100644 0\nsrc/link 120000 0\n"
		  "src/main-long-name.c 100644 0\nsrc/main.c 100644 0\n"
		  "x00000000000000000000000000000000000000000000000000000000"
		  "0000000000000000000000000000000000000000000000000000000000"
		  "0000000000000000000000000000000000000000000000000000000000"
		  "0000000000000000000000000007 100644 0\n",
		  "paths of version 4");
}

/* An entry of version 2 with this mode and path; no checksum (skipHash). */
static void entry_is(const char *path, unsigned int mode, const char *want)
{
	bh_autobuf struct bh_buf file = { 0 };
	unsigned char head[12 + 62] = { 'D', 'I', 'R', 'C', 0, 0,
					0,   2,	  0,   0,   0, 1 };
	char zeros[28] = { 0 };

	head[12 + 26] = (unsigned char)(mode >> 8);
	head[12 + 27] = (unsigned char)mode;
	head[12 + 61] = (unsigned char)strlen(path);
	bh_buf_add(&file, (char *)head, sizeof(head));
	bh_buf_add(&file, path, strlen(path));
	bh_buf_add(&file, zeros, 8 - (62 + strlen(path)) % 8);
	bh_buf_add(&file, zeros, 20);
	save("entry", file.data, file.len);
	if (want)
		is_refused("entry", want, path);
	else
		is_listed("entry", "a/b 100644 0\n", path);
}

static void test_paths(void)
{
	static const char *const paths[] = {
		"/a",	"a/",	"a//b",		 ".",
		"a/..", ".git", "a/.GIT/config", "git~1/hooks/a"
	};

	entry_is("a/b", 0100644, NULL);
	for (size_t i = 0; i < BH_COUNT(paths); i++)
		entry_is(paths[i], 0100644,
			 "git index: entry 1: git has no such paths");
	entry_is("a", 020644, "git index: entry 1: its mode is no file's");
}

static void test_nothing(void)
{
	struct bh_git_index index = { NULL, 0, 20 };
	struct bh_buf out = { 0 };

	is_int(bh_git_index_hide(&index, is_hidden, NULL, &out, &err), -EINVAL,
	       "nothing at all");
	index.hash_size = 16;
	is_int(bh_git_index_walk(&index, list_entry, &out, &err), -EINVAL,
	       "an unknown hash");
}

int main(void)
{
	test_nothing();
	if (!enter_scratch()) {
		skip("git is not installed");
		return done_testing();
	}
	test_versions();
	test_kept(3);
	test_kept(4);
	test_conflict();
	for (int version = 2; version <= 4; version++)
		test_merge(version);
	test_round();
	test_split();
	test_sparse();
	test_caches();
	test_damaged();
	test_paths();
	return done_testing();
}
