#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S16, CVE-2026-41579, -47766: /dev of the rootfs is a link, and files are made
# or removed where it points to.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	new_bundle
	DECOY=$BATS_TEST_TMPDIR/decoy
	mkdir "$DECOY" "$ROOTFS/inside"
	touch "$DECOY/null" "$DECOY/ptmx" "$DECOY/fd" "$ROOTFS/inside/null"
	ln -s inside "$ROOTFS/chain"
	config '.root.readonly = false'
}

teardown() {
	"$BULKHEAD" --root "$BATS_TEST_TMPDIR/store" delete --force "$ID" || :
	clean_up
	# Neither made nor removed, nor made into something else.
	[ "$(cd "$DECOY" && stat -c '%n %F %s' -- *)" = "$(printf '%s regular empty file 0\n' fd null ptmx)" ]
}

# Each form of link; the container must not start, nor be created.
all_links_are_refused() {
	for target in "$DECOY" ../../decoy ../../../../../../../../.."$DECOY" \
		inside /inside chain dangling /dangling . / /proc proc/self/fd dev; do
		ln -sfn "$target" "$ROOTFS/dev"
		run_container
		assert_status 1
		assert_output ''
		[[ $error == 'bulkhead: '*/dev*'symbolic link'* ]]
		capture "$BULKHEAD" --root "$BATS_TEST_TMPDIR/store" create \
			-b "$BUNDLE" "$ID"
		assert_status 1
		[[ $error == 'bulkhead: '*/dev*'symbolic link'* ]]
		[ ! -e "$BATS_TEST_TMPDIR/store/$ID" ]
	done
	[ "$(ls "$ROOTFS/inside")" = null ]
	[ ! -s "$ROOTFS/inside/null" ]
	[ ! -e "$ROOTFS/dangling" ]
}

@test "S16 a tmpfs on /dev in the config" {
	all_links_are_refused
}

@test "S16 no /dev in the config" {
	config '.mounts |= map(select(.destination | startswith("/dev") | not))'
	all_links_are_refused
}

@test "S16 mounts below /dev only" {
	config '.mounts |= map(select(.destination != "/dev"))'
	all_links_are_refused
}

@test "S16 a bind on /dev" {
	mkdir "$BATS_TEST_TMPDIR/source"
	config '.mounts |= map(select(.destination | startswith("/dev") | not))
		| .mounts += [{destination: "/dev", type: "bind", source: $s,
		options: ["bind"]}]' --arg s "$BATS_TEST_TMPDIR/source"
	all_links_are_refused
}

@test "S16 in a user namespace" {
	requires userns
	open_bundle
	userns
	all_links_are_refused
}

@test "S16 a racer that swaps /dev with a link" {
	mkdir "$ROOTFS/dev"
	ln -s "../../../../../../../../..$DECOY" "$ROOTFS/link"
	swap "$ROOTFS/dev" "$ROOTFS/link"
	args true
	for ((i = 0; i < ${BULKHEAD_RACES:-100}; i++)); do
		run_container
		[ "$(find "$DECOY" -type f | wc -l)" = 3 ]
	done
}
