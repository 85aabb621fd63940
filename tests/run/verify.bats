#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# verify: silent on what was made, and it names what was changed behind the
# runtime's back.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root program:nsenter
	profile agent
	new_bundle
	mkdir "$ROOTFS/srv"
	STORE=$BATS_TEST_TMPDIR/store
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

# inside WORD...: as the host's root in the container's mount namespace, and in
# that of pids, which its /proc shows.
inside() {
	nsenter -t "$PID" -m -p "$@"
}

# group_of CONTROLLER: of the container.
group_of() {
	awk -v option="$1" -v group="bulkhead-$ID" '/ - cgroup / &&
		$NF ~ "(^|,)" option "(,|$)" { print $5 "/" group; exit }' \
		/proc/self/mountinfo
}

is_kept() {
	bulkhead verify "$ID"
	echo "$output"
	assert_status 0
	[[ $(tail -n 1 <<<"$output") = "$ID: "*' promises kept, 0 broken' ]]
	# What a volume can't be protected from is no promise.
	fails grep -v '^not enforced: outbound' <(head -n -1 <<<"$output")
}

# is_broken LINE...: these, and nothing else.
is_broken() {
	bulkhead verify "$ID"
	assert_status 1
	local expected
	expected=$(printf 'broken: %s\n' "$@" | sort)
	diff <(echo "$expected") <(grep '^broken' <<<"$output" | sort)
	[[ $(tail -n 1 <<<"$output") = *" $# broken" ]]
}

@test "silent on the normal case of each profile, with programs of exec" {
	for name in agent strict nested oci; do
		profile $name
		for readonly in true false; do
			config '.root.readonly = $r' --argjson r $readonly
			start
			is_kept
			bulkhead exec --detach "$ID" sleep 1000
			is_kept
			bulkhead pause "$ID"
			is_kept
			bulkhead delete --force "$ID"
		done
	done
}

@test "silent with volumes, devices, a terminal, links, a root thrown away" {
	mkdir -p "$BATS_TEST_TMPDIR/volume" "$ROOTFS/run" "$ROOTFS/var"
	mount -t tmpfs deep "$BATS_TEST_TMPDIR/volume"
	mounted=("$BATS_TEST_TMPDIR/volume")
	mkdir "$BATS_TEST_TMPDIR/volume/below"
	mount -t tmpfs deeper "$BATS_TEST_TMPDIR/volume/below"
	mounted=("$BATS_TEST_TMPDIR/volume/below" "${mounted[@]}")
	ln -s /run "$ROOTFS/var/run"
	config '.root.readonly = false | .mounts += [
		{destination: "/var/run/volume", type: "bind", source: $v,
		options: ["rbind"]}, {destination: "/one", type: "bind", source: $v,
		options: ["bind", "ro"]}]' --arg v "$BATS_TEST_TMPDIR/volume"
	start
	is_kept
	bulkhead delete --force "$ID"
	profile oci
	start
	is_kept
	bulkhead delete --force "$ID"
	echo '{"defaultProfile": "own", "profiles": {"own": {"rootfs": "ephemeral",
		"writable": ["/one"]}}}' >"$BATS_TEST_TMPDIR/policy"
	BULKHEAD=$PLAIN_BULKHEAD
	bulkhead --policy "$BATS_TEST_TMPDIR/policy" create -b "$BUNDLE" "$ID"
	assert_status 0
	bulkhead start "$ID"
	is_kept
}

@test "silent in a user namespace" {
	requires userns
	open_bundle
	userns
	start
	is_kept
}

@test "silent after update, and not when something else raises a limit" {
	start
	for limit in 20 50; do
		echo '{"pids": {"limit": '$limit'}}' >"$BATS_TEST_TMPDIR/limits"
		bulkhead update -r "$BATS_TEST_TMPDIR/limits" "$ID"
		assert_status 0
		is_kept
	done
	group=$(group_of pids)
	echo 40 >"$group/pids.max"
	is_kept
	echo 51 >"$group/pids.max"
	is_broken 'limit pids.max: 51 instead of 50'
	echo max >"$group/pids.max"
	is_broken 'limit pids.max: max instead of 50'
}

@test "a limit of memory that is raised" {
	config '.linux.resources = {memory: {limit: 67108864}}'
	start
	is_kept
	group=$(group_of memory)
	[ -e "$group/memory.limit_in_bytes" ] || skip 'memory is not on cgroup v1'
	echo $((1 << 30)) >"$group/memory.limit_in_bytes"
	is_broken 'limit memory.limit_in_bytes: 1073741824 instead of 67108864'
}

@test "a root that is made writable" {
	start
	inside mount -o remount,bind,rw /
	is_broken 'mount /: it is not ro'
}

@test "a mount that loses its attributes" {
	start
	inside mount -o remount,bind,exec,suid /dev/shm
	is_broken 'mount /dev/shm: it is not nosuid noexec'
}

@test "a mask and a read-only path that are taken away" {
	start
	inside umount /proc/interrupts
	is_broken 'mask /proc/interrupts: nothing is mounted there'
	inside umount /proc/sys
	is_broken 'mask /proc/interrupts: nothing is mounted there' \
		'mount /proc/sys: nothing is mounted there'
}

@test "a mask that shows something" {
	start
	inside mount -o remount,bind,rw /sys/firmware || skip 'no /sys/firmware'
	inside mount -o remount,rw /sys/firmware
	inside mkdir /sys/firmware/x
	bulkhead verify "$ID"
	assert_status 1
	assert_line 'broken: mask /sys/firmware: it is not ro'
	inside mount -o remount,bind,ro /sys/firmware
	bulkhead verify "$ID"
	assert_status 1
	assert_line 'broken: mask /sys/firmware: it shows something'
}

@test "a foreign mount, beside and over what is there" {
	start
	inside mount -t tmpfs -o nosuid foreign /srv
	is_broken 'no other mount: a file system tmpfs is mounted on /srv nosuid'
	inside umount /srv
	is_kept
	inside mount -t tmpfs foreign /proc
	bulkhead verify "$ID"
	assert_status 1
	grep -q '^broken: mount /proc: a file system tmpfs instead of proc' \
		<<<"$output"
}

@test "a host directory that is mounted" {
	start
	mkdir "$BATS_TEST_TMPDIR/secret"
	requires program:python3
	python3 - "$PID" "$BATS_TEST_TMPDIR/secret" <<-'END'
		import ctypes, os, sys
		libc = ctypes.CDLL(None, use_errno=True)
		tree = libc.syscall(428, -100, sys.argv[2].encode(), 1)
		assert tree >= 0
		os.open("/", 0)
		fd = os.open("/proc/%s/ns/mnt" % sys.argv[1], 0)
		assert libc.setns(fd, 0x20000) == 0
		assert libc.syscall(429, tree, b"", -100, b"/srv", 4) == 0
	END
	bulkhead verify "$ID"
	assert_status 1
	grep -q '^broken: no other mount: .* is mounted on /srv' <<<"$output"
}

# A process of the host's root that somebody put into the container.
@test "a process with more: capabilities, no filter, another cgroup, a descriptor" {
	start
	nsenter -t "$PID" -m -u -i -n -p sleep 1000 7</etc 3>&- &
	background+=($!)
	is_executed $!
	# nsenter waits for its child, which is the one in the pid namespace.
	until other=$(pgrep -P $!); do :; done
	until [ "$(cat "/proc/$other/comm")" = sleep ]; do :; done
	bulkhead verify "$ID"
	assert_status 1
	for words in "no_new_privs of process $other: it is not set" \
		"seccomp of process $other: 0 filters instead of" \
		"effective capabilities of process $other: it has .*CAP_SYS_ADMIN" \
		"cgroup of process $other: it is in .* instead of /bulkhead-$ID" \
		"descriptors of process $other: descriptor 7 is a directory outside"; do
		grep -q "^broken: $words" <<<"$output" || {
			echo "$output"
			echo "not found: $words"
			return 1
		}
	done
	fails grep -v "of process $other:" <(head -n -1 <<<"$output")
	kill -KILL "$other"
	container_ends "$other"
	is_kept
}

@test "the container's process, moved out of its cgroup" {
	start
	group=$(group_of pids)
	echo "$PID" >"${group%/*}/cgroup.procs"
	is_broken "cgroup: it is in / of ${group%/*} instead of /bulkhead-$ID"
	echo "$PID" >"$group/cgroup.procs"
	is_kept
	mkdir "$group/sub"
	echo "$PID" >"$group/sub/cgroup.procs"
	is_kept
}

@test "as JSON: each promise" {
	start
	bulkhead verify --format json "$ID"
	assert_status 0
	[ "$(jq -c '[.id == $id, .broken, all(.promises[]; .kept), ([.promises[].promise | select(. ==
		"no_new_privs" or . == "seccomp" or . == "mask /proc/interrupts" or . ==
		"namespace pid" or . == "cgroup" or . == "limit pids.max" or . ==
		"no other mount" or . == "descriptors")] | unique | length)]' \
		--arg id "$ID" <<<"$output")" = '[true,0,true,8]' ]
	inside umount /proc/interrupts
	bulkhead verify -f json "$ID"
	assert_status 1
	[ "$(jq -c '[.broken, (.promises[] | select(.kept | not))]' <<<"$output")" = \
		'[1,{"promise":"mask /proc/interrupts","kept":false,"found":"nothing is mounted there"}]' ]
}

@test "a container that does not run" {
	bulkhead verify "$ID"
	assert_status 1
	assert_error 'container does not exist'
	bulkhead create -b "$BUNDLE" "$ID"
	bulkhead verify "$ID"
	assert_status 1
	assert_error 'it is created' 'start it first'
	bulkhead kill "$ID" KILL
	until bulkhead state "$ID" && grep -q stopped <<<"$output"; do :; done
	bulkhead verify "$ID"
	assert_status 1
	assert_error 'container not running'
}

@test "silent for an ordinary user, without cgroups" {
	requires unprivileged
	unprivileged_bundle
	local as_user=(setpriv --reuid=12345 --regid=12345 --clear-groups env
		"XDG_RUNTIME_DIR=$BATS_TEST_TMPDIR/run" "$BULKHEAD")
	mkdir "$BATS_TEST_TMPDIR/run"
	chown 12345 "$BATS_TEST_TMPDIR/run"
	capture "${as_user[@]}" run --detach \
		--pid-file "$BATS_TEST_TMPDIR/run/pid" -b "$BUNDLE" "$ID"
	assert_status 0
	capture "${as_user[@]}" verify "$ID"
	echo "$output"
	assert_status 0
	"${as_user[@]}" delete --force "$ID"
}
