#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Compiled filters that are kept: when they are taken, and when they are not.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	new_bundle
	STORE=$BATS_TEST_TMPDIR/store
	KEPT=$STORE/.filters
	rules 28
	args mkdir /tmp/x
}

teardown() {
	clean_up
}

# rules ERRNO: what mkdir fails with.
rules() {
	config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
		syscalls: [{names: ["mkdir", "mkdirat", "no_such_call"],
			action: "SCMP_ACT_ERRNO", errnoRet: $e}]}' \
		--argjson e "$1"
}

# The filter holds: mkdir fails with this.
mkdir_fails() {
	capture "$BULKHEAD" --root "$STORE" run --bundle "$BUNDLE" "$ID"
	assert_status 1
	[[ $error == *"$1"* ]] || {
		echo "no '$1' in: $error"
		return 1
	}
}

# compiles: run, and print how many filters libseccomp made on the way.
compiles() {
	strace -f -qq -e trace=memfd_create -o "$BATS_TEST_TMPDIR/trace" \
		"$BULKHEAD" --root "$STORE" "${1-run}" --bundle "$BUNDLE" \
		"$ID" >/dev/null 2>&1 </dev/null || :
	grep -c '"seccomp"' "$BATS_TEST_TMPDIR/trace" || :
}

kept_files() {
	find "$KEPT" -type f | wc -l
}

@test "the second container with the same rules takes the filter of the first" {
	requires program:strace
	mkdir_fails 'No space left on device'
	[ "$(kept_files)" = 1 ]
	[ "$(stat -c %a "$KEPT" "$KEPT"/*)" = $'700\n600' ]
	[ "$(compiles)" = 0 ]
	mkdir_fails 'No space left on device'
	[ "$(kept_files)" = 1 ]
}

@test "exec takes it, too" {
	requires program:strace
	args sleep 1000
	"$BULKHEAD" --root "$STORE" create --bundle "$BUNDLE" "$ID" \
		</dev/null 3>&-
	capture strace -f -qq -e trace=memfd_create \
		-o "$BATS_TEST_TMPDIR/trace" \
		"$BULKHEAD" --root "$STORE" exec "$ID" mkdir /tmp/x
	"$BULKHEAD" --root "$STORE" delete --force "$ID"
	assert_status 1
	[[ $error == *'No space left on device'* ]]
	fails grep '"seccomp"' "$BATS_TEST_TMPDIR/trace"
}

@test "other rules have another filter" {
	mkdir_fails 'No space left on device'
	rules 30
	mkdir_fails 'Read-only file system'
	[ "$(kept_files)" = 2 ]
}

@test "a file of other rules is not taken" {
	mkdir_fails 'No space left on device'
	cp "$KEPT"/* "$BATS_TEST_TMPDIR/other"
	rm "$KEPT"/*
	rules 30
	mkdir_fails 'Read-only file system'
	cp "$BATS_TEST_TMPDIR/other" "$KEPT"/*
	mkdir_fails 'Read-only file system'
	# And what is right takes its place.
	fails cmp "$BATS_TEST_TMPDIR/other" "$KEPT"/*
}

@test "a file that is cut off, changed, a link, or another's is not taken" {
	local file good=$BATS_TEST_TMPDIR/good
	requires program:strace
	mkdir_fails 'No space left on device'
	file=$(echo "$KEPT"/*)
	cp "$file" "$good"
	for damage in 'truncate -s -1' 'truncate -s 0' 'chmod 604' \
		'chmod 640' 'chown 1234' 'ln -sf ../../good' 'mkfifo' mkdir; do
		case $damage in
		mk*) rm -rf "$file" ;;
		esac
		$damage "$file"
		[ "$(compiles)" = 1 ] || {
			echo "taken after: $damage"
			return 1
		}
		[ "$damage" != mkdir ] || rmdir "$file"
		mkdir_fails 'No space left on device'
		[ "$(stat -c '%F %a %u' "$file")" = 'regular file 600 0' ]
		cmp "$file" "$good"
	done
	printf 'X' | dd of="$file" bs=1 seek=24 conv=notrunc status=none
	[ "$(compiles)" = 1 ]
}

@test "a directory that is a link, or open to others, is neither read nor written" {
	requires program:strace
	mkdir_fails 'No space left on device'
	chmod 755 "$KEPT"
	[ "$(compiles)" = 1 ]
	rm "$KEPT"/*
	mkdir_fails 'No space left on device'
	[ "$(kept_files)" = 0 ]
	chmod 700 "$KEPT"
	mv "$KEPT" "$STORE.aside"
	ln -s "$STORE.aside" "$KEPT"
	mkdir_fails 'No space left on device'
	[ -z "$(ls -A "$STORE.aside")" ]
	rm "$KEPT"
	touch "$KEPT"
	mkdir_fails 'No space left on device'
}

@test "the notes are the same" {
	local first
	capture "$BULKHEAD" --debug --root "$STORE" run --bundle "$BUNDLE" "$ID"
	[[ $error == *no_such_call* ]]
	first=$(grep no_such_call <<<"$error")
	[ "$(kept_files)" = 1 ]
	capture "$BULKHEAD" --debug --root "$STORE" run --bundle "$BUNDLE" "$ID"
	[ "$(grep no_such_call <<<"$error")" = "$first" ]
}

@test "a plan is compiled, and nothing is kept of it" {
	capture "$BULKHEAD" --root "$STORE" plan --bundle "$BUNDLE"
	assert_status 0
	capture "$BULKHEAD" --root "$STORE" run --dry-run --bundle "$BUNDLE" \
		"$ID"
	assert_status 0
	[ ! -e "$STORE" ]
}

@test "nothing is kept of what is refused" {
	config '.linux.seccomp.flags = ["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]'
	capture "$BULKHEAD" --root "$STORE" run --bundle "$BUNDLE" "$ID"
	assert_error 'SCMP_ACT_NOTIFY'
	[ ! -e "$KEPT" ]
}

@test "the oldest makes room, and there are never more than 64" {
	local i
	mkdir_fails 'No space left on device'
	for ((i = 0; i < 63; i++)); do
		touch -d "2001-01-01 $((i / 60)):$((i % 60))" "$KEPT/$i"
	done
	rules 30
	mkdir_fails 'Read-only file system'
	[ "$(kept_files)" = 64 ]
	[ ! -e "$KEPT/0" ]
	[ -e "$KEPT/1" ]
}

# Some sizes are enough for the container and not for its filter.
@test "without room on the disk there is a container all the same" {
	local room without=0
	mkdir -m 700 "$STORE"
	for ((room = 4; room < 20; room++)); do
		mount -t tmpfs -o "mode=700,nr_inodes=$room" tmpfs "$STORE"
		mounted=("$STORE")
		capture "$BULKHEAD" --root "$STORE" run --bundle "$BUNDLE" "$ID"
		if [[ $error == *'mkdir: '*'No space left on device'* ]]; then
			[ -e "$KEPT" ] && [ "$(kept_files)" = 1 ] && break
			without=$((without + 1))
		fi
		umount "$STORE"
	done
	umount "$STORE"
	mounted=()
	[ $room -lt 20 ]
	[ $without -gt 0 ]
}

@test "who writes at the same time does not disturb" {
	local i
	for ((i = 0; i < 4; i++)); do
		"$BULKHEAD" --root "$STORE" run --bundle "$BUNDLE" "$ID-$i" \
			2>"$BATS_TEST_TMPDIR/error-$i" </dev/null 3>&- &
		background+=($!)
	done
	wait "${background[@]}" || :
	for ((i = 0; i < 4; i++)); do
		grep 'No space left on device' "$BATS_TEST_TMPDIR/error-$i"
	done
	[ "$(kept_files)" = 1 ]
	mkdir_fails 'No space left on device'
}

@test "the directory is no container" {
	mkdir_fails 'No space left on device'
	capture "$BULKHEAD" --root "$STORE" list --quiet
	assert_status 0
	assert_output ''
	capture "$BULKHEAD" --root "$STORE" delete --force .filters
	assert_status 1
	[ -e "$KEPT" ]
}
