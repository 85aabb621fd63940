#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# create, start, state, list, kill, delete: states, words, files, and nothing
# of the user's program before start.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	new_bundle
	STORE=$BATS_TEST_TMPDIR/store
}

teardown() {
	"$BULKHEAD" --root "$STORE" delete --force "$ID" || :
	clean_up
}

# bulkhead COMMAND...: with the test's own root directory.
bulkhead() {
	capture "$BULKHEAD" --root "$STORE" "$@"
}

create() {
	bulkhead create --bundle "$BUNDLE" "$@" "$ID"
}

status_is() {
	bulkhead state "$ID"
	assert_status 0
	[ "$(jq -r .status <<<"$output")" = "$1" ] && return
	describe
	return 1
}

# Until the process has ended: its pidfd is not ours to poll, so by state.
await_stopped() {
	local tries
	for tries in $(seq 500); do
		bulkhead state "$ID"
		[ "$(jq -r .status <<<"$output")" != stopped ] || return 0
		read -r -t 0.02 <> <(:) || :
	done
	echo "not stopped after $tries looks"
	return 1
}

@test "created, running, stopped, gone" {
	args sleep 1000
	create
	assert_status 0
	status_is created
	bulkhead start "$ID"
	assert_status 0
	status_is running
	bulkhead kill "$ID" KILL
	assert_status 0
	await_stopped
	[ "$(jq .pid <<<"$output")" = 0 ]
	bulkhead delete "$ID"
	assert_status 0
	bulkhead state "$ID"
	assert_status 1
	assert_error 'container does not exist'
	[ ! -e "$STORE/$ID" ]
}

@test "nothing of the program runs before start" {
	config '.root.readonly = false'
	args touch /ran
	create
	assert_status 0
	[ ! -e "$ROOTFS/ran" ]
	bulkhead start "$ID"
	await_stopped
	[ -e "$ROOTFS/ran" ]
}

@test "a created process holds its standard descriptors and the FIFO only" {
	args sleep 1000
	create --pid-file "$BATS_TEST_TMPDIR/pid"
	assert_status 0
	pid=$(cat "$BATS_TEST_TMPDIR/pid")
	[ "$(cat "/proc/$pid/comm")" != sleep ]
	[ "$(find "/proc/$pid/fd" -type l -printf '%f ')" = '0 1 2 3 ' ]
	[ "$(readlink "/proc/$pid/fd/3")" = "$STORE/$ID/start" ]
	bulkhead start "$ID"
	[ "$(cat "/proc/$pid/comm")" = sleep ]
	[ "$(find "/proc/$pid/fd" -type l -printf '%f ')" = '0 1 2 ' ]
}

@test "the pid file has the pid, without a newline" {
	args sleep 1000
	create --pid-file "$BATS_TEST_TMPDIR/pid"
	bulkhead state "$ID"
	[ "$(od -An -c "$BATS_TEST_TMPDIR/pid" | tr -d ' \n')" = \
		"$(jq .pid <<<"$output")" ]
}

@test "words for an id that is taken, and for the wrong state" {
	args sleep 1000
	create
	create
	assert_status 1
	assert_error 'container with given ID already exists'
	bulkhead delete "$ID"
	assert_status 1
	assert_error "cannot delete container $ID that is not stopped: created"
	bulkhead start "$ID"
	bulkhead start "$ID"
	assert_status 1
	assert_error 'cannot start an already running container'
	bulkhead delete "$ID"
	assert_error "cannot delete container $ID that is not stopped: running"
	bulkhead kill "$ID" 9
	await_stopped
	bulkhead kill "$ID" 9
	assert_status 1
	assert_error 'container not running'
	bulkhead start "$ID"
	assert_status 1
	assert_error 'cannot start a container that has stopped'
}

# The container's program makes a file longer, for ever.
counting() {
	config '.root.readonly = false'
	args sh -c 'while :; do echo >>/count; done'
	create
	bulkhead start "$ID"
	assert_status 0
	local tries
	for tries in $(seq 500); do
		[ ! -s "$ROOTFS/count" ] || return 0
		read -r -t 0.01 <> <(:) || :
	done
}

# moves TRIES: whether the program gets any further while we look at it.
moves() {
	local before tries
	before=$(stat -c %s "$ROOTFS/count")
	for tries in $(seq "$1"); do
		[ "$(stat -c %s "$ROOTFS/count")" = "$before" ] || return 0
		read -r -t 0.01 <> <(:) || :
	done
	return 1
}

@test "pause stops the program, resume lets it go on" {
	counting
	bulkhead pause "$ID"
	assert_status 0
	status_is paused
	fails moves 10
	bulkhead exec "$ID" true
	assert_status 255
	assert_error 'cannot exec in a paused container'
	bulkhead pause "$ID"
	assert_status 1
	assert_error 'cannot pause a container that is paused'
	bulkhead delete "$ID"
	assert_status 1
	assert_error 'is not stopped: paused'
	bulkhead resume "$ID"
	assert_status 0
	status_is running
	moves 1000
	bulkhead resume "$ID"
	assert_status 1
	assert_error 'cannot resume a container that is running'
}

@test "a paused container is killed and deleted" {
	counting
	bulkhead pause "$ID"
	bulkhead kill "$ID" KILL
	assert_status 0
	await_stopped
	bulkhead delete "$ID"
	assert_status 0
	counting
	bulkhead pause "$ID"
	bulkhead delete --force "$ID"
	assert_status 0
	assert_clean
}

@test "ps lists all processes, in sub-groups too" {
	args sh -c 'sleep 1000 & sleep 1000 & wait'
	create
	bulkhead start "$ID"
	bulkhead exec --detach --pid-file "$BATS_TEST_TMPDIR/other" "$ID" sleep 1000
	local other group
	other=$(cat "$BATS_TEST_TMPDIR/other")
	for group in $(cgroup_mounts); do
		mkdir "$group/bulkhead-$ID/sub"
		# A new cpuset holds no process.
		[ ! -e "$group/bulkhead-$ID/sub/cpuset.cpus" ] ||
			cat "$group/cpuset.cpus" \
				>"$group/bulkhead-$ID/sub/cpuset.cpus"
		[ ! -e "$group/bulkhead-$ID/sub/cpuset.mems" ] ||
			cat "$group/cpuset.mems" \
				>"$group/bulkhead-$ID/sub/cpuset.mems"
		echo "$other" >"$group/bulkhead-$ID/sub/cgroup.procs"
	done
	bulkhead ps --format json "$ID"
	assert_status 0
	# The shell may not have come to start its second child.
	[ "$(jq length <<<"$output")" -ge 2 ]
	[ "$(jq "index($other) != null" <<<"$output")" = true ]
	bulkhead ps "$ID"
	assert_status 0
	grep -Eq '^UID +PID ' <<<"$output"
	grep -Eq "^root +$other .* sleep 1000$" <<<"$output"
	[ "$(wc -l <<<"$output")" -lt 6 ]
	bulkhead ps "$ID" -eo args,pid
	assert_status 1
	[ ! "$output" ]
	bulkhead ps "$ID" -eo pid,args
	[ "$(tr -s ' ' <<<"$output" | grep -c "^ \?$other sleep 1000$")" = 1 ]
	bulkhead ps "$ID" -eo args
	assert_status 1
	assert_error 'ps prints no column PID'
	bulkhead ps "$ID" --nosuch
	assert_status 1
	grep -q 'ps failed with status 1$' <<<"$error"
}

@test "kill --all reaches all processes, and is no error without any" {
	args sh -c 'trap "" TERM; while :; do sleep 1000 & wait; done'
	create
	bulkhead start "$ID"
	bulkhead exec --detach --pid-file "$BATS_TEST_TMPDIR/other" "$ID" sleep 1000
	bulkhead kill --all "$ID" TERM
	assert_status 0
	container_ends "$(cat "$BATS_TEST_TMPDIR/other")"
	status_is running
	bulkhead kill -a "$ID" KILL
	assert_status 0
	await_stopped
	bulkhead kill --all "$ID" KILL
	assert_status 0
	bulkhead ps --format json "$ID"
	assert_status 0
	assert_output '[]'
}

@test "a created container is paused and resumed, then started" {
	args sleep 1000
	create
	bulkhead pause "$ID"
	assert_status 0
	bulkhead start "$ID"
	assert_status 1
	assert_error 'cannot start a paused container'
	bulkhead resume "$ID"
	status_is created
	bulkhead start "$ID"
	assert_status 0
}

@test "words for an id that is not there" {
	for command in start state kill delete pause resume ps; do
		bulkhead $command nobody
		assert_status 1
		assert_error 'container does not exist'
	done
	bulkhead delete --force nobody
	assert_status 0
}

@test "a program that is missing fails create and leaves nothing" {
	args nosuch
	create
	assert_status 1
	assert_error 'exec: "nosuch": executable file not found in $PATH'
	[ ! -e "$STORE/$ID" ]
}

@test "a program that can't be executed fails start, which says why" {
	echo garbage >"$ROOTFS/bin/garbage"
	chmod +x "$ROOTFS/bin/garbage"
	args garbage
	create
	assert_status 0
	bulkhead start "$ID"
	assert_status 1
	assert_error 'exec: "/bin/garbage": Exec format error'
	await_stopped
}

@test "delete --force ends a running container with all its processes" {
	config '.linux.namespaces |= map(select(.type != "pid"))'
	args sh -c 'sleep 1000 & sleep 1000 & exec sleep 1000'
	create
	bulkhead start "$ID"
	bulkhead delete --force "$ID"
	assert_status 0
	[ ! -e "$STORE/$ID" ]
}

@test "config.json of the bundle has no say after create" {
	config '.annotations = {"a": "before"}'
	args sleep 1000
	create
	config '.annotations = {"a": "after"}'
	bulkhead start "$ID"
	bulkhead state "$ID"
	[ "$(jq -r .annotations.a <<<"$output")" = before ]
}

@test "S30 a state of another owner, open to others, or damaged is refused" {
	args sleep 1000
	create
	cp "$STORE/$ID/state.json" "$BATS_TEST_TMPDIR/saved"
	chmod 0666 "$STORE/$ID/state.json"
	bulkhead state "$ID"
	assert_status 1
	assert_error 'others may write to it'
	chmod 0600 "$STORE/$ID/state.json"
	chown 12345 "$STORE/$ID/state.json"
	bulkhead start "$ID"
	assert_status 1
	chown 0 "$STORE/$ID/state.json"
	echo '{"version": 1' >"$STORE/$ID/state.json"
	bulkhead start "$ID"
	assert_status 1
	assert_error 'read the state of container'
	jq '.version = 99' "$BATS_TEST_TMPDIR/saved" >"$STORE/$ID/state.json"
	bulkhead state "$ID"
	assert_status 1
	assert_error 'version 99'
	cp "$BATS_TEST_TMPDIR/saved" "$STORE/$ID/state.json"
	status_is created
}

@test "S30 a pid that is another process's by now is left alone" {
	args sleep 1000
	create
	sleep 1000 3>&- &
	background+=($!)
	pid=$(jq .pid "$STORE/$ID/state.json")
	jq ".pid = $!" "$STORE/$ID/state.json" >"$BATS_TEST_TMPDIR/new"
	cp "$BATS_TEST_TMPDIR/new" "$STORE/$ID/state.json"
	status_is stopped
	bulkhead kill "$ID" KILL
	assert_status 1
	kill -0 $!
	jq ".pid = $pid" "$BATS_TEST_TMPDIR/new" >"$STORE/$ID/state.json"
	status_is created
}

@test "list shows what there is, and an absent root directory is an error" {
	args sleep 1000
	bulkhead list
	assert_status 1
	create
	bulkhead list --quiet
	assert_output "$ID"
	bulkhead list --format json
	[ "$(jq -r '.[0].status' <<<"$output")" = created ]
}

@test "start is waited for by nobody twice: two at once, one wins" {
	args sleep 1000
	create
	"$BULKHEAD" --root "$STORE" start "$ID" 2>/dev/null &
	first=$!
	second=0
	"$BULKHEAD" --root "$STORE" start "$ID" 2>/dev/null || second=1
	wait $first || second=$((second + 1))
	[ $second = 1 ]
	status_is running
}

@test "two deletes at once: both end well or find nothing" {
	args sleep 1000
	create
	"$BULKHEAD" --root "$STORE" delete --force "$ID" &
	"$BULKHEAD" --root "$STORE" delete --force "$ID"
	wait $!
	[ ! -e "$STORE/$ID" ]
}
