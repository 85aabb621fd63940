#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What of the host a container may see under the profile `agent`: bind mounts,
# the rootfs, namespaces by path.  Where places of a host are needed that may
# not be there, the test makes them in a mount namespace of its own.
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

# bind SOURCE [OPTION...]: mount it on /m, read-only unless told otherwise.
bind() {
	config '.mounts |= map(select(.destination != "/m"))
		+ [{destination: "/m", type: "bind", source: $source,
		options: (["rbind"] + ($ARGS.positional | .[1:]))}]' \
		--arg source "$1" --args =x "${@:2}"
}

# refuses SOURCE KEY [RULE]: also to read.
refuses() {
	local option
	for option in ro rw; do
		bind "$1" $option
		run_container
		assert_status 1
		assert_error "/source: " "policy key $2" "${3-}"
	done
}

# allows SOURCE OPTION [LISTED]
allows() {
	bind "$1" "$2"
	args ls /m
	run_container
	assert_status 0
}

@test "the host's own directories, and what holds them, are refused" {
	local path
	for path in / /proc /proc/sys /sys /sys/kernel /dev /boot /run /var/run /etc \
		/var /var/lib /home /root; do
		[ -e "$path" ] || continue
		refuses "$path" mounts.allow
	done
}

@test "credentials are refused, by whatever name they come" {
	local dir=$BATS_TEST_TMPDIR
	refuses /etc/shadow mounts.allow 'credentials'
	ln -s /etc/shadow "$dir/link"
	refuses "$dir/link" mounts.allow '/etc/shadow: credentials'
	ln -s /etc "$dir/etc"
	refuses "$dir/etc/../etc/./shadow" mounts.allow
	refuses "$dir/etc" mounts.allow
}

@test "another mount of the same thing is the same thing" {
	local dir=$BATS_TEST_TMPDIR
	mkdir -p "$dir/alias" "$dir/below/deep"
	touch "$dir/file"
	mount --bind /etc "$dir/alias"
	mounted=("$dir/alias" "${mounted[@]}")
	mount --bind /etc/shadow "$dir/file"
	mounted=("$dir/file" "${mounted[@]}")
	mount --bind /etc "$dir/below/deep"
	mounted=("$dir/below/deep" "${mounted[@]}")
	refuses "$dir/alias" mounts.allow
	refuses "$dir/file" mounts.allow
	refuses "$dir/below" mounts.allow
	# What is not taken along is not judged.
	config '.mounts[-1].options = ["bind", "ro"]'
	args ls /m
	run_container
	assert_output deep
}

# with_run COMMAND...: where /run is the test's own, with an engine's socket and
# a service's.
with_run() {
	capture unshare -m --propagation private sh -c '
		mount -t tmpfs tmpfs /run
		mkdir -p /run/systemd /run/containers/storage/x /run/user/1000
		echo >/run/docker.sock
		ln -s docker.sock /run/link
		exec "$@"' sh "$@"
}

@test "engines' sockets are refused, what engines keep is not" {
	local path
	for path in /run/docker.sock /run/link /run/systemd /run/user/1000 /run/other; do
		bind "$path" ro
		with_run sh -c 'mkdir -p /run/other; exec "$@"' sh \
			"$BULKHEAD" run -b "$BUNDLE" "$ID"
		assert_status 1
		assert_error '/source: /run/' 'policy key mounts.allow'
	done
	bind /run/containers/storage/x rw
	args touch /m/new
	with_run "$BULKHEAD" run -b "$BUNDLE" "$ID"
	assert_status 0
}

@test "an engine's volume that is a mount of something else is that" {
	bind /run/containers/storage/x rw
	with_run sh -c 'mount --bind /etc /run/containers/storage/x; exec "$@"' sh \
		"$BULKHEAD" run -b "$BUNDLE" "$ID"
	assert_status 1
	assert_error 'policy key mounts.allow'
}

@test "homes are refused, and what is hidden in them; the rest is not" {
	local run='mount -t tmpfs tmpfs /home; mkdir -p /home/u/work /home/u/.config/x
		exec "$@"' path
	for path in /home/u /home/u/.config /home/u/.config/x; do
		bind "$path" ro
		capture unshare -m --propagation private sh -c "$run" sh \
			"$BULKHEAD" run -b "$BUNDLE" "$ID"
		assert_status 1
		assert_error "/source: $path"
	done
	bind /home/u/work rw
	args touch /m/new
	capture unshare -m --propagation private sh -c "$run" sh \
		"$BULKHEAD" run -b "$BUNDLE" "$ID"
	assert_status 0
}

@test "what is written to lies in few places, what is read in many" {
	mkdir "$BATS_TEST_TMPDIR/work"
	bind /usr/share rw
	refused /source /usr/share 'policy key mounts.writable'
	allows /usr/share ro
	bind "$BATS_TEST_TMPDIR/work" rw
	args touch /m/new
	run_container
	assert_status 0
	[ -e "$BATS_TEST_TMPDIR/work/new" ]
}

@test "the policy opens a place" {
	echo '{"defaultProfile": "p", "profiles": {"p": {"mounts": {"allow": ["/etc"]}}}}' \
		>"$BATS_TEST_TMPDIR/policy"
	bind /etc ro
	args ls /m/passwd
	run_container --policy "$BATS_TEST_TMPDIR/policy"
	assert_status 1
	BULKHEAD=$PLAIN_BULKHEAD run_container --policy "$BATS_TEST_TMPDIR/policy"
	assert_output /m/passwd
	run_container --profile oci
	assert_output /m/passwd
}

@test "a device by a bind mount is a device" {
	bind /dev/full rw
	args stat -c %t:%T /m
	run_container
	assert_output 1:7
	[ -e /dev/tty1 ] || skip 'there is no /dev/tty1'
	bind /dev/tty1 rw
	refused /source /dev/tty1 'policy key devices.allow'
}

@test "mounts that go from one to the other are refused" {
	mkdir "$BATS_TEST_TMPDIR/work"
	bind "$BATS_TEST_TMPDIR/work" rslave
	refused /source 'policy key mounts.propagation'
}

@test "a cluster's credentials are left out" {
	mkdir "$BATS_TEST_TMPDIR/token"
	echo secret >"$BATS_TEST_TMPDIR/token/token"
	config '.mounts += [{destination: "/var/run/secrets/kubernetes.io/serviceaccount",
		type: "bind", source: $s, options: ["rbind", "ro"]}]' \
		--arg s "$BATS_TEST_TMPDIR/token"
	inside 'ls -A /var/run/secrets/kubernetes.io/serviceaccount
		touch /var/run/secrets/kubernetes.io/serviceaccount/x 2>&1 || :'
	assert_output "touch: /var/run/secrets/kubernetes.io/serviceaccount/x: Read-only file system"
}

@test "the host's directories are no rootfs" {
	local path
	for path in / /usr /etc /home /var; do
		config '.root.path = $p' --arg p "$path"
		refused "/root/path: $path"
	done
}

@test "namespaces of the host are not joined, others where engines keep them" {
	namespace network "/proc/$$/ns/net"
	refused "/linux/namespaces: network: /proc/$$/ns/net: it is the host" \
		'policy key namespaces.host'
	hold_namespaces -n
	namespace network "/proc/$HOLDER/ns/net"
	args readlink /proc/self/ns/net
	run_container
	assert_output "$(readlink "/proc/$HOLDER/ns/net")"
	touch "$BATS_TEST_TMPDIR/ns"
	mount --bind "/proc/$HOLDER/ns/net" "$BATS_TEST_TMPDIR/ns"
	mounted=("$BATS_TEST_TMPDIR/ns" "${mounted[@]}")
	namespace network "$BATS_TEST_TMPDIR/ns"
	refused 'no engine keeps namespaces'
}
