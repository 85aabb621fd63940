#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S16 and S03: a link of the image leads a volume onto /proc, /dev or the root.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	new_bundle
	STORE=$BATS_TEST_TMPDIR/store
	VOLUME=$BATS_TEST_TMPDIR/volume
	mkdir "$VOLUME" "$VOLUME/pts" "$VOLUME/self" "$ROOTFS/dir"
	touch "$VOLUME/null" "$VOLUME/ptmx" "$VOLUME/meminfo"
	before=$(look_at_volume)
	config '.root.readonly = false | .mounts += [{destination: "/data",
		type: "bind", source: $s, options: ["rbind"]}]' --arg s "$VOLUME"
}

teardown() {
	"$BULKHEAD" --root "$STORE" delete --force "$ID" || :
	clean_up
	# Nothing was made in the volume, nor removed.
	[ "$(look_at_volume)" = "$before" ]
}

look_at_volume() {
	(cd "$VOLUME" && stat -c '%n %F %a %u %s' . -- *)
}

# link NAME TARGET: in the rootfs; the volume goes there, or below it.
link() {
	rm -rf "${ROOTFS:?}/$1"
	ln -s "$2" "$ROOTFS/$1"
	config '.mounts[-1].destination = $d' --arg d "/$1${3-}"
}

# Neither run nor create makes such a container.
refused_both_ways() {
	refused "$@"
	capture "$BULKHEAD" --root "$STORE" create -b "$BUNDLE" "$ID"
	assert_status 1
	assert_error "$@"
	[ ! -e "$STORE/$ID" ]
}

@test "S03 a volume behind a link to /proc" {
	args stat -fc %T /proc
	ln -s proc "$ROOTFS/first"
	for target in proc /proc ../../proc first dir/../proc ./proc/. \
		/proc/sys proc/sys/kernel proc/1 proc/self; do
		link data $target
		refused_both_ways /data
	done
	for below in /sys /1 /self /self/attr; do
		link data proc $below
		refused_both_ways "/data$below"
	done
}

@test "S03 a volume behind a link to /proc, with a name like it" {
	args stat -fc %T /proc
	for name in process proc2 procfs; do
		link $name proc
		refused_both_ways "/$name"
	done
}

@test "S03 a file behind a link to one of /proc" {
	args cat /proc/meminfo
	config '.mounts[-1].source += "/meminfo"'
	for target in /proc/sysrq-trigger proc/meminfo proc/self/attr/exec \
		proc/self/oom_score_adj proc/sys/kernel/core_pattern; do
		link data $target
		refused_both_ways /data
	done
}

@test "S03 a link in another volume" {
	mkdir "$BATS_TEST_TMPDIR/linked"
	ln -s ../proc "$BATS_TEST_TMPDIR/linked/data"
	mkdir "$ROOTFS/other"
	config '.mounts += [.mounts[-1] | .destination = "/other/data"]
		| .mounts[-2].source = $s | .mounts[-2].destination = "/other"' \
		--arg s "$BATS_TEST_TMPDIR/linked"
	refused_both_ways /other/data
}

@test "S03 a tmpfs behind a link to /proc" {
	config '.mounts[-1] |= {destination, type: "tmpfs", source: "tmpfs"}'
	link data proc
	refused_both_ways /data
}

@test "S16 a volume behind a link to the root" {
	for target in / . .. dir/.. /dir/../..; do
		link data $target
		refused_both_ways /data
	done
}

# What the volume covers is its own business; /proc, the root and the host are
# not, and nothing is made in the volume.
@test "S16 a volume behind a link to /dev and below" {
	for target in dev /dev /dev/pts dev/shm /dev/mqueue ../../dev; do
		link data $target
		args sh -c 'stat -fc %T /proc; ls /; cat /proc/self/mountinfo'
		run_container
		if [ "$status" = 1 ]; then
			refused_both_ways /data
			continue
		fi
		assert_line proc bin etc
		mount_has "/${target##*../}" rw 2>/dev/null ||
			mount_has "$target" rw
		assert_no_match ' /data rw'
		args sleep 1000
		capture "$BULKHEAD" --root "$STORE" create -b "$BUNDLE" "$ID"
		assert_status 0
		[ "$(look_at_volume)" = "$before" ]
		capture "$BULKHEAD" --root "$STORE" start "$ID"
		assert_status 0
		"$BULKHEAD" --root "$STORE" delete --force "$ID"
	done
}

@test "S16 such a volume in a user namespace, where devices are bound" {
	requires userns
	open_bundle
	userns
	args sh -c 'stat -fc %T /proc; ls -l /dev'
	for target in dev /dev dev/pts; do
		link data $target
		chown -h 100000:100000 "$ROOTFS/data"
		run_container
		[ "$status" = 1 ] || assert_line proc
		[ "$(look_at_volume)" = "$before" ]
	done
}
