#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Signals are forwarded, and nothing is left: after one, after many, at once.
#
# shellcheck disable=SC2016,SC2034

load ../lib/common

setup() {
	requires root
	new_bundle
}

teardown() {
	clean_up
}

# Say each signal, end by the last.  (A busy loop: the wait of busybox's shell now
# and then sleeps over a signal.)
trapping='for s in HUP INT QUIT USR1 USR2 ALRM CONT WINCH; do
		trap "echo got $s" $s; done
	trap "echo got TERM; exit 7" TERM
	echo ready; while :; do :; done'

@test "signals are forwarded to the container" {
	args sh -c "$trapping"
	start_container
	await ready
	for signal in HUP INT QUIT USR1 USR2 ALRM CONT WINCH TERM; do
		kill -$signal "$CONTAINER"
		await "got $signal"
	done
	finish_container
	assert_status 7
}

@test "a signal that the container does not handle ends it" {
	# Not as process 1, which the kernel shields from them.
	config '.linux.namespaces |= map(select(.type != "pid"))'
	args sh -c 'echo ready; exec sleep 1000'
	start_container
	await ready
	kill -USR1 "$CONTAINER"
	finish_container
	assert_status $((128 + $(kill -l USR1)))
}

@test "signals while the container is being made are not lost" {
	args sleep 1000
	config '.linux.namespaces |= map(select(.type != "pid"))'
	for ((i = 0; i < 20; i++)); do
		"$BULKHEAD" run -b "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1 3>&- &
		background+=($!)
		is_executed $!
		# Either the runtime has the default action still and dies, or the
		# container gets it, at once or once it is there.
		kill -TERM $!
		container_ends $!
		status=0
		wait $! || status=$?
		[ $status = 143 ]
	done
}

@test "children of the container end with it" {
	args sh -c 'sleep 1000 & sleep 1000 & echo started'
	run_container
	assert_status 0
	assert_output started
	assert_clean
}

@test "children that the container leaves in the host's pid namespace end" {
	config '.linux.namespaces |= map(select(.type != "pid"))'
	# The output must not be held open by them, or we would wait for them.
	args sh -c 'for i in 1 2 3; do sleep 1000 >/dev/null 2>&1 & done'
	run_container
	assert_status 0
	assert_clean
}

@test "a killed runtime does not keep its caller waiting" {
	args sh -c 'echo ready; exec sleep 1000'
	start_container
	await ready
	kill -KILL "$CONTAINER"
	finish_container
	assert_status 137
	KILLED=yes
}

@test "200 in a row leave nothing and never fail" {
	args sh -c 'echo ok; sleep 1000 & :'
	before=$(ls /run /tmp /dev/shm; cat /proc/self/mountinfo)
	for ((i = 0; i < 200; i++)); do
		"$BULKHEAD" run -b "$BUNDLE" "$ID" </dev/null >>"$BATS_TEST_TMPDIR/out" \
			2>>"$BATS_TEST_TMPDIR/err"
	done
	[ "$(sort "$BATS_TEST_TMPDIR/out" | uniq -c | tr -s ' ')" = ' 200 ok' ]
	[ ! -s "$BATS_TEST_TMPDIR/err" ]
	assert_clean
	# Other processes of the machine may come and go; mounts don't.
	diff <(tail -n +1 <<<"$before" | grep ' / ') \
		<(grep ' / ' /proc/self/mountinfo)
}

@test "20 at a time leave nothing and never fail" {
	args sh -c 'echo ok'
	for ((round = 0; round < 5; round++)); do
		pids=()
		for ((i = 0; i < 20; i++)); do
			"$BULKHEAD" run -b "$BUNDLE" "$ID-$i" </dev/null \
				>>"$BATS_TEST_TMPDIR/out" 2>>"$BATS_TEST_TMPDIR/err" 3>&- &
			pids+=($!)
		done
		for pid in "${pids[@]}"; do
			wait "$pid"
		done
	done
	[ "$(sort "$BATS_TEST_TMPDIR/out" | uniq -c | tr -s ' ')" = ' 100 ok' ]
	[ ! -s "$BATS_TEST_TMPDIR/err" ]
	assert_clean
}

@test "failed starts leave nothing" {
	args nothing-here
	for ((i = 0; i < 20; i++)); do
		refused 'not found'
	done
	# In the middle of the set-up, too.
	args true
	config '.mounts += [{destination: "/bin/busybox/x", type: "tmpfs"}]'
	refused /bin/busybox/x 'Not a directory'
	assert_clean
	[ -z "$(ls -A "$ROOTFS/tmp")" ]
}
