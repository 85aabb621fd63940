#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S23, CVE-2017-5226: input is pushed to the caller's terminal by TIOCSTI, or
# pasted by TIOCLINUX.  The container has a session and a pty of its own, and the
# filter compares what the kernel compares, the low 32 bits.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root program:gcc
	profile agent
	new_bundle
	compile pusher <<-'C'
		#include <errno.h>
		#include <stdio.h>
		#include <string.h>
		#include <sys/ioctl.h>
		#include <sys/syscall.h>
		#include <termios.h>
		#include <unistd.h>

		static const struct {
			const char *name;
			unsigned long request;
		} requests[] = {
			{ "TIOCSTI", TIOCSTI },
			{ "TIOCLINUX", TIOCLINUX },
			{ "TIOCSETD", TIOCSETD },
			{ "TIOCGWINSZ", TIOCGWINSZ },
		};

		int main(void)
		{
			char data[64] = "x";

			for (unsigned i = 0; i < 4; i++)
				for (unsigned high = 0; high < 3; high++) {
					unsigned long request = requests[i].request |
						(high ? 1ul << (31 + high * 8) << 1 : 0);
					long r = syscall(SYS_ioctl, 0, request, data);

					printf("%s %u %s\n", requests[i].name, high,
					       r == 0 ? "done" : strerror(errno));
				}
			printf("session %s\n", getsid(0) == getpid() ||
			       getsid(0) != getppid() ? "own" : "shared");
			return 0;
		}
	C
	args pusher
}

teardown() {
	"$BULKHEAD" --root "$BATS_TEST_TMPDIR/store" delete --force "$ID" || :
	clean_up
}

# All requests but the harmless one answer EPERM, whatever the high bits.
all_refused() {
	local name high
	for name in TIOCSTI TIOCLINUX TIOCSETD; do
		for high in 0 1 2; do
			grep -q "^$name $high Operation not permitted" <<<"$1" || {
				echo "$1"
				return 1
			}
		done
	done
	fails grep -q 'TIOCGWINSZ . Operation not permitted' <<<"$1"
}

@test "S23 without a terminal" {
	run_container
	assert_status 0
	all_refused "$output"
}

@test "S23 on a terminal of its own" {
	requires program:script
	config '.process.terminal = true'
	output=$(timeout 60 script -qec "$BULKHEAD run -b $BUNDLE $ID" /dev/null \
		</dev/null | tr -d '\r' | sed 's/^^@//')
	all_refused "$output"
}

@test "S23 by exec, with the caller's terminal and one of its own" {
	requires program:script
	args sleep 1000
	store=$BATS_TEST_TMPDIR/store
	"$BULKHEAD" --root "$store" create -b "$BUNDLE" "$ID" >/dev/null 3>&-
	"$BULKHEAD" --root "$store" start "$ID"
	for option in '' -t; do
		output=$(timeout 60 script -qec \
			"$BULKHEAD --root $store exec $option $ID pusher" /dev/null \
			</dev/null | tr -d '\r' | sed 's/^^@//')
		all_refused "$output"
	done
	"$BULKHEAD" --root "$store" delete --force "$ID"
}

@test "S23 strict and nested, and a policy that takes the filter away" {
	for name in strict nested; do
		profile $name
		run_container
		all_refused "$output"
	done
	echo '{"defaultProfile": "own", "profiles": {"own": {"seccomp":
		{"filter": "off"}}}}' >"$BATS_TEST_TMPDIR/policy"
	chmod 600 "$BATS_TEST_TMPDIR/policy"
	capture "$PLAIN_BULKHEAD" --policy "$BATS_TEST_TMPDIR/policy" run \
		-b "$BUNDLE" "$ID"
	fails grep 'Operation not permitted' <<<"$output"
}

@test "S23 the session is the container's own, terminal or not" {
	args sh -c 'read -r _ _ _ _ _ session _ </proc/self/stat; echo "$session"'
	run_container
	assert_output 1
}
