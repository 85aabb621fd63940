#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S10, CVE-2024-21626: a directory of the host that is open somewhere becomes
# the working directory or holds the program.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	new_bundle
	echo "host $ID" >"$BATS_TEST_TMPDIR/host-file"
	# What the container would show if it were outside.
	look='ls -a . .. ../..; cat host-file ../host-file'
}

teardown() {
	clean_up
}

# leaking COMMAND...: with directories of the host open as 3 to 64.
leaking() {
	(
		for ((fd = 10; fd <= 64; fd++)); do
			eval "exec $fd<\"\$BATS_TEST_TMPDIR\""
		done
		for fd in 4 5 6 7 9; do
			eval "exec $fd<\"\$BATS_TEST_TMPDIR\""
		done
		"$@"
	)
}

run_leaking() {
	capture leaking "$BULKHEAD" run -b "$BUNDLE" "$ID"
}

# It was refused, or the container was somewhere inside of its root.
contained() {
	assert_no_match 'host-file|bats|bundle'
	assert_no_match "host $ID"
	[ -z "$output" ] || return 0
	assert_status 1
	[[ $error == 'bulkhead: '* ]]
}

@test "S10 the working directory through a descriptor" {
	args sh -c "($look) 2>/dev/null"
	for ((fd = 3; fd <= 64; fd++)); do
		config '.process.cwd = "/proc/self/fd/\($f)"' --argjson f $fd
		run_leaking
		contained
	done
}

@test "S10 spellings and links to descriptors" {
	ln -s /proc/self/fd/7 "$ROOTFS/link"
	ln -s /proc/self/fd "$ROOTFS/fds"
	ln -s link "$ROOTFS/chain"
	args sh -c "(pwd; $look) 2>/dev/null"
	for cwd in /link /chain /fds/7 //proc//self/fd/7 /proc/self/./fd/7 \
		/proc/self/fd/7/../.. /proc/thread-self/fd/7 /proc/1/fd/7 \
		/proc/self/task/1/fd/7 /proc/self/cwd /proc/self/root/.. \
		/dev/fd/7 /dev/stdin; do
		config '.process.cwd = $c' --arg c "$cwd"
		run_leaking
		contained
		[ -z "$output" ] || [[ $(head -n1 <<<"$output") == /* ]]
	done
}

@test "S10 as a user, and in a user namespace" {
	args sh -c "($look) 2>/dev/null"
	config '.process.user.uid = 1000 | .process.cwd = "/proc/self/fd/7"'
	run_leaking
	contained
	requires userns
	open_bundle
	userns
	chmod 777 "$BATS_TEST_TMPDIR"
	run_leaking
	contained
}

# A program of the host: whoever runs it can open its own executable and write
# it later, as in S01.
plant_program() {
	mkdir "$BATS_TEST_TMPDIR/host"
	cp "$ROOTFS/bin/busybox" "$BATS_TEST_TMPDIR/host/echo"
}

@test "S10 the program through a descriptor that the caller leaked" {
	plant_program
	for fd in 4 7 9 10 33 64; do
		for program in "/proc/self/fd/$fd/host/echo" \
			"/dev/fd/$fd/host/echo"; do
			args "$program" ran
			run_leaking
			assert_status 1
			assert_output ''
		done
		config '.process.env = ["PATH=/proc/self/fd/\($f)/host"] |
			.process.args = ["echo", "ran"]' --argjson f $fd
		run_leaking
		assert_status 1
		assert_output ''
	done
}

@test "S10 the program through a descriptor of the runtime itself" {
	plant_program
	for ((fd = 3; fd <= 20; fd++)); do
		# From the rootfs, and from whatever lies as deep as the bundle.
		for path in ../../host ../host host; do
			args "/proc/self/fd/$fd/$path/echo" ran
			run_container
			assert_status 1
			assert_output ''
		done
	done
}

@test "S10 a program of the image that is a link to a descriptor" {
	plant_program
	for ((fd = 3; fd <= 20; fd++)); do
		ln -sf "/proc/self/fd/$fd/../../host/echo" "$ROOTFS/bin/echo"
		args echo ran
		run_container
		assert_status 1
		assert_output ''
	done
}

@test "S10 an interpreter through a descriptor" {
	plant_program
	for ((fd = 3; fd <= 20; fd++)); do
		printf '#!/proc/self/fd/%s/../../host/echo\n' $fd >"$ROOTFS/bin/script"
		chmod 755 "$ROOTFS/bin/script"
		args script
		run_container
		assert_status 1
		assert_output ''
	done
}

@test "S10 a leaked descriptor is not there for the program" {
	inside 'ls /proc/$$/fd; :'
	args sh -c 'ls /proc/$$/fd; :'
	run_leaking
	assert_output 0 1 2
}

@test "S10 a working directory inside the root is entered all the same" {
	config '.process.cwd = "/proc/self"'
	inside 'pwd'
	assert_output /proc/1
	config '.process.cwd = "/bin/../etc"'
	inside 'pwd'
	assert_output /etc
}
