#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A11: a protected name that is a link to something else.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common
load ../lib/workspace

setup() {
	requires root
	new_bundle
	new_workspace
	file src/x ordinary
}

teardown() {
	clean_up
}

@test "A11 a symbolic link to a file of the workspace: both are guarded" {
	ln -s src/x "$WORKSPACE/CLAUDE.md"
	inside 'cat CLAUDE.md; echo y 2>/dev/null >CLAUDE.md || echo one
		echo y 2>/dev/null >src/x || echo two
		rm CLAUDE.md 2>/dev/null || echo three'
	assert_output ordinary one two three
	[ "$(cat "$WORKSPACE/src/x")" = ordinary ]
}

@test "A11 a symbolic link that leaves the workspace shows nothing" {
	echo other >"$BATS_TEST_TMPDIR/other"
	ln -s "$BATS_TEST_TMPDIR/other" "$WORKSPACE/CLAUDE.md"
	ln -s ../other "$WORKSPACE/.envrc"
	inside 'cat CLAUDE.md .envrc; mv .envrc e 2>/dev/null || echo stays'
	assert_output stays
	capture "$BULKHEAD" plan --bundle "$BUNDLE"
	assert_match "can't be trusted: a link that leaves the workspace"
}

@test "A11 a symbolic link to a directory shows nothing" {
	ln -s src "$WORKSPACE/.claude"
	inside 'ls .claude/x 2>/dev/null || echo none'
	assert_output none
}

@test "A11 a hard link is never trusted" {
	ln "$WORKSPACE/src/x" "$WORKSPACE/.mcp.json"
	ln "$WORKSPACE/src/x" "$WORKSPACE/.envrc"
	inside 'cat .mcp.json; echo y 2>/dev/null >.envrc || echo read-only'
	assert_output read-only
	capture "$BULKHEAD" plan --bundle "$BUNDLE"
	assert_match "can't be trusted: it has another name, a hard link"
}

@test "A11 a name that is swapped for a link while the container is made" {
	local rounds=${BULKHEAD_RACES:-30} i
	echo secret >"$BATS_TEST_TMPDIR/secret"
	ln -s "$BATS_TEST_TMPDIR/secret" "$WORKSPACE/link"
	file .mcp.json secret
	swap "$WORKSPACE/.mcp.json" "$WORKSPACE/link"
	[ "$rounds" -le 200 ] || rounds=200
	args sh -c 'cat .mcp.json'
	for ((i = 0; i < rounds; i++)); do
		run_container
		[ "$status" = 0 ] || [[ $error == *'was replaced'* ||
			$error == *'of a workspace'* || $error == *cat:* ]]
	done
	kill "${background[@]}"
	grep -q '/secret$' < <(readlink "$WORKSPACE/link" "$WORKSPACE/.mcp.json")
	[ "$(cat "$BATS_TEST_TMPDIR/secret")" = secret ]
}
