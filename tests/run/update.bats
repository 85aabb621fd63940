#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# update: limits of a container that is there, as the kernel has them.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root cgroup1
	new_bundle
	STORE=$BATS_TEST_TMPDIR/store
}

teardown() {
	"$BULKHEAD" --root "$STORE" delete --force "$ID" || :
	clean_up
}

bulkhead() {
	capture "$BULKHEAD" --root "$STORE" "$@"
}

running() {
	args sleep 1000
	bulkhead run -b "$BUNDLE" --detach "$ID"
	assert_status 0
}

# update JSON
update() {
	echo "$1" >"$BATS_TEST_TMPDIR/resources"
	bulkhead update -r "$BATS_TEST_TMPDIR/resources" "$ID"
}

# has CONTROLLER FILE VALUE
has() {
	local value
	value=$(cat "/sys/fs/cgroup/$1/bulkhead-$ID/$2")
	[ "$value" = "$3" ] && return
	echo "$2 is $value, not $3"
	return 1
}

@test "limits are changed, by file and by standard input" {
	config '.linux.resources = {pids: {limit: 50}}'
	running
	update '{"pids": {"limit": 17}, "cpu": {"shares": 300, "quota": 20000,
		"period": 50000}, "memory": {"limit": 67108864}}'
	assert_status 0
	assert_output ''
	has pids pids.max 17
	has cpu cpu.shares 300
	has cpu cpu.cfs_quota_us 20000
	has cpu cpu.cfs_period_us 50000
	has memory memory.limit_in_bytes 67108864
	echo '{"pids": {"limit": -1}}' |
		"$BULKHEAD" --root "$STORE" update "$ID" --resources=-
	has pids pids.max max
	has cpu cpu.shares 300
}

@test "zeros are what is not given" {
	config '.linux.resources = {pids: {limit: 50}, cpu: {shares: 300},
		memory: {limit: 67108864}}'
	running
	update '{"pids": {"limit": 0}, "cpu": {"shares": 0, "quota": 0, "period": 0},
		"memory": {"limit": 0, "swap": 0, "reservation": 0}, "blockIO": {}}'
	assert_status 0
	has pids pids.max 50
	has cpu cpu.shares 300
	has memory memory.limit_in_bytes 67108864
}

@test "memory with swap goes up and down" {
	[ -e /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes ] ||
		skip 'swap is not accounted here'
	config '.linux.resources = {memory: {limit: 67108864, swap: 134217728}}'
	running
	update '{"memory": {"limit": 268435456, "swap": 536870912}}'
	assert_status 0
	has memory memory.limit_in_bytes 268435456
	has memory memory.memsw.limit_in_bytes 536870912
	update '{"memory": {"limit": 33554432, "swap": 33554432}}'
	assert_status 0
	has memory memory.limit_in_bytes 33554432
	has memory memory.memsw.limit_in_bytes 33554432
}

@test "after a failure everything is as it was" {
	config '.linux.resources = {pids: {limit: 50}, cpu: {shares: 300}}'
	running
	update '{"cpu": {"shares": 400, "cpus": "4000-4001"}, "pids": {"limit": 3}}'
	assert_status 1
	assert_error 'update /linux/resources/cpu/cpus' cpuset.cpus
	has cpu cpu.shares 300
	has pids pids.max 50
}

@test "what can't be changed is refused, and so is what is no resources" {
	running
	update '{"devices": [{"allow": true, "access": "rwm"}]}'
	assert_status 1
	assert_error /devices
	update '{"unified": {"memory.high": "1"}}'
	assert_error /unified
	update '{"blockIO": {"weight": 5}}'
	assert_error blockIO
	update '{"pids": '
	assert_error 'read the resources' line
	bulkhead update -r /nowhere "$ID"
	assert_error /nowhere
	bulkhead update "$ID"
	assert_status 1
	assert_error --resources
}

@test "a paused and a created container, not a stopped one, nor none" {
	args sleep 1000
	bulkhead create -b "$BUNDLE" "$ID"
	update '{"pids": {"limit": 17}}'
	assert_status 0
	has pids pids.max 17
	bulkhead start "$ID"
	bulkhead pause "$ID"
	update '{"pids": {"limit": 18}}'
	assert_status 0
	has pids pids.max 18
	bulkhead resume "$ID"
	bulkhead delete --force "$ID"
	update '{}'
	assert_status 1
	assert_error 'container does not exist'
	args true
	bulkhead run -b "$BUNDLE" --keep "$ID"
	update '{}'
	assert_status 1
	assert_error 'container not running'
}

@test "the profile's ceiling holds for what is given" {
	args sleep 1000
	config '.linux.resources = {pids: {limit: 50}}'
	BULKHEAD=$PLAIN_BULKHEAD
	bulkhead run -b "$BUNDLE" --detach "$ID"
	assert_status 0
	update '{"cpu": {"shares": 300}}'
	assert_status 0
	has pids pids.max 50
	update '{"pids": {"limit": -1}}'
	assert_status 0
	has pids pids.max 4096
}
