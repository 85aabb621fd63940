#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Kernel parameters: those of the container's namespaces, and no others.
#
# shellcheck disable=SC2016

load ../lib/common

setup() {
	requires root
	new_bundle
}

teardown() {
	clean_up
}

sysctl() {
	config '.linux.sysctl = {($k): $v}' --arg k "$1" --arg v "$2"
}

@test "a parameter of each kind of namespace is set, the host's stays" {
	before=$(cat /proc/sys/kernel/shmmax /proc/sys/kernel/domainname \
		/proc/sys/net/ipv4/ip_unprivileged_port_start)
	config '.linux.sysctl = {"kernel.shmmax": "12345",
		"kernel.domainname": "inside", "fs.mqueue.msg_max": "11",
		"net.ipv4.ip_unprivileged_port_start": "77"}'
	inside 'cd /proc/sys; cat kernel/shmmax kernel/domainname \
		fs/mqueue/msg_max net/ipv4/ip_unprivileged_port_start'
	assert_output 12345 inside 11 77
	[ "$before" = "$(cat /proc/sys/kernel/shmmax /proc/sys/kernel/domainname \
		/proc/sys/net/ipv4/ip_unprivileged_port_start)" ]
}

@test "a parameter in a user namespace" {
	requires userns
	open_bundle
	userns
	sysctl net.ipv4.ip_unprivileged_port_start 77
	inside 'cat /proc/sys/net/ipv4/ip_unprivileged_port_start'
	assert_output 77
}

@test "a parameter that the read-only /proc/sys of the config does not hinder" {
	config '.linux.readonlyPaths = ["/proc/sys"]'
	sysctl kernel.msgmax 9000
	inside 'cat /proc/sys/kernel/msgmax
		echo 1 2>/dev/null >/proc/sys/kernel/msgmax || echo closed'
	assert_output 9000 closed
}

@test "a parameter without its namespace is refused" {
	local pair
	for pair in kernel.shmmax=ipc net.ipv4.ip_forward=network \
		kernel.domainname=uts fs.mqueue.msg_max=ipc; do
		config '.linux.namespaces = ([{type: "mount"}, {type: "network"},
			{type: "ipc"}, {type: "uts"}, {type: "pid"}] | map(select(.type
			!= $t))) | del(.hostname)' --arg t "${pair#*=}"
		sysctl "${pair%=*}" 1
		refused "/linux/sysctl/${pair%=*}" "${pair#*=} namespace"
	done
}

@test "parameters of the whole host are refused" {
	local key
	for key in kernel.core_pattern kernel.panic vm.overcommit_memory \
		fs.file-max kernel.randomize_va_space kernel.modprobe \
		user.max_user_namespaces kernel.hostname kernel.shm \
		kernel.msgmax2 nothing; do
		sysctl "$key" 1
		refused "/linux/sysctl/$key"
	done
}

@test "a parameter that does not exist, or a value that is none, is an error" {
	sysctl net.no.such.key 1
	refused 'net/no/such/key' 'No such file'
	sysctl kernel.shmmax nonsense
	refused kernel/shmmax 'Invalid argument'
}
