#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S34, CVE-2022-0492: root in a container writes the release_agent of a cgroup v1
# hierarchy, which the host then executes.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	grep -q ' - cgroup ' /proc/self/mountinfo || skip 'no cgroup v1 here'
	profile agent
	new_bundle
	MARK=$BATS_TEST_TMPDIR/escaped
	config '.root.readonly = false | .mounts |= map(select(.destination |
		startswith("/sys/fs/cgroup") | not)) | .mounts += [{destination:
		"/sys/fs/cgroup", type: "cgroup", source: "cgroup",
		options: ["nosuid", "nodev", "noexec", "rw"]}]'
	printf '#!/bin/sh\ntouch %s\n' "$MARK" >"$ROOTFS/cmd"
	chmod 755 "$ROOTFS/cmd"
	before=$(agents)
	ATTACK='for dir in /sys/fs/cgroup/* /tmp/cg; do
			[ -e $dir/cgroup.procs ] || continue
			{ echo '"$ROOTFS"'/cmd >$dir/release_agent; } 2>/dev/null &&
				echo "wrote $dir"
			{ mkdir $dir/x && echo 1 >$dir/x/notify_on_release &&
				sh -c "echo \$\$ >$dir/x/cgroup.procs"; } 2>/dev/null
		done; echo tried'
}

teardown() {
	"$BULKHEAD" --root "$BATS_TEST_TMPDIR/store" delete --force "$ID" || :
	clean_up
}

agents() {
	cat "$(awk '/ - cgroup / { print $5; exit }' /proc/self/mountinfo)"/../*/release_agent \
		2>/dev/null || :
}

# Nothing was written, made, or executed on the host.
no_escape() {
	assert_line tried
	fails grep wrote <<<"$output"
	[ ! -e "$MARK" ]
	[ "$(agents)" = "$before" ]
}

@test "S34 through the mounts of the config" {
	args sh -c "$ATTACK"
	run_container
	no_escape
}

@test "S34 through a hierarchy that the container mounts itself" {
	args sh -c "mkdir -p /tmp/cg; mount -t cgroup -o rdma cgroup /tmp/cg ||
		mount -t cgroup -o none,name=x-$ID x /tmp/cg; $ATTACK"
	run_container
	no_escape
	[[ $error = *mount:* ]]
}

@test "S34 in a user namespace of the container, or made in it" {
	requires userns
	args sh -c "unshare -UrmC sh -c 'mkdir -p /tmp/cg;
		mount -t cgroup -o rdma cgroup /tmp/cg; $ATTACK'; $ATTACK"
	run_container
	no_escape
	open_bundle
	userns
	run_container
	no_escape
}

@test "S34 by a program of exec" {
	args sleep 1000
	"$BULKHEAD" --root "$BATS_TEST_TMPDIR/store" create -b "$BUNDLE" "$ID" \
		>/dev/null 3>&-
	"$BULKHEAD" --root "$BATS_TEST_TMPDIR/store" start "$ID"
	capture "$BULKHEAD" --root "$BATS_TEST_TMPDIR/store" exec "$ID" \
		sh -c "$ATTACK"
	no_escape
	"$BULKHEAD" --root "$BATS_TEST_TMPDIR/store" delete --force "$ID"
}
