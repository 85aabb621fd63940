#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Git in a workspace that is not trusted: it works, no commit records a hidden file
# as emptied, and the host's repository is whole afterwards.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common
load ../lib/workspace

setup() {
	requires root
	new_bundle
	new_workspace
	with_git
}

teardown() {
	clean_up
}

# A repository with hidden, read-only and ordinary files, and a branch `other` in
# which each of them differs.
two_branches() {
	local path
	new_repository .mcp.json CLAUDE.md .claude/settings.json .claude/x.md \
		.envrc a b
	host_git checkout -q -b other
	for path in .mcp.json CLAUDE.md .claude/settings.json .claude/x.md \
		.envrc a; do
		file "$path" "other $path"
	done
	host_git commit -qam other
	host_git checkout -q main
}

# In no commit behind BASE is there a change of a protected file.
only_ordinary() {
	output=$(host_git diff --name-only "$1" "$2")
	assert_no_match 'mcp|CLAUDE|claude|envrc'
}

@test "status and diff see nothing of what is hidden" {
	two_branches
	git_inside 'git status --porcelain; git diff --stat; echo x >>a
		git status --porcelain; git ls-files -t .mcp.json'
	assert_output ' M a' 'S .mcp.json'
}

@test "a commit of everything records no hidden file" {
	two_branches
	git_inside 'echo x >>a; git commit -qam one; echo y >c; git add -A
		git commit -qm two; git status --porcelain'
	assert_output ''
	[ "$(host_git log --format=%s main | head -n2)" = $'two\none' ]
	only_ordinary main~2 main
	[ "$(host_git show main:.mcp.json)" = .mcp.json ]
	host_git fsck --strict
}

@test "a hidden file that is not tracked is not added" {
	new_repository a
	file .mcp.json
	file .codex/config.toml
	git_inside 'git add -A; git status --porcelain'
	assert_output ''
}

@test "branches are checked out, made and merged" {
	two_branches
	git_inside 'git checkout -q other; git status --porcelain; cat a CLAUDE.md
		git checkout -q main; git checkout -q -b third; echo c >c
		git add c; git commit -qm c; git merge -q -m m other
		git rebase -q other >/dev/null; git status --porcelain
		git reset -q --hard main; git checkout -q other'
	assert_output 'other a' CLAUDE.md
	[ "$(host_git branch --list --format='%(refname:short)')" = \
		$'main\nother\nthird' ]
	[ "$(host_git symbolic-ref --short HEAD)" = other ]
	[ "$(host_git show other:CLAUDE.md)" = 'other CLAUDE.md' ]
	host_git fsck --strict
}

@test "a branch is pushed, and its upstream remembered" {
	two_branches
	git init -q --bare "$BATS_TEST_TMPDIR/remote"
	config '.mounts += [{destination: "/remote", type: "bind",
		source: $source, options: ["rbind", "rw"]}]' \
		--arg source "$BATS_TEST_TMPDIR/remote"
	local before
	before=$(cat "$WORKSPACE/.git/config")
	git_inside 'git remote add o /remote; git checkout -q -b topic
		echo x >>a; git commit -qam topic; git push -q -u o topic
		git rev-parse --abbrev-ref "@{u}"'
	assert_output o/topic
	[ "$(git -C "$BATS_TEST_TMPDIR/remote" log -1 --format=%s topic)" = topic ]
	[ "$(cat "$WORKSPACE/.git/config")" = "$before" ]
}

@test "what git is told to run on the host does not run inside" {
	new_repository a
	host_git config core.fsmonitor "touch /w/ran"
	host_git config alias.x '!touch /w/ran'
	host_git config remote.o.url /nowhere
	printf '#!/bin/sh\ntouch /w/ran\n' >"$WORKSPACE/.git/hooks/post-commit"
	chmod +x "$WORKSPACE/.git/hooks/post-commit"
	git_inside 'git config core.fsmonitor || echo none
		git config alias.x || echo none; git config remote.o.url
		echo x 2>/dev/null >.git/hooks/pre-commit || echo read-only'
	assert_output none none /nowhere read-only
}

@test "the index on the host fits what is checked out" {
	two_branches
	git_inside 'echo x >>a; git commit -qam one; git checkout -q -b new
		echo y >c; git add c'
	[ "$(host_git status --porcelain)" = 'A  c' ]
	output=$(host_git ls-files -t)
	assert_no_match '^[^H]'
}

@test "a repository in a directory of the workspace" {
	mkdir "$WORKSPACE/p"
	WORKSPACE=$WORKSPACE/p new_repository .mcp.json a
	git_inside 'cd p; echo x >>a; git commit -qam one; git status --porcelain
		git show --stat --format='
	assert_match '1 file changed'
	[ "$(git -C "$WORKSPACE/p" show HEAD:.mcp.json)" = .mcp.json ]
}

@test "no commits in other work trees, which have an index of their own" {
	two_branches
	host_git worktree add -q "$WORKSPACE/wt" other
	inside 'cd wt; git -c safe.directory="*" commit -qam x 2>/dev/null ||
		echo refused'
	assert_output refused
	[ "$(host_git show other:.mcp.json)" = 'other .mcp.json' ]
}

@test "a sparse checkout stays one" {
	new_repository .mcp.json a/x b/y
	host_git sparse-checkout set a
	[ ! -e "$WORKSPACE/b/y" ]
	git_inside 'git checkout -q -b new; ls; git status --porcelain
		echo z >>a/x; git commit -qam one'
	assert_output a
	only_ordinary main new
	[ -n "$(host_git ls-tree new b/y)" ]
}
