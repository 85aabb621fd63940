#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S19, CVE-2026-46680, -47262: numbers of users that are none, and passwd files
# without an end or outside of the root.
#
# shellcheck disable=SC2016

load ../lib/common

setup() {
	requires root
	new_bundle
}

teardown() {
	"$BULKHEAD" --root "$BATS_TEST_TMPDIR/store" delete --force "$ID" || :
	clean_up
}

@test "S19 a user or group number is one, or refused" {
	for field in uid gid; do
		for value in -1 4294967296 18446744073709551615 18446744073709551616 \
			1.5 1e3 '"0"' '"1000"' '""' '"root"' '" 1"' '"0x1"' \
			'[]' true; do
			sed -E "s/\"$field\": [0-9]+/\"$field\": $value/" \
				<"$BUNDLE/config.json" >"$BUNDLE/changed"
			fails cmp -s "$BUNDLE/config.json" "$BUNDLE/changed"
			cp "$BUNDLE/config.json" "$BUNDLE/saved"
			mv "$BUNDLE/changed" "$BUNDLE/config.json"
			args_text=$value
			run_container
			mv "$BUNDLE/saved" "$BUNDLE/config.json"
			echo "$field $args_text"
			assert_status 1
			assert_error "/process/user/$field"
		done
	done
}

@test "S19 a user number that means 'unchanged' to the kernel is refused" {
	# setresuid(-1), setresgid(-1) and chown(-1) leave everything as it is.
	config '.process.user.uid = 4294967295'
	refused 4294967295
	config '.process.user.uid = 1000 | .process.user.gid = 4294967295'
	refused 4294967295
	config '.process.user.gid = 1000
		| .process.user.additionalGids = [4294967295]'
	run_container
	assert_status 1
	assert_output ''
}

@test "S19 the largest numbers are what they are" {
	config '.process.user = {uid: 4294967294, gid: 4294967293,
		additionalGids: [4294967292]}'
	inside 'grep -E "^(Uid|Gid|Groups)" /proc/self/status'
	assert_match '^Uid:(.4294967294){4}$' '^Gid:(.4294967293){4}$' \
		'^Groups:.4294967292 $'
}

@test "S19 only a plain number in passwd is the user's" {
	config '.process.user.uid = 1000'
	for text in 0x3e8 01000 +1000 ' 1000' '1000 ' 1000.0 4294968296 \
		18446744073709552616 '' -4294966296 1e3; do
		printf 'me:x:%s:1000::/wrong:/bin/sh\n' "$text" >"$ROOTFS/etc/passwd"
		inside 'echo "$HOME"'
		assert_output /
	done
}

@test "S19 a name that looks like the number is not the number" {
	printf '%s\n' '1000:x:1::/wrong:' 'other:1000:2:1000:1000:/wrong:1000' \
		>"$ROOTFS/etc/passwd"
	config '.process.user.uid = 1000'
	inside 'echo "$HOME"'
	assert_output /
}

@test "S19 a passwd without an end is read for a while only" {
	# A hole of a terabyte, then one long line, then many short ones.
	truncate -s 1T "$ROOTFS/etc/passwd" || skip 'no such large files here'
	SECONDS=0
	inside 'echo "$HOME"'
	assert_output /
	head -c 4000000 /dev/zero | tr '\0' x >"$ROOTFS/etc/passwd"
	echo ':x:0:0::/wrong:' >>"$ROOTFS/etc/passwd"
	inside 'echo "$HOME"'
	assert_output /
	yes 'u:x:1:1::/x:' | head -n 300000 >"$ROOTFS/etc/passwd"
	inside 'echo "$HOME"'
	assert_output /
	((SECONDS < 20))
}

@test "S19 a home directory that is hostile stays one word" {
	printf 'root:x:0:0::/a b\t\033[31m;$(id):/bin/sh\nX=1:x:0:0::/second:' \
		>"$ROOTFS/etc/passwd"
	args env
	run_container
	assert_line "HOME=/a b"$'\t\033[31m;$(id)'
	[ "$(grep -c '^HOME=' <<<"$output")" = 1 ]
	# Not absolute, or as long as all we read.
	printf 'root:x:0:0::%s:\n' "/$(head -c 10000 /dev/zero | tr '\0' y)" \
		>"$ROOTFS/etc/passwd"
	run_container
	assert_status 0
}

@test "S19 by create and by exec" {
	store=$BATS_TEST_TMPDIR/store
	printf '1000:x:0:0::/wrong:/bin/sh\nagent:x:1000:1000::/right:/bin/sh\n' \
		>"$ROOTFS/etc/passwd"
	args sleep 1000
	config '.process.user = {uid: 1000, gid: 1000}'
	"$BULKHEAD" --root "$store" create -b "$BUNDLE" "$ID" </dev/null \
		>/dev/null 3>&-
	"$BULKHEAD" --root "$store" start "$ID"
	for uid in 4294967295 4294967296 18446744073709551616 -1 '"1000"'; do
		jq .process "$BUNDLE/config.json" |
			sed "s/\"uid\": 1000/\"uid\": $uid/" >"$BATS_TEST_TMPDIR/p"
		capture "$BULKHEAD" --root "$store" exec -p "$BATS_TEST_TMPDIR/p" "$ID"
		assert_status 255
		assert_output ''
	done
	capture "$BULKHEAD" --root "$store" exec "$ID" sh -c 'id -u; echo "$HOME"'
	assert_output 1000 /right
	"$BULKHEAD" --root "$store" delete --force "$ID"
	config '.process.user.uid = 4294967295'
	capture "$BULKHEAD" --root "$store" create -b "$BUNDLE" "$ID"
	assert_status 1
	[ ! -e "$store/$ID" ]
}
