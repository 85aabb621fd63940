#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S26: the file system of the root directory is full, at each point where
# something is written there: a clear error, and nothing is left.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	new_bundle
	STORE=$BATS_TEST_TMPDIR/store
	mkdir "$STORE"
	args sleep 1000
}

teardown() {
	"$BULKHEAD" --root "$STORE" delete --force "$ID" || :
	[ -z "${mounted[0]-}" ] || umount -l "${mounted[0]}"
	mounted=()
	clean_up
}

# root_with OPTION: the root directory is a tmpfs with this limit.
root_with() {
	mount -t tmpfs -o "mode=700,$1" tmpfs "$STORE"
	mounted=("$STORE")
}

# The error is the disk's; neither a file nor a process nor a group is left.
failed_clean() {
	assert_status 1
	assert_output ''
	assert_error 'No space left on device'
	[ -z "$(ls -A "$STORE")" ]
	[ -z "$(marked_processes)" ]
}

# fill_up OPTION UNIT WORD...: with more and more room, until there is enough.
fill_up() {
	local option=$1 unit=$2 room failures=0
	shift 2
	for ((room = 2; room < 40; room++)); do
		root_with "$option=$((room * unit))"
		capture timeout 60 "$BULKHEAD" --root "$STORE" "$@" \
			-b "$BUNDLE" "$ID"
		[ "$status" != 0 ] || break
		failed_clean
		failures=$((failures + 1))
		umount "$STORE"
		mounted=()
	done
	assert_status 0
	[ $failures -gt 2 ]
}

@test "S26 create without room for the next block" {
	# Some pages for config.json, so that it ends in the middle of it too.
	config '.annotations = {"a": ("x" * 20000)}'
	fill_up size 4096 create
	capture "$BULKHEAD" --root "$STORE" start "$ID"
	assert_status 0
}

@test "S26 create without an inode for the next file" {
	fill_up nr_inodes 1 create
	capture "$BULKHEAD" --root "$STORE" start "$ID"
	assert_status 0
}

@test "S26 run without room" {
	args true
	config '.annotations = {"a": ("x" * 20000)}'
	fill_up size 4096 run
	[ -z "$(ls -A "$STORE")" ]
}

@test "S26 a full disk afterwards keeps nobody from using or ending a container" {
	root_with size=1m
	capture "$BULKHEAD" --root "$STORE" create -b "$BUNDLE" "$ID"
	assert_status 0
	head -c 2m /dev/zero >"$STORE/.full" 2>/dev/null || :
	for command in start state pause resume; do
		capture "$BULKHEAD" --root "$STORE" $command "$ID"
		assert_status 0
	done
	capture "$BULKHEAD" --root "$STORE" exec "$ID" echo there
	assert_status 0
	assert_output there
	# A program that its caller will not know of does not go on.
	capture "$BULKHEAD" --root "$STORE" exec --detach \
		--pid-file "$STORE/.pid" "$ID" sleep 4711
	assert_status 255
	assert_error "$STORE/.pid" 'No space left on device'
	[ ! -e "$STORE/.pid" ]
	fails pgrep -f -x 'sleep 4711'
	capture "$BULKHEAD" --root "$STORE" kill "$ID" KILL
	assert_status 0
	capture "$BULKHEAD" --root "$STORE" delete --force "$ID"
	assert_status 0
	[ "$(ls -A "$STORE")" = .full ]
}
