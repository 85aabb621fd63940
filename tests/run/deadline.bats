#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A container ends at its deadline, whoever made it and is gone since, and its
# state says why.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	new_bundle
	STORE=$BATS_TEST_TMPDIR/store
	POLICY=$BATS_TEST_TMPDIR/policy.json
	echo '{"defaultProfile": "own", "profiles": {"own": {"resources":
		{"deadline": 1}}, "long": {"resources": {"deadline": 1000}}}}' \
		>"$POLICY"
	chmod 600 "$POLICY"
	BULKHEAD=$PLAIN_BULKHEAD
	# As process 1 it must handle what is to end it.
	args sh -c 'trap "exit 9" TERM; echo ready; sleep 1000 & wait'
}

teardown() {
	"$BULKHEAD" --root "$STORE" delete --force "$ID" || :
	clean_up
}

bulkhead() {
	capture "$BULKHEAD" --root "$STORE" --policy "$POLICY" "$@"
}

start() {
	bulkhead "$@" create --bundle "$BUNDLE" --pid-file "$BATS_TEST_TMPDIR/pid" \
		"$ID"
	assert_status 0
	PID=$(cat "$BATS_TEST_TMPDIR/pid")
	bulkhead start "$ID"
	assert_status 0
}

watchers() {
	pgrep -x bulkhead-watch || :
}

@test "a started container, and why is said" {
	start
	container_ends "$PID"
	bulkhead state "$ID"
	[ "$(jq -r '.status, .annotations["org.bulkhead.ended"]' <<<"$output" |
		tr '\n' ' ')" = 'stopped deadline of 1 s ' ]
	bulkhead delete "$ID"
	assert_status 0
	assert_clean
}

@test "a created one is not watched yet" {
	bulkhead create --bundle "$BUNDLE" "$ID"
	before=$(watchers)
	bulkhead start "$ID"
	after=$(watchers)
	[ "$before" != "$after" ]
}

@test "run, attached, detached, kept" {
	bulkhead run --bundle "$BUNDLE" "$ID"
	assert_status 9
	assert_clean
	bulkhead run --detach --pid-file "$BATS_TEST_TMPDIR/pid" -b "$BUNDLE" "$ID"
	assert_status 0
	container_ends "$(cat "$BATS_TEST_TMPDIR/pid")"
	bulkhead state "$ID"
	[ "$(jq -r '.annotations["org.bulkhead.ended"]' <<<"$output")" = \
		'deadline of 1 s' ]
}

@test "who does not listen to SIGTERM is killed, with all of its processes" {
	config '.linux.namespaces |= map(select(.type != "pid"))'
	sed -i 's/"deadline": 1}/"deadline": 1}, "namespaces": {"host": ["pid"]}/' \
		"$POLICY"
	args sh -c 'trap "" TERM; sleep 1000 & while :; do sleep 1000 & wait; done'
	start
	container_ends "$PID"
	for pid in $(marked_processes); do
		container_ends "$pid"
	done
	bulkhead delete "$ID"
	assert_status 0
	assert_clean
}

@test "a paused container too" {
	start
	bulkhead pause "$ID"
	assert_status 0
	container_ends "$PID"
	bulkhead delete "$ID"
	assert_status 0
	assert_clean
}

@test "an annotation may lower it, and nothing else" {
	config '.annotations["org.bulkhead.deadline"] = "1"'
	start --profile long
	container_ends "$PID"
	bulkhead delete "$ID"
	config '.annotations["org.bulkhead.deadline"] = "500"'
	start
	container_ends "$PID"
	bulkhead delete "$ID"
	# Where there is no policy, it is as good.
	config '.annotations["org.bulkhead.deadline"] = "1"'
	bulkhead --profile oci run --bundle "$BUNDLE" "$ID"
	assert_status 9
	for text in 0 -1 1.5 1s '' 99999999999; do
		config '.annotations["org.bulkhead.deadline"] = $t' --arg t "$text"
		bulkhead create -b "$BUNDLE" "$ID"
		assert_status 1
		assert_error '/annotations/org.bulkhead.deadline: ' \
			'not a whole number of seconds'
	done
}

@test "the watcher goes with the container, and holds nothing of the caller" {
	echo '{"defaultProfile": "long", "profiles": {"long": {"resources":
		{"deadline": 1000}}}}' >"$POLICY"
	bulkhead create --bundle "$BUNDLE" "$ID"
	before=$(watchers)
	# An engine would wait for the end of its pipe.
	timeout 30 "$BULKHEAD" --root "$STORE" start "$ID" 3>&- | cat
	watcher=$(comm -13 <(sort <<<"$before") <(watchers | sort))
	[ "$watcher" ]
	[ "$(readlink "/proc/$watcher/fd"/[0-2] | sort -u)" = /dev/null ]
	[ -e "/proc/$watcher/fd/4" ]
	[ ! -e "/proc/$watcher/fd/5" ]
	# Nor the container's lock.
	timeout 30 "$BULKHEAD" --root "$STORE" pause "$ID"
	timeout 30 "$BULKHEAD" --root "$STORE" delete --force "$ID"
	container_ends "$watcher"
	assert_clean
}

@test "a program that ends before is not said to have been ended" {
	args true
	start
	container_ends "$PID"
	bulkhead state "$ID"
	[ "$(jq -c '.annotations | has("org.bulkhead.ended")' <<<"$output")" = false ]
}
