#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S09, CVE-2023-25809: the host's cgroup tree is writable in a container without a
# cgroup namespace.  For each mix of user and cgroup namespace, and each profile,
# what is not the container's can't be written.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	new_bundle
	config '.mounts |= map(select(.destination | startswith("/sys/fs/cgroup") |
		not)) | .mounts += [{destination: "/sys/fs/cgroup", type: "cgroup",
		source: "cgroup", options: ["rw", "nosuid", "nodev", "noexec"]}]'
	# Every directory that it finds; what it makes would be on the host.
	args sh -c 'for dir in $(find /sys/fs/cgroup -type d 2>/dev/null | head -n 200)
		do mkdir "$dir/bulkhead-escape" 2>/dev/null && echo "made $dir"
			[ ! -w "$dir/release_agent" ] ||
				! echo /x 2>/dev/null >"$dir/release_agent" ||
				echo "agent of $dir"
		done; echo looked'
}

teardown() {
	local mount
	for mount in $(cgroup_mounts); do
		find "$mount" -depth -name bulkhead-escape -exec rmdir {} + \
			2>/dev/null || :
	done
	clean_up
}

# What was made lies nowhere but in groups of the container.
nothing_of_the_host() {
	local mount
	assert_status 0
	assert_line looked
	fails grep '^agent' <<<"$output"
	for mount in $(cgroup_mounts); do
		find "$mount" -name bulkhead-escape
	done | fails grep -v "$ID"
}

@test "S09 with a cgroup namespace" {
	run_container
	nothing_of_the_host
}

@test "S09 without a cgroup namespace" {
	config '.linux.namespaces |= map(select(.type != "cgroup"))'
	run_container
	nothing_of_the_host
}

@test "S09 with a user namespace, and with and without a cgroup namespace" {
	requires userns
	open_bundle
	userns
	run_container
	nothing_of_the_host
	config '.linux.namespaces |= map(select(.type != "cgroup"))'
	run_container
	nothing_of_the_host
}

@test "S09 an ordinary user's container" {
	requires unprivileged
	unprivileged_bundle
	for filter in . '.linux.namespaces |= map(select(.type != "cgroup"))'; do
		config "$filter"
		run_container_as_user() {
			capture setpriv --reuid=12345 --regid=12345 --clear-groups \
				env XDG_RUNTIME_DIR="$BATS_TEST_TMPDIR/run" \
				"$BULKHEAD" --root "$BATS_TEST_TMPDIR/run/b" run \
				-b "$BUNDLE" "$ID"
		}
		mkdir -p "$BATS_TEST_TMPDIR/run"
		chown 12345 "$BATS_TEST_TMPDIR/run"
		run_container_as_user
		[ "$status" != 0 ] || nothing_of_the_host
		[ "$status" = 0 ] || assert_error cgroup
	done
}

@test "S09 under agent nothing at all is writable" {
	profile agent
	run_container
	nothing_of_the_host
	fails grep '^made' <<<"$output"
}
