#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S10, CVE-2024-21626: directories of the host that the caller or the runtime
# has open, each tried with run, and with create and start.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	new_bundle
	STORE=$BATS_TEST_TMPDIR/store
	HOST=$BATS_TEST_TMPDIR/host
	mkdir "$HOST"
	echo "host $ID" >"$HOST/file"
	# A program of the host: whoever runs it can open its own executable.
	cp "$ROOTFS/bin/busybox" "$HOST/echo"
	exec 7<"$HOST"
}

teardown() {
	exec 7<&-
	timeout 60 "$BULKHEAD" --root "$STORE" delete --force "$ID" || :
	clean_up
}

# leaking COMMAND...: with directories of the host open as 3 to 64.
leaking() {
	(
		for ((fd = 3; fd <= 64; fd++)); do
			eval "exec $fd<\"\$HOST\""
		done
		exec "$@"
	)
}

once() {
	capture "$@" "$BULKHEAD" --root "$STORE" run -b "$BUNDLE" "$ID"
}

# The output ends when the last process that has it open ends.
create_and_start() {
	local pipe=$BATS_TEST_TMPDIR/pipe reader
	rm -f "$pipe"
	mkfifo "$pipe"
	timeout 60 cat "$pipe" >"$BATS_TEST_TMPDIR/collected" 3>&- 7>&- &
	reader=$!
	background+=("$reader")
	"$@" timeout 60 "$BULKHEAD" --root "$STORE" create -b "$BUNDLE" "$ID" \
		</dev/null >"$pipe" 2>"$BATS_TEST_TMPDIR/stderr" && status=0 || status=$?
	[ "$status" != 0 ] ||
		capture "$@" timeout 60 "$BULKHEAD" --root "$STORE" start "$ID"
	wait "$reader"
	output=$(tr -d '\0' <"$BATS_TEST_TMPDIR/collected")
	error=$(cat "$BATS_TEST_TMPDIR/stderr")
	timeout 60 "$BULKHEAD" --root "$STORE" delete --force "$ID"
}

# Both ways, and with or without descriptors that leak; then CHECK.
each_way() {
	local way
	for way in once create_and_start; do
		$way leaking
		"$@"
		$way
		"$@"
	done
}

# It was refused, or the container was somewhere inside of its root.
contained() {
	assert_no_match "^host|bundle|bats"
	[ -z "$output" ] || return 0
	assert_status 1
	[[ $error == 'bulkhead: '* ]]
}

never_ran() {
	assert_status 1
	assert_output ''
	[[ $error == 'bulkhead: exec: '* ]]
}

@test "S10 the working directory through any descriptor" {
	args sh -c '(ls -a . .. ../..; cat file ../host/file) 2>/dev/null'
	for ((fd = 3; fd <= 64; fd++)); do
		config '.process.cwd = "/proc/self/fd/\($f)"' --argjson f $fd
		create_and_start leaking
		contained
	done
	for ((fd = 3; fd <= 20; fd++)); do
		for up in .. ../.. ../../..; do
			config '.process.cwd = "/proc/self/fd/\($f)/\($u)/host"' \
				--argjson f $fd --arg u $up
			once
			contained
		done
	done
}

@test "S10 the working directory through standard input" {
	# That one stays open: only where it leads to can tell.
	args sh -c '(ls -a . ..; cat file ../host/file) 2>/dev/null'
	for cwd in /proc/self/fd/0 /proc/self/fd/0/. /proc/self/fd/0/../host; do
		config '.process.cwd = $c' --arg c $cwd
		for command in run create; do
			status=0
			"$BULKHEAD" --root "$STORE" $command -b "$BUNDLE" "$ID" \
				<"$HOST" >"$BATS_TEST_TMPDIR/out" \
				2>"$BATS_TEST_TMPDIR/stderr" || status=$?
			output=$(cat "$BATS_TEST_TMPDIR/out")
			error=$(cat "$BATS_TEST_TMPDIR/stderr")
			assert_status 1
			assert_output ''
			assert_error 'working directory'
		done
	done
}

@test "S10 the program through any descriptor" {
	path=
	for ((fd = 3; fd <= 64; fd++)); do
		for up in . .. ../.. ../../.. ../host ../../host ../../../host; do
			path+=/proc/self/fd/$fd/$up:
		done
	done
	config '.process.env = ["PATH=" + $p]' --arg p "$path"
	args echo ran
	each_way never_ran
	for fd in 3 4 5 6 7 8 9 64; do
		args "/proc/self/fd/$fd/echo" ran
		create_and_start leaking
		never_ran
	done
}

@test "S10 the interpreter of a script through any descriptor" {
	args script
	for ((fd = 3; fd <= 20; fd++)); do
		printf '#!/proc/self/fd/%s/echo\n' $fd >"$ROOTFS/bin/script"
		chmod 755 "$ROOTFS/bin/script"
		once leaking
		never_ran
		create_and_start leaking
		never_ran
		for up in .. ../.. ../../..; do
			printf '#!/proc/self/fd/%s/%s/host/echo\n' $fd $up \
				>"$ROOTFS/bin/script"
			create_and_start
			never_ran
		done
	done
}

# A program that has PATH for its loader, which then runs in its place.
plant_loader() {
	echo 'int main(void) { return 0; }' |
		gcc -o "$ROOTFS/bin/loaded" "-Wl,--dynamic-linker=$1" -x c -
}

@test "S10 the loader of a program through any descriptor" {
	requires program:gcc
	# The loader is the rootfs's busybox, or the host's, which is the same.
	plant_loader /bin/busybox
	args echo ran
	config '.process.args[0] = "/bin/loaded"'
	once
	[ "$status" != 1 ] || skip 'busybox is no loader here'
	for fd in 3 4 5 6 7 8 9 33 64; do
		plant_loader "/proc/self/fd/$fd/echo"
		once leaking
		never_ran
		create_and_start leaking
		never_ran
	done
}

@test "S10 a leaked descriptor is there for no process of the container" {
	args sh -c 'ls /proc/$$/fd; echo end; exec sleep 1000'
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	exec 8<>"$BATS_TEST_TMPDIR/pipe"
	leaking "$BULKHEAD" --root "$STORE" create -b "$BUNDLE" \
		--pid-file "$BATS_TEST_TMPDIR/pid" "$ID" </dev/null \
		>"$BATS_TEST_TMPDIR/pipe" 2>"$BATS_TEST_TMPDIR/stderr"
	pid=$(cat "$BATS_TEST_TMPDIR/pid")
	# 4 is what it waits on for start.
	[ "$(find "/proc/$pid/fd" -type l -printf '%f ')" = '0 1 2 3 ' ]
	[ "$(readlink "/proc/$pid/cwd")" = / ]
	leaking "$BULKHEAD" --root "$STORE" start "$ID"
	output=
	while IFS= read -r -t 30 -u 8 line && [ "$line" != end ]; do
		output+=$line$'\n'
	done
	output=${output%$'\n'}
	assert_output 0 1 2
	exec 8<&-
}
