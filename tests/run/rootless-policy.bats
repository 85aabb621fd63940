#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A user's own policy below the host's: where it is looked for, what it can change, and
# who else may not write to it.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common
load ../lib/rootless

# own_policy TEXT: the user's, in $XDG_CONFIG_HOME.
own_policy() {
	export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
	install -d -m 755 -o 12345 -g 12345 "$XDG_CONFIG_HOME" "$XDG_CONFIG_HOME/bulkhead"
	FILE=$XDG_CONFIG_HOME/bulkhead/policy.json
	printf '%s\n' "$1" >"$FILE"
	chown 12345:12345 "$FILE"
	chmod 644 "$FILE"
}

# One whose config asks for no more than $small gives.
kill_bundle() {
	unprivileged_bundle
	config '.process.capabilities = {bounding: ["CAP_KILL"]}'
}

plain() {
	capture user 12345 "$PLAIN_BULKHEAD" "$@"
}

run_plain() {
	plain run --bundle "$BUNDLE" "$ID"
}

small='{"defaultProfile": "small", "profiles": {"small": {"extends": "agent",
	"capabilities": {"allow": ["CAP_KILL"]}, "maskedPaths": ["/proc/uptime"]}}}'

@test "it is the user's default, and a profile by name" {
	kill_bundle
	args sh -c 'grep CapBnd /proc/self/status; wc -c </proc/uptime'
	run_plain
	assert_status 0
	fails grep -qx 0 <<<"$output"
	own_policy "$small"
	run_plain
	assert_status 0
	assert_output 'CapBnd:	0000000000000020' 0
	plain plan --bundle "$BUNDLE"
	assert_match '# profile small'
	own_policy "${small/\"defaultProfile\": \"small\",}"
	run_plain
	fails grep -qx 0 <<<"$output"
	plain run --profile small --bundle "$BUNDLE" "$ID"
	[ "$(tail -n 1 <<<"$output")" = 0 ]
}

@test "what is more than the host's profile is refused, and named" {
	kill_bundle
	args true
	own_policy '{"defaultProfile": "wide", "profiles": {"wide": {"hooks": "any"}}}'
	run_plain
	assert_status 1
	assert_error 'the profile wide: hooks: ' "host's profile agent"
	plain policy check
	assert_status 1
	assert_error 'the profile wide: hooks: '
	own_policy "$small"
	plain policy check
	assert_status 0
	assert_match "$FILE: 1 profile, small holds"
	plain policy show --profile small
	assert_status 0
	[ "$(jq -c .capabilities.allow <<<"$output")" = '["CAP_KILL"]' ]
	# In place of both.
	echo '{}' >"$BATS_TEST_TMPDIR/none"
	chmod 644 "$BATS_TEST_TMPDIR/none"
	own_policy '{"defaultProfile": "wide", "profiles": {"wide": {"hooks": "any"}}}'
	plain --policy "$BATS_TEST_TMPDIR/none" run --bundle "$BUNDLE" "$ID"
	assert_status 0
}

@test "one that others could change is refused" {
	kill_bundle
	args true
	own_policy "$small"
	chmod 666 "$FILE"
	run_plain
	assert_status 1
	assert_error "$FILE"
	chmod 644 "$FILE"
	chown 12346 "$FILE"
	run_plain
	assert_status 1
	assert_error "$FILE"
	chown 12345 "$FILE"
	run_plain
	assert_status 0
	own_policy '{"defaultProfil": "x"}'
	run_plain
	assert_status 1
	assert_error 'line 1, column'
}

@test "the place: a relative XDG_CONFIG_HOME is none, and the home is that of passwd" {
	kill_bundle
	args sh -c 'wc -c </proc/uptime'
	own_policy "$small"
	cd "$BATS_TEST_TMPDIR"
	XDG_CONFIG_HOME=config run_plain
	assert_status 0
	fails grep -qx 0 <<<"$output"
	mv config .config
	sed -i "/^bt-12345:/s|:/:|:$BATS_TEST_TMPDIR:|" "$ETC/passwd"
	unset XDG_CONFIG_HOME
	HOME=/nonexistent run_plain
	assert_output 0
	fails env HOME="$BATS_TEST_TMPDIR" "$PLAIN_BULKHEAD" policy show --profile small
}
