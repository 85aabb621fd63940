#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S27, CVE-2019-14271: a privileged process of the runtime loads a library, or
# reads a table, from the image.
#
# shellcheck disable=SC2016

load ../lib/common

setup() {
	requires root program:strace
	new_bundle
	printf 'me:x:1000:1000::/home/me:/bin/sh\n' >"$ROOTFS/etc/passwd"
	printf 'passwd: planted\ngroup: planted\nhosts: planted\n' \
		>"$ROOTFS/etc/nsswitch.conf"
	for dir in lib lib64 usr/lib lib/x86_64-linux-gnu usr/lib/x86_64-linux-gnu \
		usr/lib/locale usr/lib/gconv usr/share/locale usr/share/zoneinfo; do
		mkdir -p "$ROOTFS/$dir"
	done
	for name in libnss_planted.so.2 libnss_files.so.2 libnss_compat.so.2 \
		libselinux.so.1 libc.so.6 libseccomp.so.2 libyajl.so.2 libgcc_s.so.1; do
		for dir in lib usr/lib lib/x86_64-linux-gnu usr/lib/x86_64-linux-gnu; do
			echo planted >"$ROOTFS/$dir/$name"
		done
	done
	for name in usr/lib/gconv/gconv-modules usr/lib/gconv/gconv-modules.cache \
		usr/lib/locale/locale-archive etc/ld.so.preload etc/ld.so.cache \
		etc/localtime etc/selinux etc/group etc/shadow etc/host.conf; do
		echo planted >"$ROOTFS/$name"
	done
}

teardown() {
	clean_up
}

# The files that processes of the runtime open once they are in the rootfs:
# from pivot_root on, up to the program.
opened_inside() {
	# shellcheck disable=SC2016
	awk '/pivot_root\(.*= 0/ { inside[$1] = 1 }
		/execve\("\/bin/ { inside[$1] = 0 }
		inside[$1] && /open|execve|mmap\(.*PROT_EXEC/' "$BATS_TEST_TMPDIR/trace"
}

opens_only_passwd() {
	opened_inside >"$BATS_TEST_TMPDIR/opened"
	sed -i '\|"/etc/passwd"|d' "$BATS_TEST_TMPDIR/opened"
	fails grep -E '"/?(etc|lib|usr)|mmap|execve' "$BATS_TEST_TMPDIR/opened"
}

traced() {
	capture env "$@" strace -f -o "$BATS_TEST_TMPDIR/trace" \
		-e trace=open,openat,openat2,execve,execveat,pivot_root,mmap \
		"$BULKHEAD" run -b "$BUNDLE" "$ID"
	grep -q 'pivot_root(.*= 0' "$BATS_TEST_TMPDIR/trace" ||
		skip 'strace does not work here'
}

@test "S27 of the image only passwd is read, and nothing is loaded" {
	config '.process.user.uid = 1000 | .hostname = "x"
		| .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: []}'
	args sh -c 'echo $HOME'
	traced LC_ALL=de_DE.ISO-8859-1 LANGUAGE=de TZ=Europe/Berlin \
		NLSPATH=/usr/lib/locale/%N LOCPATH=/usr/lib/locale \
		GCONV_PATH=/usr/lib/gconv MALLOC_TRACE=/tmp/trace
	assert_status 0
	assert_output /home/me
	opens_only_passwd
}

@test "S27 nor when something fails" {
	args nothing-here
	traced LC_ALL=de_DE.UTF-8 LANGUAGE=de
	assert_status 1
	opens_only_passwd
}

@test "S27 the parent enters nothing of the image's" {
	# Its own opens, after the child was started.
	args true
	traced LC_ALL=de_DE.UTF-8
	grep -E "planted|$ROOTFS/" "$BATS_TEST_TMPDIR/trace" >"$BATS_TEST_TMPDIR/own" ||
		:
	fails grep . "$BATS_TEST_TMPDIR/own"
}
