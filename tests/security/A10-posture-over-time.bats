#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A10: posture that is lost across pause, resume and update.  What the kernel says
# of the container and of programs of exec is the same before and afterwards.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	profile agent
	new_bundle
	STORE=$BATS_TEST_TMPDIR/store
	config '.root.readonly = false | .linux.resources.memory = {limit: 134217728}'
	args sleep 1000
}

teardown() {
	"$BULKHEAD" --root "$STORE" delete --force "$ID" || :
	clean_up
}

bulkhead() {
	capture "$BULKHEAD" --root "$STORE" "$@"
}

start() {
	bulkhead create --bundle "$BUNDLE" --pid-file "$BATS_TEST_TMPDIR/init" \
		"$ID"
	assert_status 0
	PID=$(cat "$BATS_TEST_TMPDIR/init")
	bulkhead start "$ID"
	assert_status 0
}

# Of the process, the mounts, the groups, and of a program of exec.
posture() {
	local file
	grep -E '^(Cap|NoNewPrivs|Seccomp|Uid|Gid|Groups)' "/proc/$PID/status"
	cut -d' ' -f4- "/proc/$PID/mountinfo" | sort
	cat "/proc/$PID/limits" "/proc/$PID/oom_score_adj" "/proc/$PID/cgroup"
	for file in memory.limit_in_bytes memory.max pids.max devices.list cpu.max \
		cpu.cfs_quota_us; do
		find "$(dirname "$(group)")"/*/"bulkhead-$ID" -name "$file" \
			-printf '%p ' -exec cat {} \; 2>/dev/null
	done
	"$BULKHEAD" --root "$STORE" exec "$ID" grep -E \
		'^(Cap|NoNewPrivs|Seccomp)' /proc/self/status
	"$BULKHEAD" --root "$STORE" verify "$ID"
}

group() {
	awk '/ - cgroup / { print $5; exit }' /proc/self/mountinfo
}

@test "A10 pause and resume" {
	start
	before=$(posture)
	for _ in 1 2 3; do
		bulkhead pause "$ID"
		assert_status 0
		bulkhead resume "$ID"
		assert_status 0
	done
	diff <(echo "$before") <(posture)
}

@test "A10 update of one limit leaves all else, and no limit is taken off" {
	start
	before=$(posture)
	echo '{"pids": {"limit": 100}}' >"$BATS_TEST_TMPDIR/r"
	bulkhead update -r "$BATS_TEST_TMPDIR/r" "$ID"
	assert_status 0
	diff <(grep -v pids.max <<<"$before") <(posture | grep -v pids.max)
	# What asks for none gets the profile's ceiling.
	for limit in -1 99999999; do
		echo '{"pids": {"limit": '$limit'}}' >"$BATS_TEST_TMPDIR/r"
		bulkhead update -r "$BATS_TEST_TMPDIR/r" "$ID"
		assert_status 0
		diff <(echo "$before") <(posture)
	done
}

@test "A10 an update that fails changes nothing" {
	start
	before=$(posture)
	echo '{"memory": {"limit": 4096}, "pids": {"limit": 50}}' \
		>"$BATS_TEST_TMPDIR/r"
	bulkhead update -r "$BATS_TEST_TMPDIR/r" "$ID"
	[ "$status" = 1 ] || skip 'this kernel takes such a limit'
	diff <(echo "$before") <(posture)
}

@test "A10 update can't touch devices" {
	start
	before=$(posture)
	echo '{"devices": [{"allow": true, "access": "rwm"}]}' \
		>"$BATS_TEST_TMPDIR/r"
	bulkhead update -r "$BATS_TEST_TMPDIR/r" "$ID"
	assert_status 1
	assert_error "/devices can't be changed"
	diff <(echo "$before") <(posture)
}
