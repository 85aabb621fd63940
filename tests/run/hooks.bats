#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Hooks: when each runs, where, with what, and what becomes of the container and of
# what they leave behind.  Results are what hooks saw, and what is left on the host.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common
load ../lib/hooks

setup() {
	requires root
	new_bundle
	new_hooks
}

teardown() {
	"$BULKHEAD" --root "$STORE" delete --force "$ID" || :
	clean_up
}

@test "each at its time, in order" {
	with_volume
	for kind in $all; do
		hook "$kind" "$note"
		hook "$kind" 'echo "$2 again" >>"$1/order"'
	done
	args sh -c "echo program >>$SEEN/order; sleep 1000"
	create
	assert_status 0
	assert_output ''
	saw order "$(printf '%s\n' prestart 'prestart again' createRuntime \
		'createRuntime again' createContainer 'createContainer again')"
	rm "$SEEN/order"
	bulkhead start "$ID"
	assert_status 0
	[ "$(head -n 2 "$SEEN/order")" = "startContainer
startContainer again" ]
	grep -qx 'poststart again' "$SEEN/order"
	rm -f "$SEEN/order"
	bulkhead delete --force "$ID"
	assert_status 0
	saw order 'poststop
poststop again'
	nothing_left
}

@test "run has all of them" {
	with_volume
	for kind in $all; do
		hook "$kind" "$note"
	done
	args true
	run_it
	assert_status 0
	saw order "${all// /$'\n'}"
	nothing_left
}

@test "the namespaces, the root and the working directory" {
	local kind ns look
	look='cd -P . && pwd >"$1/$2.cwd"
		for ns in mnt pid net ipc uts cgroup user; do
			echo "$ns $(readlink /proc/self/ns/$ns)"
		done >"$1/$2.ns"
		[ -e "$1/../hook-host" ] && echo host >"$1/$2.root"'
	touch "$BATS_TEST_TMPDIR/hook-host"
	with_volume
	for kind in $all; do
		hook "$kind" "$look; true"
	done
	args sh -c "for ns in mnt pid net ipc uts cgroup user; do
		echo \"\$ns \$(readlink /proc/self/ns/\$ns)\"; done >$SEEN/program"
	run_it
	assert_status 0
	for ns in mnt pid net ipc uts cgroup user; do
		echo "$ns $(readlink /proc/self/ns/$ns)"
	done >"$SEEN/own"
	for kind in prestart createRuntime poststart poststop; do
		diff "$SEEN/$kind.ns" "$SEEN/own"
		saw "$kind.root" host
	done
	diff "$SEEN/createContainer.ns" "$SEEN/program"
	diff "$SEEN/startContainer.ns" "$SEEN/program"
	if cmp -s "$SEEN/program" "$SEEN/own"; then
		return 1
	fi
	saw createContainer.root host
	[ ! -e "$SEEN/startContainer.root" ]
	for kind in $all; do
		saw "$kind.cwd" /
	done
}

@test "the rootfs has all its mounts, and can be written" {
	with_volume
	hook prestart "grep -c ' $ROOTFS/proc ' /proc/\$(jq .pid)/mountinfo >\$1/mounts"
	hook createContainer "grep -c ' $ROOTFS/proc ' /proc/self/mountinfo >\$1/own
		echo made >$ROOTFS/made"
	args cat /made
	run_it
	assert_status 0
	assert_output made
	saw mounts 1
	saw own 1
}

@test "the state on standard input" {
	local kind
	with_volume
	config '.annotations = {"org.example.a": "b"}'
	for kind in $all; do
		hook "$kind" 'cat >"$1/$2"'
	done
	args sleep 1000
	create
	assert_status 0
	bulkhead state "$ID"
	cp "$BATS_TEST_TMPDIR/stdout" "$SEEN/state"
	bulkhead start "$ID"
	assert_status 0
	bulkhead delete --force "$ID"
	assert_status 0
	for kind in $all; do
		jq -e --slurpfile state "$SEEN/state" '.id == $state[0].id and
			.bundle == $state[0].bundle and
			.annotations == {"org.example.a": "b"} and
			.ociVersion == "1.3.0"' "$SEEN/$kind"
	done
	for kind in prestart createRuntime createContainer startContainer poststart; do
		jq -e --slurpfile state "$SEEN/state" '.pid == $state[0].pid' \
			"$SEEN/$kind"
	done
	for kind in prestart createRuntime createContainer; do
		jq -e '.status == "creating"' "$SEEN/$kind"
	done
	jq -e '.status == "created"' "$SEEN/startContainer"
	jq -e '.status == "running"' "$SEEN/poststart"
	jq -e '.status == "stopped"' "$SEEN/poststop"
}

@test "the environment of the hook, and no other" {
	local kind
	with_volume
	export BULKHEAD_SECRET=secret
	for kind in $all; do
		# By the kernel: shells set variables of their own.
		hook "$kind" "tr '\\0' '\\n' </proc/self/environ >\"\$1/\$2\"" \
			'.env = ["A=b"]'
	done
	args true
	run_it
	assert_status 0
	for kind in $all; do
		saw "$kind" A=b
	done
}

@test "startContainer without env has the program's" {
	with_volume
	config '.process.env += ["MARK=program"]'
	hook startContainer 'echo "$MARK $HOME" >"$1/mark"' 'del(.env)'
	hook startContainer 'echo "${MARK-none}" >"$1/none"' '.env = []'
	args true
	run_it
	assert_status 0
	saw mark 'program /'
	saw none none
}

@test "no descriptor but the standard ones" {
	local kind
	with_volume
	for kind in $all; do
		# A process that the shell starts has none of the shell's own.
		hook "$kind" 'exec ls -l /proc/self/fd >"$1/$2"'
	done
	args true
	exec 7<"$BUNDLE/config.json"
	run_it
	exec 7<&-
	assert_status 0
	for kind in $all; do
		if grep -E 'config.json|state|cgroup|socket:|rootfs' "$SEEN/$kind"; then
			return 1
		fi
		# The script itself, and the directory.
		[ "$(grep -c -e '->' "$SEEN/$kind")" -le 6 ]
	done
}

@test "startContainer is confined as the program is" {
	local fields='^(Uid|Gid|Groups|Cap...|NoNewPrivs|Seccomp|Seccomp_filters):'
	with_volume
	config '.process.user = {uid: 1000, gid: 1001, additionalGids: [7]} |
		.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 1}]}'
	hook startContainer "grep -E '$fields' /proc/self/status >\"\$1/hook\"
		mkdir \$1/made 2>/dev/null && echo made >\"\$1/made\"; true"
	args sh -c "grep -E '$fields' /proc/self/status >$SEEN/program"
	run_it
	assert_status 0
	diff "$SEEN/hook" "$SEEN/program"
	grep -q 'Uid:.1000' "$SEEN/hook"
	grep -q 'Seccomp:.2' "$SEEN/hook"
	[ ! -e "$SEEN/made" ]
}

@test "startContainer runs what lies in the image, never on the host" {
	with_volume
	printf '#!/bin/sh\ntouch %s/host\n' "$SEEN" >"$BATS_TEST_TMPDIR/only-host"
	chmod 755 "$BATS_TEST_TMPDIR/only-host"
	config '.hooks.startContainer = [{path: $path}]' \
		--arg path "$BATS_TEST_TMPDIR/only-host"
	args true
	run_it
	assert_status 1
	assert_error 'startContainer[0]' 'No such file'
	[ ! -e "$SEEN/host" ]
	# A link leads nowhere else.
	mkdir -p "$ROOTFS/hooks"
	ln -s "../../../../../../..$BATS_TEST_TMPDIR/only-host" "$ROOTFS/hooks/link"
	config '.hooks.startContainer = [{path: "/hooks/link"}]'
	run_it
	assert_status 1
	[ ! -e "$SEEN/host" ]
	nothing_left
}

@test "what may not be executed is no startContainer hook" {
	hook startContainer true
	chmod 644 "$ROOTFS"/hooks/*
	run_it
	assert_status 1
	assert_error 'startContainer[0]' 'ermission denied'
	nothing_left
}

@test "a program as startContainer hook" {
	with_volume
	config '.hooks.startContainer = [{path: "/bin/busybox",
		args: ["touch", $seen + "/made"]}]' --arg seen "$SEEN"
	args true
	run_it
	assert_status 0
	[ -e "$SEEN/made" ]
}

# in_log FILE KIND...: what these printed stands there, once.
in_log() {
	for kind in "${@:2}"; do
		[ "$(jq -c 'select(.level == "info").msg' "$1" |
			grep -cF "\"hook ${kind}[0] printed: $kind at work\nfor all\"")" = 1 ]
	done
}

@test "what they print is in the log, the last of it" {
	local log=$BATS_TEST_TMPDIR/log
	for kind in $all; do
		hook "$kind" 'echo "$2 at work"; echo for all >&2'
	done
	hook createRuntime 'seq 100000'
	hook poststop 'echo and fails; exit 1'
	args sleep 1000
	bulkhead --log "$log" --log-format json create --bundle "$BUNDLE" "$ID"
	assert_status 0
	assert_output ''
	[ "$error" = '' ]
	in_log "$log" prestart createRuntime createContainer
	jq -r .msg "$log" | grep -q '^hook createRuntime\[1\] printed: \.\.\.'
	jq -r .msg "$log" | grep -qx 100000
	[ "$(wc -c <"$log")" -lt 10000 ]
	bulkhead --log "$log" --log-format json start "$ID"
	assert_status 0
	in_log "$log" startContainer poststart
	bulkhead --log "$log" --log-format json delete --force "$ID"
	assert_status 0
	in_log "$log" poststop
	[ "$(jq -r 'select(.level == "warning").msg' "$log" | grep -c 'it said: and fails')" = 1 ]
	# And for people, who see it only if they want to.
	config '.process.args = ["true"] | del(.hooks.createRuntime[1], .hooks.poststop[1])'
	run_it
	[ "$error" = '' ]
	bulkhead --debug run --bundle "$BUNDLE" "$ID"
	[ "$(grep -c ' at work' <<<"$error")" = 6 ]
}
