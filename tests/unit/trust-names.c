/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "base/str.h"
#include "tap.h"
#include "trust/names.h"

struct name_case {
	const char *path;
	enum bh_name_class class;
	enum bh_name_group group;
	bool directory;
};

static const struct name_case ordinary[] = {
	{ ".claude/settings.json", BH_NAME_EXEC, BH_NAMES_AGENTS, false },
	{ "a/b/.claude/settings.json", BH_NAME_EXEC, BH_NAMES_AGENTS, false },
	{ ".claude/hooks", BH_NAME_EXEC, BH_NAMES_AGENTS, true },
	{ ".claude/hooks/x/y", BH_NAME_EXEC, BH_NAMES_AGENTS, false },
	{ ".claude", BH_NAME_STEER, BH_NAMES_AGENTS, true },
	{ ".claude/commands/x.md", BH_NAME_STEER, BH_NAMES_AGENTS, false },
	{ "CLAUDE.md", BH_NAME_STEER, BH_NAMES_AGENTS, false },
	{ ".mcp.json", BH_NAME_EXEC, BH_NAMES_AGENTS, false },
	{ ".continue/config.yaml", BH_NAME_EXEC, BH_NAMES_AGENTS, false },
	{ "x.code-workspace", BH_NAME_EXEC, BH_NAMES_EDITORS, false },
	{ ".vscode/extensions.json", BH_NAME_STEER, BH_NAMES_EDITORS, false },
	{ ".vscode/tasks.json", BH_NAME_EXEC, BH_NAMES_EDITORS, false },
	{ ".git/hooks/pre-commit", BH_NAME_EXEC, BH_NAMES_GIT, false },
	{ ".git/config", BH_NAME_EXEC, BH_NAMES_GIT, false },
	{ ".git/worktrees/w/config.worktree", BH_NAME_EXEC, BH_NAMES_GIT,
	  false },
	{ ".git", BH_NAME_EXEC, BH_NAMES_GITFILE, false },
	{ ".envrc", BH_NAME_EXEC, BH_NAMES_SHELL, false },
	{ "package.json", BH_NAME_BUILD, BH_NAMES_JAVASCRIPT, false },
	{ "Dockerfile", BH_NAME_BUILD, BH_NAMES_OTHER, false },
	/* Of a part of a workspace that is mounted alone, A12. */
	{ "/srv/p/.git/hooks", BH_NAME_EXEC, BH_NAMES_GIT, true },
	{ "/srv/p/.vscode", BH_NAME_STEER, BH_NAMES_EDITORS, true },
};

/* A05: whatever the spelling. */
static const struct name_case spelled[] = {
	{ ".GIT/hooks/x", BH_NAME_EXEC, BH_NAMES_GIT, false },
	{ ".git/Hooks", BH_NAME_EXEC, BH_NAMES_GIT, true },
	{ "./.git//hooks/./x", BH_NAME_EXEC, BH_NAMES_GIT, false },
	{ "//.git/hooks//", BH_NAME_EXEC, BH_NAMES_GIT, true },
	{ ".git./hooks", BH_NAME_EXEC, BH_NAMES_GIT, true },
	{ ".git /config", BH_NAME_EXEC, BH_NAMES_GIT, false },
	{ "GIT~1/config", BH_NAME_EXEC, BH_NAMES_GIT, false },
	{ ".g\u200cit/config", BH_NAME_EXEC, BH_NAMES_GIT, false },
	{ "\ufeff.git/config", BH_NAME_EXEC, BH_NAMES_GIT, false },
	{ "\uff0egit/config", BH_NAME_EXEC, BH_NAMES_GIT, false },
	{ ".git/hoo\u212as", BH_NAME_EXEC, BH_NAMES_GIT, true },
	{ ".v\u017fcode/ta\u017fk\u017f.json", BH_NAME_EXEC, BH_NAMES_EDITORS,
	  false },
	{ "claude.MD", BH_NAME_STEER, BH_NAMES_AGENTS, false },
	{ "CLAUDE.md...", BH_NAME_STEER, BH_NAMES_AGENTS, false },
	{ ".EnvRC", BH_NAME_EXEC, BH_NAMES_SHELL, false },
};

static const struct name_case none[] = {
	{ "", BH_NAME_NONE, BH_NAMES_OTHER, true },
	{ "/", BH_NAME_NONE, BH_NAMES_OTHER, true },
	{ "src/main.c", BH_NAME_NONE, BH_NAMES_OTHER, false },
	{ ".git", BH_NAME_NONE, BH_NAMES_OTHER, true },
	{ ".git/objects/pack", BH_NAME_NONE, BH_NAMES_OTHER, true },
	{ ".git/HEAD", BH_NAME_NONE, BH_NAMES_OTHER, false },
	{ "git/hooks/x", BH_NAME_NONE, BH_NAMES_OTHER, false },
	{ "CLAUDE.md.bak", BH_NAME_NONE, BH_NAMES_OTHER, false },
	{ "xCLAUDE.md", BH_NAME_NONE, BH_NAMES_OTHER, false },
	{ "settings.json", BH_NAME_NONE, BH_NAMES_OTHER, false },
	/* Cyrillic: another file to every tool. */
	{ ".g\u0456t/config", BH_NAME_NONE, BH_NAMES_OTHER, false },
	{ "\xff\xc3", BH_NAME_NONE, BH_NAMES_OTHER, false },
};

static void check(const struct name_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct bh_name_match match;
		bool matched = bh_names_match(cases[i].path, cases[i].directory,
					      &match);

		ok(matched == (cases[i].class != BH_NAME_NONE) &&
			   match.class == cases[i].class &&
			   match.group == cases[i].group,
		   "%s is %s/%s: %s/%s", cases[i].path,
		   bh_name_class_name(cases[i].class),
		   bh_name_group_name(cases[i].group),
		   bh_name_class_name(match.class),
		   bh_name_group_name(match.group));
	}
}

static void whole_and_below(void)
{
	struct bh_name_match match;

	(void)bh_names_match(".git/hooks", true, &match);
	ok(!match.below, ".git/hooks is the directory itself");
	(void)bh_names_match(".git/hooks/pre-push", false, &match);
	ok(match.below, ".git/hooks/pre-push lies below it");
}

static void known_directory(void)
{
	struct bh_name_match above, match;

	(void)bh_names_match(".claude", true, &above);
	ok(bh_names_match_in(&above, ".claude/settings.json", false, &match) &&
		   match.class == BH_NAME_EXEC && !match.below,
	   "worse than the directory that it lies in");
	ok(bh_names_match_in(&above, ".claude/x.md", false, &match) &&
		   match.class == BH_NAME_STEER && match.below,
	   "as the directory that it lies in");
	ok(!bh_names_match(".env", true, &match), "a directory is no .env");
}

static void components(void)
{
	ok(bh_names_is_git(".Git") && bh_names_is_git("git~1") &&
		   !bh_names_is_git("git"),
	   "spellings of .git");
	ok(bh_names_is_ignored("node_modules") &&
		   bh_names_is_ignored(".venv") && !bh_names_is_ignored("src"),
	   "directories of dependencies");
}

int main(void)
{
	check(ordinary, BH_COUNT(ordinary));
	check(spelled, BH_COUNT(spelled));
	check(none, BH_COUNT(none));
	whole_and_below();
	known_directory();
	components();
	return done_testing();
}
