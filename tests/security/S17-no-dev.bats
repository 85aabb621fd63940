#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S17, CVE-2026-88264, -88265: no /dev mount in the config, and the image's own
# /dev holds what its maker wanted.
#
# shellcheck disable=SC2154

load ../lib/common

setup() {
	requires root
	new_bundle
	DECOY=$BATS_TEST_TMPDIR/decoy
	echo untouched >"$DECOY"
	config '.mounts |= map(select(.destination | startswith("/dev") | not))
		| .root.readonly = false'
	mkdir "$ROOTFS/dev"
	for name in console null zero stdin stdout stderr ptmx tty; do
		ln -s "../../../../../../../../../..$DECOY" "$ROOTFS/dev/$name"
	done
	planted=$(ls -l --time-style=full-iso "$ROOTFS/dev")
}

teardown() {
	for store in store s2; do
		"$BULKHEAD" --root "$BATS_TEST_TMPDIR/$store" delete --force "$ID" ||
			:
	done
	clean_up
	[ "$(cat "$DECOY")" = untouched ]
	[ "$(stat -c %u:%g:%a "$DECOY")" = "$owner" ]
	[ "$(ls -l --time-style=full-iso "$ROOTFS/dev")" = "$planted" ]
}

@test "S17 the container gets a /dev of its own" {
	owner=$(stat -c %u:%g:%a "$DECOY")
	inside 'stat -fc %T /dev; stat -c "%F %t:%T" /dev/null /dev/zero /dev/tty
		readlink /dev/stdin; [ -e /dev/console ] || echo no console
		cat /proc/self/mountinfo'
	assert_line tmpfs 'character special file 1:3' \
		'character special file 1:5' 'character special file 5:0' \
		/proc/self/fd/0 'no console'
	mount_has /dev nosuid
}

@test "S17 standard streams are not opened again by a path" {
	owner=$(stat -c %u:%g:%a "$DECOY")
	config '.process.user = {uid: 1000, gid: 1000}'
	inside 'readlink /proc/self/fd/1; echo x >&1; echo y >&2'
	[[ $(head -n1 <<<"$output") == "$BATS_TEST_TMPDIR/stdout" ||
		$(head -n1 <<<"$output") == /* ]]
	[ "$error" = y ]
	# Nor given to the user.
	[ "$(stat -c %u "$BATS_TEST_TMPDIR/stdout")" = 0 ]
}

@test "S17 in a user namespace, where devices are bound" {
	requires userns
	open_bundle
	userns
	planted=$(ls -l --time-style=full-iso "$ROOTFS/dev")
	owner=$(stat -c %u:%g:%a "$DECOY")
	inside 'stat -c "%F %t:%T" /dev/null /dev/zero'
	assert_output 'character special file 1:3' 'character special file 1:5'
}

@test "S17 no /dev in the rootfs at all" {
	owner=$(stat -c %u:%g:%a "$DECOY")
	mv "$ROOTFS/dev" "$BATS_TEST_TMPDIR/kept"
	inside 'stat -c "%F %t:%T" /dev/null'
	assert_output 'character special file 1:3'
	rmdir "$ROOTFS/dev"
	mv "$BATS_TEST_TMPDIR/kept" "$ROOTFS/dev"
}

# life WORD...: the container is created and started; WORD... is executed in it.
life() {
	local store=$BATS_TEST_TMPDIR/store
	"$BULKHEAD" --root "$store" create -b "$BUNDLE" "$ID" </dev/null \
		>/dev/null 3>&-
	"$BULKHEAD" --root "$store" start "$ID"
	capture "$BULKHEAD" --root "$store" exec "$@"
	"$BULKHEAD" --root "$store" delete --force "$ID"
}

@test "S17 by create, and by exec, with and without a terminal" {
	requires program:script
	owner=$(stat -c %u:%g:%a "$DECOY")
	args sleep 1000
	life -u 1000:1000 "$ID" sh -c 'stat -fc %T /dev; stat -c %t:%T /dev/null
		echo x >&1; echo y >&2'
	assert_status 0
	assert_output tmpfs 1:3 x
	[ "$error" = y ]
	# Of the terminal that exec makes, nothing lies in the image either.
	config '.mounts += [{destination: "/dev/pts", type: "devpts",
		source: "devpts", options: ["newinstance", "ptmxmode=0666"]}]'
	shell=$BATS_TEST_TMPDIR/shell
	printf '#!/bin/sh\nexec "%s" "$@"\n' "$BULKHEAD" >"$shell"
	chmod 755 "$shell"
	"$BULKHEAD" --root "$BATS_TEST_TMPDIR/s2" create -b "$BUNDLE" "$ID" \
		</dev/null >/dev/null 3>&-
	"$BULKHEAD" --root "$BATS_TEST_TMPDIR/s2" start "$ID"
	output=$(timeout 60 script -qec "$shell --root $BATS_TEST_TMPDIR/s2 exec -t $ID readlink /proc/self/fd/0" \
		/dev/null </dev/null | tr -d '\r')
	"$BULKHEAD" --root "$BATS_TEST_TMPDIR/s2" delete --force "$ID"
	[[ $output = *'/dev/pts/'* ]]
}

@test "S17 the console of a container with a terminal is not the image's" {
	requires program:script
	owner=$(stat -c %u:%g:%a "$DECOY")
	config '.process.terminal = true | .mounts += [{destination: "/dev/pts",
		type: "devpts", source: "devpts",
		options: ["newinstance", "ptmxmode=0666"]}]'
	args sh -c 'stat -c "%F" /dev/console; echo hello >/dev/console'
	output=$(timeout 60 script -qec "$BULKHEAD run -b $BUNDLE $ID" /dev/null \
		</dev/null | tr -d '\r')
	[[ $output = *'character special file'*hello* ]]
}
