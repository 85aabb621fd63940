#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Ceilings of the policy over limits: what the container's groups have, after create and
# after update.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	has_controller memory && has_controller cpu && has_controller pids ||
		[ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ] || skip 'no limits here'
	new_bundle
	args sleep 1000
	POLICY=$BATS_TEST_TMPDIR/policy.json
	ceilings '{"pids": 100, "memory": "64MiB", "swap": "16MiB", "cpus": 2}'
}

teardown() {
	"$PLAIN_BULKHEAD" delete --force "$ID" || :
	clean_up
}

ceilings() {
	jq -n --argjson limits "$1" '{defaultProfile: "own",
		profiles: {own: {extends: "agent", resources: $limits}}}' >"$POLICY"
	chmod 600 "$POLICY"
}

plain() {
	capture "$PLAIN_BULKHEAD" --policy "$POLICY" "$@"
}

create() {
	config "$1"
	plain create --bundle "$BUNDLE" "$ID"
	assert_status 0
}

update() {
	echo "$1" >"$BATS_TEST_TMPDIR/limits"
	plain update --resources "$BATS_TEST_TMPDIR/limits" "$ID"
	assert_status 0
}

# have MEMORY MEMORY-AND-SWAP PIDS CPU-QUOTA: in the groups; periods are 100 ms.
have() {
	local pid group
	pid=$("$PLAIN_BULKHEAD" state "$ID" | jq .pid)
	group() {
		sed -n "s|^[0-9]*:\(.*,\)*$1\(,.*\)*:||p" "/proc/$pid/cgroup"
	}
	if [ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ]; then
		group=/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$pid/cgroup")
		[ "$(cat "$group/memory.max" "$group/memory.swap.max" "$group/pids.max" \
			"$group/cpu.max")" = "$1
$(($2 - $1))
$3
$4 100000" ]
		return
	fi
	[ "$(cat "/sys/fs/cgroup/memory$(group memory)/memory.limit_in_bytes" \
		"/sys/fs/cgroup/pids$(group pids)/pids.max" \
		"/sys/fs/cgroup/cpu$(group cpu)/cpu.cfs_quota_us")" = "$1
$3
$4" ]
	group=/sys/fs/cgroup/memory$(group memory)/memory.memsw.limit_in_bytes
	[ ! -e "$group" ] || [ "$(cat "$group")" = "$2" ]
}

@test "where the config has no limits, the ceilings are the limits" {
	create .
	have 67108864 83886080 100 200000
}

@test "what is above a ceiling is lowered to it, what is below stays" {
	create '.linux.resources = {memory: {limit: 1073741824, swap: -1},
		pids: {limit: 5000}, cpu: {quota: 900000, period: 100000}}'
	have 67108864 83886080 100 200000
	plain plan --bundle "$BUNDLE"
	assert_match "pids.max value=100 .*# profile own: the policy's ceiling"
	"$PLAIN_BULKHEAD" delete --force "$ID"
	create '.linux.resources = {memory: {limit: 33554432, swap: 33554432},
		pids: {limit: 7}, cpu: {quota: 50000, period: 100000}}'
	have 33554432 33554432 7 50000
}

@test "update goes no higher either" {
	create '.linux.resources = {memory: {limit: 33554432, swap: 33554432},
		pids: {limit: 7}, cpu: {quota: 50000, period: 100000}}'
	update '{"memory": {"limit": 1073741824, "swap": 4294967296},
		"pids": {"limit": -1}, "cpu": {"quota": -1, "period": 100000}}'
	have 67108864 83886080 100 200000
	update '{"pids": {"limit": 5}}'
	have 67108864 83886080 5 200000
}

@test "swap without a ceiling of memory would hold for some only: refused" {
	ceilings '{"swap": "16MiB"}'
	plain create --bundle "$BUNDLE" "$ID"
	assert_status 1
	assert_error 'resources.swap' 'give resources.memory, too'
	plain policy check
	assert_status 1
}
