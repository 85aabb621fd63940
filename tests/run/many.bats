#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Many containers, and many commands on one at once: each ends as documented, and
# nothing is left.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	new_bundle
	STORE=$BATS_TEST_TMPDIR/store
}

teardown() {
	local entry
	for entry in "$STORE"/*; do
		[ ! -d "$entry" ] ||
			"$BULKHEAD" --root "$STORE" delete --force "${entry##*/}" || :
	done
	clean_up
}

b() {
	"$BULKHEAD" --root "$STORE" "$@" </dev/null
}

# through_life ID: from create to delete.
through_life() {
	b create -b "$BUNDLE" "$1" >/dev/null && b start "$1" &&
		b delete --force "$1"
}

nothing_left() {
	[ -z "$(ls -A "$STORE")" ] || { ls "$STORE"; return 1; }
	assert_clean
}

@test "500 containers one after another" {
	local i
	for i in $(seq 500); do
		through_life "$ID-$i"
	done
	nothing_left
}

@test "50 containers at once" {
	local i pids=()
	for i in $(seq 50); do
		through_life "$ID-$i" 3>&- &
		pids+=("$!")
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	nothing_left
}

# ---- two commands at once ----------------------------------------------------------

# at_once COMMAND...: each a line of words, all started together; $statuses, and
# what they said in $BATS_TEST_TMPDIR/N.
at_once() {
	local line pids=() i=0 status
	statuses=()
	for line; do
		i=$((i + 1))
		# shellcheck disable=SC2086 # words
		b $line >"$BATS_TEST_TMPDIR/$i" 2>&1 3>&- &
		pids+=("$!")
	done
	for i in "${pids[@]}"; do
		status=0
		wait "$i" || status=$?
		statuses+=("$status")
	done
}

# said N REGEX: or nothing.
said() {
	[ ! -s "$BATS_TEST_TMPDIR/$1" ] || grep -qE -e "$2" "$BATS_TEST_TMPDIR/$1" &&
		return
	echo "$1 said: $(cat "$BATS_TEST_TMPDIR/$1")"
	return 1
}

@test "two creates of one id: one makes it" {
	local try
	for try in $(seq 10); do
		at_once "create -b $BUNDLE $ID" "create -b $BUNDLE $ID"
		[ $((statuses[0] + statuses[1])) = 1 ] || { echo "${statuses[@]}"; return 1; }
		said 1 'container with given ID already exists'
		said 2 'container with given ID already exists'
		b delete --force "$ID"
	done
	nothing_left
}

@test "two starts: one starts it" {
	local try
	args sleep 1000
	for try in $(seq 10); do
		b create -b "$BUNDLE" "$ID" >/dev/null
		at_once "start $ID" "start $ID"
		[ $((statuses[0] + statuses[1])) = 1 ] || { echo "${statuses[@]}"; return 1; }
		said 1 'cannot start an already running container'
		said 2 'cannot start an already running container'
		b delete --force "$ID"
	done
	nothing_left
}

@test "two deletes, by force or not: it is gone" {
	local try
	for try in $(seq 10); do
		b create -b "$BUNDLE" "$ID" >/dev/null
		at_once "delete --force $ID" "delete --force $ID"
		[ "${statuses[*]}" = '0 0' ]
		b run -b "$BUNDLE" --keep "$ID"
		at_once "delete $ID" "delete $ID"
		[ $((statuses[0] + statuses[1])) -le 1 ]
		said 1 'container does not exist'
		said 2 'container does not exist'
		nothing_left
	done
}

@test "delete during start: started or not, it is gone" {
	local try
	args sleep 1000
	for try in $(seq 10); do
		b create -b "$BUNDLE" "$ID" >/dev/null
		at_once "start $ID" "delete --force $ID"
		[ "${statuses[1]}" = 0 ]
		said 1 'container does not exist|cannot start a container that has stopped|was killed in step'
		nothing_left
	done
}

@test "kill, delete and looking during create: documented words, and nothing left" {
	local try
	args sleep 1000
	# A root directory that is named and not there yet is an error of list.
	mkdir -m 700 "$STORE"
	for try in $(seq 10); do
		at_once "create -b $BUNDLE $ID" "kill $ID KILL" "state $ID" "list" \
			"delete --force $ID"
		said 2 'container does not exist|container not running|still being created'
		said 3 'container does not exist|"status"'
		[ "${statuses[3]}" = 0 ]
		b delete --force "$ID"
		nothing_left
	done
}

@test "exec, pause and kill while it is deleted" {
	local try
	args sleep 1000
	for try in $(seq 10); do
		b run -b "$BUNDLE" --detach "$ID"
		at_once "exec $ID true" "pause $ID" "kill $ID KILL" "delete --force $ID"
		[ "${statuses[3]}" = 0 ]
		nothing_left
	done
}

# ---- records that can't be read ------------------------------------------------------

# spoil CONTENT: of the record.
spoil() {
	[ -e "$BATS_TEST_TMPDIR/good" ] ||
		cp "$STORE/$ID/state.json" "$BATS_TEST_TMPDIR/good"
	printf '%s' "$1" >"$STORE/$ID/state.json"
}

@test "a record that is broken, of a newer version, or another's loses nothing" {
	local pid
	args sleep 1000
	b run -b "$BUNDLE" --detach --pid-file "$BATS_TEST_TMPDIR/pid" "$ID"
	pid=$(cat "$BATS_TEST_TMPDIR/pid")
	spoil '{"version": 99, "ociVersion": "1"'
	capture b state "$ID"
	assert_status 1
	assert_error "$ID"
	spoil "$(jq '.version = 99' "$BATS_TEST_TMPDIR/good")"
	for command in state start pause "delete --force"; do
		# shellcheck disable=SC2086 # words
		capture b $command "$ID"
		assert_status 1
		assert_error 'version 99' 'use the program that made the container'
	done
	cp "$BATS_TEST_TMPDIR/good" "$STORE/$ID/state.json"
	chown 7 "$STORE/$ID/state.json"
	capture b delete --force "$ID"
	assert_status 1
	assert_error 'belongs to another user'
	# All of it is there still.
	[ "$(cat "/proc/$pid/comm")" = sleep ]
	chown 0 "$STORE/$ID/state.json"
	b delete --force "$ID"
	nothing_left
}

@test "one that can't be read does not hide the others" {
	args sleep 1000
	b run -b "$BUNDLE" --detach "$ID"
	b run -b "$BUNDLE" --detach "$ID-other"
	cp "$STORE/$ID/state.json" "$BATS_TEST_TMPDIR/good"
	: >"$STORE/$ID/state.json"
	capture b list
	grep -qF "$ID-other" <<<"$output"
	cp "$BATS_TEST_TMPDIR/good" "$STORE/$ID/state.json"
}
