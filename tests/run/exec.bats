#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# exec: another program in a running container, with all that holds the first.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	new_bundle
	args sleep 1000
	STORE=$BATS_TEST_TMPDIR/store
}

teardown() {
	"$BULKHEAD" --root "$STORE" delete --force "$ID" || :
	[ ! "${given-}" ] || echo "-$given" >"$top/cgroup.subtree_control"
	clean_up
}

bulkhead() {
	capture "$BULKHEAD" --root "$STORE" "$@"
}

# start: the container of the bundle, running; its process is $PID.
start() {
	bulkhead create --bundle "$BUNDLE" --pid-file "$BATS_TEST_TMPDIR/init" \
		"$ID"
	assert_status 0
	PID=$(cat "$BATS_TEST_TMPDIR/init")
	bulkhead start "$ID"
	assert_status 0
}

# process JSON: the file for --process, the container's own with it merged in.
process() {
	jq '.process * $more' --argjson more "$1" "$BUNDLE/config.json" \
		>"$BATS_TEST_TMPDIR/process.json"
}

@test "a program in the container's namespaces, cgroups and root" {
	start
	bulkhead exec "$ID" sh -c 'for type in cgroup ipc mnt net pid uts; do
		[ $(readlink /proc/self/ns/$type) = $(readlink /proc/1/ns/$type) ] ||
			echo other $type
		done; stat -c %d:%i / /proc/1/root/. | uniq | wc -l'
	assert_status 0
	assert_output 1
	bulkhead exec --detach --pid-file "$BATS_TEST_TMPDIR/pid" "$ID" sleep 1000
	assert_status 0
	cmp "/proc/$PID/cgroup" "/proc/$(cat "$BATS_TEST_TMPDIR/pid")/cgroup"
}

@test "the exit status is the program's, 128 + n after a signal" {
	start
	bulkhead exec "$ID" sh -c 'exit 42'
	assert_status 42
	bulkhead exec "$ID" sh -c 'kill -TERM $$'
	assert_status 143
}

@test "standard input, output and error are passed on" {
	start
	[ "$(echo in | "$BULKHEAD" --root "$STORE" exec "$ID" cat)" = in ]
	bulkhead exec "$ID" sh -c 'echo out; echo err >&2'
	assert_output out
	[ "$error" = err ]
}

@test "signals are handed on" {
	start
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	"$BULKHEAD" --root "$STORE" exec "$ID" \
		sh -c 'trap "exit 7" TERM; echo ready; while :; do sleep 0.01; done' \
		>"$BATS_TEST_TMPDIR/pipe" 3>&- &
	local exec_pid=$! line
	read -r line <"$BATS_TEST_TMPDIR/pipe"
	[ "$line" = ready ]
	kill -TERM $exec_pid
	status=0
	wait $exec_pid || status=$?
	assert_status 7
}

@test "the container's limits hold: capabilities, filter, no_new_privs" {
	config '.process.noNewPrivileges = true | .linux.seccomp = {
		defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["mkdir"],
		action: "SCMP_ACT_ERRNO", errnoRet: 95}]}'
	start
	bulkhead exec "$ID" grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/self/status
	mine=$output
	bulkhead exec "$ID" grep -E '^(Cap|NoNewPrivs|Seccomp:)' /proc/1/status
	assert_output "$mine"
	bulkhead exec "$ID" mkdir /tmp/new
	assert_status 1
	[[ $error == *'Operation not supported'* ]]
}

@test "the command line changes user, directory, environment, capabilities" {
	config '.process.user.additionalGids = [33]'
	start
	bulkhead exec --user 1000:50 --cwd /tmp --env A=1 --env=B=2 "$ID" \
		sh -c 'id -u; id -g; id -G; pwd; echo $A$B; echo $BULKHEAD_TEST'
	assert_status 0
	assert_output 1000 50 '50 33' /tmp 12 "$ID"
	bulkhead exec --cap CAP_SYS_TIME "$ID" grep CapEff /proc/self/status
	[ $((0x${output#*:?} >> 25 & 1)) = 1 ]
	bulkhead exec "$ID" grep CapEff /proc/self/status
	[ $((0x${output#*:?} >> 25 & 1)) = 0 ]
}

@test "--process says all" {
	start
	process '{"args": ["sh", "-c", "id -u; pwd; echo $X; grep CapEff /proc/self/status"],
		"user": {"uid": 5, "gid": 6}, "cwd": "/tmp", "capabilities": null,
		"env": ["X=given", "PATH=/bin"]}'
	bulkhead exec --process "$BATS_TEST_TMPDIR/process.json" "$ID"
	assert_status 0
	assert_output 5 /tmp given $'CapEff:\t0000000000000000'
	bulkhead exec --process "$BATS_TEST_TMPDIR/process.json" --cwd / "$ID"
	assert_status 1
	assert_error '--process says all'
}

@test "--process is read once: it may be a pipe" {
	start
	process '{"args": ["echo", "once"]}'
	output=$("$BULKHEAD" --root "$STORE" exec --process /dev/stdin "$ID" \
		< <(cat "$BATS_TEST_TMPDIR/process.json"))
	assert_output once
}

@test "a broken --process tells where" {
	start
	echo '{"args": ["true"], "cwd": 7}' >"$BATS_TEST_TMPDIR/process.json"
	bulkhead exec --process "$BATS_TEST_TMPDIR/process.json" "$ID"
	assert_status 255
	assert_error 'line 1, column ' /cwd
}

@test "detached: the pid file, and an end with the container" {
	start
	bulkhead exec --detach --pid-file "$BATS_TEST_TMPDIR/pid" "$ID" \
		sleep 1000
	assert_status 0
	assert_output ''
	pid=$(cat "$BATS_TEST_TMPDIR/pid")
	[ "$(wc -l <"$BATS_TEST_TMPDIR/pid")" = 0 ]
	[ "$(cat "/proc/$pid/comm")" = sleep ]
	[ "$(readlink "/proc/$pid/ns/pid")" = "$(readlink "/proc/$PID/ns/pid")" ]
	bulkhead delete --force "$ID"
	assert_status 0
	container_ends "$pid"
}

@test "what can't be executed has the words that engines match on, and 255" {
	start
	bulkhead exec "$ID" nosuch
	assert_status 255
	assert_error 'exec: "nosuch": executable file not found in $PATH'
	bulkhead exec "$ID" /no/such
	assert_status 255
	assert_error 'exec: "/no/such": stat /no/such: no such file or directory'
	bulkhead exec "$ID" /etc
	assert_status 255
	assert_error 'exec: "/etc": permission denied'
}

@test "in a stopped, missing or half-made container" {
	start
	kill -KILL "$PID"
	container_ends "$PID"
	bulkhead exec "$ID" true
	assert_status 255
	assert_error 'cannot exec in a stopped container'
	bulkhead exec nobody true
	assert_status 255
	assert_error 'container does not exist'
	bulkhead exec "$ID"
	assert_status 1
	assert_error 'needs a program'
}

@test "a container of run can be executed in, too" {
	start_container
	local tries
	for tries in $(seq 500); do
		capture "$BULKHEAD" exec "$ID" echo in
		[ "$status" != 0 ] || break
		read -r -t 0.01 <> <(:) || :
	done
	assert_output in
	"$BULKHEAD" kill "$ID" KILL
	finish_container
	assert_status 137
}

@test "in a user namespace" {
	requires userns
	userns
	start
	bulkhead exec "$ID" sh -c 'id -u; grep CapInh /proc/self/status
		[ $(readlink /proc/self/ns/user) = $(readlink /proc/1/ns/user) ] &&
			echo same'
	assert_status 0
	assert_output 0 $'CapInh:\t0000000000000000' same
	bulkhead exec --detach --pid-file "$BATS_TEST_TMPDIR/pid" "$ID" sleep 1000
	[ "$(stat -c %u "/proc/$(cat "$BATS_TEST_TMPDIR/pid")")" = 100000 ]
}

@test "without privileges" {
	requires unprivileged
	unprivileged_bundle
	unprivileged "$BULKHEAD" create --bundle "$BUNDLE" "$ID"
	unprivileged "$BULKHEAD" start "$ID"
	capture unprivileged "$BULKHEAD" exec "$ID" sh -c 'id -u; exit 3'
	unprivileged "$BULKHEAD" delete --force "$ID"
	assert_status 3
	assert_output 0
}

@test "S30 the config that counts is that of create" {
	start
	config '.process.cwd = "/nowhere" | .linux.seccomp = null'
	echo nonsense >"$BUNDLE/config.json"
	bulkhead exec "$ID" pwd
	assert_status 0
	assert_output /
}

# group_of CONTROLLER: of the container, on cgroup v1; and of no controller, v2.
group_of() {
	local mount
	mount=$(awk -v type="${1:+cgroup}" -v option="$1" '
		$0 ~ " - " (type ? type " " : "cgroup2 ") &&
		(!option || $NF ~ "(^|,)" option "(,|$)") { print $5; exit }' \
		/proc/self/mountinfo)
	[ "$mount" ] || return 1
	echo "$mount$(grep -E "^[0-9]+:([^:]*,)?$1(,[^:]*)?:" \
		"/proc/$PID/cgroup" | head -n 1 | cut -d: -f3)"
}

@test "--cgroup: a group below the container's, of all or of some controllers" {
	start
	pids=$(group_of pids) && cpu=$(group_of cpu) ||
		skip 'no cgroup v1 hierarchies of pids and cpu'
	mkdir -p "$pids/one/two"
	bulkhead exec --cgroup pids:one/two "$ID" cat /proc/self/cgroup
	assert_status 0
	grep -q ':pids:/one/two$' <<<"$output"
	grep -q ':cpu\(,[^:]*\)\?:/$' <<<"$output"
	mkdir "$cpu/one"
	bulkhead exec --cgroup /pids,cpu:/one/ --cgroup pids:/one//two/ "$ID" true
	assert_status 255
	bulkhead exec --cgroup pids,cpu:/one/ --cgroup pids:/one//two/ "$ID" \
		cat /proc/self/cgroup
	assert_status 0
	grep -q ':pids:/one/two$' <<<"$output"
	grep -q ':cpu\(,[^:]*\)\?:/one$' <<<"$output"
	# Not made in every hierarchy.
	bulkhead exec --cgroup one "$ID" true
	assert_status 255
	assert_error 'open the group one below the container'
	bulkhead exec --cgroup / "$ID" true
	assert_status 0
}

@test "--cgroup: nothing above the container's own" {
	start
	for path in .. /.. ../x one/../.. one/.. . ./x pids:.. pids:one/../../..; do
		bulkhead exec --cgroup "$path" "$ID" true
		assert_status 255
		assert_error "--cgroup $path: not a group below the container's"
	done
	for path in nosuch:one :one pids,:one pids,nosuch:one; do
		bulkhead exec --cgroup "$path" "$ID" true
		assert_status 255
		assert_error "--cgroup $path: the container has no cgroup v1"
	done
}

# give_controller GROUP NAME: to its sub-groups.
give_controller() {
	grep -qw "$2" "$1/cgroup.controllers" || return 1
	echo "+$2" >"$1/cgroup.subtree_control"
}

@test "where the container's v2 group may have no processes, beside its process" {
	start
	top=$(awk '/ - cgroup2 / { print $5; exit }' /proc/self/mountinfo)
	[ "$top" ] || skip 'no cgroup v2'
	group=$(group_of '')
	read -r controller _ <"$top/cgroup.controllers" ||
		skip 'cgroup v2 has no controller here'
	grep -qw "$controller" "$top/cgroup.subtree_control" ||
		given=$controller
	give_controller "$top" "$controller"
	mkdir "$group/init"
	echo "$PID" >"$group/init/cgroup.procs"
	give_controller "$group" "$controller"
	bulkhead exec "$ID" grep ^0:: /proc/self/cgroup
	taken="$status $output"
	# Asked for, the group itself is the kernel's to refuse.
	bulkhead exec --cgroup / "$ID" true
	refused="$status $error"
	"$BULKHEAD" --root "$STORE" delete --force "$ID"
	[ "$taken" = '0 0::/init' ]
	echo "$refused"
	[[ $refused = 255*'can'*'t have processes'* ]]
	assert_clean
}

@test "--ignore-paused: the program begins when the container is resumed" {
	start
	bulkhead pause "$ID"
	assert_status 0
	bulkhead exec "$ID" true
	assert_status 255
	assert_error 'cannot exec in a paused container'
	"$BULKHEAD" --root "$STORE" exec --ignore-paused "$ID" echo begun \
		>"$BATS_TEST_TMPDIR/out" </dev/null 3>&- &
	waiting=$!
	background+=("$waiting")
	# It is in the group by now, and waits.
	freezer=$(group_of freezer) || freezer=$(group_of '')
	until [ "$(wc -l <"$freezer/cgroup.procs")" -gt 1 ]; do
		kill -0 $waiting
	done
	[ ! -s "$BATS_TEST_TMPDIR/out" ]
	bulkhead resume "$ID"
	assert_status 0
	container_ends $waiting
	wait $waiting
	[ "$(cat "$BATS_TEST_TMPDIR/out")" = begun ]
}

@test "execCPUAffinity: where it begins, and where it goes on" {
	[ "$(nproc)" -gt 1 ] || skip 'one processor'
	all=$(awk '/^Cpus_allowed_list/ { print $2 }' /proc/self/status)
	start
	process '{"args": ["grep", "Cpus_allowed_list", "/proc/self/status"],
		"execCPUAffinity": {"initial": "0", "final": "1"}}'
	bulkhead exec --process "$BATS_TEST_TMPDIR/process.json" "$ID"
	assert_status 0
	assert_output $'Cpus_allowed_list:\t1'
	# Where nothing else is said, all that its cgroup has.
	process '{"args": ["grep", "Cpus_allowed_list", "/proc/self/status"],
		"execCPUAffinity": {"initial": "0"}}'
	bulkhead exec --process "$BATS_TEST_TMPDIR/process.json" "$ID"
	assert_output $'Cpus_allowed_list:\t'"$all"
	# initial is the runtime's own.
	process '{"args": ["cat"], "execCPUAffinity": {"initial": "1"}}'
	mkfifo "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/out"
	"$BULKHEAD" --root "$STORE" exec -p "$BATS_TEST_TMPDIR/process.json" \
		"$ID" <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out" 3>&- &
	exec 6>"$BATS_TEST_TMPDIR/in" 7<"$BATS_TEST_TMPDIR/out"
	echo there >&6
	read -r _ <&7
	allowed=$(awk '/^Cpus_allowed_list/ { print $2 }' "/proc/$!/status")
	exec 6>&- 7<&-
	[ "$allowed" = 1 ]
	wait $!
	# It is for exec alone.
	bulkhead exec "$ID" grep Cpus_allowed_list /proc/1/status
	assert_output $'Cpus_allowed_list:\t'"$all"
}

@test "execCPUAffinity: what is no list, or of none that is there" {
	start
	for list in 1-0 "," "0," -1 0- 8192 '0 1' 99999999999999999999 0-1-2; do
		process "{\"execCPUAffinity\": {\"final\": \"$list\"}}"
		bulkhead exec --process "$BATS_TEST_TMPDIR/process.json" "$ID"
		assert_status 255
		assert_error "/process/execCPUAffinity/final: $list is not a list"
	done
	process '{"args": ["true"], "execCPUAffinity": {"final": "8191"}}'
	bulkhead exec --process "$BATS_TEST_TMPDIR/process.json" "$ID"
	assert_status 255
	assert_error 'run on the processors 8191: Invalid argument'
}

@test "S08 nothing is inheritable, with every kind of user and --cap" {
	start
	for options in '' '-u 1000' '-u 0 -c CAP_NET_RAW' '-u 7:8 -c CAP_CHOWN'; do
		# shellcheck disable=SC2086 # words
		bulkhead exec $options "$ID" grep CapInh /proc/self/status
		assert_output $'CapInh:\t0000000000000000'
	done
}

@test "S10 neither the directory nor the program is reached through a descriptor" {
	start
	exec 7</ 20</etc
	for fd in 3 4 5 6 7 8 9 10 20 64; do
		bulkhead exec --cwd "/proc/self/fd/$fd" "$ID" pwd
		assert_status 255
		bulkhead exec "$ID" "/proc/self/fd/$fd/bin/sh"
		assert_status 255
	done
	exec 7<&- 20<&-
}

@test "S10 only the standard descriptors are open" {
	start
	exec 7</ 20</etc
	bulkhead exec "$ID" sh -c 'ls /proc/$$/fd; :'
	exec 7<&- 20<&-
	assert_output 0 1 2
}

@test "S18 a user is a number or an error" {
	start
	for user in '' : 1: :1 01 4294967296 4294967295 -1 ' 1' '1 ' 0x1 root \
		1:root 1:2:3 +1 1.0; do
		bulkhead exec "--user=$user" "$ID" id -u
		assert_status 255
		assert_output ''
		assert_error "--user $user: not a user"
	done
	for user in 0 1 65534 4294967294; do
		bulkhead exec --user "$user" "$ID" sh -c \
			'grep "^Uid" /proc/self/status'
		assert_status 0
		assert_output "$(printf 'Uid:\t%s\t%s\t%s\t%s' \
			"$user" "$user" "$user" "$user")"
	done
}

@test "S27 no library of the image is opened" {
	requires program:strace
	strace -o /dev/null true 2>/dev/null || skip 'strace does not work here'
	start
	strace -f -e trace=open,openat,openat2 -o "$BATS_TEST_TMPDIR/trace" \
		"$BULKHEAD" --root "$STORE" exec "$ID" true </dev/null
	# Behind the joining of the container's mount namespace.
	fails grep -E 'nss|gconv|locale|libselinux|ld\.so\.cache"' <(
		awk '/clone3?\(/ { inside = 1 } inside' "$BATS_TEST_TMPDIR/trace")
}
