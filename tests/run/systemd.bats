#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The systemd cgroup driver: what systemd says of a container's scope, and what the
# kernel says of its group.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root systemd cgroup2
	new_bundle
	STORE=$BATS_TEST_TMPDIR/store
	UNIT=engine-$ID.scope
	SCOPE=/sys/fs/cgroup/system.slice/$UNIT
	config '.linux.cgroupsPath = $path' --arg path "system.slice:engine:$ID"
	args sleep 1000
}

teardown() {
	b delete --force "$ID" || :
	systemctl stop "$UNIT" "t${ID//-/}.slice" 2>/dev/null || :
	clean_up
}

b() {
	capture "$BULKHEAD" --root "$STORE" --systemd-cgroup "$@"
}

# property NAME: of the unit.
property() {
	systemctl show -P "$1" "$UNIT"
}

gone() {
	[ "$(property LoadState)" = not-found ]
	[ ! -e "$SCOPE" ]
}

@test "a container is in a scope of its own, with its limits, until it is deleted" {
	config '.linux.resources = {memory: {limit: 67108864, swap: 67108864},
		pids: {limit: 64}, cpu: {quota: 50000, period: 100000, shares: 512, cpus: "0"}}'
	# As podman has them.
	config '.annotations = {"org.systemd.property.KillSignal": "9",
		"org.systemd.property.TimeoutStopUSec": "uint64 7000000"}'
	b create -b "$BUNDLE" "$ID"
	assert_status 0
	[ "$(property ActiveState)/$(property Slice)/$(property Delegate)" = \
		active/system.slice/yes ]
	[ "$(property MemoryMax) $(property MemorySwapMax) $(property TasksMax)" = \
		'67108864 0 64' ]
	[ "$(property KillSignal) $(property TimeoutStopUSec)" = '9 7s' ]
	[ "$(property CPUQuotaPerSecUSec) $(property CPUWeight) $(property AllowedCPUs)" = \
		'500ms 59 0' ]
	[ "$(cat "$SCOPE/container/memory.max" "$SCOPE/container/pids.max" \
		"$SCOPE/container/cpu.max" "$SCOPE/container/cpuset.cpus")" = "67108864
64
50000 100000
0" ]
	# Nobody but the container is in it.
	[ "$(find "$SCOPE" -mindepth 1 -type d)" = "$SCOPE/container" ]
	[ "$(cat "$SCOPE/container/cgroup.procs")" = "$("$BULKHEAD" --root "$STORE" state "$ID" | jq .pid)" ]
	systemctl daemon-reload
	[ "$(cat "$SCOPE/container/memory.max")" = 67108864 ]
	b start "$ID"
	assert_status 0
	b exec "$ID" cat /proc/self/cgroup
	assert_output 0::/
	b verify "$ID"
	assert_status 0
	b delete --force "$ID"
	assert_status 0
	gone
}

@test "run: the scope ends with the program, or when it could not be made" {
	args true
	b run -b "$BUNDLE" "$ID"
	assert_status 0
	gone
	args /nothing
	b run -b "$BUNDLE" "$ID"
	assert_status 1
	gone
	config '.linux.resources.cpu = {cpus: "4000-4001"}'
	b run -b "$BUNDLE" "$ID"
	assert_status 1
	gone
}

@test "update changes both, or none" {
	config '.linux.resources = {memory: {limit: 67108864}, pids: {limit: 64}}'
	b create -b "$BUNDLE" "$ID"
	echo '{"memory": {"limit": 134217728}, "pids": {"limit": 100}}' \
		>"$BATS_TEST_TMPDIR/limits"
	b update -r "$BATS_TEST_TMPDIR/limits" "$ID"
	assert_status 0
	[ "$(property MemoryMax) $(property TasksMax)" = '134217728 100' ]
	[ "$(cat "$SCOPE/container/memory.max" "$SCOPE/container/pids.max")" = "134217728
100" ]
	echo '{"memory": {"limit": 268435456}, "cpu": {"cpus": "4000"}}' \
		>"$BATS_TEST_TMPDIR/limits"
	b update -r "$BATS_TEST_TMPDIR/limits" "$ID"
	assert_status 1
	[ "$(property MemoryMax)" = 134217728 ]
	[ "$(cat "$SCOPE/container/memory.max")" = 134217728 ]
}

@test "a unit that is there already is another's, and stays" {
	systemd-run --quiet --scope --unit="${UNIT%.scope}" sleep 1000 3>&- &
	until [ "$(property ActiveState)" = active ]; do :; done
	b create -b "$BUNDLE" "$ID"
	assert_status 1
	assert_error "$UNIT"
	[ "$(property ActiveState)" = active ]
	systemctl stop "$UNIT"
	wait
}

@test "a scope that stays behind when the runtime is killed goes by itself" {
	b create -b "$BUNDLE" "$ID"
	assert_status 0
	kill -KILL "$("$BULKHEAD" --root "$STORE" state "$ID" | jq .pid)"
	until gone; do :; done
	b delete "$ID"
	assert_status 0
}

@test "slices within slices, a default, and names that are none" {
	local top=t${ID//-/}
	config '.linux.cgroupsPath = $path' --arg path "$top-a.slice::$ID"
	args cat /proc/self/cgroup
	config 'del(.linux.namespaces[] | select(.type == "cgroup"))'
	capture "$BULKHEAD" --root "$STORE" --profile oci --systemd-cgroup run -b "$BUNDLE" "$ID"
	assert_output "0::/$top.slice/$top-a.slice/$ID.scope/container"
	config 'del(.linux.cgroupsPath)'
	capture "$BULKHEAD" --root "$STORE" --profile oci --systemd-cgroup run -b "$BUNDLE" "$ID"
	assert_output "0::/system.slice/bulkhead-$ID.scope/container"
	for path in /a/b system.slice:x a:b:c a.slice:b: a.slice:b:c:d a--b.slice::x; do
		config '.linux.cgroupsPath = $path' --arg path "$path"
		b run -b "$BUNDLE" "$ID"
		assert_status 1
		assert_error /linux/cgroupsPath
	done
}
