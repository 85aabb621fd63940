#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S26: the runtime is killed at its system calls in turn; afterwards
# `delete --force` leaves no process, mount, cgroup or file.
#
# Each test kills at every SWEEP_STEP-th call (default 16), at another phase of
# the step in each run; SWEEP_STEP=1 is the whole sweep.
#
# shellcheck disable=SC2154

load ../lib/common

setup() {
	requires root program:strace
	strace -o /dev/null true 2>/dev/null || skip 'strace does not work here'
	new_bundle
	args sleep 1000
	STORE=$BATS_TEST_TMPDIR/store
	PIDS=$BATS_TEST_TMPDIR/pids
	mkdir "$PIDS"
	step=${SWEEP_STEP:-16}
	# Processes that are killed before exec have the environment of ours.
	export BULKHEAD_TEST=$ID
}

teardown() {
	unset BULKHEAD_TEST
	"$BULKHEAD" --root "$STORE" delete --force "$ID" || :
	clean_up
}

bulkhead() {
	"$BULKHEAD" --root "$STORE" "$@" </dev/null >/dev/null \
		2>"$BATS_TEST_TMPDIR/stderr" 3>&-
}

create() {
	bulkhead create --bundle "$BUNDLE" --pid-file "$PIDS/pid" "$ID"
}

# The system calls that `bulkhead WORD...` makes: a line each, with the name and
# how many of that name came so far.  The first is strace's own execve.
list_calls() {
	strace -qq -e signal=none -o "$BATS_TEST_TMPDIR/trace" \
		"$BULKHEAD" --root "$STORE" "$@" </dev/null >/dev/null 3>&-
	awk -F'(' '/^[a-z0-9_]+\(/ { print $1, ++n[$1] }' \
		"$BATS_TEST_TMPDIR/trace" | tail -n +2 |
		grep -E "^(${only:-.*}) " >"$BATS_TEST_TMPDIR/calls"
}

# kill_at NAME COUNT WORD...: `bulkhead WORD...`, killed at its call of that name.
kill_at() {
	local name=$1 count=$2 status=0
	shift 2
	# The shell's own remark on the kill is of no interest.
	{
		strace -qq -o /dev/null -e "trace=$name" \
			-e "inject=$name:signal=KILL:when=$count" \
			"$BULKHEAD" --root "$STORE" "$@" </dev/null >/dev/null \
			3>&- || status=$?
	} 2>/dev/null
	[ $status = 137 ] || echo "$name $count" >>"$BATS_TEST_TMPDIR/missed"
}

# Without a record of it nobody else could end what waits for a dead parent: it
# must do so by itself, and soon.
await_end_of_marked() {
	local _
	for _ in $(seq 500); do
		[ "$(others)" ] || return 0
		read -r -t 0.01 <> <(:) || :
	done
	echo 'still there:'
	others
	return 1
}

# Marked processes that are not of this test.
others() {
	local pid
	for pid in $(marked_processes); do
		case $(readlink "/proc/$pid/exe") in
		*/bash | */bats* | */strace | */grep | */cut | '') ;;
		*) echo "$pid $(tr '\0' ' ' <"/proc/$pid/cmdline")" ;;
		esac
	done
}

nothing_left() {
	local mount
	bulkhead delete --force "$ID" || {
		echo "delete --force after the kill:"
		cat "$BATS_TEST_TMPDIR/stderr"
		return 1
	}
	await_end_of_marked || return
	[ ! -e "$STORE/$ID" ] || { ls -l "$STORE/$ID"; return 1; }
	rm -f "$PIDS/pid"
	[ ! "$(ls -A "$PIDS")" ] || { ls -A "$PIDS"; return 1; }
	for mount in $(cgroup_mounts); do
		[ ! "$(find "$mount" -maxdepth 1 -name "*$ID*")" ] || {
			echo "a group is left in $mount"
			return 1
		}
	done
	fails grep -F -e "$ID" -e "$BUNDLE" /proc/self/mountinfo
}

# sweep BEFORE WORD...: for each call of `bulkhead WORD...`, after BEFORE.
sweep() {
	local before=$1 call number=0 first=$((RANDOM % step))
	shift
	$before
	list_calls "$@"
	nothing_left
	while read -r call; do
		[ $((number++ % step)) = "$first" ] || continue
		$before
		# shellcheck disable=SC2086 # two words
		kill_at $call "$@"
		nothing_left || {
			echo "killed at $call, number $number"
			return 1
		}
	done <"$BATS_TEST_TMPDIR/calls"
	[ "$number" -gt "${at_least:-50}" ]
	# A few calls depend on what else happens on the machine.
	missed=$(cat "$BATS_TEST_TMPDIR/missed" 2>/dev/null || :)
	[ "$(grep -c . <<<"$missed")" -lt $((2 + number / step / 4)) ] || {
		echo "not killed at: $missed"
		return 1
	}
}

created_and_started() {
	create
	bulkhead start "$ID"
}

@test "S26 create is killed" {
	sweep true create --bundle "$BUNDLE" --pid-file "$PIDS/pid" "$ID"
}

@test "S26 start is killed" {
	sweep create start "$ID"
}

@test "S26 exec is killed" {
	sweep created_and_started exec "$ID" true
	sweep created_and_started exec --detach --pid-file "$PIDS/pid" "$ID" \
		sleep 1000
}

@test "S26 pause is killed" {
	sweep created_and_started pause "$ID"
}

@test "S26 delete is killed" {
	sweep created_and_started delete --force "$ID"
}

# What is made above a group is marked as ours only after it was made, and goes
# only after the group.
@test "S26 create and delete are killed among the parents of a cgroup" {
	local only='mkdirat|fsetxattr|unlinkat' at_least=5
	step=$(((step + 3) / 4))
	config '.linux.cgroupsPath = "/a-\($id)/b-\($id)/\($id)"' --arg id "$ID"
	sweep true create --bundle "$BUNDLE" --pid-file "$PIDS/pid" "$ID"
	sweep created_and_started delete --force "$ID"
}

@test "S26 run is killed" {
	args true
	sweep true run --bundle "$BUNDLE" "$ID"
}
