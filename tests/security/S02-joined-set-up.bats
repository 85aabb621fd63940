#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S02, CVE-2016-9962: a process of a container whose namespaces another one
# joins traces the other's set-up, or takes its descriptors.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root program:gcc
	new_bundle
	STORE=$BATS_TEST_TMPDIR/store
	config '.root.readonly = false'
}

teardown() {
	"$BULKHEAD" --root "$STORE" delete --force "$ID-v" || :
	"$BULKHEAD" --root "$STORE" delete --force "$ID" || :
	clean_up
}

# It looks at all processes but itself for as long as /look is there.  What the
# program of a container has is its own business: busybox, with descriptors 0
# to 2.  `denied` counts the looks at a set-up that the kernel refused.
make_attacker() {
	compile attacker <<-'C'
		#define _GNU_SOURCE
		#include <dirent.h>
		#include <errno.h>
		#include <signal.h>
		#include <stdio.h>
		#include <string.h>
		#include <sys/ptrace.h>
		#include <sys/syscall.h>
		#include <sys/wait.h>
		#include <unistd.h>

		static long denied, found;

		static int look(int pid, const char *name, char *to, size_t size)
		{
			char path[64];
			ssize_t n;

			snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
			n = readlink(path, to, size - 1);
			if (n >= 0)
				to[n] = 0;
			return n < 0 ? -errno : 0;
		}

		static void report(int pid, const char *what, const char *text)
		{
			if (found++ < 20)
				printf("found %d %s %s\n", pid, what, text);
		}

		/* Whether it executes something else than busybox. */
		static int is_set_up(int pid, char *exe, size_t size)
		{
			int r = look(pid, "exe", exe, size);

			if (r == -EACCES || r == -EPERM)
				denied++;
			return r == 0 && !strstr(exe, "busybox");
		}

		static void try_pidfd(int pid)
		{
			int pidfd = syscall(SYS_pidfd_open, pid, 0), fd;

			for (int n = 3; pidfd >= 0 && n < 12; n++) {
				fd = syscall(SYS_pidfd_getfd, pidfd, n, 0);
				if (fd >= 0) {
					report(pid, "pidfd_getfd", "");
					close(fd);
				}
			}
			if (pidfd >= 0)
				close(pidfd);
		}

		static void try_trace(int pid)
		{
			char exe[256];
			int status;

			/* Not by a SIGSTOP, which could outlast us. */
			if (ptrace(PTRACE_SEIZE, pid, 0, 0) < 0)
				return;
			ptrace(PTRACE_INTERRUPT, pid, 0, 0);
			if (waitpid(pid, &status, __WALL) == pid &&
			    WIFSTOPPED(status)) {
				if (is_set_up(pid, exe, sizeof(exe)))
					report(pid, "ptrace", exe);
				ptrace(PTRACE_DETACH, pid, 0, 0);
			}
		}

		static void try(int pid)
		{
			char name[32], to[256];

			for (int n = 3; n < 40; n++) {
				snprintf(name, sizeof(name), "fd/%d", n);
				if (look(pid, name, to, sizeof(to)) == 0)
					report(pid, name, to);
			}
			if (is_set_up(pid, to, sizeof(to)))
				report(pid, "exe", to);
			try_pidfd(pid);
			try_trace(pid);
		}

		int main(void)
		{
			signal(SIGTERM, SIG_DFL);
			setbuf(stdout, NULL);
			puts("ready");
			for (;;) {
				if (access("/look", F_OK) < 0) {
					usleep(1000);
					continue;
				}
				for (int pid = 2; pid < 2000; pid++)
					if (kill(pid, 0) == 0)
						try(pid);
				if (access("/enough", F_OK) < 0)
					continue;
				unlink("/enough");
				unlink("/look");
				printf("denied %s\n", denied ? "some" : "none");
				printf("found %ld\n", found);
				puts("looked");
				denied = found = 0;
			}
		}
	C
	args attacker
}

# Programs that are executed in the attacker's own container.
attack_exec() {
	start_attacker
	touch "$ROOTFS/look"
	for ((i = 0; i < ${BULKHEAD_RACES:-100}; i++)); do
		capture timeout 60 "$BULKHEAD" --root "$STORE" exec "$ID" true \
			3>&- 8>&-
		assert_status 0
	done
	attacker_obtained_nothing
}

# A second bundle, of a container that joins what the first one has.
make_victim() {
	local pid type file
	VICTIM=$BATS_TEST_TMPDIR/victim
	cp -a "$BUNDLE" "$VICTIM"
	pid=$("$BULKHEAD" --root "$STORE" state "$ID" | jq .pid)
	for type in "$@"; do
		file=/proc/$pid/ns/$type
		jq '.linux.namespaces |= map(select(.type != $t)) + [{type: $t,
			path: $p}] | del(.linux.uidMappings, .linux.gidMappings)
			| .process.args = ["true"]' --arg t "$type" \
			--arg p "$file" "$VICTIM/config.json" \
			>"$VICTIM/config.new"
		mv "$VICTIM/config.new" "$VICTIM/config.json"
	done
}

# It has looked once more, and was always denied.
attacker_obtained_nothing() {
	touch "$ROOTFS/enough"
	await 'denied some'
	await 'found 0'
	await looked
}

# The first container, with the attacker.
start_attacker() {
	make_attacker
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	exec 8<>"$BATS_TEST_TMPDIR/pipe"
	"$BULKHEAD" --root "$STORE" create -b "$BUNDLE" "$ID" </dev/null \
		>"$BATS_TEST_TMPDIR/pipe" 2>"$BATS_TEST_TMPDIR/stderr" 3>&- 8>&-
	"$BULKHEAD" --root "$STORE" start "$ID"
	await ready
}

attack() {
	start_attacker
	make_victim "$@"

	# One that waits in its set-up for as long as we like.
	capture "$BULKHEAD" --root "$STORE" create -b "$VICTIM" "$ID-v" 3>&- 8>&-
	assert_status 0
	touch "$ROOTFS/look"
	attacker_obtained_nothing
	"$BULKHEAD" --root "$STORE" delete --force "$ID-v"

	# Many that don't.
	touch "$ROOTFS/look"
	for ((i = 0; i < ${BULKHEAD_RACES:-100}; i++)); do
		capture timeout 60 "$BULKHEAD" --root "$STORE" run \
			-b "$VICTIM" "$ID-v"
		assert_status 0
	done
	attacker_obtained_nothing
}

@test "S02 the set-up in a joined user and pid namespace" {
	requires userns
	open_bundle
	userns
	config '.process.capabilities |= map_values(["CAP_SYS_PTRACE",
		"CAP_KILL", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH",
		"CAP_SYS_ADMIN"])'
	chown 100000:100000 "$ROOTFS"
	attack user pid
}

@test "S02 the set-up in a joined pid namespace, of the same user" {
	# Without CAP_SYS_PTRACE, which would be power over the host's.
	config '.process.capabilities |= map_values(["CAP_KILL",
		"CAP_DAC_OVERRIDE"])'
	attack pid
}

@test "S02 exec in a container with a user namespace" {
	requires userns
	open_bundle
	userns
	config '.process.capabilities |= map_values(["CAP_SYS_PTRACE",
		"CAP_KILL", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH",
		"CAP_SYS_ADMIN"])'
	chown 100000:100000 "$ROOTFS"
	attack_exec
}

@test "S02 exec in a container of the same user" {
	config '.process.capabilities |= map_values(["CAP_KILL",
		"CAP_DAC_OVERRIDE"])'
	attack_exec
}
