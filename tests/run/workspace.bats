#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Workspaces that are not trusted: what the container sees of protected names, and
# what the host has afterwards.
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

@test "settings of agents are hidden, on every level" {
	file .mcp.json
	file .claude/settings.json
	file .claude/hooks/start
	file sub/.codex/config.toml
	file src/main.c
	inside 'wc -c <.mcp.json; wc -c <.claude/settings.json
		ls .claude/hooks sub/.codex; cat src/main.c'
	assert_output 0 0 .claude/hooks: '' sub/.codex: src/main.c
	[ "$(cat "$WORKSPACE/.mcp.json")" = .mcp.json ]
	[ "$(cat "$WORKSPACE/.claude/hooks/start")" = .claude/hooks/start ]
}

@test "instructions, and what runs otherwise, are read-only" {
	file CLAUDE.md
	file .claude/commands/x.md
	file .vscode/tasks.json
	file .envrc
	file sub/AGENTS.md
	file other
	inside 'for i in CLAUDE.md .claude/commands/x.md .vscode/tasks.json \
		.envrc sub/AGENTS.md other; do
			cat $i; echo changed 2>/dev/null >$i && echo "wrote $i"
		done; true
		touch .vscode/new 2>/dev/null || echo no new'
	assert_output CLAUDE.md .claude/commands/x.md .vscode/tasks.json .envrc \
		sub/AGENTS.md other 'wrote other' 'no new'
	[ "$(cat "$WORKSPACE/.envrc")" = .envrc ]
}

@test "nothing is put into the workspace" {
	file .mcp.json
	file src/main.c
	local before
	before=$(find "$WORKSPACE" -printf '%p %i %m %T@\n' | sort)
	inside 'true'
	[ "$(find "$WORKSPACE" -printf '%p %i %m %T@\n' | sort)" = "$before" ]
}

@test "dependencies that were fetched are left alone" {
	file node_modules/x/.mcp.json
	file sub/vendor/y/.envrc
	inside 'cat node_modules/x/.mcp.json; echo x >>sub/vendor/y/.envrc'
	assert_output node_modules/x/.mcp.json
}

@test "the plan names each, and what is not enforced" {
	file .mcp.json
	file .envrc
	capture "$BULKHEAD" plan --bundle "$BUNDLE"
	assert_status 0
	assert_match 'hide .*path=/.mcp.json .*the workspace is not trusted: exec, agents' \
		'guard .*path=/.envrc .*the workspace is not trusted: exec, shell' \
		'note: outbound: not enforced: /w: '
}

@test "verify says what is not enforced, and what is kept" {
	file .mcp.json
	file .envrc
	new_repository a
	args sh -c 'echo up; sleep 1000'
	start_container
	await up
	capture "$BULKHEAD" verify "$ID"
	assert_status 0
	assert_line 'not enforced: outbound /w'
	assert_match ' 0 broken'
	capture "$BULKHEAD" verify --format json "$ID"
	[ "$(jq '.promises[] | select(.promise == "readonly /w/.envrc" or
		.promise == "mask /w/.mcp.json" or .promise == "mount /w/.envrc")
		| .kept' <<<"$output" | sort -u)" = true ]
	[ "$(jq '.promises[] | select(.promise == "outbound /w").enforced' \
		<<<"$output")" = false ]
	capture "$BULKHEAD" kill "$ID" KILL
	finish_container
}

@test "a read-only mount is a workspace where the annotation says so" {
	file .mcp.json
	workspace ro
	inside 'cat .mcp.json'
	assert_output .mcp.json
	config '.annotations["org.bulkhead.workspace"] = "/w"'
	inside 'cat .mcp.json'
	assert_output ''
}

@test "the annotation names bind mounts only" {
	config '.annotations["org.bulkhead.workspace"] = "/w, /proc"'
	refused 'org.bulkhead.workspace: /proc is not the destination of a bind mount'
}

@test "policy shows them, and requires what there is not" {
	local policy=$BATS_TEST_TMPDIR/policy
	file .mcp.json
	file .envrc
	echo '{"defaultProfile": "p", "profiles": {"p": {"extends": "oci",
		"workspace": {"inbound": "show", "outbound": "off"}}}}' >"$policy"
	args sh -c 'cat .mcp.json; echo y >.envrc'
	capture "$PLAIN_BULKHEAD" --policy "$policy" run --bundle "$BUNDLE" "$ID"
	assert_status 0
	assert_output .mcp.json
	[ "$(cat "$WORKSPACE/.envrc")" = y ]
	echo '{"defaultProfile": "p", "profiles": {"p": {"extends": "oci",
		"workspace": {"outbound": "require"}}}}' >"$policy"
	capture "$PLAIN_BULKHEAD" --policy "$policy" run --bundle "$BUNDLE" "$ID"
	assert_status 1
	assert_error "$WORKSPACE" 'policy key workspace.outbound'
	workspace ro
	args cat .mcp.json
	capture "$PLAIN_BULKHEAD" --policy "$policy" run --bundle "$BUNDLE" "$ID"
	assert_status 0
}

@test "what is covered is not covered on the host" {
	file .mcp.json
	args sh -c 'echo up; sleep 1000'
	start_container
	await up
	[ "$(cat "$WORKSPACE/.mcp.json")" = .mcp.json ]
	fails grep -F "$WORKSPACE" /proc/self/mountinfo
	capture "$BULKHEAD" kill "$ID" KILL
	finish_container
	workspace rshared
	refused 'propagation is shared'
}

@test "a mount of the config over a name is the config's" {
	file .vscode/tasks.json
	mkdir "$BATS_TEST_TMPDIR/v"
	echo mine >"$BATS_TEST_TMPDIR/v/tasks.json"
	config '.mounts += [{destination: "/w/.vscode", type: "tmpfs",
		source: "tmpfs"}]'
	inside 'ls .vscode; echo x >.vscode/new'
	assert_output ''
}

@test "in a user namespace" {
	requires userns
	file .mcp.json
	file .envrc
	new_repository a
	chown -R 100000:100000 "$WORKSPACE"
	open_bundle
	userns
	inside 'cat .mcp.json; echo x 2>/dev/null >.envrc || cat .envrc
		echo y >>.git/config; ls -l .git/config | grep -c bulkhead'
	assert_output .envrc 1
}

@test "a workspace without end is refused" {
	local dir=$WORKSPACE i
	for ((i = 0; i < 70; i++)); do dir=$dir/d; done
	mkdir -p "$dir"
	refused 'more than 64 directories in one another'
}
