#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A12: a part of a workspace that is mounted on its own is the part that it is.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common
load ../lib/workspace

setup() {
	requires root
	new_bundle
	new_workspace
}

teardown() {
	clean_up
}

# part PATH: of the workspace, mounted instead of it.
part() {
	WORKSPACE=$BATS_TEST_TMPDIR/w/$1 workspace rw
	config '.process.cwd = "/"'
}

@test "A12 .git/hooks alone is read-only" {
	file .git/hooks/pre-commit
	part .git/hooks
	inside 'echo x 2>/dev/null >/w/new || echo one
		echo x 2>/dev/null >/w/pre-commit || echo two'
	assert_output one two
	[ "$(ls "$BATS_TEST_TMPDIR/w/.git/hooks")" = pre-commit ]
}

@test "A12 a directory below one, and by a link or another mount" {
	file .git/hooks/d/x
	part .git/hooks/d
	inside 'echo x 2>/dev/null >/w/x || echo read-only'
	assert_output read-only
	ln -s "$BATS_TEST_TMPDIR/w/.git/hooks" "$BATS_TEST_TMPDIR/w/plain"
	part plain
	inside 'echo x 2>/dev/null >/w/d/x || echo read-only'
	assert_output read-only
}

@test "A12 .vscode alone is read-only, .codex alone is empty" {
	file .vscode/tasks.json
	file .codex/config.toml
	part .vscode
	inside 'cat /w/tasks.json; echo x 2>/dev/null >/w/new || echo read-only'
	assert_output .vscode/tasks.json read-only
	part .codex
	inside 'ls /w; echo x 2>/dev/null >/w/new || echo read-only'
	assert_output read-only
}

@test "A12 a file alone" {
	file .envrc
	file .mcp.json
	part .envrc
	inside 'cat /w; echo x 2>/dev/null >/w || echo read-only'
	assert_output .envrc read-only
	part .mcp.json
	inside 'cat /w'
	assert_output ''
}
