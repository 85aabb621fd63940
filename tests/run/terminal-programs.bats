#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Programs that take a terminal for themselves, driven by keys through a real one:
# an editor, a pager, top, and a shell's job control; by `run -t` and `exec -t`.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root program:script program:vim.tiny program:less program:top
	new_bundle
	STORE=$BATS_TEST_TMPDIR/store
	install_programs
	config '.root.readonly = false | .process.env += ["TERM=xterm"]'
}

teardown() {
	exec 7>&- || :
	"$BULKHEAD" --root "$STORE" delete --force "$ID" || :
	clean_up
}

# The host's own, with what they need.
install_programs() {
	local program library
	rm "$ROOTFS/bin/sh"
	for program in vim.tiny less top bash sleep; do
		program=$(readlink -f "$(command -v "$program")")
		cp --remove-destination "$program" "$ROOTFS/bin/"
		for library in $(ldd "$program" | grep -o '/[^ ]*'); do
			install -D "$library" "$ROOTFS$library"
		done
	done
	mv "$ROOTFS/bin/bash" "$ROOTFS/bin/sh"
	ln -s busybox "$ROOTFS/bin/stty"
	install -D /lib/terminfo/x/xterm "$ROOTFS/lib/terminfo/x/xterm"
}

# drive COMMAND...: on a terminal; what is typed goes to descriptor 7, what is
# shown to $SCREEN.
drive() {
	local line
	SCREEN=$BATS_TEST_TMPDIR/screen
	rm -f "$BATS_TEST_TMPDIR/keys" "$BATS_TEST_TMPDIR/status"
	mkfifo "$BATS_TEST_TMPDIR/keys"
	: >"$SCREEN"
	line=$(printf '%q ' "$@")
	SHELL=$BASH script -qefc "stty rows 24 cols 80; stty -g >$BATS_TEST_TMPDIR/before
		$line; echo \$? >$BATS_TEST_TMPDIR/status
		stty -g >$BATS_TEST_TMPDIR/after" \
		/dev/null <"$BATS_TEST_TMPDIR/keys" >"$SCREEN" 2>&1 3>&- &
	DRIVEN=$!
	background+=("$DRIVEN")
	exec 7>"$BATS_TEST_TMPDIR/keys"
}

# keys TEXT: with printf's escapes.
keys() {
	# shellcheck disable=SC2059 # on purpose
	printf "$1" >&7
}

# shows REGEX: within a while.
shows() {
	local tries
	for tries in $(seq 300); do
		grep -qaE -e "$1" "$SCREEN" && return
		read -r -t 0.05 <> <(:) || :
	done
	echo "not shown after $tries looks: $1"
	cat -v "$SCREEN"
	return 1
}

# ends STATUS: the command, with the caller's terminal as it was.
ends() {
	container_ends "$DRIVEN"
	exec 7>&-
	[ "$(cat "$BATS_TEST_TMPDIR/status")" = "$1" ]
	cmp "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
}

# on_terminal HOW WORD...: by run, or exec in a container that waits.
on_terminal() {
	if [ "$1" = run ]; then
		config '.process.terminal = true'
		args "${@:2}"
		drive "$BULKHEAD" --root "$STORE" run -b "$BUNDLE" "$ID"
		return
	fi
	config '.process.terminal = false'
	args sleep 1000
	"$BULKHEAD" --root "$STORE" run -b "$BUNDLE" --detach "$ID" </dev/null
	drive "$BULKHEAD" --root "$STORE" exec -t "$ID" "${@:2}"
}

remove() {
	"$BULKHEAD" --root "$STORE" delete --force "$ID"
}

@test "an editor" {
	for how in run exec; do
		rm -f "$ROOTFS/text"
		on_terminal $how vim.tiny -u NONE /text
		shows '/text.*New'
		keys 'ihello\033:wq\r'
		ends 0
		[ "$(cat "$ROOTFS/text")" = hello ]
		remove
	done
}

@test "a pager" {
	seq 1000 >"$ROOTFS/numbers"
	for how in run exec; do
		on_terminal $how less /numbers
		shows '^23'
		keys G
		shows '^1000'
		keys q
		ends 0
		remove
	done
}

@test "top" {
	for how in run exec; do
		on_terminal $how top
		shows 'PID.*COMMAND'
		keys q
		ends 0
		remove
	done
}

@test "job control of a shell" {
	for how in run exec; do
		# The prompt counts commands: what is typed before it is there may be
		# lost, as ^C takes it away.
		config '.process.env += ["PS1=at-\\#> "]'
		on_terminal $how sh --norc -i
		shows 'at-1> '
		keys 'sleep 1000 &\r'
		shows '\[1\] [0-9]'
		keys 'fg\r'
		shows 'l.sleep 1000.$'
		keys '\032'
		shows '\[1\]\+  Stopped'
		keys 'bg\r'
		shows 'l.\[1\].? sleep 1000 &'
		keys 'kill %%1; wait %%1; echo ended-$?\r'
		shows 'ended-143'
		# A program in the foreground, seen to run before it is interrupted.
		keys 'sh -c "echo on-$((1+1)); while read x; do echo got-\\$x; done"\r'
		shows on-2
		keys 'key\r'
		shows 'got-key'
		keys '\003'
		shows 'at-6> '
		keys 'echo still $((40+2))\r'
		shows 'still 42'
		keys 'exit 3\r'
		ends 3
		fails grep -qa 'no job control' "$SCREEN"
		remove
	done
}

@test "the terminal is intact after a program that leaves it raw, or crashes" {
	for end in 'stty raw -echo; exit 4' 'stty raw; kill -SEGV $$; sleep 5'; do
		config '.linux.namespaces |= map(select(.type != "pid"))'
		on_terminal run sh -c "echo here; read -r line; $end"
		shows here
		keys '\r'
		case $end in
		*exit*) ends 4 ;;
		*) ends 139 ;;
		esac
		remove
	done
}
