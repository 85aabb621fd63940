#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A program that tells when it is ready, sd_notify(3).
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root program:perl
	new_bundle
	STORE=$BATS_TEST_TMPDIR/store
	export NOTIFY_SOCKET=$BATS_TEST_TMPDIR/manager
}

teardown() {
	"$BULKHEAD" --root "$STORE" delete --force "$ID" || :
	clean_up
}

bulkhead() {
	capture "$BULKHEAD" --root "$STORE" "$@"
}

# Listen at $NOTIFY_SOCKET; what comes is read by `told`.
service_manager() {
	mkfifo "$BATS_TEST_TMPDIR/told"
	exec 7<>"$BATS_TEST_TMPDIR/told"
	"$BATS_TEST_DIRNAME/../lib/service-manager" "$NOTIFY_SOCKET" \
		>"$BATS_TEST_TMPDIR/told" 3>&- 7>&- &
	background+=("$!")
	told listening
}

# told LINE: the next message is this.
told() {
	local line
	read -r -t 30 -u 7 line
	[ "$line" = "$1" ] && return
	echo "told: $line"
	return 1
}

# The program `notify TEXT...` sends a message of these lines.
notifier() {
	compile notify <<-'END'
		#include <stdio.h>
		#include <stdlib.h>
		#include <string.h>
		#include <sys/socket.h>
		#include <sys/un.h>
		int main(int argc, char **argv)
		{
			struct sockaddr_un to = { .sun_family = AF_UNIX };
			int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
			char text[256] = "";
			for (int i = 1; i < argc; i++) {
				strcat(text, argv[i]);
				strcat(text, "\n");
			}
			strcpy(to.sun_path, getenv("NOTIFY_SOCKET"));
			if (sendto(fd, text, strlen(text), 0,
				   (struct sockaddr *)&to, sizeof(to)) < 0) {
				perror("notify");
				return 1;
			}
			return 0;
		}
	END
}

@test "run hands READY=1 on, and nothing else" {
	notifier
	service_manager
	args sh -c 'notify STATUS=evil MAINPID=1 && notify FDSTORE=1 X=1 READY=1 &&
		notify READY=1'
	bulkhead run -b "$BUNDLE" "$ID"
	assert_status 0
	told READY=1
	# Nothing came after it: what we send ourselves is next.
	NOTIFY_SOCKET=$NOTIFY_SOCKET "$ROOTFS/bin/notify" last
	told 'last;'
}

@test "start waits until the program is ready, and tells its pid" {
	local pid starter
	notifier
	service_manager
	mkfifo -m 666 "$ROOTFS/go"
	args sh -c 'read line </go; notify READY=1; exec sleep 1000'
	bulkhead create -b "$BUNDLE" "$ID"
	assert_status 0
	"$BULKHEAD" --root "$STORE" start "$ID" </dev/null 3>&- 7>&- &
	starter=$!
	background+=("$starter")
	echo go >"$ROOTFS/go"
	bulkhead state "$ID"
	pid=$(jq .pid <<<"$output")
	told "MAINPID=$pid; READY=1"
	container_ends "$starter"
	wait "$starter"
}

@test "run --detach tells, too" {
	notifier
	service_manager
	args sh -c 'notify READY=1; exec sleep 1000'
	bulkhead run -b "$BUNDLE" --detach --pid-file "$BATS_TEST_TMPDIR/pid" \
		"$ID"
	assert_status 0
	told "MAINPID=$(cat "$BATS_TEST_TMPDIR/pid"); READY=1"
}

@test "a program that ends without being ready is waited for no longer" {
	service_manager
	bulkhead create -b "$BUNDLE" "$ID"
	bulkhead start "$ID"
	assert_status 0
	bulkhead delete "$ID"
	assert_status 0
	[ -z "$(ls "$STORE")" ]
}

@test "a service manager that is not there is an error before anything runs" {
	args touch /ran
	config '.root.readonly = false'
	bulkhead create -b "$BUNDLE" "$ID"
	for socket in "$NOTIFY_SOCKET" relative "/$(printf '%0110d' 0)"; do
		NOTIFY_SOCKET=$socket bulkhead start "$ID"
		assert_status 1
		assert_error 'connect to the service manager' "$socket"
	done
	[ ! -e "$ROOTFS/ran" ]
	bulkhead state "$ID"
	assert_match '"status": *"created"'
	bulkhead delete --force "$ID"
	bulkhead run -b "$BUNDLE" "$ID"
	assert_status 1
	assert_error 'connect to the service manager'
	[ ! -e "$ROOTFS/ran" ]
	[ -z "$(ls "$STORE")" ]
}

@test "of the host's the program sees its socket alone, and can't change it" {
	notifier
	service_manager
	for user in root userns; do
		[ $user = root ] || { requires userns; userns; }
		args sh -c 'ls /run/notify; cat /proc/self/mountinfo
			rm /run/notify/notify.sock 2>&1; touch /run/notify/x 2>&1
			echo "$NOTIFY_SOCKET"; notify READY=1'
		config '.process.env += ["NOTIFY_SOCKET=/from/config"]
			| .process.user = {uid: 7, gid: 7}'
		bulkhead run -b "$BUNDLE" "$ID"
		assert_status 0
		assert_line notify.sock /run/notify/notify.sock
		assert_match "can't remove.*Read-only" 'touch: .*Read-only'
		mount_has /run/notify ro nosuid nodev noexec
		told READY=1
	done
}

@test "without a service manager there is no socket" {
	unset NOTIFY_SOCKET
	config '.process.env += ["NOTIFY_SOCKET=/from/config"]'
	args sh -c 'echo $NOTIFY_SOCKET; ls /run/notify 2>&1'
	bulkhead run -b "$BUNDLE" "$ID"
	assert_match '^/from/config$' 'No such file'
}
