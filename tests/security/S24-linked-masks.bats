#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S24, CVE-2025-27612, 2025-62161 and kin: masked and read-only paths that are or
# contain links, in the image or made by a racer, cover what is meant and nothing
# on the host.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	profile agent
	new_bundle
	DECOY=$BATS_TEST_TMPDIR/decoy
	mkdir "$DECOY"
	echo host >"$DECOY/file"
}

teardown() {
	clean_up
}

# The host has no new mount, and the decoy is what it was.
host_is_untouched() {
	[ "$(cat "$DECOY/file")" = host ]
	touch "$DECOY/new" && rm "$DECOY/new"
	fails grep -F "$BATS_TEST_TMPDIR" /proc/self/mountinfo
}

@test "S24 links of the image that lead out end inside" {
	mkdir -p "$ROOTFS$DECOY" "$ROOTFS/real"
	echo inside >"$ROOTFS$DECOY/file"
	echo real >"$ROOTFS/real/file"
	ln -s "$DECOY" "$ROOTFS/absolute"
	ln -s "../../../../../../..$DECOY" "$ROOTFS/climbing"
	ln -s real "$ROOTFS/relative"
	ln -s relative "$ROOTFS/chain"
	for path in absolute climbing relative chain absolute/file relative/file; do
		config '.linux.maskedPaths = [$p]' --arg p "/$path"
		args sh -c 'ls -A "$1"/ 2>/dev/null; cat "$1" 2>/dev/null; echo looked' \
			sh "/$path"
		run_container
		assert_status 0
		assert_output looked
		host_is_untouched
		config '.linux.maskedPaths = [] | .linux.readonlyPaths = [$p] |
			.root.readonly = false' --arg p "/$path"
		args sh -c '[ ! -d "$1" ] || touch "$1/new"; echo >>"$1"' sh "/$path"
		run_container
		[[ $error = *'Read-only file system'* || $error = *'directory'* ]]
		[ ! -e "$ROOTFS/real/new" ]
		[ "$(cat "$ROOTFS/real/file")" = real ]
		host_is_untouched
	done
}

@test "S24 a link to the root, to itself, into nothing" {
	ln -s / "$ROOTFS/root-link"
	ln -s loop "$ROOTFS/loop"
	ln -s nothing "$ROOTFS/dangling"
	args sh -c 'echo ran'
	config '.linux.maskedPaths = ["/dangling"]'
	run_container
	assert_output ran
	for path in /root-link /loop; do
		config '.linux.maskedPaths = [$p]' --arg p "$path"
		run_container
		assert_status 1
		assert_error "$path"
		host_is_untouched
	done
}

@test "S24 the profile's own masks, where the image has links for /proc and /sys" {
	for dir in proc sys; do
		rmdir "$ROOTFS/$dir" 2>/dev/null || rm -rf "${ROOTFS:?}/$dir"
		ln -s "$DECOY" "$ROOTFS/$dir"
		args sh -c 'echo ran'
		run_container
		assert_status 1
		assert_output ''
		host_is_untouched
		rm "$ROOTFS/$dir"
		mkdir "$ROOTFS/$dir"
	done
}

@test "S24 a racer that swaps a masked directory with a link" {
	mkdir -p "$ROOTFS/secret" "$ROOTFS$DECOY"
	echo secret >"$ROOTFS/secret/file"
	ln -s "../../../../../../..$DECOY" "$ROOTFS/link"
	config '.linux.maskedPaths = ["/secret"]'
	args sh -c 'cat /secret/file 2>/dev/null; :'
	swap "$ROOTFS/secret" "$ROOTFS/link"
	for ((i = 0; i < ${BULKHEAD_RACES:-100}; i++)); do
		run_container
		[ "$(cat "$DECOY/file")" = host ]
	done
	kill "${background[@]}" 2>/dev/null || :
	host_is_untouched
}
