#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Mounts: each type and ordinary option as the kernel reports it, targets,
# sources, propagation.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	new_bundle
	mkdir "$BATS_TEST_TMPDIR/source"
	SOURCE=$BATS_TEST_TMPDIR/source
	echo hello >"$SOURCE/file"
}

teardown() {
	clean_up
}

# add_mount DESTINATION TYPE SOURCE [OPTION...]; "" leaves a member out.
add_mount() {
	config '.mounts += [{destination: $d, type: $t, source: $s,
		options: $ARGS.positional} | with_entries(select(.value != ""))]' \
		--arg d "$1" --arg t "$2" --arg s "$3" --args "${@:4}"
}

# mountinfo_inside: $output is the container's.
mountinfo_inside() {
	inside 'cat /proc/self/mountinfo'
}

# super DESTINATION: type, source and options of the file system
super() {
	mount_line "$1" | sed 's/.* - //'
}

# optional DESTINATION: the propagation fields
optional() {
	mount_line "$1" | cut -d' ' -f7- | sed 's/-.*//; s/ *$//'
}

@test "the mounts of a fresh config" {
	mountinfo_inside
	mount_has / ro
	mount_has /dev nosuid -noexec -nodev
	mount_has /dev/pts nosuid noexec -nodev
	mount_has /dev/shm nosuid noexec nodev
	mount_has /dev/mqueue nosuid noexec nodev
	mount_has /sys ro nosuid noexec nodev
	[[ $(super /proc) == 'proc proc '* ]]
	[[ $(super /dev) == 'tmpfs tmpfs '*size=65536k*mode=755* ]]
	[[ $(super /dev/pts) == 'devpts devpts '*gid=5*mode=620*ptmxmode=666* ]]
	[[ $(super /dev/shm) == 'tmpfs shm '*size=65536k* ]]
	[[ $(super /dev/mqueue) == 'mqueue mqueue '* ]]
	[[ $(super /sys) == 'sysfs sysfs '* ]]
}

@test "nothing of the host's mounts is left" {
	mountinfo_inside
	# Each mount hangs below the root, which has no parent to be seen.
	[ "$(awk '$5 == "/"' <<<"$output" | wc -l)" = 1 ]
	assert_no_match "${BATS_TEST_TMPDIR}[^/]* /[^ ]*source"
	inside 'cd /..; ls'
	assert_output bin dev etc proc sys tmp
}

@test "each option of a tmpfs, and its opposite" {
	local pairs='nosuid:suid nodev:dev noexec:exec ro:rw nodiratime:diratime
		nosymfollow:symfollow noatime:atime' pair number=0
	for pair in $pairs; do
		mkdir "$ROOTFS/on$number" "$ROOTFS/off$number"
		add_mount "/on$number" tmpfs tmpfs "${pair#*:}" "${pair%:*}"
		add_mount "/off$number" tmpfs tmpfs "${pair%:*}" "${pair#*:}"
		number=$((number + 1))
	done
	mountinfo_inside
	number=0
	for pair in $pairs; do
		mount_has "/on$number" "${pair%:*}"
		mount_has "/off$number" "-${pair%:*}"
		number=$((number + 1))
	done
}

@test "each option of a bind, over what the source has" {
	local pairs='nosuid:suid nodev:dev noexec:exec ro:rw nodiratime:diratime
		nosymfollow:symfollow noatime:atime' pair number=0
	for pair in $pairs; do
		mkdir "$ROOTFS/on$number" "$ROOTFS/off$number"
		add_mount "/on$number" bind "$SOURCE" bind "${pair%:*}"
		add_mount "/off$number" bind "$SOURCE" bind "${pair#*:}"
		number=$((number + 1))
	done
	mountinfo_inside
	number=0
	for pair in $pairs; do
		mount_has "/on$number" "${pair%:*}"
		mount_has "/off$number" "-${pair%:*}"
		number=$((number + 1))
	done
}

@test "the access times: relatime, noatime, strictatime" {
	mkdir "$ROOTFS"/{a,b,c,d}
	add_mount /a bind "$SOURCE" bind noatime
	add_mount /b bind "$SOURCE" bind strictatime
	add_mount /c bind "$SOURCE" bind noatime relatime
	add_mount /d tmpfs tmpfs strictatime noatime
	mountinfo_inside
	mount_has /a noatime -relatime
	mount_has /b -noatime -relatime
	mount_has /c relatime
	mount_has /d noatime -relatime
}

@test "options of the file system are handed to it" {
	mkdir "$ROOTFS/t"
	add_mount /t tmpfs name size=100k mode=1750 nr_inodes=40 uid=7 gid=8
	mountinfo_inside
	[[ $(super /t) == 'tmpfs name '*size=100k*nr_inodes=40*mode=1750*uid=7*gid=8* ]]
	inside 'stat -c "%a %u:%g" /t'
	assert_output '1750 7:8'
}

@test "an unknown option is an error with its name" {
	mkdir "$ROOTFS/t"
	add_mount /t tmpfs tmpfs no-such-option
	refused no-such-option tmpfs
}

@test "a bind shows the source, changes reach it" {
	mkdir "$ROOTFS/mnt"
	add_mount /mnt bind "$SOURCE" bind
	inside 'cat /mnt/file; echo new >/mnt/made'
	assert_output hello
	[ "$(cat "$SOURCE/made")" = new ]
}

@test "bind as an option alone, and as a type alone" {
	mkdir "$ROOTFS/a" "$ROOTFS/b" "$ROOTFS/c"
	add_mount /a '' "$SOURCE" rbind
	add_mount /b none "$SOURCE" bind
	add_mount /c bind "$SOURCE"
	inside 'cat /a/file /b/file /c/file'
	assert_output hello hello hello
}

@test "a read-only bind can't be written, its source can" {
	mkdir "$ROOTFS/mnt"
	add_mount /mnt bind "$SOURCE" bind ro
	args sh -c 'touch /mnt/x'
	run_container
	assert_status 1
	[[ $error == *'Read-only file system'* ]]
	touch "$SOURCE/x"
}

@test "a single file is bound, its target made" {
	add_mount /new/dir/file bind "$SOURCE/file" bind ro
	inside 'cat /new/dir/file; stat -c %F /new/dir/file'
	assert_output hello 'regular file'
	[ -f "$ROOTFS/new/dir/file" ]
	[ ! -s "$ROOTFS/new/dir/file" ]
}

@test "missing target directories are made, with their parents" {
	add_mount /new/deep tmpfs tmpfs
	inside 'stat -c %a:%u:%g /new; stat -fc %T /new/deep'
	assert_output 755:0:0 tmpfs
	[ "$(stat -c %a:%u:%g "$ROOTFS/new/deep")" = 755:0:0 ]
}

@test "a file over a directory and a directory over a file are errors" {
	mkdir "$ROOTFS/dir"
	touch "$ROOTFS/plain"
	add_mount /dir bind "$SOURCE/file" bind
	refused 'mount on /dir'
	config '.mounts[-1].destination = "/plain" | .mounts[-1].source = $s' \
		--arg s "$SOURCE"
	refused 'mount on /plain'
}

@test "links in the target are followed inside the rootfs" {
	mkdir "$ROOTFS/real"
	ln -s real "$ROOTFS/relative"
	ln -s /real "$ROOTFS/absolute"
	ln -s ../../../real "$ROOTFS/upward"
	ln -s dangling-target "$ROOTFS/dangling"
	for name in relative absolute upward; do
		add_mount "/$name/$name" bind "$SOURCE" bind
	done
	add_mount /dangling bind "$SOURCE" bind
	inside 'cat /real/relative/file /real/absolute/file /real/upward/file
		cat /dangling-target/file'
	assert_output hello hello hello hello
}

@test "a relative source is relative to the bundle" {
	mkdir "$ROOTFS/mnt" "$BUNDLE/data"
	echo from-bundle >"$BUNDLE/data/x"
	add_mount /mnt bind data bind
	cd /
	inside 'cat /mnt/x'
	assert_output from-bundle
}

@test "a missing source is an error with its name" {
	add_mount /mnt bind "$SOURCE/missing" bind
	refused /mounts/ "$SOURCE/missing" 'No such file or directory'
}

@test "bind leaves mounts below the source out, rbind takes them along" {
	requires program:unshare
	mkdir "$SOURCE/below" "$ROOTFS/bind" "$ROOTFS/rbind"
	add_mount /bind bind "$SOURCE" bind
	add_mount /rbind bind "$SOURCE" rbind
	args sh -c 'ls /bind/below /rbind/below'
	capture unshare --mount sh -c 'mount -t tmpfs tmpfs "$1/below"
		touch "$1/below/there"; shift; exec "$@"' sh "$SOURCE" \
		"$BULKHEAD" run -b "$BUNDLE" "$ID"
	assert_status 0
	assert_output /bind/below: '' /rbind/below: there
}

@test "ro on rbind is for the top, rro for all below" {
	mkdir "$SOURCE/below" "$ROOTFS/top" "$ROOTFS/all"
	add_mount /top bind "$SOURCE" rbind ro
	add_mount /all bind "$SOURCE" rbind rro rnosuid
	args cat /proc/self/mountinfo
	capture unshare --mount sh -c 'mount -t tmpfs tmpfs "$1/below"
		shift; exec "$@"' sh "$SOURCE" "$BULKHEAD" run -b "$BUNDLE" "$ID"
	assert_status 0
	mount_has /top ro
	mount_has /top/below -ro
	mount_has /all ro nosuid
	mount_has /all/below ro nosuid
}

@test "a read-only file system with mounts beneath gets them, and is read-only" {
	mkdir "$ROOTFS/t"
	add_mount /t tmpfs tmpfs ro
	add_mount /t/a tmpfs tmpfs
	add_mount /t/b/c bind "$SOURCE" bind
	inside 'cat /t/b/c/file; touch /t/a/x && echo a; touch /t/x 2>/dev/null ||
		echo no; mkdir /t/b/x 2>/dev/null || echo no; cat /proc/self/mountinfo'
	assert_line hello a no
	mount_has /t ro
	mount_has /t/a -ro
}

@test "a read-only /dev gets its devices, and is read-only" {
	config '(.mounts[] | select(.destination == "/dev").options) += ["ro"]'
	inside 'cat /proc/self/mountinfo; echo x >/dev/null && echo works
		touch /dev/x 2>/dev/null || echo no'
	assert_line works no
	mount_has /dev ro
}

@test "the propagation options" {
	local name
	for name in shared slave private unbindable; do
		mkdir "$ROOTFS/$name" "$ROOTFS/r$name"
		add_mount "/$name" bind "$SOURCE" bind "$name"
		add_mount "/r$name" bind "$SOURCE" rbind "r$name"
	done
	mkdir "$ROOTFS/default"
	add_mount /default bind "$SOURCE" rbind
	args cat /proc/self/mountinfo
	# The source must be shared for a slave of it to be one.
	capture unshare --mount sh -c 'mount --bind "$1" "$1"
		mount --make-shared "$1"; shift; exec "$@"' sh "$SOURCE" \
		"$BULKHEAD" run -b "$BUNDLE" "$ID"
	assert_status 0
	[[ $(optional /shared) == shared:* ]]
	[[ $(optional /rshared) == shared:* ]]
	[[ $(optional /slave) == master:* ]]
	[[ $(optional /rslave) == master:* ]]
	[[ $(optional /private) == '' ]]
	[[ $(optional /rprivate) == '' ]]
	[[ $(optional /unbindable) == unbindable ]]
	[[ $(optional /runbindable) == unbindable ]]
	[[ $(optional /default) == '' ]]
}

@test "a shared bind propagates what the container mounts, to the source" {
	mkdir "$ROOTFS/mnt" "$SOURCE/point"
	add_mount /mnt bind "$SOURCE" rbind rshared
	config '.process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"])'
	args sh -c 'mount -t tmpfs tmpfs /mnt/point && touch /mnt/point/made'
	capture unshare --mount sh -c 'mount --bind "$1" "$1"
		mount --make-shared "$1"; source=$1; shift; "$@" &&
		ls "$source/point"' sh "$SOURCE" "$BULKHEAD" run -b "$BUNDLE" "$ID"
	assert_status 0
	assert_output made
}

@test "proc belongs to the container's pid namespace" {
	inside 'ls -d /proc/[0-9]* | wc -l; cat /proc/1/comm; :'
	[ "$(tail -n1 <<<"$output")" = sh ]
	[ "$(head -n1 <<<"$output")" -lt 4 ]
}

@test "hidepid and subset reach proc" {
	config '(.mounts[] | select(.type == "proc").options) = ["hidepid=2"]'
	mountinfo_inside
	[[ $(super /proc) =~ hidepid=(2|invisible) ]]
}

@test "sysfs shows the container's network" {
	inside 'ls /sys/class/net'
	assert_output lo
}

@test "devpts is a new instance" {
	inside 'ls /dev/pts; ls -l /dev/ptmx'
	assert_line ptmx
	assert_match '/dev/ptmx -> pts/ptmx$'
	[ "$(grep -c '^[0-9]' <<<"$output")" = 0 ]
}

@test "mqueue belongs to the container's ipc namespace" {
	inside 'ls /dev/mqueue | wc -l; touch /dev/mqueue/q && ls /dev/mqueue'
	assert_output 0 q
	[ ! -e /dev/mqueue/q ]
}

@test "types that are not supported are refused by name" {
	mkdir "$ROOTFS/mnt"
	for type in ext4 overlay devtmpfs debugfs bpf nonsense; do
		config '.mounts[-1] = {destination: "/mnt", type: $t, source: "x"}' \
			--arg t "$type"
		refused "$type" 'not supported'
	done
}

@test "options that are not implemented are refused by name" {
	mkdir "$ROOTFS/mnt"
	for option in idmap ridmap remount src-nofollow; do
		config '.mounts[-1] = {destination: "/mnt", type: "bind",
			source: "/etc", options: ["bind", $o]}' --arg o "$option"
		refused "$option" 'not implemented'
	done
}

@test "nothing is mounted on /, nor with .. in the way" {
	add_mount / tmpfs tmpfs
	refused 'on /'
	config '.mounts[-1].destination = "/tmp/../etc"'
	refused ..
	config '.mounts[-1].destination = "/./."'
	refused 'on /'
}

@test "a mount in a mount, in the config's order" {
	mkdir "$ROOTFS/a"
	add_mount /a tmpfs tmpfs
	add_mount /a/b tmpfs tmpfs size=8k
	add_mount /a/b/c bind "$SOURCE" bind
	inside 'cat /a/b/c/file; df /a/b 2>/dev/null | wc -l'
	assert_line hello
}

@test "200 mounts" {
	mkdir "$ROOTFS/many"
	config '.mounts += [range(200) | {destination: "/many/\(.)",
		type: "tmpfs", source: "tmpfs"}]'
	inside 'grep -c " /many/" /proc/self/mountinfo'
	assert_output 200
}

@test "recursive options of a new file system are its own" {
	mkdir "$ROOTFS/t"
	add_mount /t tmpfs tmpfs rro rnosuid rnoexec
	add_mount /t/below tmpfs tmpfs
	inside 'cat /proc/self/mountinfo; touch /t/x 2>/dev/null || echo no
		touch /t/below/x && echo yes'
	assert_line no yes
	mount_has /t ro nosuid noexec
	mount_has /t/below -ro
}

@test "a recursive read-only option holds for each cgroup hierarchy" {
	[ -n "$(cgroup_mounts)" ] || skip 'no cgroups are mounted'
	config '.mounts |= map(select(.type != "cgroup")) + [{type: "cgroup",
		destination: "/sys/fs/cgroup", source: "cgroup",
		options: ["rro", "rnosuid", "rnodev", "rnoexec"]}]'
	inside 'cat /proc/self/mountinfo
		for d in /sys/fs/cgroup /sys/fs/cgroup/*; do
			mkdir $d/made 2>/dev/null && echo made in $d; done; :'
	assert_no_match '^made in'
	mount_has /sys/fs/cgroup ro nosuid nodev noexec
	while read -r target; do
		mount_has "$target" ro nosuid nodev noexec
	done < <(awk '/ - cgroup2? / { print $5 }' <<<"$output")
}

@test "tmpcopyup: a tmpfs begins with what lies there, with its mode or its own" {
	mkdir "$ROOTFS/data"
	echo content >"$ROOTFS/data/file"
	chmod 2710 "$ROOTFS/data"
	config '.mounts += [{destination: "/data", type: "tmpfs", source: "tmpfs",
		options: ["tmpcopyup", "size=1m"]}]'
	inside 'cat /data/file; stat -c %a /data; echo new >/data/file'
	assert_output content 2710
	[ "$(cat "$ROOTFS/data/file")" = content ]
	config '.mounts[-1].options += ["mode=755"]'
	inside 'cat /data/file; stat -c %a /data'
	assert_output content 755
}
