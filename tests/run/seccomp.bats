#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The config's seccomp filter, by what calls do inside.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	new_bundle
}

teardown() {
	clean_up
}

# rules JSON [DEFAULT]: a filter that allows everything but these.
rules() {
	config '.linux.seccomp = {defaultAction: $d, architectures: [$a],
		syscalls: $r}' --argjson r "$1" --arg d "${2-SCMP_ACT_ALLOW}" \
		--arg a "$(architecture)"
}

architecture() {
	case $(uname -m) in
	x86_64) echo SCMP_ARCH_X86_64 ;;
	aarch64) echo SCMP_ARCH_AARCH64 ;;
	*) skip "no architecture name for $(uname -m) here" ;;
	esac
}

@test "without a filter there is none" {
	inside 'grep ^Seccomp: /proc/self/status'
	assert_output $'Seccomp:\t0'
}

@test "a denied call returns the errno, with and without no_new_privs" {
	rules '[{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO",
		"errnoRet": 28}]'
	for flag in true false; do
		config '.process.noNewPrivileges = $f' --argjson f $flag
		args sh -c 'grep -E "^(Seccomp|NoNewPrivs):" /proc/self/status
			mkdir /tmp/x'
		run_container
		assert_status 1
		[[ $error == *'No space left on device'* ]]
		assert_line $'Seccomp:\t2' $'NoNewPrivs:\t'"$([ $flag = true ] &&
			echo 1 || echo 0)"
	done
}

@test "without an errno it is EPERM" {
	rules '[{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]'
	args mkdir /tmp/x
	run_container
	assert_status 1
	[[ $error == *'Operation not permitted'* ]]
}

@test "a call can kill the process" {
	rules '[{"names": ["mkdir", "mkdirat"],
		"action": "SCMP_ACT_KILL_PROCESS"}]'
	args sh -c 'mkdir /tmp/x; echo $?'
	run_container
	assert_output 159
	args mkdir /tmp/x
	run_container
	assert_status 159
}

@test "an argument decides" {
	# kill(pid, signal): only signal 10 is denied.
	rules '[{"names": ["kill"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28,
		"args": [{"index": 1, "value": 10, "op": "SCMP_CMP_EQ"}]}]'
	inside 'kill -10 $$ 2>&1; kill -0 $$ && echo allowed'
	assert_match 'No space left on device'
	assert_line allowed
}

@test "a masked argument decides" {
	# clone flags, as container engines' profiles have it
	rules '[{"names": ["unshare"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28,
		"args": [{"index": 0, "value": 268435456,
		"valueTwo": 268435456, "op": "SCMP_CMP_MASKED_EQ"}]}]'
	config '.process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"])'
	inside 'unshare -U true 2>&1; unshare -u true && echo allowed'
	assert_match 'No space left on device'
	assert_line allowed
}

@test "a filter that allows only what is named" {
	requires program:gcc
	compile tiny <<-'C'
		#include <unistd.h>
		#include <errno.h>
		#include <sys/stat.h>
		#include <sys/syscall.h>
		int main(void)
		{
			if (mkdir("/tmp/x", 0700) == 0 || errno != 1)
				syscall(SYS_exit_group, 9);
			if (write(1, "fine\n", 5) != 5)
				syscall(SYS_exit_group, 8);
			syscall(SYS_exit_group, 0);
		}
	C
	args /bin/tiny
	# What a static program, and our own last steps without no_new_privs,
	# need.
	rules '[{"names": ["execve", "write", "exit_group", "exit", "brk", "mmap",
		"munmap", "arch_prctl", "set_tid_address", "set_robust_list", "rseq",
		"prlimit64", "readlink", "readlinkat", "getrandom", "mprotect",
		"newfstatat", "fstat", "uname", "rt_sigreturn", "rt_sigprocmask"],
		"action": "SCMP_ACT_ALLOW"}]' SCMP_ACT_ERRNO
	run_container
	assert_status 0
	assert_output fine
}

@test "the set-up survives a profile that forbids its own calls" {
	rules '[{"names": ["openat2", "close_range", "fsopen", "fsmount",
		"move_mount", "open_tree", "mount_setattr", "mount", "umount2",
		"pivot_root", "clone3", "unshare", "setns", "sethostname",
		"faccessat2", "prctl", "capset"], "action": "SCMP_ACT_ERRNO",
		"errnoRet": 28}]'
	args echo fine
	run_container
	assert_status 0
	assert_output fine
	# Without no_new_privs the filter comes before the user is changed.
	config '.process.noNewPrivileges = false
		| .linux.seccomp.syscalls[0].names -= ["prctl", "capset", "faccessat2"]'
	run_container
	assert_status 0
	assert_output fine
}

@test "calls newer than the profile are told as unknown" {
	requires program:gcc
	compile newer <<-'C'
		#include <errno.h>
		#include <stdio.h>
		#include <unistd.h>
		int main(void)
		{
			printf("%d\n", syscall(9999) < 0 ? errno : 0);
		}
	C
	args /bin/newer
	rules "$(jq -n '[{names: ["read", "write", "openat", "close", "fstat",
		"newfstatat", "execve", "brk", "mmap", "munmap", "mprotect",
		"arch_prctl", "set_tid_address", "set_robust_list", "rseq",
		"prlimit64", "readlink", "readlinkat", "getrandom", "exit_group",
		"ioctl", "writev", "lseek", "uname"], action: "SCMP_ACT_ALLOW"}]')" \
		SCMP_ACT_ERRNO
	run_container
	assert_status 0
	assert_output 38
}

@test "a name that is no call is left out" {
	rules '[{"names": ["no_such_call", "mkdir", "mkdirat"],
		"action": "SCMP_ACT_ERRNO"}]'
	args mkdir /tmp/x
	run_container
	assert_status 1
	[[ $error == *'Operation not permitted'* ]]
}

@test "a program can't take its filter off" {
	rules '[{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]'
	inside 'mkdir /tmp/x || sh -c "mkdir /tmp/x" || unshare -r mkdir /tmp/x ||
		echo no' || :
	assert_line no
}

@test "notify, and a listener, are refused" {
	rules '[{"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}]'
	refused /linux/seccomp
	rules '[{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"}]'
	config '.linux.seccomp.listenerPath = "/run/x"'
	refused /linux/seccomp
}

@test "an unknown action, operator or architecture is refused" {
	rules '[{"names": ["mkdir"], "action": "SCMP_ACT_NOTHING"}]'
	refused /linux/seccomp/syscalls/0/action
	rules '[]' SCMP_ACT_NOTHING
	refused /linux/seccomp/defaultAction
	rules '[{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO",
		"args": [{"index": 6, "value": 1, "op": "SCMP_CMP_EQ"}]}]'
	refused /linux/seccomp
	rules '[]'
	config '.linux.seccomp.architectures = ["SCMP_ARCH_NONE"]'
	refused /linux/seccomp/architectures/0
}
