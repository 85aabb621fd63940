#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# bulkhead policy: what holds is shown, what is wrong is said, one thing is
# changed.
#
# shellcheck disable=SC2154

load ../lib/common

setup() {
	BULKHEAD=${PLAIN_BULKHEAD:-$BULKHEAD}
	POLICY=$BATS_TEST_TMPDIR/policy.json
	umask 022
}

policy() {
	echo "$1" >"$POLICY"
	chmod 600 "$POLICY"
}

bulkhead() {
	capture "$BULKHEAD" --policy "$POLICY" "$@"
}

@test "show: every profile with every key, and which one holds" {
	policy '{"defaultProfile": "own", "profiles": {"own": {"extends":
		"strict", "resources": {"pids": 7}, "tmpfs": {}}}}'
	bulkhead policy show
	assert_status 0
	[ "$(jq -c '[.defaultProfile, .annotationProfiles,
		(.profiles | keys_unsorted), .profiles.own.tmpfs,
		.profiles.own.extends, .profiles.own.resources.pids,
		.profiles.own.rootfs, .profiles.strict.resources.pids]' \
		<<<"$output")" = '["own",[],["agent","strict","nested","oci","own"],{},"strict",7,"readonly",4096]' ]
	[ "$(jq -c '[.profiles[] | keys | length] | unique | length' \
		<<<"$output")" = 1 ]
	bulkhead --profile own policy show
	[ "$(jq -c '.profiles | keys' <<<"$output")" = '["own"]' ]
	bulkhead policy show --profile nothing
	assert_status 1
	assert_error 'there is no profile nothing'
}

@test "show: what is shown is the same policy" {
	policy '{"defaultProfile": "b", "profiles": {"a": {"extends": "nested",
		"writable": [], "sysctl": {"allow": ["net.*"]}}, "b": {"extends": "a",
		"mounts": {"allow": ["/a", "/b"]}}}}'
	bulkhead policy show
	first=$(jq 'del(.profiles.agent, .profiles.strict, .profiles.nested,
		.profiles.oci)' <<<"$output")
	policy "$first"
	bulkhead policy show
	[ "$(jq 'del(.profiles.agent, .profiles.strict, .profiles.nested,
		.profiles.oci)' <<<"$output")" = "$first" ]
}

@test "check: right, missing, wrong" {
	policy '{"profiles": {"a": {}, "b": {"extends": "a"}}}'
	capture "$BULKHEAD" policy check "$POLICY"
	assert_status 0
	assert_output "$POLICY: 2 profiles, agent holds"
	capture "$BULKHEAD" policy check "$BATS_TEST_TMPDIR/none"
	assert_status 1
	assert_error 'open the policy' 'No such file or directory'
	while IFS=';' read -r text words; do
		policy "$text"
		bulkhead policy check
		assert_status 1
		assert_output ''
		assert_error 'read the policy' "$words"
	done <<-'END'
		{"profiles": {"a": {"rootfs": "rw"}}};line 1, column 31: /profiles/a/rootfs
		{"profile": {}};/profile: unknown member
		{"profiles": {"a": {"extends": "b"}, "b": {"extends": "a"}}};in a circle
		{"profiles": {"agent": {}}};/profiles/agent: that is a built-in profile
		{"defaultProfile": "x"};/defaultProfile: there is no profile x
		{"annotationProfiles": ["x"]};/annotationProfiles/0: x is no built-in
		{"defaultProfile": "a", "defaultProfile": "a"};line 1, column 25
		{"defaultProfile": null};/defaultProfile
		[];line 1, column 1
	END
	policy '{}'
	chmod 666 "$POLICY"
	bulkhead policy check
	assert_status 1
	assert_error 'is writable for others'
}

@test "allow-env: a new policy, then one name more, and nothing else changes" {
	bulkhead policy allow-env GITHUB_TOKEN
	assert_status 0
	assert_output "$POLICY: containers of the profile local may have GITHUB_TOKEN"
	[ "$(stat -c %a "$POLICY")" = 644 ]
	[ "$(jq -c . "$POLICY")" = '{"defaultProfile":"local","profiles":{"local":{"extends":"agent","credentials":{"allowEnv":["GITHUB_TOKEN"]}}}}' ]
	policy '{"annotationProfiles": ["strict"], "defaultProfile": "b",
		"profiles": {"a": {"credentials": {"allowEnv": ["X"]}}, "b":
		{"extends": "a", "resources": {"memory": "8GiB"}}}}'
	before=$(stat -c '%a %u' "$POLICY")
	bulkhead policy allow-env NPM_TOKEN
	assert_status 0
	[ "$(jq -c .profiles "$POLICY")" = '{"a":{"credentials":{"allowEnv":["X"]}},"b":{"extends":"a","credentials":{"allowEnv":["X","NPM_TOKEN"]},"resources":{"memory":"8GiB"}}}' ]
	[ "$(jq -c .annotationProfiles "$POLICY")" = '["strict"]' ]
	[ "$(stat -c '%a %u' "$POLICY")" = "$before" ]
	bulkhead policy allow-env NPM_TOKEN --profile a
	[ "$(jq -c .profiles.a "$POLICY")" = '{"credentials":{"allowEnv":["X","NPM_TOKEN"]}}' ]
	# Given already.
	cp "$POLICY" "$POLICY.before"
	bulkhead policy allow-env NPM_TOKEN --profile a
	cmp "$POLICY" "$POLICY.before"
	bulkhead policy check
	assert_status 0
}

@test "allow-env: many at a time lose nothing" {
	names=
	for i in 1 2 3 4 5 6 7 8; do
		"$BULKHEAD" --policy "$POLICY" policy allow-env "X_TOKEN_$i" \
			>/dev/null 3>&- &
		names+="X_TOKEN_$i "
	done
	wait
	[ "$(jq -r '.profiles.local.credentials.allowEnv[]' "$POLICY" | sort |
		tr '\n' ' ')" = "$names" ]
	[ "$(ls -A "$BATS_TEST_TMPDIR")" = policy.json ]
}

@test "allow-env: what it refuses, it does not touch" {
	policy '{"defaultProfile": "strict", "profiles": {"local": {}}}'
	cp "$POLICY" "$POLICY.before"
	bulkhead policy allow-env AWS_SECRET_ACCESS_KEY
	assert_error 'commands a cloud or a host' credentials
	bulkhead policy allow-env A_TOKEN
	assert_error 'the default profile is strict' --profile
	bulkhead policy allow-env A_TOKEN --profile oci
	assert_error 'the profile oci is built in'
	bulkhead policy allow-env A_TOKEN --profile none
	assert_error 'there is no profile none'
	bulkhead policy allow-env A=B
	assert_error 'no name of an environment variable'
	bulkhead policy allow-env
	assert_error 'needs the name of a variable'
	cmp "$POLICY" "$POLICY.before"
	echo '{' >"$POLICY"
	bulkhead policy allow-env A_TOKEN
	assert_status 1
	assert_error 'read the policy'
	[ "$(cat "$POLICY")" = '{' ]
}

@test "allow-env: a link stays one" {
	policy '{}'
	ln -s policy.json "$BATS_TEST_TMPDIR/link"
	capture "$BULKHEAD" --policy "$BATS_TEST_TMPDIR/link" policy allow-env X
	assert_status 0
	[ -L "$BATS_TEST_TMPDIR/link" ]
	[ "$(jq -c .profiles.local.credentials.allowEnv "$POLICY")" = '["X"]' ]
}

@test "words that there are not" {
	bulkhead policy
	assert_status 1
	assert_error 'needs check, show or allow-env'
	bulkhead policy grant
	assert_status 1
	bulkhead policy check a b
	assert_status 1
	assert_error 'one word too many'
}
