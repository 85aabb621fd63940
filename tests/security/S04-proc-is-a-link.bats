#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S04, CVE-2019-19921, -2023-27561, -2023-28642: /proc or /sys in the rootfs is
# a symbolic link, now or in the next moment.
#
# shellcheck disable=SC2154

load ../lib/common

setup() {
	requires root
	new_bundle
	DECOY=$BATS_TEST_TMPDIR/decoy
	mkdir "$DECOY" "$ROOTFS/inside"
}

teardown() {
	clean_up
	[ -z "$(ls -A "$DECOY")" ]
}

@test "S04 absolute, relative, dangling, chained links are refused" {
	ln -s inside "$ROOTFS/chain"
	for name in proc sys; do
		for target in "$DECOY" /inside inside ../../decoy dangling /dangling \
			. / .. chain /proc/self "$name"; do
			ln -sfn "$target" "$ROOTFS/$name"
			run_container
			assert_status 1
			assert_output ''
			[[ $error == "bulkhead: mount on /$name"*'symbolic link'* ]]
		done
		rm "$ROOTFS/$name"
	done
	[ ! -e "$ROOTFS/dangling" ]
	[ -z "$(ls -A "$ROOTFS/inside")" ]
}

@test "S04 a file or FIFO in the place of /proc is an error" {
	touch "$ROOTFS/proc"
	refused 'mount on /proc'
	rm "$ROOTFS/proc"
	mkfifo "$ROOTFS/proc"
	refused 'mount on /proc'
}

@test "S04 a racer that swaps /proc with a link never wins" {
	mkdir "$ROOTFS/proc"
	ln -s inside "$ROOTFS/link"
	swap "$ROOTFS/proc" "$ROOTFS/link"
	args sh -c 'stat -fc %T /proc /link /inside; grep -c " /inside " \
		/proc/self/mountinfo; :'
	for ((i = 0; i < ${BULKHEAD_RACES:-100}; i++)); do
		run_container
		if [ "$status" = 0 ]; then
			# It was mounted on the directory, wherever that went.
			fails grep -qx 1 <<<"$output"
		else
			assert_output ''
		fi
		[ -z "$(ls -A "$ROOTFS/inside")" ]
	done
}
