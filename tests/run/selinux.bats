#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# SELinux labels of a config: what the kernel says of the container's processes and
# files, and what it denies.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root selinux program:chcon program:ausearch
	new_bundle
	STORE=$BATS_TEST_TMPDIR/store
	label "$ROOTFS" s0:c1,c2
	config '.process.selinuxLabel = "system_u:system_r:container_t:s0:c1,c2" |
		.linux.mountLabel = "system_u:object_r:container_file_t:s0:c1,c2"'
}

teardown() {
	b delete --force "$ID" || :
	clean_up
}

b() {
	capture "$PLAIN_BULKHEAD" --root "$STORE" "$@"
}

# says COMMAND...: its output by a pipe, since a file of the caller's is closed to the
# program.
says() {
	"$PLAIN_BULKHEAD" --root "$STORE" "$@" </dev/null | cat | tr -d '\0'
}

# in_audit_log REGEX: auditd writes it a moment later.
in_audit_log() {
	for _ in $(seq 100); do
		ausearch --input-logs -m avc 2>/dev/null | grep -qE "$1" && return
		read -r -t 0.1 <> <(:) || :
	done
	return 1
}

# label DIR LEVEL: files of a container.
label() {
	chcon -R -u system_u -r object_r -t container_file_t -l "$2" "$1"
}

running() {
	args sleep 1000
	b run --detach -b "$BUNDLE" "$ID"
	assert_status 0
	PID=$("$PLAIN_BULKHEAD" --root "$STORE" state "$ID" | jq .pid)
}

@test "the program and what it executes have the label, exec too" {
	args sh -c 'cat /proc/self/attr/current; echo'
	[ "$(says run -b "$BUNDLE" "$ID")" = system_u:system_r:container_t:s0:c1,c2 ]
	running
	[ "$(tr -d '\0' <"/proc/$PID/attr/current")" = system_u:system_r:container_t:s0:c1,c2 ]
	[ "$(says exec "$ID" cat /proc/self/attr/current)" = \
		system_u:system_r:container_t:s0:c1,c2 ]
}

@test "file systems that are made for it have the label of mounts" {
	running
	for dir in /dev /dev/shm /tmp; do
		[ "$(stat -c %C "/proc/$PID/root$dir")" = \
			system_u:object_r:container_file_t:s0:c1,c2 ]
	done
}

@test "another container's files and the host's are denied, whatever their mode" {
	mkdir -m 777 "$BATS_TEST_TMPDIR/"{own,others,hosts}
	echo text | tee "$BATS_TEST_TMPDIR/"{own,others,hosts}/file
	chmod 666 "$BATS_TEST_TMPDIR/"*/file
	label "$BATS_TEST_TMPDIR/own" s0:c1,c2
	label "$BATS_TEST_TMPDIR/others" s0:c3,c4
	for name in own others hosts; do
		config '.mounts += [{destination: ("/v/" + $n), type: "bind", source: $s,
			options: ["bind"]}]' --arg n $name --arg s "$BATS_TEST_TMPDIR/$name"
	done
	args sh -c 'for i in own others hosts; do cat /v/$i/file || echo denied; done'
	[ "$(says run -b "$BUNDLE" "$ID")" = "text
denied
denied" ]
	in_audit_log 'denied .*scontext=system_u:system_r:container_t:s0:c1,c2'
}

@test "a type that is none of a container's, and a label that there is not" {
	config '.process.selinuxLabel = "unconfined_u:unconfined_r:unconfined_t:s0"'
	b run -b "$BUNDLE" "$ID"
	assert_status 1
	assert_error /process/selinuxLabel 'policy key selinux.label'
	config '.process.selinuxLabel = "system_u:system_r:container_nonsense_t:s0"'
	b run -b "$BUNDLE" "$ID"
	assert_status 1
	assert_error 'container_nonsense_t' 'has none of that kind'
}
