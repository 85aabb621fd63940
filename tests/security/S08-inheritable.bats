#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S08, CVE-2022-27650, -2022-29162: inheritable capabilities that nobody gave.
#
# shellcheck disable=SC2016

load ../lib/common

setup() {
	requires root
	new_bundle
	args grep -E '^Cap(Inh|Amb)' /proc/self/status
}

teardown() {
	clean_up
}

none=$'CapInh:\t0000000000000000\nCapAmb:\t0000000000000000'

@test "S08 no inheritable or ambient capability, for every kind of user" {
	for uid in 0 1 1000 65534 4294967294; do
		config '.process.user.uid = $u' --argjson u $uid
		run_container
		assert_output "$none"
	done
}

@test "S08 the caller's inheritable and ambient ones are not handed on" {
	for uid in 0 1000; do
		config '.process.user.uid = $u' --argjson u $uid
		capture setpriv --inh-caps +chown,+kill,+net_admin \
			--ambient-caps +chown,+kill "$BULKHEAD" run -b "$BUNDLE" "$ID"
		assert_output "$none"
		config 'del(.process.capabilities)'
		capture setpriv --inh-caps +chown,+kill,+net_admin \
			--ambient-caps +chown,+kill "$BULKHEAD" run -b "$BUNDLE" "$ID"
		assert_output "$none"
	done
}

@test "S08 all capabilities that engines list, without inheritable" {
	config '.process.capabilities = ({"bounding": 0, "effective": 0,
		"permitted": 0} | map_values(["CAP_CHOWN", "CAP_DAC_OVERRIDE",
		"CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW",
		"CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP",
		"CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL",
		"CAP_AUDIT_WRITE"]))'
	run_container
	assert_output "$none"
}

@test "S08 in a user namespace" {
	requires userns
	open_bundle
	userns
	for uid in 0 1000; do
		config '.process.user.uid = $u' --argjson u $uid
		run_container
		assert_output "$none"
	done
}
