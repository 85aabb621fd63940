#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A06, CVE-2025-66479: an empty allow-list meant "no restriction".  Every list
# of a policy that is empty allows nothing, whatever it is inherited from.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	profile oci
	new_bundle
	args sh -c 'echo ran'
	POLICY=$BATS_TEST_TMPDIR/policy.json
	umask 022
}

teardown() {
	clean_up
}

# with KEYS: run under a profile that extends agent, whose list is not empty
# there or is; the config asks for what the list would allow.
with() {
	echo '{"defaultProfile": "own", "annotationProfiles": [],
		"profiles": {"base": {"extends": "agent", '"$2"'},
		"own": {"extends": "base", '"$1"'}}}' >"$POLICY"
	chmod 600 "$POLICY"
	capture "$PLAIN_BULKHEAD" --policy "$POLICY" run -b "$BUNDLE" "$ID"
}

# empty_refuses KEY LIST: KEY is the path of a list, "mounts.types"; LIST allows
# what the config asks; an empty one must refuse it, naming the key.
empty_refuses() {
	local object=${1%.*} member=${1##*.}
	with "\"$object\": {\"$member\": $2}" '"runAsNonRoot": false'
	echo "with $2: $error"
	assert_status 0
	with "\"$object\": {\"$member\": []}" "\"$object\": {\"$member\": $2}"
	assert_status 1
	assert_output ''
	assert_error 'run refused' "$1"
}

@test "A06 capabilities.allow" {
	config '.process.capabilities |= map_values(["CAP_SYS_NICE"]) |
		.process.capabilities.ambient = [] |
		.process.capabilities.inheritable = []'
	empty_refuses capabilities.allow '["CAP_SYS_NICE"]'
	# Those that engines send are not refused, and none is left.
	config '.process.capabilities |= map_values(["CAP_CHOWN", "CAP_KILL"]) |
		.process.capabilities.ambient = [] |
		.process.capabilities.inheritable = []'
	args sh -c 'grep CapBnd /proc/self/status'
	with '"capabilities": {"allow": []}' '"runAsNonRoot": false'
	[ "$status" = 1 ] || assert_output $'CapBnd:\t0000000000000000'
}

@test "A06 seccomp.allow" {
	compile prober <<-'C'
		#include <stdio.h>
		#include <errno.h>
		#include <unistd.h>
		#include <sys/syscall.h>
		int main(void)
		{
			puts(syscall(SYS_kcmp, getpid(), getpid(), 0, 0, 0) == 0 ||
			     errno != EPERM ? "allowed" : "denied");
			return 0;
		}
	C
	args prober
	with '"seccomp": {"allow": ["kcmp"]}' '"runAsNonRoot": false'
	assert_output allowed
	with '"seccomp": {"allow": []}' '"seccomp": {"allow": ["kcmp"]}'
	assert_output denied
}

@test "A06 namespaces.host" {
	config '.linux.namespaces |= map(select(.type != "ipc"))'
	empty_refuses namespaces.host '["ipc"]'
}

@test "A06 mounts.allow" {
	mkdir "$ROOTFS/mnt"
	config '.mounts += [{destination: "/mnt", type: "bind", source: "/etc",
		options: ["bind", "ro"]}]'
	empty_refuses mounts.allow '["/etc"]'
}

@test "A06 mounts.writable" {
	mkdir "$ROOTFS/mnt" "$BATS_TEST_TMPDIR/volume"
	config '.mounts += [{destination: "/mnt", type: "bind", source: $s,
		options: ["bind", "rw"]}]' --arg s "$BATS_TEST_TMPDIR/volume"
	empty_refuses mounts.writable '["/tmp/**"]'
}

@test "A06 mounts.types" {
	empty_refuses mounts.types '["bind", "proc", "sysfs", "tmpfs", "devpts",
		"mqueue", "cgroup"]'
}

@test "A06 mounts.propagation" {
	mkdir "$ROOTFS/mnt" "$BATS_TEST_TMPDIR/volume"
	config '.mounts += [{destination: "/mnt", type: "bind", source: $s,
		options: ["bind", "rslave"]}]' --arg s "$BATS_TEST_TMPDIR/volume"
	empty_refuses mounts.propagation '["/tmp/**"]'
}

@test "A06 devices.allow" {
	config '.linux.devices = [{path: "/dev/full2", type: "c", major: 1,
		minor: 7}]'
	mknod /dev/full2 c 1 7 2>/dev/null || skip 'no device can be made here'
	run_it() { empty_refuses devices.allow '["/dev/full2"]'; }
	result=0
	run_it || result=$?
	rm /dev/full2
	[ $result = 0 ]
}

@test "A06 sysctl.allow" {
	config '.linux.sysctl = {"net.ipv4.conf.all.forwarding": "1"}'
	empty_refuses sysctl.allow '["net.ipv4.conf.all.forwarding"]'
}

@test "A06 credentials.allowEnv" {
	config '.process.env += ["GITHUB_TOKEN=0123456789"]'
	empty_refuses credentials.allowEnv '["GITHUB_TOKEN"]'
}

@test "A06 annotationProfiles" {
	config '.annotations["org.bulkhead.profile"] = "strict"'
	echo '{"annotationProfiles": ["strict"]}' >"$POLICY"
	capture "$PLAIN_BULKHEAD" --policy "$POLICY" run -b "$BUNDLE" "$ID"
	assert_status 0
	echo '{"annotationProfiles": []}' >"$POLICY"
	capture "$PLAIN_BULKHEAD" --policy "$POLICY" run -b "$BUNDLE" "$ID"
	assert_status 1
	assert_error annotationProfiles
}

@test "A06 writable, tmpfs" {
	config '.root.readonly = false'
	mkdir -p "$ROOTFS/var/lib" "$ROOTFS/tmp"
	args sh -c 'touch /var/lib/x /tmp/x; :'
	with '"writable": [], "tmpfs": {}' '"writable": ["/var/lib"]'
	[ "$(grep -c 'Read-only file system' <<<"$error")" = 2 ]
	with '"runAsNonRoot": false' '"writable": ["/var/lib"]'
	[ -z "$error" ]
}
