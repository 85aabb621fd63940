#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Descriptors that the caller hands on to the program, and the keyring.
#
# shellcheck disable=SC2016

load ../lib/common

setup() {
	requires root
	new_bundle
	echo three >"$BATS_TEST_TMPDIR/three"
	echo four >"$BATS_TEST_TMPDIR/four"
	echo five >"$BATS_TEST_TMPDIR/five"
}

teardown() {
	clean_up
}

# with_files COMMAND...: whose descriptors 3 to 5 are open, and no more.
with_files() {
	local dir=$BATS_TEST_TMPDIR
	"$@" 3<"$dir/three" 4<"$dir/four" 5<"$dir/five"
}

# A shell lists its descriptors by itself, without one of its own.
list='for fd in 0 1 2 3 4 5 6 7 8 9; do
	[ ! -e /proc/self/fd/$fd ] || echo -n "$fd "
done'

@test "as many as --preserve-fds says are handed on" {
	args sh -c "$list; cat <&3; cat <&4"
	with_files run_container --preserve-fds 2
	assert_status 0
	assert_output '0 1 2 3 4 three' four
}

@test "without it none is" {
	args sh -c "$list"
	with_files run_container
	assert_output '0 1 2 '
}

@test "one that is to be handed on must be open" {
	args echo ran
	capture "$BULKHEAD" run -b "$BUNDLE" --preserve-fds 1 "$ID" 3>&-
	assert_status 1
	assert_output ''
	assert_error '3 is not open' --preserve-fds
	for count in x -1 1048577 99999999999 ''; do
		refused_count "$count"
	done
}

refused_count() {
	run_container --preserve-fds "$1"
	assert_status 1
	assert_error "--preserve-fds: \"$1\" is not a number"
}

@test "a created container has those that are handed on, and what it waits at" {
	local pid
	with_files "$BULKHEAD" create -b "$BUNDLE" --preserve-fds 1 \
		--pid-file "$BATS_TEST_TMPDIR/pid" "$ID" </dev/null >/dev/null
	KILLED=yes
	pid=$(cat "$BATS_TEST_TMPDIR/pid")
	[ "$(readlink "/proc/$pid/fd/3")" = "$BATS_TEST_TMPDIR/three" ]
	[[ $(readlink "/proc/$pid/fd/4") == */start ]]
	[ ! -e "/proc/$pid/fd/5" ]
}

@test "exec hands them on as well, and takes no sockets" {
	args sh -c 'echo ready; exec sleep 1000'
	start_container
	await ready
	export LISTEN_FDS=1
	with_files capture "$BULKHEAD" exec --preserve-fds 2 "$ID" sh -c \
		"$list; cat <&4; echo \"<\$LISTEN_FDS>\""
	assert_status 0
	assert_output '0 1 2 3 4 four' '<>'
	"$BULKHEAD" kill "$ID" KILL
	finish_container
}

# The runtime stays, and must not keep a pipe open that the program closed.
@test "nobody else holds what was handed on" {
	mkfifo "$BATS_TEST_TMPDIR/other"
	args sh -c 'exec 3>&-; echo ready; exec sleep 1000'
	timeout 60 cat "$BATS_TEST_TMPDIR/other" >/dev/null 3>&- &
	local reader=$!
	background+=("$reader")
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	exec 8<>"$BATS_TEST_TMPDIR/pipe"
	"$BULKHEAD" run -b "$BUNDLE" --preserve-fds 1 "$ID" </dev/null \
		>"$BATS_TEST_TMPDIR/pipe" 2>"$BATS_TEST_TMPDIR/stderr" \
		3>"$BATS_TEST_TMPDIR/other" 8>&- &
	CONTAINER=$!
	background+=("$CONTAINER")
	await ready
	wait "$reader"
	"$BULKHEAD" kill "$ID" KILL
	finish_container
}

# ---- sockets of activation, sd_listen_fds(3) -----------------------------------

sockets='echo "$LISTEN_FDS $LISTEN_FDNAMES"; [ "$LISTEN_PID" = $$ ] && echo mine'

@test "LISTEN_FDS are handed on, and the program is told its own pid" {
	export LISTEN_FDS=1 LISTEN_PID=4321 LISTEN_FDNAMES=web
	config '.process.env += ["LISTEN_FDS=7", "LISTEN_PID=8"]'
	args sh -c "$sockets; $list; env | grep -c LISTEN"
	with_files run_container
	assert_status 0
	assert_output '1 web' mine '0 1 2 3 3'
	config '.linux.namespaces |= map(select(.type != "pid"))'
	with_files run_container
	assert_output '1 web' mine '0 1 2 3 3'
}

@test "--preserve-fds comes on top of LISTEN_FDS" {
	export LISTEN_FDS=1
	unset LISTEN_FDNAMES
	args sh -c "$sockets; $list"
	with_files run_container --preserve-fds 2
	assert_output '1 ' mine '0 1 2 3 4 5 '
}

@test "LISTEN_FDS that are not there are refused" {
	export LISTEN_FDS=2
	capture "$BULKHEAD" run -b "$BUNDLE" "$ID" 3</dev/null 4<&-
	assert_status 1
	assert_error '4 is not open' '$LISTEN_FDS'
	export LISTEN_FDS=many
	run_container
	assert_status 1
	assert_error '$LISTEN_FDS: "many" is not a number'
}

# ---- the session keyring ---------------------------------------------------------

@test "the container has a session keyring of its own, or on request the caller's" {
	local caller
	compile keyring <<-'END'
		#include <stdio.h>
		#include <unistd.h>
		#include <sys/syscall.h>
		int main(void)
		{
			/* KEYCTL_GET_KEYRING_ID, KEY_SPEC_SESSION_KEYRING */
			printf("%ld\n", syscall(SYS_keyctl, 0, -3, 0));
			return 0;
		}
	END
	caller=$("$ROOTFS/bin/keyring")
	[ "$caller" -gt 0 ] || skip 'there are no keyrings here'
	args keyring
	run_container
	[ "$output" -gt 0 ]
	[ "$output" != "$caller" ]
	run_container --no-new-keyring
	assert_output "$caller"
}
