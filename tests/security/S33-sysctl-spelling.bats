#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S33, CVE-2022-0811: spellings of a sysctl key that reach a parameter of the
# host.
#
# shellcheck disable=SC2016

load ../lib/common

setup() {
	requires root
	new_bundle
	before=$(cat /proc/sys/kernel/core_pattern /proc/sys/kernel/msgmax)
}

teardown() {
	clean_up
	[ "$(cat /proc/sys/kernel/core_pattern /proc/sys/kernel/msgmax)" = "$before" ]
}

@test "S33 every other spelling is refused" {
	for key in kernel.core_pattern kernel/core_pattern /kernel/core_pattern \
		net/../kernel/core_pattern net.../kernel/core_pattern \
		'net.ipv4+kernel.core_pattern' net..kernel.core_pattern \
		net.. net. . .. '' / net .net.ipv4.ip_forward net.ipv4.ip_forward. \
		net/ipv4/ip_forward net.ipv4/../../kernel/core_pattern \
		'net.ipv4.ip_forward ' ' net.ipv4.ip_forward' 'net. ipv4.ip_forward' \
		$'net.ipv4.ip_forward\n' $'net.ipv4\n.ip_forward' NET.ipv4.ip_forward \
		KERNEL.core_pattern kernel.Core_pattern ../kernel/core_pattern \
		./kernel.core_pattern kernel.shm_rmid_forced/../core_pattern \
		kernel.shm_rmid_forced.core_pattern kernel.msgmax.x \
		fs.mqueue/../../kernel/core_pattern fs.mqueue. fs.mqueue \
		fs.mqueue.../../kernel.core_pattern 'net.ipv4.*' 'net.ipv4.ip%2fforward' \
		$'net.ipv4.ip\u2024forward' net.ipv4.conf.../all 'net\ipv4\ip_forward'; do
		config '.linux.sysctl = {($k): "1"}' --arg k "$key"
		run_container
		echo "key: $key"
		assert_status 1
		assert_output ''
		assert_error /linux/sysctl/
	done
}

@test "S33 values are written as they are, and to nothing else" {
	config '.linux.sysctl = {"kernel.msgmax": "9000\n/proc/sys/kernel/panic"}'
	run_container
	assert_status 1
	for value in '|/bin/evil' '../../x' ''; do
		config '.linux.sysctl = {"kernel.msgmax": $v}' --arg v "$value"
		args cat /proc/sys/kernel/msgmax
		run_container
		[ "$status" = 1 ] || [ "$output" = "$(tail -n1 <<<"$before")" ] ||
			[ "$output" = 8192 ]
	done
}

@test "S33 a key below a namespace's directory can't climb by a link" {
	# /proc/sys has no links, and the write follows none.
	config '.linux.sysctl = {"net.ipv4.conf.lo.forwarding": "1"}'
	inside 'cat /proc/sys/net/ipv4/conf/lo/forwarding'
	assert_output 1
}
