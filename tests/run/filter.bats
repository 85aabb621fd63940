#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The built-in filter in a container, as the kernel answers.  What it answers to
# which call is tests/unit/seccomp-builtin.c's matter.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	profile agent
	new_bundle
}

teardown() {
	clean_up
}

# The program `try CALL...`: a line for each, what the kernel answered.
prober() {
	compile try <<-'END'
		#define _GNU_SOURCE
		#include <errno.h>
		#include <sched.h>
		#include <signal.h>
		#include <stdio.h>
		#include <string.h>
		#include <sys/ioctl.h>
		#include <sys/mman.h>
		#include <sys/socket.h>
		#include <sys/syscall.h>
		#include <sys/wait.h>
		#include <unistd.h>

		static long attempt(const char *call)
		{
			if (!strcmp(call, "keyctl"))
				return syscall(SYS_keyctl, 0, -3, 0);
			if (!strcmp(call, "io_uring"))
				return syscall(SYS_io_uring_setup, 0, 0);
			if (!strcmp(call, "userfaultfd"))
				return syscall(SYS_userfaultfd, 1);
			if (!strcmp(call, "clone3"))
				return syscall(SYS_clone3, 0, 0);
			if (!strcmp(call, "new"))
				return syscall(4000);
			if (!strcmp(call, "userns"))
				return unshare(CLONE_NEWUSER);
			if (!strcmp(call, "packet"))
				return socket(AF_PACKET, SOCK_RAW, 0);
			if (!strcmp(call, "audit"))
				return socket(AF_NETLINK, SOCK_RAW, 9);
			if (!strcmp(call, "inet"))
				return socket(AF_INET, SOCK_STREAM, 0);
			if (!strcmp(call, "unix"))
				return socket(AF_UNIX, SOCK_STREAM, 0);
			if (!strcmp(call, "sti"))
				return ioctl(0, TIOCSTI, "x");
			if (!strcmp(call, "sti-high"))
				return syscall(SYS_ioctl, 0,
					       0xffffffff00000000ul | TIOCSTI, "x");
			if (!strcmp(call, "wx"))
				return mmap(0, 4096, 7, MAP_PRIVATE | MAP_ANONYMOUS,
					    -1, 0) == MAP_FAILED ? -1 : 0;
			if (!strcmp(call, "memfd"))
				return memfd_create("x", 0);
		#if defined(__x86_64__)
			if (!strcmp(call, "x32"))
				return syscall(0x40000000 + SYS_getpid);
			if (!strcmp(call, "i386")) {
				long r;
				__asm__ volatile("int $0x80" : "=a"(r) : "a"(20)
						 : "memory", "r8", "r9", "r10", "r11");
				return r;
			}
		#endif
			return 77;
		}

		int main(int argc, char **argv)
		{
			for (int i = 1; i < argc; i++) {
				int status;
				pid_t pid;
				fflush(stdout);
				pid = fork();
				if (!pid) {
					long r = attempt(argv[i]);
					printf("%s %s\n", argv[i], r < 0 ?
					       strerrorname_np(errno) : "works");
					return 0;
				}
				waitpid(pid, &status, 0);
				if (WIFSIGNALED(status))
					printf("%s killed by %d\n", argv[i],
					       WTERMSIG(status));
			}
			return 0;
		}
	END
}

denied=(keyctl io_uring userfaultfd clone3 new userns packet audit sti sti-high)

@test "what programs don't need is answered, what they need works" {
	prober
	args try "${denied[@]}" inet unix wx memfd
	run_container
	assert_output 'keyctl EPERM' 'io_uring EPERM' 'userfaultfd EPERM' \
		'clone3 ENOSYS' 'new ENOSYS' 'userns EPERM' 'packet EAFNOSUPPORT' \
		'audit EPROTONOSUPPORT' 'sti EPERM' 'sti-high EPERM' 'inet works' \
		'unix works' 'wx works' 'memfd works'
}

@test "without the filter the same calls reach the kernel" {
	prober
	args try keyctl clone3 packet audit userns inet
	run_container --profile oci
	assert_line 'keyctl works' 'clone3 EINVAL' 'packet EPERM' 'inet works'
	assert_no_match 'audit EPROTONOSUPPORT'
}

@test "other ABIs are killed" {
	[ "$(uname -m)" = x86_64 ] || skip 'the ABIs are those of x86_64'
	prober
	args try x32 i386 unix
	run_container
	# A kernel without 32-bit calls kills by itself what makes one.
	i386='i386 killed by 31'
	[ "$("$ROOTFS/bin/try" i386)" != 'i386 killed by 11' ] ||
		i386='i386 killed by 11'
	assert_output 'x32 killed by 31' "$i386" 'unix works'
}

@test "strict: no network, no memory that is written and executed" {
	prober
	args try inet unix wx memfd
	run_container --profile strict
	assert_output 'inet EAFNOSUPPORT' 'unix works' 'wx EPERM' 'memfd EPERM'
}

@test "nested: user namespaces" {
	requires userns
	prober
	args try userns keyctl
	run_container --profile nested
	assert_output 'userns works' 'keyctl EPERM'
}

@test "a policy allows further calls, or takes the filter away" {
	prober
	args try keyctl io_uring
	echo '{"defaultProfile": "p", "profiles": {"p": {"seccomp":
		{"allow": ["keyctl"]}}}}' >"$BATS_TEST_TMPDIR/policy"
	capture "$PLAIN_BULKHEAD" --policy "$BATS_TEST_TMPDIR/policy" run \
		-b "$BUNDLE" "$ID"
	assert_output 'keyctl works' 'io_uring EPERM'
	echo '{"defaultProfile": "p", "profiles": {"p": {"seccomp":
		{"filter": "off"}}}}' >"$BATS_TEST_TMPDIR/policy"
	args grep Seccomp_filters: /proc/self/status
	capture "$PLAIN_BULKHEAD" --policy "$BATS_TEST_TMPDIR/policy" run \
		-b "$BUNDLE" "$ID"
	assert_output $'Seccomp_filters:\t0'
	echo '{"defaultProfile": "p", "profiles": {"p": {"seccomp":
		{"allow": ["no_such_call"]}}}}' >"$BATS_TEST_TMPDIR/policy"
	capture "$PLAIN_BULKHEAD" --policy "$BATS_TEST_TMPDIR/policy" run \
		-b "$BUNDLE" "$ID"
	assert_status 1
	assert_error no_such_call
}

@test "the config's own filter is installed besides, and the stricter answer wins" {
	config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{names: ["mkdir"], action: "SCMP_ACT_ERRNO", errnoRet: 42},
		{names: ["keyctl"], action: "SCMP_ACT_ALLOW"}]}'
	prober
	args sh -c 'mkdir /tmp/x 2>&1; grep Seccomp_filters: /proc/self/status
		try keyctl'
	run_container
	assert_output "mkdir: can't create directory '/tmp/x': No message of desired type" \
		$'Seccomp_filters:\t2' 'keyctl EPERM'
}

@test "exec has it, too" {
	prober
	args sh -c 'echo ready; exec sleep 1000'
	start_container
	await ready
	capture "$BULKHEAD" exec "$ID" try keyctl clone3
	assert_output 'keyctl EPERM' 'clone3 ENOSYS'
	"$BULKHEAD" kill "$ID" KILL
	finish_container
}
