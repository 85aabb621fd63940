#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The container's cgroup: where it is, what its limits do, that it goes away.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	grep -qE ' - cgroup2? ' /proc/self/mountinfo || skip 'no cgroups are mounted'
	new_bundle
}

teardown() {
	[ ! "${OTHER-}" ] || rmdir "$OTHER" 2>/dev/null || :
	clean_up
}

# mount_of CONTROLLER: where its hierarchy is; v2 has all of them.
mount_of() {
	awk -v c="$1" '/ - cgroup / {
			n = split($NF, o, ","); for (i = 1; i <= n; i++)
				if (o[i] == c) { print $5; found = 1; exit } }
		/ - cgroup2 / { v2 = $5 }
		END { if (!found) print v2 }' /proc/self/mountinfo
}

on_v2() {
	[ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]
}

# requires_controller NAME: for limits by it
requires_controller() {
	if on_v2; then
		grep -qw "$1" /sys/fs/cgroup/cgroup.controllers ||
			skip "no controller $1"
	else
		requires "cgroup1:$1"
	fi
}

# file V1-CONTROLLER V1-FILE V2-FILE: as seen from inside
file() {
	if on_v2; then
		echo "/sys/fs/cgroup/$3"
	else
		echo "/sys/fs/cgroup/$(basename "$(mount_of "$1")")/$2"
	fi
}

# What /proc/self/cgroup says of the container, from the host's view: without
# a cgroup namespace.
no_cgroup_namespace() {
	config '.linux.namespaces |= map(select(.type != "cgroup"))'
}

@test "the pids limit holds" {
	requires_controller pids
	config '.linux.resources.pids.limit = 5'
	inside "cat $(file pids pids.max pids.max)
		for i in 1 2 3 4 5 6; do sleep 100 & done; echo never" || :
	[ "$(head -n1 <<<"$output")" = 5 ]
	assert_no_match never
	[[ $error == *fork* ]]
}

@test "a pids limit of 0 is one of 1, and -1 is none" {
	requires_controller pids
	config '.linux.resources.pids.limit = 0'
	args cat "$(file pids pids.max pids.max)"
	run_container
	assert_output 1
	config '.linux.resources.pids.limit = -1'
	run_container
	assert_output max
}

@test "in a config from before 1.3 a pids limit of 0 is none" {
	requires_controller pids
	config '.linux.resources.pids.limit = 0'
	args cat "$(file pids pids.max pids.max)"
	for version in 1.0.2-dev 1.0.2 1.2.1; do
		config '.ociVersion = $v' --arg v "$version"
		run_container
		assert_output max
		# What a profile wants is less.
		capture "$PLAIN_BULKHEAD" run -b "$BUNDLE" "$ID"
		assert_output 4096
	done
	for version in 1.3.0 1.4.0-dev 1.10.0; do
		config '.ociVersion = $v' --arg v "$version"
		run_container
		assert_output 1
	done
}

@test "the memory limit kills what exceeds it" {
	requires_controller memory
	config '.linux.resources.memory = {limit: 33554432}'
	inside "cat $(file memory memory.limit_in_bytes memory.max)"
	assert_output 33554432
	# tail keeps a line in memory until it ends.
	args sh -c 'tail -n1 /dev/zero; echo $?'
	run_container
	assert_output 137
}

@test "memory reservation and swap" {
	requires_controller memory
	config '.linux.resources.memory = {limit: 33554432, reservation: 16777216}'
	inside "cat $(file memory memory.soft_limit_in_bytes memory.low)"
	assert_output 16777216
	if ! on_v2 && [ -e "$(mount_of memory)/memory.memsw.limit_in_bytes" ]; then
		config '.linux.resources.memory.swap = 50331648'
		inside "cat $(file memory memory.memsw.limit_in_bytes x)"
		assert_output 50331648
	fi
}

@test "processor shares and quota" {
	requires_controller cpu
	config '.linux.resources.cpu = {shares: 512, quota: 20000, period: 50000}'
	if on_v2; then
		inside 'cat /sys/fs/cgroup/cpu.max /sys/fs/cgroup/cpu.weight'
		[ "$(head -n1 <<<"$output")" = '20000 50000' ]
		[ "$(tail -n1 <<<"$output")" -lt 100 ]
	else
		cpu=/sys/fs/cgroup/$(basename "$(mount_of cpu)")
		inside "cd $cpu; cat cpu.shares cpu.cfs_quota_us cpu.cfs_period_us"
		assert_output 512 20000 50000
	fi
}

@test "the quota slows down" {
	requires_controller cpu
	config '.linux.resources.cpu = {quota: 5000, period: 100000}'
	if on_v2; then
		stat=/sys/fs/cgroup/cpu.stat
	else
		stat=/sys/fs/cgroup/$(basename "$(mount_of cpu)")/cpu.stat
	fi
	# Until the kernel has held it back once.
	inside "while grep -q '^nr_throttled 0' $stat; do :; done
		grep nr_throttled $stat"
	assert_match '^nr_throttled [1-9]'
}

@test "processors and memory nodes" {
	requires_controller cpuset
	config '.linux.resources.cpu = {cpus: "0", mems: "0"}'
	inside 'grep -E "^(Cpus|Mems)_allowed_list" /proc/self/status'
	assert_output $'Cpus_allowed_list:\t0' $'Mems_allowed_list:\t0'
}

@test "unified settings on v2; on v1 they are refused" {
	config '.linux.resources.unified = {"memory.high": "67108864"}'
	if on_v2; then
		inside 'cat /sys/fs/cgroup/memory.high'
		assert_output 67108864
	else
		refused /linux/resources/unified
	fi
}

@test "device rules: the default ones open, others not" {
	config '.process.capabilities |= map_values(. + ["CAP_MKNOD"])'
	inside 'echo x >/dev/null; head -c1 /dev/zero | wc -c
		head -c1 /dev/random | wc -c
		mknod /dev/loop b 7 0 2>/dev/null || echo no block device
		mknod /dev/kmsg c 1 11 2>/dev/null; (: </dev/kmsg) 2>/dev/null ||
		echo no kmsg'
	assert_output 1 1 'no block device' 'no kmsg'
}

@test "device rules: read, write and make are told apart" {
	# Numbers without a driver: what the rules let through is ENXIO.
	config '.process.capabilities |= map_values(. + ["CAP_MKNOD"])
		| .linux.resources.devices = [{allow: false, access: "rwm"},
		{allow: true, type: "c", major: 240, minor: 1, access: "rm"},
		{allow: true, type: "c", major: 240, minor: 2, access: "m"}]'
	inside 'cd /dev; mknod a c 240 1 && echo made; mknod b c 240 2 && echo made
		mknod c c 240 3; for f in a b; do (: <$f); (: >$f); done; :'
	assert_output made made
	wanted='mknod: c: Operation not permitted
		can.t open a: No such device or address
		can.t create a: Operation not permitted
		can.t open b: Operation not permitted
		can.t create b: Operation not permitted'
	[ "$(wc -l <<<"$error")" = 5 ]
	while read -r line; do
		grep -q "$line" <<<"$error"
	done <<<"$wanted"
}

@test "device rules: a later rule counts" {
	config '.process.capabilities |= map_values(. + ["CAP_MKNOD"])
		| .linux.resources.devices = [{allow: true, access: "rwm"},
		{allow: false, type: "c", major: 1, minor: 11, access: "rwm"}]'
	inside 'cd /dev; mknod kmsg c 1 11 2>/dev/null || echo no
		mknod loop b 7 0 && echo yes'
	assert_output no yes
}

@test "the group is made from the id, and in every hierarchy" {
	no_cgroup_namespace
	inside 'cat /proc/self/cgroup'
	while IFS=: read -r _ _ path; do
		[[ $path == *"$ID" ]] || { echo "$path"; return 1; }
	done <<<"$output"
}

@test "cgroupsPath, absolute: from the top" {
	no_cgroup_namespace
	config '.linux.cgroupsPath = "/bt//deep/\($id)/"' --arg id "$ID"
	inside 'cat /proc/self/cgroup'
	assert_no_match ":[^:]*:/bt/deep/$ID." 
	[ "$(grep -vc ":/bt/deep/$ID\$" <<<"$output")" = 0 ]
	# What was made on the way goes, too.
	[ ! -e "$(mount_of pids)/bt/deep" ]
	[ ! -e "$(mount_of pids)/bt" ]
}

@test "cgroupsPath, relative: from the caller's group" {
	no_cgroup_namespace
	config '.linux.cgroupsPath = "sub/\($id)"' --arg id "$ID"
	own=$(awk -F: '$2 ~ /(^|,)pids(,|$)/ || $1 == 0 { print $3; exit }' \
		/proc/self/cgroup)
	inside 'cat /proc/self/cgroup'
	assert_match ":${own%/}/sub/$ID\$"
}

@test "in a cgroup namespace the own group is the root" {
	inside 'cut -d: -f3 /proc/self/cgroup | sort -u'
	assert_output /
}

@test "a cgroup mount shows the own group, read-only as asked" {
	inside "cat $(file pids cgroup.procs cgroup.procs) | wc -l
		cat /proc/self/mountinfo
		mkdir $(dirname "$(file pids x x)")/made 2>/dev/null || echo closed"
	assert_line closed
	mount_has "$(dirname "$(file pids x x)")" ro nosuid nodev noexec
}

@test "without a cgroup namespace the mount is the own group, too" {
	no_cgroup_namespace
	inside "cat $(file pids cgroup.procs cgroup.procs) | wc -l
		ls -d $(dirname "$(file pids x x)")/bulkhead 2>/dev/null || echo none"
	assert_line none
	[ "$(head -n1 <<<"$output")" -le 3 ]
}

@test "the first process is in the group before the program runs" {
	requires_controller pids
	args cat "$(file pids cgroup.procs cgroup.procs)"
	run_container
	assert_output 1
}

@test "cgroupsPath with .. or the root of all is refused" {
	for path in /a/../b ../b / // a/./b slice:prefix:name; do
		config '.linux.cgroupsPath = $p' --arg p "$path"
		refused /linux/cgroupsPath
	done
	[ ! -e "$(mount_of pids)/a" ]
}

@test "a group with processes in it is refused, and left alone" {
	OTHER=$(mount_of pids)/$ID
	mkdir "$OTHER"
	sleep 1000 >/dev/null 2>&1 3>&- &
	background+=($!)
	echo $! >"$OTHER/cgroup.procs"
	config '.linux.cgroupsPath = "/\($id)"' --arg id "$ID"
	refused "$ID" processes
	[ "$(cat "$OTHER/cgroup.procs")" = $! ]
	kill -KILL $!
	wait $! 2>/dev/null || :
}

@test "a group with groups in it is refused, and left alone" {
	OTHER=$(mount_of pids)/$ID
	mkdir -p "$OTHER/sub"
	config '.linux.cgroupsPath = "/\($id)"' --arg id "$ID"
	refused "$ID" sub-groups
	[ -d "$OTHER/sub" ]
	rmdir "$OTHER/sub"
}

@test "a frozen group is refused" {
	if on_v2; then
		OTHER=/sys/fs/cgroup/$ID
		mkdir "$OTHER"
		echo 1 >"$OTHER/cgroup.freeze"
	else
		requires cgroup1:freezer
		OTHER=$(mount_of freezer)/$ID
		mkdir "$OTHER"
		echo FROZEN >"$OTHER/freezer.state"
	fi
	config '.linux.cgroupsPath = "/\($id)"' --arg id "$ID"
	refused "$ID" frozen
}

@test "an empty group that was there is used, and removed" {
	OTHER=$(mount_of pids)/$ID
	mkdir "$OTHER"
	config '.linux.cgroupsPath = "/\($id)" | .process.args = ["echo", "fine"]' \
		--arg id "$ID"
	run_container
	assert_status 0
	assert_output fine
	[ ! -e "$OTHER" ]
}

@test "sub-groups that the container makes are removed" {
	config '(.mounts[] | select(.type == "cgroup").options) -= ["ro"]'
	dir=$(dirname "$(file pids x x)")
	inside "mkdir -p $dir/a/b && sleep 1000 & mkdir -p $dir/a/b
		echo \$! >$dir/a/b/cgroup.procs && cat $dir/a/b/cgroup.procs | wc -l"
	assert_output 1
	assert_clean
}

@test "a limit that the kernel refuses is an error, and nothing is left" {
	requires_controller cpuset
	config '.linux.resources.cpu = {cpus: "4000-4001"}'
	refused cpuset.cpus
	assert_clean
}

@test "the systemd driver where cgroup v1 is mounted" {
	requires cgroup1
	for driver in --systemd-cgroup --cgroup-manager=systemd; do
		capture "$BULKHEAD" $driver run -b "$BUNDLE" "$ID"
		assert_status 1
		assert_error 'needs a host with cgroup v2' 'use --cgroup-manager cgroupfs'
	done
	assert_clean
}

@test "a device of the config is made, although its rules forbid to open it" {
	config '.linux.devices = [{path: "/dev/kmsg", type: "c", major: 1,
		minor: 11}] | .linux.resources.devices = [{allow: false,
		access: "rwm"}]'
	args sh -c '[ -c /dev/kmsg ] && echo made; echo >/dev/kmsg'
	run_container
	assert_output made
	[[ $error = *'Operation not permitted'* ]]
}
