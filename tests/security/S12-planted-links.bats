#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S12, CVE-2025-24965: at each path where the runtime makes something in the
# rootfs, or reads something, the image has planted a link out of it.
#
# shellcheck disable=SC2016

load ../lib/common

setup() {
	requires root
	new_bundle
	DECOY=$BATS_TEST_TMPDIR/decoy
	mkdir "$DECOY"
	echo untouched >"$DECOY/file"
	chmod 640 "$DECOY/file"
	echo hello >"$BATS_TEST_TMPDIR/source"
	config '.root.readonly = false'
}

teardown() {
	clean_up
	[ "$(ls "$DECOY")" = file ]
	[ "$(cat "$DECOY/file")" = untouched ]
	[ "$(stat -c '%a %u:%g %F' "$DECOY/file")" = '640 0:0 regular file' ]
}

up=../../../../../../../../../../..

@test "S12 targets of bound files" {
	for target in "$DECOY/made" "$up$DECOY/made" "$DECOY/file"; do
		for path in /etc/resolv.conf /etc/hosts /etc/hostname; do
			rm -rf "$ROOTFS$DECOY"
			ln -sfn "$target" "$ROOTFS$path"
			config '.mounts += [{destination: $p, type: "bind",
				source: $s, options: ["rbind", "ro"]}]' --arg p "$path" \
				--arg s "$BATS_TEST_TMPDIR/source"
			args cat "$path"
			run_container
			assert_status 0
			assert_output hello
			config 'del(.mounts[-1])'
		done
	done
}

@test "S12 targets of mounts" {
	ln -s "$DECOY/dir" "$ROOTFS/absolute"
	ln -s "$up$DECOY/dir" "$ROOTFS/climbing"
	config '.mounts += [{destination: "/absolute", type: "tmpfs",
		source: "t"}, {destination: "/climbing/sub", type: "tmpfs",
		source: "t"}]'
	inside 'grep -c " - tmpfs t " /proc/self/mountinfo'
	assert_output 2
}

@test "S12 the working directory" {
	ln -s "$DECOY/cwd" "$ROOTFS/job"
	config '.process.cwd = "/job/here"'
	inside 'pwd'
	assert_output "$DECOY/cwd/here"
}

@test "S12 passwd" {
	printf 'root:x:0:0::/from-the-host:\n' >"$DECOY/../passwd"
	for target in "$DECOY/../passwd" "$up$DECOY/../passwd" /proc/self/root \
		/dev/zero /proc/kmsg /proc/self/mem; do
		ln -sfn "$target" "$ROOTFS/etc/passwd"
		inside 'echo "$HOME"'
		assert_output /
	done
	rm -r "${ROOTFS:?}/etc"
	ln -s "$up$DECOY/.." "$ROOTFS/etc"
	inside 'echo "$HOME"'
	assert_output /
}

@test "S12 devices of the config below links in /dev" {
	# The image's /dev is not used, so its links are not either.
	mkdir "$ROOTFS/dev"
	ln -s "$DECOY" "$ROOTFS/dev/sub"
	ln -s "$DECOY/file" "$ROOTFS/dev/full"
	config '.linux.devices = [{path: "/dev/sub/pipe", type: "p"}]'
	inside 'stat -c %F /dev/sub/pipe /dev/full'
	assert_output fifo 'character special file'
	[ -L "$ROOTFS/dev/full" ]
}

@test "S12 a racer at the target of a bound file" {
	ln -s "$DECOY/made" "$ROOTFS/etc/a"
	touch "$ROOTFS/etc/b"
	swap "$ROOTFS/etc/a" "$ROOTFS/etc/b"
	config '.mounts += [{destination: "/etc/a", type: "bind", source: $s,
		options: ["bind"]}]' --arg s "$BATS_TEST_TMPDIR/source"
	args true
	for ((i = 0; i < ${BULKHEAD_RACES:-100}; i++)); do
		rm -rf "$ROOTFS$DECOY"
		run_container
	done
}
