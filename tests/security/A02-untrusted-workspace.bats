#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A02: nothing in a workspace or a bundle switches its protection off.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common
load ../lib/workspace

setup() {
	requires root
	new_bundle
	new_workspace
	file .mcp.json secret
}

teardown() {
	clean_up
}

@test "A02 no file of the workspace is a policy or a grant" {
	local policy='{"defaultProfile": "p", "profiles": {"p": {"extends": "oci",
		"workspace": {"inbound": "show", "outbound": "off"}}}}'
	file .bulkhead/policy.json "$policy"
	file policy.json "$policy"
	file .claude/settings.json '{"bulkhead": {"trusted": true}}'
	cd "$WORKSPACE"
	inside 'cat .mcp.json .claude/settings.json'
	assert_output ''
}

@test "A02 the annotation adds workspaces, and takes none away" {
	local value
	for value in '' ',' /w none; do
		config '.annotations["org.bulkhead.workspace"] = $v' \
			--arg v "$value"
		run_container
		if [ "$value" = none ]; then
			assert_status 1
		else
			inside 'cat .mcp.json'
			assert_output ''
		fi
	done
}

@test "A02 a mask, a mount of itself or a second mount does not show it" {
	config '.mounts += [{destination: "/w2", type: "bind", source: $source,
		options: ["rbind", "rw"]}]' --arg source "$WORKSPACE"
	inside 'cat /w2/.mcp.json /w/.mcp.json
		mount -o bind /w /tmp 2>/dev/null; umount /w/.mcp.json 2>/dev/null
		cat /w/.mcp.json'
	assert_output ''
}
