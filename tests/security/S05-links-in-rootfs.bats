#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S05, CVE-2019-18837: links in the rootfs lead a mount, a device or a directory
# out of it.
#
# shellcheck disable=SC2016

load ../lib/common

setup() {
	requires root
	new_bundle
	DECOY=$BATS_TEST_TMPDIR/decoy
	mkdir "$DECOY" "$DECOY/sub" "$BATS_TEST_TMPDIR/source"
	echo hello >"$BATS_TEST_TMPDIR/source/file"
	config '.root.readonly = false'
}

teardown() {
	clean_up
	[ "$(find "$DECOY" | wc -l)" = 2 ]
}

# bind_on DESTINATION [FILE-OF-SOURCE]
bind_on() {
	config '.mounts += [{destination: $d, type: "bind", source: $s,
		options: ["bind"]}]' --arg d "$1" \
		--arg s "$BATS_TEST_TMPDIR/source${2-}"
}

up=../../../../../../../../../..

@test "S05 links that climb or are absolute end inside the rootfs" {
	ln -s "$DECOY" "$ROOTFS/absolute"
	ln -s "$up$DECOY" "$ROOTFS/climbing"
	ln -s absolute "$ROOTFS/chain1"
	ln -s chain1/sub "$ROOTFS/chain2"
	mkdir "$ROOTFS/dir"
	ln -s "../$up$DECOY" "$ROOTFS/dir/deep"
	for name in absolute climbing chain1 chain2 dir/deep; do
		bind_on "/$name/sub/new"
		bind_on "/$name/newfile" /file
	done
	inside "cat $DECOY/newfile"
	assert_line hello
	# Made where the links point to, as seen from the rootfs.
	[ -d "$ROOTFS$DECOY/sub/new" ]
	for name in absolute climbing chain1 chain2 dir/deep; do
		bind_on "/$name"
	done
	inside "cat $DECOY/file"
	assert_output hello
}

@test "S05 the working directory is made inside the rootfs" {
	ln -s "$DECOY" "$ROOTFS/absolute"
	ln -s "$up$DECOY/x" "$ROOTFS/climbing"
	for cwd in /absolute/new /climbing/new "/bin/$up$DECOY/y"; do
		config '.process.cwd = $c' --arg c "$cwd"
		inside 'echo ran'
		assert_output ran
	done
	[ -d "$ROOTFS$DECOY/new" ]
}

@test "S05 magic links are not followed" {
	ln -s /proc/self/root "$ROOTFS/root"
	ln -s /proc/self/cwd "$ROOTFS/cwd"
	ln -s /proc/1/root "$ROOTFS/init"
	ln -s /proc/self/fd/3 "$ROOTFS/fd"
	for name in root cwd init fd; do
		bind_on "/$name$DECOY/sub"
		refused "/$name"
		config 'del(.mounts[-1])'
	done
}

@test "S05 masked and read-only paths don't leave the rootfs" {
	echo secret >"$DECOY.file"
	ln -s "$DECOY.file" "$ROOTFS/mask"
	ln -s "$up$DECOY" "$ROOTFS/closed"
	ln -s "/proc/self/root" "$ROOTFS/magic"
	config '.linux.maskedPaths = ["/mask"] | .linux.readonlyPaths = ["/closed"]'
	inside 'echo ran'
	[ "$(cat "$DECOY.file")" = secret ]
	touch "$DECOY/probe"
	rm "$DECOY/probe"
	config '.linux.maskedPaths = ["/magic/etc"]'
	refused /magic/etc
}

@test "S05 a loop of links is an error" {
	ln -s b "$ROOTFS/a"
	ln -s a "$ROOTFS/b"
	bind_on /a/x
	refused /a/x 'symbolic links'
}

@test "S05 a racer that swaps a target with a link never gets a mount out" {
	mkdir "$ROOTFS/target"
	ln -s "$up$DECOY" "$ROOTFS/link"
	swap "$ROOTFS/target" "$ROOTFS/link"
	bind_on /target/sub
	bind_on /target/made/file /file
	config '.process.cwd = "/target/cwd"'
	args true
	for ((i = 0; i < ${BULKHEAD_RACES:-100}; i++)); do
		run_container
		[ "$(find "$DECOY" | wc -l)" = 2 ]
	done
}
