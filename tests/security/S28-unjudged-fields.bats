#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S28: a field that nobody thought of widened the sandbox.  Each is refused under
# agent, before anything is made.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	profile agent
	new_bundle
	mkdir "$ROOTFS/mnt"
	args sh -c 'echo ran'
	STORE=$BATS_TEST_TMPDIR/store
}

teardown() {
	"$BULKHEAD" --root "$STORE" delete --force "$ID" || :
	clean_up
}

# refuses FILTER WORD...: by create and run, with these words; nothing is left.
refuses() {
	local filter=$1 command
	shift
	cp "$BUNDLE/config.json" "$BATS_TEST_TMPDIR/kept.json"
	config "$filter"
	for command in create run; do
		capture "$BULKHEAD" --root "$STORE" $command -b "$BUNDLE" "$ID"
		assert_status 1
		assert_output ''
		assert_error "$@"
		[ ! -e "$STORE/$ID" ]
	done
	cp "$BATS_TEST_TMPDIR/kept.json" "$BUNDLE/config.json"
	assert_clean
}

@test "S28 root.path is the host's root, or a directory of its system" {
	for path in / /usr /etc /var /home /root /boot /proc /sys /dev /run; do
		[ -d "$path" ] || continue
		refuses ".root.path = \"$path\"" "/root/path"
	done
	ln -s / "$BATS_TEST_TMPDIR/link"
	refuses ".root.path = \"$BATS_TEST_TMPDIR/link\"" /root/path
	refuses ".root.path = \"$BATS_TEST_TMPDIR/link/usr\"" /root/path
	# By another mount of it.
	mkdir "$BATS_TEST_TMPDIR/alias"
	for path in /root /usr /; do
		mount --bind "$path" "$BATS_TEST_TMPDIR/alias"
		mounted=("$BATS_TEST_TMPDIR/alias")
		config '.root.path = $p' --arg p "$BATS_TEST_TMPDIR/alias"
		capture "$BULKHEAD" run -b "$BUNDLE" "$ID"
		assert_status 1
		assert_error /root/path
		umount "$BATS_TEST_TMPDIR/alias"
		mounted=()
	done
}

@test "S28 mount types" {
	for type in ext4 xfs devtmpfs overlay debugfs tracefs securityfs bpf fuse \
		nfs cifs configfs pstore efivarfs binfmt_misc ramfs squashfs btrfs; do
		refuses ".mounts += [{destination: \"/mnt\", type: \"$type\",
			source: \"none\"}]" /mounts/ "$type"
	done
	refuses '.mounts += [{destination: "/mnt", type: "overlay", source: "overlay",
		options: ["lowerdir=/:/etc,upperdir=/tmp,workdir=/tmp"]}]' /mounts/
}

@test "S28 unified keys that no typed field has judged" {
	for key in memory.max ../x a/b cgroup.procs cgroup.subtree_control \
		memory.reclaim io.max release_agent; do
		refuses ".linux.resources.unified = {\"$key\": \"max\"}" \
			/linux/resources/unified
	done
}

@test "S28 network devices, resource control, schedulers, priorities" {
	refuses '.linux.netDevices = {"lo": {}}' /linux/netDevices
	refuses '.linux.intelRdt = {closID: "x"}' /linux/intelRdt
	refuses '.process.scheduler = {policy: "SCHED_FIFO", priority: 1}' \
		/process/scheduler
	refuses '.process.ioPriority = {class: "IOPRIO_CLASS_RT", priority: 0}' \
		/process/ioPriority
}

@test "S28 a device whose numbers are not those of its path" {
	echo '{"defaultProfile": "own", "profiles": {"own": {"devices":
		{"allow": ["/dev/full"]}}}}' >"$BATS_TEST_TMPDIR/policy"
	chmod 600 "$BATS_TEST_TMPDIR/policy"
	# /dev/full is 1:7; 1:1 is the memory of the host.
	config '.linux.devices = [{path: "/dev/full", type: "c", major: 1,
		minor: 1}]'
	capture "$PLAIN_BULKHEAD" --policy "$BATS_TEST_TMPDIR/policy" run \
		-b "$BUNDLE" "$ID"
	assert_status 1
	assert_output ''
	assert_error /linux/devices/0
}

@test "S28 namespaces of the host by path, under any name" {
	for type in mount pid ipc uts network user; do
		file=$type
		[ $type != mount ] || file=mnt
		[ $type != network ] || file=net
		for path in "/proc/self/ns/$file" "/proc/1/ns/$file" \
			"/proc/$$/ns/$file" "/proc/thread-self/ns/$file"; do
			[ -e "$path" ] || continue
			refuses ".linux.namespaces |= map(select(.type != \"$type\")) +
				[{type: \"$type\", path: \"$path\"}]" /linux/namespaces
		done
	done
}

@test "S28 annotations that change what a runtime does" {
	for name in run.oci.seccomp_bpf_data run.oci.keep_original_groups \
		run.oci.mount_context_type run.oci.hooks.stdout \
		run.oci.systemd.force_cgroup_v1; do
		refuses ".annotations[\"$name\"] = \"1\"" "/annotations/$name"
	done
}

@test "S28 seccomp flags and a root filter that weaken" {
	refuses '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
		flags: ["SECCOMP_FILTER_FLAG_SPEC_ALLOW"]}' /linux/seccomp
	refuses '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
		listenerPath: "/run/x.sock"}' /linux/seccomp
}
