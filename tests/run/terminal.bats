#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Terminals: given away by a console socket, and served by run and exec.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root program:perl
	new_bundle
	STORE=$BATS_TEST_TMPDIR/store
	SOCKET=$BATS_TEST_TMPDIR/console
}

teardown() {
	"$BULKHEAD" --root "$STORE" delete --force "$ID" || :
	clean_up
}

bulkhead() {
	capture "$BULKHEAD" --root "$STORE" "$@"
}

# listen [INPUT [WORD]]: an engine at $SOCKET, $ENGINE; its output is in $SHOWN.
listen() {
	local ready=$BATS_TEST_TMPDIR/ready
	SHOWN=$BATS_TEST_TMPDIR/shown
	rm -f "$SOCKET" "$ready"
	mkfifo "$ready"
	printf '%s' "${1-}" >"$BATS_TEST_TMPDIR/input"
	"$BATS_TEST_DIRNAME/../lib/console" "$SOCKET" "$ready" "${2-}" \
		<"$BATS_TEST_TMPDIR/input" >"$SHOWN" \
		2>"$BATS_TEST_TMPDIR/engine" 3>&- &
	ENGINE=$!
	background+=("$ENGINE")
	read -r _ <"$ready"
}

# terminal: the config asks for one.
terminal() {
	config '.process.terminal = true'
}

create() {
	bulkhead create --bundle "$BUNDLE" --console-socket "$SOCKET" "$@" "$ID"
}

# shown: what the engine was shown, when the program has ended.
shown() {
	container_ends "$ENGINE"
	output=$(cat "$SHOWN")
}

# run_on_terminal SCRIPT [INPUT [WORD]]: start to end; $output.
run_on_terminal() {
	terminal
	args sh -c "$1"
	listen "${2-}" "${3-}"
	create
	assert_status 0
	bulkhead start "$ID"
	assert_status 0
	shown
}

@test "the program has a terminal, as its own session's" {
	run_on_terminal 'for i in 0 1 2; do [ -t $i ] || echo no $i; done
		tty; ps -o pid,pgid,tty | grep -w 1; stat -c "%t:%T" /dev/console'
	grep -qx 'bytes: 1' "$BATS_TEST_TMPDIR/engine"
	assert_line /dev/pts/0 88:0
	assert_no_match '^no'
}

@test "the terminal belongs to the user and to group 5" {
	config '.process.user = {uid: 1000, gid: 1000}'
	run_on_terminal 'stat -c %u:%g:%a /dev/pts/0 /dev/console'
	assert_output 1000:5:620 1000:5:620
}

@test "the size is the config's, lines end in LF alone" {
	config '.process.consoleSize = {height: 33, width: 77}'
	run_on_terminal 'stty size; stty -a | grep -o -e "-onlcr"'
	assert_output '33 77' -onlcr
}

@test "what is typed is read" {
	run_on_terminal 'stty -echo; read line; echo "got $line"' $'hello\n'
	assert_line 'got hello'
}

@test "^C ends the program in the foreground" {
	run_on_terminal 'trap "echo caught; exit 3" INT; stty -echo; echo ready
		while :; do sleep 0.01; done' $'\003' ready
	assert_line caught
}

@test "a created container has the terminal and no more" {
	terminal
	args sleep 1000
	listen
	create --pid-file "$BATS_TEST_TMPDIR/pid"
	assert_status 0
	pid=$(cat "$BATS_TEST_TMPDIR/pid")
	[ "$(find "/proc/$pid/fd" -type l -printf '%f ')" = '0 1 2 3 ' ]
	[ "$(readlink "/proc/$pid/fd/0")" = /dev/pts/0 ]
	bulkhead start "$ID"
	[ "$(find "/proc/$pid/fd" -type l -printf '%f ')" = '0 1 2 ' ]
}

@test "exec has a terminal of its own" {
	args sleep 1000
	bulkhead create --bundle "$BUNDLE" "$ID"
	bulkhead start "$ID"
	listen
	bulkhead exec --tty --console-socket "$SOCKET" "$ID" \
		sh -c 'tty; [ -t 0 ] && [ -t 1 ] && echo is one; exit 9'
	assert_status 9
	assert_output ''
	shown
	assert_line /dev/pts/0 'is one'
	listen
	bulkhead exec -d -t --user 7 --console-socket "$SOCKET" "$ID" \
		sh -c 'stat -c %u /dev/pts/0; tty'
	assert_status 0
	shown
	assert_line 7 /dev/pts/0
}

# on_terminal SCRIPT [WORD...]: a shell with a terminal, as who uses one has;
# $output, with LF for CR LF.
on_terminal() {
	printf '%s\n' "$1" >"$BATS_TEST_TMPDIR/script"
	export BULKHEAD BUNDLE ID STORE ROOTFS
	capture timeout 60 script --quiet --return --command \
		"sh '$BATS_TEST_TMPDIR/script'" /dev/null
	output=${output//$'\r'/}
	# The end of script's own input, as it is echoed.
	output=${output//'^@'/}
}

@test "run has a terminal, of the size of the caller's" {
	terminal
	args sh -c 'tty; stty size; exit 9'
	on_terminal 'stty rows 33 cols 77
		"$BULKHEAD" run --bundle "$BUNDLE" "$ID"; echo status $?'
	assert_line /dev/pts/0 '33 77' 'status 9'
}

@test "the caller's modes come back: after the end, a kill, and SIGTERM" {
	terminal
	config '.root.readonly = false'
	mkfifo "$ROOTFS/ready"
	args sh -c 'trap "exit 5" TERM; echo >/ready; while :; do sleep 0.01; done'
	for signal in TERM KILL; do
		on_terminal '
			before=$(stty -g)
			terminal=$(tty)
			{ read line <"$ROOTFS/ready"
			  stty -g <"$terminal"
			  kill -'$signal' $(ps -o pid= --ppid $(pgrep -f "run --bundle $BUNDLE $ID"))
			} &
			"$BULKHEAD" run --bundle "$BUNDLE" "$ID"; echo status $?
			wait
			[ "$(stty -g)" = "$before" ] && echo as before
			echo "$before"'
		assert_line 'as before'
		assert_match '^status (5|137)$'
		# It was another one meanwhile.
		[ "$(grep -cE '^[0-9a-f]+:[0-9a-f:]+$' <<<"$output")" = 2 ]
		[ "$(grep -E '^[0-9a-f]+:[0-9a-f:]+$' <<<"$output" | uniq | wc -l)" = 2 ]
	done
	args true
	on_terminal 'before=$(stty -g)
		"$BULKHEAD" run --bundle "$BUNDLE" "$ID"
		[ "$(stty -g)" = "$before" ] && echo as before'
	assert_line 'as before'
	on_terminal 'before=$(stty -g); terminal=$(tty)
		"$BULKHEAD" run --bundle "$BUNDLE/nothing" "$ID"
		[ "$(stty -g)" = "$before" ] && echo as before'
	assert_line 'as before'
}

@test "the terminal follows when the caller's changes its size" {
	terminal
	config '.root.readonly = false'
	mkfifo "$ROOTFS/ready"
	args sh -c 'trap "stty size; exit 0" WINCH; echo >/ready
		while :; do sleep 0.01; done'
	on_terminal 'terminal=$(tty); stty rows 20 cols 50
		{ read line <"$ROOTFS/ready"; stty rows 44 cols 55 <"$terminal"; } &
		"$BULKHEAD" run --bundle "$BUNDLE" "$ID"'
	assert_line '44 55'
}

# Without -f strace holds up the runtime alone, so that the program is there long
# before the runtime gives its terminal a size.
@test "the terminal has its size before the program is there" {
	requires program:strace
	terminal
	ln -s busybox "$ROOTFS/bin/stty"
	args stty size
	on_terminal 'stty rows 23 cols 45
		strace -o /dev/null -e trace=ioctl -e inject=ioctl:delay_enter=200000 \
			"$BULKHEAD" run --bundle "$BUNDLE" "$ID"'
	assert_line '23 45'
}

@test "what is piped in is typed, and ends" {
	terminal
	args sh -c 'stty -echo; echo ready; read a; echo "got $a"; cat; echo end'
	mkfifo "$BATS_TEST_TMPDIR/in"
	{ printf 'one\ntwo\n' >"$BATS_TEST_TMPDIR/in"; } &
	output=$(timeout 60 "$BULKHEAD" --root "$STORE" run --bundle "$BUNDLE" \
		"$ID" <"$BATS_TEST_TMPDIR/in")
	assert_line 'got one' two end
}

@test "much output comes whole" {
	terminal
	args sh -c 'seq 20000'
	output=$(timeout 60 "$BULKHEAD" --root "$STORE" run --bundle "$BUNDLE" \
		"$ID" </dev/null | sha256sum)
	[ "$output" = "$(seq 20000 | sha256sum)" ]
}

@test "exec serves the terminal too" {
	args sleep 1000
	bulkhead create --bundle "$BUNDLE" "$ID"
	bulkhead start "$ID"
	on_terminal 'before=$(stty -g); stty rows 31 cols 71
		"$BULKHEAD" --root "$STORE" exec -t "$ID" sh -c "tty; stty size; exit 8"
		echo status $?'
	assert_line /dev/pts/0 '31 71' 'status 8'
	bulkhead exec --detach --tty "$ID" true
	assert_status 255
	assert_error /process/terminal 'no console socket'
}

@test "in a user namespace" {
	requires userns
	userns
	run_on_terminal 'tty; stat -c %u:%g /dev/pts/0'
	assert_output /dev/pts/0 0:5
}

@test "without a console socket, or a terminal: an error" {
	terminal
	bulkhead create --bundle "$BUNDLE" "$ID"
	assert_status 1
	assert_error /process/terminal 'no console socket'
	config '.process.terminal = false'
	listen
	create
	assert_status 1
	assert_error '/process/terminal is not true'
	terminal
	bulkhead create --bundle "$BUNDLE" --console-socket /nowhere "$ID"
	assert_status 1
	assert_error 'console socket /nowhere: No such file or directory'
	[ ! -e "$STORE/$ID" ]
}

@test "without devpts: an error" {
	terminal
	config 'del(.mounts[] | select(.type == "devpts"))'
	listen
	create
	assert_status 1
	assert_error devpts
	assert_clean
}

@test "S14 a console that is a link is not followed" {
	terminal
	# The rootfs's own /dev is seen: no tmpfs lies over it.
	config '.mounts |= map(select(.destination != "/dev"
		and .destination != "/dev/shm" and .destination != "/dev/mqueue"))'
	mkdir -p "$ROOTFS/dev"
	echo untouched >"$ROOTFS/victim"
	for target in /victim ../victim /proc/self/fd/1 /dev/pts/7; do
		rm -f "$ROOTFS/dev/console"
		ln -s $target "$ROOTFS/dev/console"
		listen
		create
		if [ "$status" = 0 ]; then
			# The runtime's own /dev lies over that of the rootfs.
			bulkhead start "$ID"
			bulkhead delete --force "$ID"
		fi
		[ "$(readlink "$ROOTFS/dev/console")" = $target ]
		[ "$(cat "$ROOTFS/victim")" = untouched ]
	done
}

@test "S14 a devpts that is a link, or another file system, is refused" {
	terminal
	config '(.mounts[] | select(.type == "devpts")) |=
		{destination: "/dev/pts", type: "tmpfs", source: "tmpfs"}'
	listen
	create
	assert_status 1
	assert_error 'is no devpts'
}

@test "S20 an abstract console socket can't be named" {
	terminal
	bulkhead create --bundle "$BUNDLE" --console-socket '' "$ID"
	assert_status 1
}
