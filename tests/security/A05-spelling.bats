#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A05: protected names in another spelling, which the host's file system or its
# tools may read as the name.
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

@test "A05 another case, dots, blanks and invisible characters" {
	local name
	for name in .MCP.json .mcp.JSON. '.mcp.json ' $'.m\u200ccp.json' \
		$'\uff0emcp.json' $'.mcp.j\u017fon'; do
		file "$name" secret
	done
	file .Claude/Hooks/x secret
	file .GIT/hooks/x secret
	file mcp.json ordinary
	inside 'cat .[mM]* .Claude/Hooks/* 2>/dev/null; cat ./*mcp.json
		echo x 2>/dev/null >.GIT/hooks/x || echo read-only'
	assert_output ordinary read-only
}

@test "A05 a destination or source that is written otherwise" {
	file .git/hooks/x
	WORKSPACE=$WORKSPACE/./.git//hooks/ workspace rw
	inside 'echo y 2>/dev/null >x || echo read-only'
	assert_output read-only
	config '.annotations["org.bulkhead.workspace"] = " /w/ "'
	inside 'cat x'
}
