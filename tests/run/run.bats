#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What `run` can be asked beside the bundle: to leave at once, to keep the
# container, whose orphans are whose, another config, no cgroup.
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

bulkhead() {
	capture "$BULKHEAD" --root "$STORE" "$@"
}

status_is() {
	bulkhead state "$ID"
	[ "$(jq -r .status <<<"$output")" = "$1" ] && return
	describe
	return 1
}

# ---- detached ------------------------------------------------------------------

@test "run --detach leaves when the program runs" {
	local pid
	args sleep 1000
	bulkhead run -b "$BUNDLE" --detach --pid-file "$BATS_TEST_TMPDIR/pid" \
		"$ID"
	assert_status 0
	assert_output ''
	pid=$(cat "$BATS_TEST_TMPDIR/pid")
	[ "$(tr '\0' ' ' <"/proc/$pid/cmdline")" = 'sleep 1000 ' ]
	status_is running
	bulkhead exec "$ID" echo inside
	assert_output inside
	bulkhead delete --force "$ID"
	assert_status 0
	assert_clean
}

@test "run --detach of a program that is not there fails, and leaves nothing" {
	args nowhere
	bulkhead run -b "$BUNDLE" --detach "$ID"
	assert_status 1
	assert_error 'executable file not found in $PATH'
	[ -z "$(ls "$STORE")" ]
}

@test "a pid file that can't be written ends the container" {
	args sleep 1000
	for attached in --detach --keep; do
		bulkhead run -b "$BUNDLE" $attached --pid-file /nowhere/pid "$ID"
		assert_status 1
		assert_error /nowhere/pid
		[ -z "$(ls "$STORE")" ]
		assert_clean
	done
}

@test "run writes the pid file while it stays" {
	args sh -c 'echo ready; exec sleep 1000'
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	exec 8<>"$BATS_TEST_TMPDIR/pipe"
	"$BULKHEAD" --root "$STORE" run -b "$BUNDLE" \
		--pid-file "$BATS_TEST_TMPDIR/pid" "$ID" </dev/null \
		>"$BATS_TEST_TMPDIR/pipe" 2>"$BATS_TEST_TMPDIR/stderr" 8>&- &
	CONTAINER=$!
	background+=("$CONTAINER")
	await ready
	kill -KILL "$(cat "$BATS_TEST_TMPDIR/pid")"
	finish_container
	assert_status 137
}

@test "a detached program's terminal needs a console socket" {
	config '.process.terminal = true'
	bulkhead run -b "$BUNDLE" --detach "$ID"
	assert_status 1
	assert_error 'no console socket' --detach
}

# engine: the other side of the console socket, whose output is a file.
engine() {
	local ready=$BATS_TEST_TMPDIR/engine line
	SOCKET=$BATS_TEST_TMPDIR/console
	mkfifo "$ready"
	"$BATS_TEST_DIRNAME/../lib/console" "$SOCKET" "$ready" </dev/null \
		>"$BATS_TEST_TMPDIR/screen" 2>&1 3>&- &
	ENGINE=$!
	background+=("$ENGINE")
	read -r -t 30 line <>"$ready"
}

@test "run gives its terminal to an engine, attached and detached" {
	config '.process.terminal = true'
	args sh -c 'tty; exit 3'
	engine
	bulkhead run -b "$BUNDLE" --console-socket "$SOCKET" "$ID"
	assert_status 3
	assert_output ''
	wait "$ENGINE"
	grep -q '^/dev/pts/0' "$BATS_TEST_TMPDIR/screen"
	rm "$SOCKET" "$BATS_TEST_TMPDIR/engine"
	engine
	bulkhead run -b "$BUNDLE" -d --console-socket "$SOCKET" "$ID"
	assert_status 0
	wait "$ENGINE"
	grep -q '^/dev/pts/0' "$BATS_TEST_TMPDIR/screen"
}

# ---- kept ------------------------------------------------------------------------

@test "run --keep leaves a stopped container behind" {
	args sh -c 'exit 3'
	bulkhead run -b "$BUNDLE" --keep "$ID"
	assert_status 3
	status_is stopped
	bulkhead run -b "$BUNDLE" "$ID"
	assert_error 'container with given ID already exists'
	bulkhead delete "$ID"
	assert_status 0
	assert_clean
}

# ---- orphans ---------------------------------------------------------------------

@test "orphans without a pid namespace are reaped by run" {
	local pid
	config '.linux.namespaces |= map(select(.type != "pid"))'
	args sh -c 'sh -c "sh -c \"read line </tmp/go; exec sleep 1000\" &"
		echo ready; exec sleep 1000'
	mkfifo "$ROOTFS/tmp/go"
	start_container
	await ready
	pid=$(orphan_pid)
	[ "$(awk '$1 == "PPid:" { print $2 }' "/proc/$pid/status")" = "$CONTAINER" ]
	kill -KILL "$pid"
	await_gone "$pid"
	kill -TERM "$CONTAINER"
	finish_container
}

# The marked process that waits at the FIFO.
orphan_pid() {
	local pid
	for pid in $(marked_processes); do
		! grep -qa 'read line' "/proc/$pid/cmdline" || echo "$pid"
	done
}

# await_gone PID: it was reaped, too.
await_gone() {
	local tries
	for tries in $(seq 500); do
		[ -e "/proc/$1" ] || return 0
		read -r -t 0.02 <> <(:) || :
	done
	echo "still there after $tries looks"
	return 1
}

@test "with --no-subreaper they are others'" {
	local pid
	config '.linux.namespaces |= map(select(.type != "pid"))'
	args sh -c 'sh -c "sh -c \"read line </tmp/go; exec sleep 1000\" &"
		echo ready; exec sleep 1000'
	mkfifo "$ROOTFS/tmp/go" "$BATS_TEST_TMPDIR/pipe"
	exec 8<>"$BATS_TEST_TMPDIR/pipe"
	"$BULKHEAD" run -b "$BUNDLE" --no-subreaper "$ID" </dev/null \
		>"$BATS_TEST_TMPDIR/pipe" 2>"$BATS_TEST_TMPDIR/stderr" 8>&- &
	CONTAINER=$!
	background+=("$CONTAINER")
	await ready
	pid=$(orphan_pid)
	[ "$(awk '$1 == "PPid:" { print $2 }' "/proc/$pid/status")" != "$CONTAINER" ]
	kill -TERM "$CONTAINER"
	finish_container
}

# ---- another config -----------------------------------------------------------------

@test "--config names another file of the bundle" {
	args echo other
	mv "$BUNDLE/config.json" "$BUNDLE/other.json"
	bulkhead run -b "$BUNDLE" --config other.json "$ID"
	assert_status 0
	assert_output other
	bulkhead run -b "$BUNDLE" -f "$BUNDLE/other.json" "$ID"
	assert_output other
	bulkhead create -b "$BUNDLE" --config other.json "$ID"
	assert_status 0
	bulkhead delete --force "$ID"
	bulkhead run -b "$BUNDLE" --config nowhere.json "$ID"
	assert_status 1
	assert_error 'open nowhere.json in the bundle'
}

# ---- no cgroup -----------------------------------------------------------------------

@test "--cgroup-manager disabled: the container stays in the caller's cgroup" {
	config 'del(.linux.resources)
		| .linux.namespaces |= map(select(.type != "cgroup"))'
	args cat /proc/self/cgroup
	bulkhead --cgroup-manager disabled run -b "$BUNDLE" "$ID"
	assert_status 0
	[ "$output" = "$(cat /proc/self/cgroup)" ]
	bulkhead run -b "$BUNDLE" "$ID"
	[ "$output" != "$(cat /proc/self/cgroup)" ]
}

@test "without rules for devices nobody can make any" {
	config 'del(.linux.resources)
		| .process.capabilities[] += ["CAP_MKNOD"]'
	args sh -c 'mknod /dev/shm/disk b 8 0 2>&1'
	bulkhead --cgroup-manager=disabled run -b "$BUNDLE" "$ID"
	assert_output 'mknod: /dev/shm/disk: Operation not permitted'
	args grep Cap /proc/self/status
	bulkhead --cgroup-manager=disabled run -b "$BUNDLE" "$ID"
	assert_no_match '[89a-f]......$'
	bulkhead run -b "$BUNDLE" "$ID"
	assert_match 'CapBnd:.*[89a-f]......$'
}

@test "limits without a cgroup are refused" {
	config '.linux.resources = {pids: {limit: 5}}'
	bulkhead --cgroup-manager disabled run -b "$BUNDLE" "$ID"
	assert_status 1
	assert_error /linux/resources/pids/limit '--cgroup-manager disabled'
}

@test "--dry-run prints the plan, and nothing is done" {
	args touch /marker
	config '.root.readonly = false'
	for command in run create; do
		capture "$BULKHEAD" --root "$STORE" $command --dry-run \
			--bundle "$BUNDLE" "$ID"
		assert_status 0
		grep -q 'exec ' <<<"$output"
		[ ! -e "$ROOTFS/marker" ]
		[ ! -e "$STORE/$ID" ]
	done
	assert_clean
	capture "$PLAIN_BULKHEAD" --root "$STORE" plan --profile oci \
		--bundle "$BUNDLE" "$ID"
	planned=$output
	capture "$BULKHEAD" --root "$STORE" run --dry-run --bundle "$BUNDLE" "$ID"
	[ "$output" = "$planned" ]
	config '.process.capabilities.bounding += ["CAP_SYS_ADMIN"]'
	capture "$PLAIN_BULKHEAD" --root "$STORE" create --dry-run -b "$BUNDLE" "$ID"
	assert_status 1
	assert_output ''
	assert_error 'create refused' CAP_SYS_ADMIN capabilities.allow
}

@test "exec --dry-run prints the plan, and nothing is executed" {
	args sleep 1000
	config '.root.readonly = false'
	"$BULKHEAD" --root "$STORE" create -b "$BUNDLE" "$ID" >/dev/null 3>&-
	"$BULKHEAD" --root "$STORE" start "$ID"
	capture "$BULKHEAD" --root "$STORE" exec --dry-run --user 7 "$ID" \
		touch /marker
	assert_status 0
	grep -q 'cgroup_open' <<<"$output"
	grep -q 'user_set uid=7' <<<"$output"
	[ ! -e "$ROOTFS/marker" ]
	capture "$BULKHEAD" --root "$STORE" exec --dry-run "$ID-none" true
	assert_status 255
	"$BULKHEAD" --root "$STORE" delete --force "$ID"
}
