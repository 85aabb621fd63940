#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S13, CVE-2025-31133: the image's /dev/null is something else, and a mask made
# of it is a hole.
#
# shellcheck disable=SC2016

load ../lib/common

setup() {
	requires root
	new_bundle
	mkdir "$ROOTFS/dev"
	echo secret >"$ROOTFS/secret"
	DECOY=$BATS_TEST_TMPDIR/decoy
	echo decoy >"$DECOY"
	config '.linux.maskedPaths = ["/proc/sys/kernel/core_pattern", "/secret"]
		| .linux.readonlyPaths = []'
}

teardown() {
	clean_up
	[ "$(cat "$DECOY")" = decoy ]
}

look='stat -c "%F %t:%T" /secret /proc/sys/kernel/core_pattern
	wc -c </secret; (echo x >/secret); cat /secret
	(echo x >/proc/sys/kernel/core_pattern); :'

masked() {
	inside "$look"
	assert_output 'character special file 1:3' 'character special file 1:3' 0
}

plant() {
	rm -f "$1/null"
	case $2 in
	link) ln -s "$DECOY" "$1/null" ;;
	procfs) ln -s /proc/sys/kernel/core_pattern "$1/null" ;;
	file) echo planted >"$1/null" ;;
	device) mknod "$1/null" c 1 5 ;;
	fifo) mkfifo "$1/null" ;;
	esac
}

@test "S13 null in the rootfs, with a /dev of the config" {
	before=$(cat /proc/sys/kernel/core_pattern)
	for kind in link procfs file device fifo; do
		plant "$ROOTFS/dev" $kind
		masked
	done
	[ "$(cat /proc/sys/kernel/core_pattern)" = "$before" ]
}

@test "S13 null in the rootfs, without a /dev in the config" {
	config '.mounts |= map(select(.destination | startswith("/dev") | not))'
	before=$(cat /proc/sys/kernel/core_pattern)
	for kind in link procfs file device fifo; do
		plant "$ROOTFS/dev" $kind
		masked
	done
	[ "$(cat /proc/sys/kernel/core_pattern)" = "$before" ]
}

@test "S13 null in a /dev that is bound" {
	mkdir "$BATS_TEST_TMPDIR/dev"
	config '.mounts |= map(select(.destination | startswith("/dev") | not))
		| .mounts += [{destination: "/dev", type: "bind", source: $s,
		options: ["bind"]}]' --arg s "$BATS_TEST_TMPDIR/dev"
	before=$(cat /proc/sys/kernel/core_pattern)
	for kind in link procfs file device fifo; do
		plant "$BATS_TEST_TMPDIR/dev" $kind
		masked
	done
	[ "$(cat /proc/sys/kernel/core_pattern)" = "$before" ]
}

@test "S13 in a user namespace, where devices are bound" {
	requires userns
	open_bundle
	userns
	plant "$ROOTFS/dev" link
	inside 'stat -c "%F %t:%T" /secret /dev/null; cat /secret'
	assert_output 'character special file 1:3' 'character special file 1:3'
}
