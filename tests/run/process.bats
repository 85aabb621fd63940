#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The process's attributes as the kernel reports them: capabilities, user,
# limits, umask, no_new_privs, OOM score.
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

# CAP_CHOWN 0, CAP_KILL 5, CAP_SETUID 7, CAP_NET_BIND_SERVICE 10,
# CAP_AUDIT_WRITE 29

caps() {
	config '.process.capabilities = $c' --argjson c "$1"
	args grep ^Cap /proc/self/status
	run_container
	assert_status 0
}

set_is() {
	assert_line "$(printf 'Cap%s:\t%016x' "$1" "$2")"
}

@test "capabilities of root: each of the sets as the config says" {
	caps '{"bounding": ["CAP_CHOWN", "CAP_KILL", "CAP_SETUID"],
		"permitted": ["CAP_CHOWN", "CAP_KILL", "CAP_SETUID"],
		"effective": ["CAP_CHOWN", "CAP_KILL", "CAP_SETUID"]}'
	set_is Bnd 0xa1
	set_is Prm 0xa1
	set_is Eff 0xa1
	set_is Inh 0
	set_is Amb 0
}

@test "capabilities of the fresh config" {
	args grep ^Cap /proc/self/status
	run_container
	set_is Bnd 0x20000420
	set_is Prm 0x20000420
	set_is Eff 0x20000420
	set_is Inh 0
	set_is Amb 0
}

@test "no capabilities in the config are none" {
	config 'del(.process.capabilities)'
	args grep ^Cap /proc/self/status
	run_container
	for set in Bnd Prm Eff Inh Amb; do
		set_is $set 0
	done
	caps '{}'
	for set in Bnd Prm Eff Inh Amb; do
		set_is $set 0
	done
}

@test "a user other than root has none without ambient ones" {
	config '.process.user.uid = 1000'
	caps '{"bounding": ["CAP_CHOWN"], "permitted": ["CAP_CHOWN"],
		"effective": ["CAP_CHOWN"]}'
	set_is Bnd 1
	set_is Prm 0
	set_is Eff 0
}

@test "ambient capabilities of a user other than root" {
	config '.process.user.uid = 1000'
	caps '{"bounding": ["CAP_CHOWN", "CAP_NET_BIND_SERVICE"],
		"permitted": ["CAP_CHOWN", "CAP_NET_BIND_SERVICE"],
		"effective": ["CAP_NET_BIND_SERVICE"],
		"inheritable": ["CAP_NET_BIND_SERVICE"],
		"ambient": ["CAP_NET_BIND_SERVICE"]}'
	set_is Bnd 0x401
	set_is Prm 0x400
	set_is Eff 0x400
	set_is Inh 0x400
	set_is Amb 0x400
	args sh -c 'nc -l -p 80 -w 1 </dev/null; echo $?'
	config '.process.user.uid = 1000'
	timeout 10 "$BULKHEAD" run -b "$BUNDLE" "$ID" </dev/null \
		>"$BATS_TEST_TMPDIR/nc" 2>&1 || :
	fails grep -i 'permission denied' "$BATS_TEST_TMPDIR/nc"
}

@test "ambient capabilities that are not inheritable are left out" {
	config '.process.user.uid = 1000'
	caps '{"bounding": ["CAP_CHOWN"], "permitted": ["CAP_CHOWN"],
		"effective": ["CAP_CHOWN"], "ambient": ["CAP_CHOWN"]}'
	set_is Amb 0
	set_is Inh 0
}

@test "the bounding set holds back what a file would grant" {
	requires program:setcap
	config '.process.user.uid = 1000 | .process.noNewPrivileges = false'
	mkdir "$ROOTFS/opt"
	cp "$ROOTFS/bin/busybox" "$ROOTFS/opt/grep"
	setcap cap_chown,cap_kill=ep "$ROOTFS/opt/grep" 2>/dev/null ||
		skip 'this file system stores no capabilities'
	config '.process.capabilities = {"bounding": ["CAP_KILL", "CAP_CHOWN"]}'
	args /opt/grep ^CapPrm /proc/self/status
	run_container
	set_is Prm 0x21
	config '.process.capabilities = {"bounding": ["CAP_KILL"]}'
	run_container
	# A file that grants more than the bounding set can't be executed.
	assert_status 1
	assert_error /opt/grep 'Operation not permitted'
}

@test "a capability that nobody knows is left out, others stay" {
	caps '{"bounding": ["CAP_NEW_ONE", "CAP_CHOWN"],
		"permitted": ["CAP_CHOWN"], "effective": ["CAP_CHOWN"]}'
	set_is Bnd 1
	set_is Eff 1
}

@test "effective capabilities that are not permitted are refused" {
	config '.process.capabilities = {"effective": ["CAP_CHOWN"]}'
	refused /process/capabilities/effective
}

@test "no_new_privs on and off" {
	args grep ^NoNewPrivs /proc/self/status
	run_container
	assert_output $'NoNewPrivs:\t1'
	config '.process.noNewPrivileges = false'
	run_container
	assert_output $'NoNewPrivs:\t0'
	config 'del(.process.noNewPrivileges)'
	run_container
	assert_output $'NoNewPrivs:\t0'
}

@test "a set-user-id program gains nothing under no_new_privs" {
	mkdir "$ROOTFS/opt"
	cp "$ROOTFS/bin/busybox" "$ROOTFS/opt/grep"
	chmod 4755 "$ROOTFS/opt/grep"
	config '.process.user.uid = 1000'
	args /opt/grep ^Uid /proc/self/status
	run_container
	assert_output $'Uid:\t1000\t1000\t1000\t1000'
}

@test "user, group and additional groups" {
	config '.process.user = {uid: 1000, gid: 2000, additionalGids: [5, 70000]}'
	inside 'grep -E "^(Uid|Gid|Groups)" /proc/self/status'
	assert_output $'Uid:\t1000\t1000\t1000\t1000' \
		$'Gid:\t2000\t2000\t2000\t2000' $'Groups:\t5 70000 '
}

@test "the caller's groups don't come along" {
	args grep ^Groups /proc/self/status
	capture setpriv --groups 7,8,9 "$BULKHEAD" run -b "$BUNDLE" "$ID"
	assert_status 0
	assert_match '^Groups:[[:space:]]*$'
}

@test "the umask" {
	config '.root.readonly = false'
	inside 'umask; touch /plain; stat -c %a /plain'
	assert_output 0022 644
	config '.process.user.umask = 63'
	(umask 0 && inside 'umask; mkdir /dir; stat -c %a /dir')
	config '.process.user.umask = 0'
	inside 'umask'
	assert_output 0000
}

@test "the caller's umask changes nothing that the runtime makes" {
	config '.root.readonly = false | .process.cwd = "/made/here"'
	umask 077
	inside 'umask; stat -c %a /dev/null /made /made/here /dev/pts'
	assert_output 0022 666 755 755 755
}

@test "the limits, soft and hard" {
	config '.process.rlimits = [
		{type: "RLIMIT_NOFILE", soft: 100, hard: 200},
		{type: "RLIMIT_CORE", soft: 0, hard: 0},
		{type: "RLIMIT_NPROC", soft: 1000, hard: 1000},
		{type: "RLIMIT_FSIZE", soft: 1048576, hard: 2097152},
		{type: "RLIMIT_STACK", soft: 4194304, hard: 8388608}]'
	inside 'cat /proc/self/limits'
	assert_match '^Max open files +100 +200 ' '^Max core file size +0 +0 ' \
		'^Max processes +1000 +1000 ' \
		'^Max file size +1048576 +2097152 ' \
		'^Max stack size +4194304 +8388608 '
}

@test "a limit that can't be raised is an error that says which and to what" {
	hard=$(ulimit -Hn)
	[ "$hard" != unlimited ] || hard=$((1 << 20))
	config '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: $n, hard: $n}]' \
		--argjson n "$((hard + 1))"
	capture setpriv --bounding-set -sys_resource "$BULKHEAD" run \
		-b "$BUNDLE" "$ID"
	assert_status 1
	assert_error RLIMIT_NOFILE "$((hard + 1))" "$hard" CAP_SYS_RESOURCE
}

@test "limits that make no sense are refused" {
	config '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 2, hard: 1}]'
	refused /process/rlimits/0
	config '.process.rlimits = [{type: "RLIMIT_NONE", soft: 1, hard: 1}]'
	refused /process/rlimits/0/type RLIMIT_NONE
	config '.process.rlimits = [{type: "RLIMIT_CPU", soft: 1, hard: 1},
		{type: "RLIMIT_CPU", soft: 1, hard: 1}]'
	refused /process/rlimits/1 'given twice'
}

@test "the OOM score" {
	config '.process.oomScoreAdj = 500'
	inside 'cat /proc/self/oom_score_adj'
	assert_output 500
	config '.process.oomScoreAdj = 1001'
	refused /process/oomScoreAdj
}

@test "an OOM score below the caller's own needs a capability, and says so" {
	config '.process.oomScoreAdj = -500'
	# The lowest value that an unprivileged process has held counts.
	capture setpriv --bounding-set -sys_resource "$BULKHEAD" run \
		-b "$BUNDLE" "$ID"
	assert_status 1
	assert_error oomScoreAdj CAP_SYS_RESOURCE
}

@test "the process is traceable again once it runs" {
	config '.process.user.uid = 1000'
	inside 'stat -c %u /proc/self/mem; cat /proc/self/coredump_filter >/dev/null'
	assert_output 1000
}
