#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The container's program: how it is found, its streams, its status.
#
# shellcheck disable=SC2016

load ../lib/common

setup() {
	requires root
	new_bundle
}

teardown() {
	clean_up
}

@test "standard output and standard error are passed on" {
	args sh -c 'echo out; echo err >&2'
	run_container
	assert_status 0
	assert_output out
	[ "$error" = err ]
}

@test "standard input is passed on" {
	args cat
	echo hello | "$BULKHEAD" run -b "$BUNDLE" "$ID" >"$BATS_TEST_TMPDIR/out"
	[ "$(cat "$BATS_TEST_TMPDIR/out")" = hello ]
}

@test "a megabyte goes through unchanged" {
	args cat
	head -c 1048576 /dev/urandom >"$BATS_TEST_TMPDIR/in"
	"$BULKHEAD" run -b "$BUNDLE" "$ID" <"$BATS_TEST_TMPDIR/in" \
		>"$BATS_TEST_TMPDIR/out"
	cmp "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/out"
}

@test "the exit status is the program's" {
	for wanted in 0 1 2 125 126 127 128 137 254 255; do
		args sh -c "exit $wanted"
		run_container
		assert_status "$wanted"
		[ -z "$error" ]
	done
}

@test "a signal's death is 128 and its number" {
	# Process 1 of a pid namespace ignores what it sends itself.
	config '.linux.namespaces |= map(select(.type != "pid"))'
	for signal in HUP INT KILL USR1 TERM SEGV; do
		args sh -c "kill -$signal \$\$"
		run_container
		assert_status $((128 + $(kill -l "$signal")))
	done
}

@test "the bundle is the current directory by default" {
	args echo here
	cd "$BUNDLE"
	capture "$BULKHEAD" run "$ID"
	assert_output here
}

@test "the arguments arrive as they are" {
	args sh -c 'printf "<%s>" "$0" "$@"' '' 'a b' $'new\nline' '*' 'ü'
	run_container
	[ "$output" = $'<><a b><new\nline><*><ü>' ]
}

@test "the program is looked up in the config's PATH" {
	mkdir "$ROOTFS/opt"
	printf '#!/bin/sh\necho found $0\n' >"$ROOTFS/opt/here"
	chmod 755 "$ROOTFS/opt/here"
	config '.process.env = ["PATH=/nowhere:/bin:/opt"]'
	args here
	run_container
	assert_output 'found /opt/here'
}

@test "without PATH the usual places are searched" {
	config '.process.env = []'
	args echo fine
	run_container
	assert_output fine
	config '.process.env = ["PATH="]'
	run_container
	assert_output fine
}

@test "an empty or relative entry of PATH is no place for programs" {
	cp "$ROOTFS/bin/busybox" "$ROOTFS/echo"
	config '.process.env = ["PATH=:.:bin:/nowhere"] | .process.cwd = "/"'
	args echo fine
	refused 'exec: "echo": executable file not found in $PATH'
}

@test "the program is looked up as the container's user" {
	mkdir -m 700 "$ROOTFS/secret"
	cp "$ROOTFS/bin/busybox" "$ROOTFS/secret/echo"
	config '.process.user.uid = 1000 | .process.env = ["PATH=/secret:/bin"]'
	args echo fine
	run_container
	assert_output fine
	config '.process.env = ["PATH=/secret"]'
	args echo
	refused 'exec: "echo": permission denied'
}

@test "a program not found has the words that engines match on" {
	args nothing-here
	refused 'exec: "nothing-here": executable file not found in $PATH'
	args /bin/nothing
	refused 'exec: "/bin/nothing": stat /bin/nothing: no such file or directory'
	args /bin/true/nothing
	refused 'exec: "/bin/true/nothing": stat /bin/true/nothing: '
}

@test "a program that can't be executed is told as permission denied" {
	touch "$ROOTFS/bin/plain"
	for program in plain /bin/plain /bin /etc; do
		args "$program"
		refused "exec: \"$program\": permission denied"
	done
}

@test "a directory of that name in PATH is passed over" {
	mkdir -p "$ROOTFS/opt/echo"
	config '.process.env = ["PATH=/opt:/bin"]'
	args echo fine
	run_container
	assert_output fine
}

@test "a path with a slash starts at the working directory" {
	config '.process.cwd = "/bin"'
	args ./busybox echo fine
	run_container
	assert_output fine
	config '.process.cwd = "/"'
	args bin/busybox echo fine
	run_container
	assert_output fine
}

@test "a script runs by its interpreter" {
	printf '#!/bin/cat\nhello\n' >"$ROOTFS/bin/script"
	chmod 755 "$ROOTFS/bin/script"
	args script
	run_container
	assert_output '#!/bin/cat' hello
}

@test "a missing interpreter is named as the reason" {
	printf '#!/bin/nothing\n' >"$ROOTFS/bin/script"
	chmod 755 "$ROOTFS/bin/script"
	args script
	refused 'exec: "/bin/script": No such file or directory' interpreter
}

@test "what is no program is told" {
	echo nonsense >"$ROOTFS/bin/nonsense"
	chmod 755 "$ROOTFS/bin/nonsense"
	args nonsense
	refused 'exec: "/bin/nonsense": Exec format error'
}

@test "the environment is the config's, with HOME added" {
	config '.process.env = ["A=1", "PATH=/bin", "B=x y", "EMPTY="]'
	args env
	BULKHEAD_SECRET=1 run_container
	assert_output A=1 PATH=/bin 'B=x y' EMPTY= HOME=/
}

@test "HOME comes from the container's passwd, by the user's number" {
	printf '%s\n' 'root:x:0:0::/root:' 'me:x:1000:1000::/home/me:/bin/sh' \
		'rel:x:1001:1001::relative:' 'short:x:1002' \
		>"$ROOTFS/etc/passwd"
	for pair in 0=/root 1000=/home/me 1001=/ 1002=/ 1003=/; do
		config '.process.user.uid = ($u | tonumber)' --arg u "${pair%=*}"
		inside 'echo $HOME'
		assert_output "${pair#*=}"
	done
	config '.process.env += ["HOME=/given"]'
	inside 'echo $HOME'
	assert_output /given
}

@test "HOME is / when there is no passwd, or nothing to be read as one" {
	inside 'echo $HOME'
	assert_output /
	mkfifo "$ROOTFS/etc/passwd"
	inside 'echo $HOME'
	assert_output /
	rm "$ROOTFS/etc/passwd"
	mkdir "$ROOTFS/etc/passwd"
	inside 'echo $HOME'
	assert_output /
	rmdir "$ROOTFS/etc/passwd"
	head -c 3000000 /dev/zero >"$ROOTFS/etc/passwd"
	inside 'echo $HOME'
	assert_output /
}

@test "the working directory is entered, and made if it is missing" {
	config '.process.cwd = "/bin"'
	inside pwd
	assert_output /bin
	config '.process.cwd = "/new/deep dir" | .root.readonly = false'
	inside pwd
	assert_output '/new/deep dir'
	[ -d "$ROOTFS/new/deep dir" ]
}

@test "a working directory that only the user may enter is entered" {
	mkdir -m 700 "$ROOTFS/mine"
	chown 1000:1000 "$ROOTFS/mine"
	# Root without CAP_DAC_OVERRIDE and the user both.
	config '.process.cwd = "/mine" | .process.user.uid = 1000'
	inside pwd
	assert_output /mine
}

@test "a working directory that is relative or no directory is refused" {
	config '.process.cwd = "bin"'
	refused /process/cwd 'not absolute'
	config '.process.cwd = "/bin/busybox"'
	refused /bin/busybox 'Not a directory'
}

@test "the caller's ignored and blocked signals are not handed on" {
	args grep -E '^Sig(Ign|Blk)' /proc/self/status
	capture env --ignore-signal --block-signal "$BULKHEAD" run -b "$BUNDLE" \
		"$ID"
	assert_status 0
	assert_output $'SigBlk:\t0000000000000000' $'SigIgn:\t0000000000000000'
}

@test "only the standard descriptors reach the container" {
	args sh -c 'ls /proc/$$/fd; :'
	run_container 5</etc/passwd 6>"$BATS_TEST_TMPDIR/leaked" 77</
	assert_output 0 1 2
}

@test "closed standard descriptors become the null device" {
	args sh -c 'x=$(for i in 0 1 2; do
		stat -L -c %t:%T /proc/$$/fd/$i; done); echo "$x" >/out'
	config '.root.readonly = false'
	"$BULKHEAD" run -b "$BUNDLE" "$ID" 0<&- 1>&- 2>&-
	[ "$(cat "$ROOTFS/out")" = $'1:3\n1:3\n1:3' ]
}

@test "a failure with standard error closed still has its status" {
	args nothing-here
	status=0
	"$BULKHEAD" run -b "$BUNDLE" "$ID" 2>&- || status=$?
	[ "$status" = 1 ]
}

@test "the runtime's own descriptors are its own" {
	# A holder in the host's pid namespace would see a leaked pipe.
	args sh -c 'echo $(ls -l /proc/$$/fd | grep -c -e socket: -e anon)'
	run_container
	assert_output 0
}

@test "ids that can't name a file are refused" {
	for id in '' . .. ../up a/b 'a b' $'a\nb' "$(printf '%0201d' 0)"; do
		capture "$BULKHEAD" run -b "$BUNDLE" "$id"
		assert_status 1
		assert_error 'container id'
	done
}
