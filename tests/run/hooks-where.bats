#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Hooks in user namespaces, for ordinary users, in groups, and under the default
# profile.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common
load ../lib/hooks

setup() {
	requires root
	new_bundle
	new_hooks
}

teardown() {
	"$BULKHEAD" --root "$STORE" delete --force "$ID" || :
	clean_up
}

look='id -u >"$1/$2.uid"; readlink /proc/self/ns/user >"$1/$2.ns"
	grep CapEff /proc/self/status >"$1/$2.caps"'

@test "in a user namespace createContainer is its root" {
	requires userns
	userns
	open_bundle
	for kind in prestart createRuntime createContainer poststart poststop; do
		hook "$kind" "$look"
	done
	args readlink /proc/self/ns/user
	run_it
	assert_status 0
	for kind in prestart createRuntime poststart poststop; do
		saw "$kind.ns" "$(readlink /proc/self/ns/user)"
	done
	saw createContainer.ns "$output"
	saw createContainer.uid 0
	# All that its namespace has; files of the host's root stay closed.
	grep -q 'CapEff:.*f$' "$SEEN/createContainer.caps"
	[ "$(stat -c %u "$SEEN/createContainer.uid")" = 100000 ]
	nothing_left
}

@test "startContainer in a user namespace" {
	requires userns
	userns
	open_bundle
	hook startContainer '[ "$(id -u)" = 0 ] &&
		grep -q " 100000 " /proc/self/uid_map || exit 1'
	chown -R 100000:100000 "$ROOTFS"
	args echo program
	run_it
	assert_status 0
	assert_output program
}

@test "an ordinary user's hooks are run as he is" {
	requires unprivileged
	unprivileged_bundle
	for kind in createRuntime createContainer poststart poststop; do
		hook "$kind" "$look"
	done
	hook startContainer 'exit 0'
	chown -R 12345:12345 "$BUNDLE"
	args echo program
	capture unprivileged "$BULKHEAD" run --bundle "$BUNDLE" "$ID"
	assert_status 0
	assert_output program
	for kind in createRuntime poststart poststop; do
		saw "$kind.uid" 12345
	done
	saw createContainer.uid 0
	[ "$(stat -c %u "$SEEN/createContainer.uid")" = 12345 ]
}

@test "createContainer is in the container's groups, others in the caller's" {
	hook createRuntime 'cat /proc/self/cgroup >"$1/$2"'
	# Its cgroup namespace shows the group as the root of its own.
	config 'del(.linux.namespaces[] | select(.type == "cgroup"))'
	hook createContainer 'cat /proc/self/cgroup >"$1/$2"'
	args cat /proc/self/cgroup
	run_it
	assert_status 0
	saw createContainer "$output"
	saw createRuntime "$(cat /proc/self/cgroup)"
}

@test "with a terminal" {
	requires program:script
	with_volume
	config '.process.terminal = true'
	hook createContainer 'tty >"$1/$2"; exit 0'
	hook startContainer 'tty >"$1/$2"; exit 0'
	args true
	capture script -qec "$BULKHEAD run --bundle $BUNDLE $ID" /dev/null
	assert_status 0
	saw createContainer 'not a tty'
	saw startContainer 'not a tty'
}

@test "each kind under the default profile" {
	open_gate agent
	config '.process.user = {uid: 1000, gid: 1000}'
	for kind in prestart createRuntime createContainer poststart poststop; do
		hook "$kind" "$note"
	done
	hook startContainer '[ "$(id -u)" = 1000 ] &&
		grep -q "Seccomp:.2" /proc/self/status &&
		grep -q "NoNewPrivs:.1" /proc/self/status &&
		grep -q "CapEff:.0000000000000000" /proc/self/status'
	args echo program
	run_it
	assert_status 0
	assert_output program
	saw order 'prestart
createRuntime
createContainer
poststart
poststop'
	hook startContainer 'unshare -U true && exit 0; exit 9'
	run_it
	assert_status 1
	assert_error 'startContainer[1]' 'exit status 9'
}
