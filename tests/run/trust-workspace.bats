#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Trust in workspaces: what was granted is shown to the container, one byte changed
# hides it again.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common
load ../lib/trust

setup() {
	new_bundle
	trust_host
	WORK=$BATS_TEST_TMPDIR/work
	mkdir -p "$WORK/.claude" "$ROOTFS/work"
	echo '{"hooks": 1}' >"$WORK/.claude/settings.json"
	echo be good >"$WORK/CLAUDE.md"
	echo text >"$WORK/plain"
	config '.mounts += [{destination: "/work", type: "bind", source: $work,
		options: ["rbind", "rw"]}]' --arg work "$WORK"
	args sh -c 'cat /work/.claude/settings.json; echo x >>/work/CLAUDE.md 2>/dev/null ||
		echo read-only; echo more >>/work/plain'
}

teardown() {
	clean_up
}

@test "an untrusted workspace: what runs agents is hidden, what steers is read-only" {
	run_container
	assert_status 0
	assert_output read-only
	[ "$(tail -n1 "$WORK/plain")" = more ]
	[ "$(cat "$WORK/CLAUDE.md")" = 'be good' ]
}

@test "A04: granted, it is shown; one byte changed, it is hidden again" {
	trust show --workspace "$WORK"
	assert_status 1
	assert_match 'not trusted' '.claude/settings.json'
	trust grant --workspace "$WORK" --yes
	assert_status 0
	trust show --workspace "$WORK" --format json
	assert_status 0
	[ "$(jq -c '[.trusted, .files[].path]' <<<"$output")" = \
		'[true,".claude/settings.json","CLAUDE.md"]' ]
	run_container
	assert_status 0
	[[ $output == '{"hooks": 1}'* ]]
	echo '{"hooks": 2}' >"$WORK/.claude/settings.json"
	run_container
	assert_status 0
	assert_no_match hooks
	trust show --workspace "$WORK"
	assert_status 1
	assert_match '\.claude/settings.json has changed, since the grant of 20'
	echo new >"$WORK/AGENTS.md"
	trust show --workspace "$WORK"
	assert_match 'AGENTS.md is new'
}

@test "check looks at workspaces; revoke takes one away, and one that is gone" {
	trust grant --workspace "$WORK" --yes
	trust check
	assert_status 0
	echo '{"hooks": 2}' >"$WORK/.claude/settings.json"
	trust check
	assert_status 1
	assert_match 'CHANGED: \.claude/settings.json has changed, since the grant'
	trust revoke --workspace "$WORK/."
	assert_status 0
	assert_output 'revoked 1 grant'
	run_container
	assert_no_match hooks
	trust grant --workspace "$WORK" --yes
	mv "$WORK" "$WORK.moved"
	trust check
	assert_status 1
	assert_match "CHANGED: .*$WORK"
	trust revoke --workspace "$WORK"
	assert_output 'revoked 1 grant'
	trust list
	assert_match 'nothing is trusted'
}

@test "a grant is about one directory" {
	trust grant --workspace "$WORK" --yes
	assert_status 0
	cp -a "$WORK" "$WORK.other"
	config '(.mounts[] | select(.destination == "/work")).source = $work' \
		--arg work "$WORK.other"
	run_container
	assert_no_match hooks
}

@test "a store that can't be trusted refuses workspaces" {
	trust grant --workspace "$WORK" --yes
	in_trust_host sh -c 'chmod 666 /var/lib/bulkhead/trust/*.json'
	run_container
	assert_status 1
	assert_error "can't be read"
}

@test "what can't be trusted is not granted" {
	ln -s /etc/passwd "$WORK/AGENTS.md"
	trust grant --workspace "$WORK" --yes
	assert_status 1
	assert_error 'AGENTS.md'
}
