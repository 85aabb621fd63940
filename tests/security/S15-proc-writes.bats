#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S15, CVE-2025-52881: what the runtime writes to /proc is led to another file.

load ../lib/common

setup() {
	requires root
	new_bundle
	DECOY=$BATS_TEST_TMPDIR/decoy
	echo untouched >"$DECOY"
	key=net/ipv4/ip_unprivileged_port_start
	# The effect is looked at from outside, in a namespace that stays.
	hold_namespaces --net
	namespace network "/proc/$HOLDER/ns/net"
	config '.linux.sysctl = {"net.ipv4.ip_unprivileged_port_start": "77"}'
}

teardown() {
	clean_up
	[ "$(cat "$DECOY")" = untouched ]
}

value() {
	nsenter --net="/proc/$HOLDER/ns/net" cat "/proc/sys/$key"
}

no_proc() {
	config '.mounts |= map(select(.type != "proc")) |
		.linux.maskedPaths = [] | .linux.readonlyPaths = []'
}

@test "S15 without a /proc in the container, over a planted one" {
	no_proc
	mkdir -p "$ROOTFS/proc/sys/${key%/*}" "$ROOTFS/proc/self/attr"
	for kind in file link; do
		rm -f "$ROOTFS/proc/sys/$key"
		if [ $kind = file ]; then
			echo planted >"$ROOTFS/proc/sys/$key"
		else
			ln -s "../../../../../../../../..$DECOY" "$ROOTFS/proc/sys/$key"
		fi
		run_container
		assert_status 0
		[ "$(value)" = 77 ]
		[ ! -f "$ROOTFS/proc/sys/$key" ] ||
			[ "$(cat "$ROOTFS/proc/sys/$key")" = planted ]
	done
}

@test "S15 with links in the place of each directory" {
	no_proc
	mkdir -p "$ROOTFS/proc" "$ROOTFS/real/net/ipv4"
	echo planted >"$ROOTFS/real/$key"
	ln -s ../real "$ROOTFS/proc/sys"
	run_container
	assert_status 0
	[ "$(value)" = 77 ]
	[ "$(cat "$ROOTFS/real/$key")" = planted ]
}

@test "S15 id maps and OOM scores go to the real /proc" {
	requires userns
	no_proc
	config '.mounts |= map(select(.type != "sysfs" and .type != "cgroup"))
		| del(.linux.sysctl) | .process.oomScoreAdj = 500'
	namespace network
	open_bundle
	mkdir -p "$ROOTFS/proc/self"
	for file in uid_map gid_map setgroups oom_score_adj; do
		ln -s "../../../../../../../../../..$DECOY" "$ROOTFS/proc/self/$file"
	done
	userns
	mkfifo "$ROOTFS/go"
	chmod 666 "$ROOTFS/go"
	args sh -c 'echo ready; read -r x </go'
	start_container
	await ready
	child=$(pgrep -P "$CONTAINER")
	[ "$(cat "/proc/$child/oom_score_adj")" = 500 ]
	[ "$(tr -s ' ' <"/proc/$child/uid_map")" = ' 0 100000 65536' ]
	echo go >"$ROOTFS/go"
	finish_container
	assert_status 0
}

@test "S15 a caller whose /proc is no procfs is refused" {
	capture unshare --mount sh -c 'mount -t tmpfs tmpfs /proc
		mkdir -p /proc/self; echo "0 0 4294967295" >/proc/self/uid_map
		exec "$@"' sh "$BULKHEAD" run -b "$BUNDLE" "$ID"
	assert_status 1
	assert_output ''
	assert_error /proc procfs
}

@test "S15 a racer on a shared directory never sees a write" {
	no_proc
	mkdir -p "$ROOTFS/proc/sys/${key%/*}" "$ROOTFS/else/sys/${key%/*}"
	echo planted >"$ROOTFS/proc/sys/$key"
	ln -s "../../../../../../../../..$DECOY" "$ROOTFS/else/sys/$key"
	swap "$ROOTFS/proc" "$ROOTFS/else"
	for ((i = 0; i < ${BULKHEAD_RACES:-100}; i++)); do
		run_container
		assert_status 0
		[ "$(cat "$DECOY")" = untouched ]
	done
	[ "$(value)" = 77 ]
	cat "$ROOTFS/proc/sys/$key" "$ROOTFS/else/sys/$key" 2>/dev/null |
		grep -vx planted | grep . && return 1
	return 0
}
