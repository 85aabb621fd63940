#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S03, CVE-2019-16884: a mount over /proc, or inside of it, swallows what the
# runtime writes there.
#
# shellcheck disable=SC2016

load ../lib/common

setup() {
	requires root
	new_bundle
	mkdir "$BATS_TEST_TMPDIR/fake"
}

teardown() {
	clean_up
}

@test "S03 nothing but a procfs is mounted on /proc" {
	for mount in '{"type": "tmpfs", "source": "tmpfs"}' \
		'{"type": "sysfs", "source": "sysfs"}' \
		'{"type": "bind", "source": "/proc", "options": ["rbind"]}' \
		'{"type": "bind", "source": "FAKE", "options": ["bind"]}' \
		'{"source": "FAKE", "options": ["bind"]}' \
		'{"type": "proc", "source": "FAKE", "options": ["bind"]}'; do
		for path in /proc //proc/ /./proc/.; do
			config '.mounts += [$m + {destination: $p}]' \
				--argjson m "${mount//FAKE/$BATS_TEST_TMPDIR/fake}" \
				--arg p "$path"
			refused /proc
			config 'del(.mounts[-1])'
		done
	done
}

@test "S03 nothing is mounted inside /proc, but on some files" {
	for path in /proc/self /proc/self/attr /proc/self/attr/exec /proc/1 \
		/proc/thread-self /proc/sys /proc/sys/kernel /proc/net \
		/proc/sysrq-trigger /proc/self/../meminfo; do
		config '.mounts += [{destination: $p, type: "bind", source: $s,
			options: ["bind"]}]' --arg p "$path" \
			--arg s "$BATS_TEST_TMPDIR/fake"
		refused "${path%%/..*}" || refused ..
		config 'del(.mounts[-1])'
	done
}

@test "S03 files that engines replace in /proc can be" {
	echo fake >"$BATS_TEST_TMPDIR/fake/meminfo"
	config '.mounts += [{destination: "/proc/meminfo", type: "bind",
		source: $s, options: ["bind", "ro"]}]' \
		--arg s "$BATS_TEST_TMPDIR/fake/meminfo"
	inside 'cat /proc/meminfo; stat -fc %T /proc'
	assert_output fake proc
}

@test "S03 a link in the way to /proc does not help" {
	# The destination is not /proc by its name, but leads there.
	ln -s proc "$ROOTFS/elsewhere"
	config '.mounts += [{destination: "/elsewhere", type: "bind", source: $s,
		options: ["bind"]}]' --arg s "$BATS_TEST_TMPDIR/fake"
	args sh -c 'stat -fc %T /proc'
	run_container
	[ "$output" != tmpfs ]
	if [ "$status" = 0 ]; then
		assert_output proc
	fi
}
