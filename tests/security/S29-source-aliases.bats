#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S29: a host path that is denied, mounted under another name: by a bind mount,
# links, inside of a recursive bind, as a slave of the host, as a hard link, and
# swapped between the look and the mount.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	profile agent
	new_bundle
	mkdir "$ROOTFS/mnt" "$BATS_TEST_TMPDIR/volume"
	VOLUME=$BATS_TEST_TMPDIR/volume
	args sh -c 'ls -A /mnt /mnt/* 2>/dev/null; cat /mnt 2>/dev/null; echo ran'
}

teardown() {
	[ ! -e "${LINKED-}" ] || rm "$LINKED"
	clean_up
}

# source PATH [OPTION...]: the container mounts it on /mnt.
source_is() {
	local path=$1
	shift
	config '.mounts |= map(select(.destination != "/mnt")) | .mounts +=
		[{destination: "/mnt", type: "bind", source: $s,
		options: $ARGS.positional}]' --arg s "$path" --args "${@:-bind}"
}

refused_source() {
	source_is "$@"
	run_container
	assert_status 1
	assert_output ''
	assert_error 'run refused: /mounts/'
}

# bind FROM TO: on the host.
bind() {
	mount --bind "$1" "$2"
	mounted=("$2" "${mounted[@]}")
}

@test "S29 a bind mount of it, also of a directory below or above" {
	for denied in /etc /run /root /; do
		bind "$denied" "$VOLUME"
		refused_source "$VOLUME"
		umount "$VOLUME"
		mounted=()
	done
	bind /etc "$VOLUME"
	refused_source "$VOLUME/default"
}

@test "S29 links, absolute, relative, chained, in the middle of a path" {
	ln -s /etc "$BATS_TEST_TMPDIR/absolute"
	ln -s ../../../../../../../../etc "$BATS_TEST_TMPDIR/relative"
	ln -s absolute "$BATS_TEST_TMPDIR/chain"
	ln -s / "$BATS_TEST_TMPDIR/top"
	for path in absolute relative chain top top/etc top/root chain/default; do
		refused_source "$BATS_TEST_TMPDIR/$path"
	done
	refused_source "$BATS_TEST_TMPDIR/../../../../../../../etc"
	refused_source "/proc/self/root/etc"
	refused_source "/proc/$$/cwd/../../../../../../etc"
}

@test "S29 nested in what a recursive bind takes along" {
	mkdir "$VOLUME/below"
	bind /etc "$VOLUME/below"
	refused_source "$VOLUME" rbind
	# Without what lies below it, it is a volume like any other.
	source_is "$VOLUME" bind
	run_container
	assert_status 0
	fails grep -q passwd <<<"$output"
}

@test "S29 what the host mounts later does not come in" {
	mount -t tmpfs shared "$VOLUME"
	mounted=("$VOLUME")
	mount --make-rshared "$VOLUME"
	mkdir "$VOLUME/below"
	for option in rslave rshared slave shared; do
		refused_source "$VOLUME" rbind $option
		assert_error mounts.propagation
	done
	args sh -c 'echo ready; read -r _; ls -A /mnt/below; echo looked'
	source_is "$VOLUME" rbind
	mkfifo "$BATS_TEST_TMPDIR/in"
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	exec 8<>"$BATS_TEST_TMPDIR/pipe" 9<>"$BATS_TEST_TMPDIR/in"
	"$BULKHEAD" run -b "$BUNDLE" "$ID" <"$BATS_TEST_TMPDIR/in" >&8 \
		2>"$BATS_TEST_TMPDIR/stderr" 3>&- 8>&- 9>&- &
	CONTAINER=$!
	background+=("$CONTAINER")
	await ready
	bind /etc "$VOLUME/below"
	echo go >&9
	await looked
	exec 9>&-
	container_ends "$CONTAINER"
}

@test "S29 a hard link of a credential file" {
	LINKED=/root/.netrc
	[ ! -e "$LINKED" ] || { LINKED=; skip '/root/.netrc is there'; }
	echo 'machine example.org password secret' >"$LINKED"
	mkdir /root/bulkhead-test
	ln "$LINKED" /root/bulkhead-test/notes 2>/dev/null || {
		rmdir /root/bulkhead-test
		skip 'no hard link can be made'
	}
	rmdir "${ROOTFS:?}/mnt"
	touch "$ROOTFS/mnt"
	source_is /root/bulkhead-test/notes
	run_container
	rm -r /root/bulkhead-test
	assert_status 1
	assert_output ''
	assert_error 'run refused: /mounts/'
}

@test "S29 a racer that swaps a harmless source with a link" {
	mkdir "$VOLUME/good"
	ln -s /etc "$VOLUME/bad"
	source_is "$VOLUME/good"
	swap "$VOLUME/good" "$VOLUME/bad"
	for ((i = 0; i < ${BULKHEAD_RACES:-100}; i++)); do
		run_container
		fails grep -q passwd <<<"$output"
		[ "$status" = 1 ] || assert_line ran
	done
	kill "${background[@]}" 2>/dev/null || :
}
