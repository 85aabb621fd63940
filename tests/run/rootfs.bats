#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The rootfs, its propagation, devices, masked and read-only paths.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	new_bundle
}

teardown() {
	clean_up
}

@test "a read-only root can't be written, a writable one can" {
	args touch /made
	run_container
	assert_status 1
	[[ $error == *'Read-only file system'* ]]
	config '.root.readonly = false'
	run_container
	assert_status 0
	[ -e "$ROOTFS/made" ]
}

@test "a read-only root stays so for root with CAP_SYS_ADMIN in a user namespace" {
	requires userns
	open_bundle
	userns
	config '.process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"])'
	inside 'mount -o remount,rw / 2>/dev/null || echo locked
		touch /made 2>/dev/null || echo read-only'
	assert_line read-only
}

@test "root.path may be absolute, a link, or elsewhere" {
	mkdir "$BATS_TEST_TMPDIR/else"
	mv "$ROOTFS" "$BATS_TEST_TMPDIR/else/root"
	args echo fine
	config '.root.path = $p' --arg p "$BATS_TEST_TMPDIR/else/root"
	run_container
	assert_output fine
	ln -s ../else/root "$BUNDLE/link"
	config '.root.path = "link"'
	run_container
	assert_output fine
	config '.root.path = "../else/root/"'
	run_container
	assert_output fine
}

@test "a rootfs that is a mount point already" {
	args sh -c 'cat /proc/self/mountinfo; cat /below/x'
	mkdir "$BATS_TEST_TMPDIR/mnt"
	config '.root.path = $p' --arg p "$BATS_TEST_TMPDIR/mnt"
	capture unshare --mount sh -c 'mount --bind "$1" "$2"
		mkdir "$2/below"; mount -t tmpfs tmpfs "$2/below"
		echo hello >"$2/below/x"; shift 2; exec "$@"' sh "$ROOTFS" \
		"$BATS_TEST_TMPDIR/mnt" "$BULKHEAD" run -b "$BUNDLE" "$ID"
	assert_status 0
	assert_line hello
	mount_has / ro
	mount_has /below -ro
}

@test "a rootfs on a tmpfs" {
	args sh -c 'stat -fc %T /; echo fine'
	mkdir "$BATS_TEST_TMPDIR/mnt"
	config '.root.path = $p' --arg p "$BATS_TEST_TMPDIR/mnt"
	capture unshare --mount sh -c 'mount -t tmpfs tmpfs "$2"
		cp -a "$1/." "$2"; shift 2; exec "$@"' sh "$ROOTFS" \
		"$BATS_TEST_TMPDIR/mnt" "$BULKHEAD" run -b "$BUNDLE" "$ID"
	assert_output tmpfs fine
}

@test "a rootfs that is missing or a file is an error" {
	config '.root.path = "nothing"'
	refused /root/path nothing 'No such file or directory'
	touch "$BUNDLE/nothing"
	refused /root/path nothing
}

@test "rootfsPropagation" {
	args cat /proc/self/mountinfo
	for name in private rprivate shared rshared slave rslave unbindable \
		runbindable; do
		config '.linux.rootfsPropagation = $n' --arg n "$name"
		# Of a shared file system, as most hosts have.
		capture unshare --mount sh -c 'mount --bind "$1" "$1"
			mount --make-shared "$1"; shift; exec "$@"' sh "$ROOTFS" \
			"$BULKHEAD" run -b "$BUNDLE" "$ID"
		assert_status 0
		fields=$(mount_line / | cut -d' ' -f7- | sed 's/-.*//')
		case $name in
		*private) [ -z "$fields" ] ;;
		*shared) [[ $fields == *shared:* ]] ;;
		*slave) [[ $fields == master:* ]] ;;
		*unbindable) [[ $fields == 'unbindable ' ]] ;;
		esac
	done
}

@test "without rootfsPropagation nothing passes either way" {
	args cat /proc/self/mountinfo
	capture unshare --mount sh -c 'mount --bind "$1" "$1"
		mount --make-shared "$1"; shift; exec "$@"' sh "$ROOTFS" \
		"$BULKHEAD" run -b "$BUNDLE" "$ID"
	assert_status 0
	assert_no_match "shared:|master:"
}

@test "the default devices" {
	inside 'cd /dev; for d in null zero full random urandom tty; do
		stat -c "%n %F %t:%T %a %u:%g" $d; done'
	assert_output 'null character special file 1:3 666 0:0' \
		'zero character special file 1:5 666 0:0' \
		'full character special file 1:7 666 0:0' \
		'random character special file 1:8 666 0:0' \
		'urandom character special file 1:9 666 0:0' \
		'tty character special file 5:0 666 0:0'
}

@test "the default devices work" {
	inside 'echo x >/dev/null; head -c 3 /dev/zero | od -An -tx1
		head -c 5 /dev/urandom | wc -c
		echo x 2>&1 >/dev/full | grep -c "No space left"'
	assert_output ' 00 00 00' 5 1
}

@test "the default links" {
	inside 'cd /dev; for l in fd stdin stdout stderr ptmx; do
		echo "$l $(readlink $l)"; done; ls core 2>/dev/null'  || :
	assert_line 'fd /proc/self/fd' 'stdin /proc/self/fd/0' \
		'stdout /proc/self/fd/1' 'stderr /proc/self/fd/2' 'ptmx pts/ptmx'
}

@test "devices of the config, with mode and owner" {
	config '.linux.devices = [
		{path: "/dev/fuse", type: "c", major: 10, minor: 229, fileMode: 432,
		 uid: 3, gid: 4},
		{path: "/dev/sub/disk", type: "b", major: 7, minor: 0},
		{path: "/dev/pipe", type: "p", fileMode: 384},
		{path: "/dev/null", type: "c", major: 1, minor: 3, fileMode: 420}]
		| .linux.resources.devices += [
		{allow: true, type: "c", major: 10, minor: 229, access: "m"},
		{allow: true, type: "b", major: 7, minor: 0, access: "m"}]'
	inside 'cd /dev; stat -c "%n %F %t:%T %a %u:%g" fuse sub/disk pipe null'
	assert_output 'fuse character special file a:e5 660 3:4' \
		'sub/disk block special file 7:0 666 0:0' \
		'pipe fifo 0:0 600 0:0' 'null character special file 1:3 644 0:0'
}

@test "devices outside of /dev, or half given, are refused" {
	config '.linux.devices = [{path: "/etc/null", type: "c", major: 1, minor: 3}]'
	refused /linux/devices/0/path
	config '.linux.devices = [{path: "/dev/../etc/x", type: "c", major: 1, minor: 3}]'
	refused /linux/devices/0/path
	[ ! -e "$ROOTFS/etc/x" ]
	config '.linux.devices = [{path: "/dev/x", type: "c"}]'
	refused /linux/devices/0 'major and minor'
}

@test "a bound /dev is left as it is" {
	mkdir "$BATS_TEST_TMPDIR/dev"
	touch "$BATS_TEST_TMPDIR/dev/mine"
	config '.mounts = [{destination: "/proc", type: "proc", source: "proc"},
		{destination: "/dev", source: $s, options: ["bind"]}]' \
		--arg s "$BATS_TEST_TMPDIR/dev"
	inside 'ls /dev'
	assert_output mine
	[ "$(ls "$BATS_TEST_TMPDIR/dev")" = mine ]
}

@test "masked paths: directories are empty, files are the null device" {
	mkdir "$ROOTFS/dir"
	echo secret | tee "$ROOTFS/dir/file" >"$ROOTFS/file"
	config '.linux.maskedPaths = ["/dir", "/file", "/missing", "/file/below"]
		| .root.readonly = false'
	inside 'ls -A /dir | wc -l; cat /file | wc -c; ls /missing 2>&1 | tail -c 10
		stat -c "%F %t:%T" /file; touch /dir/x 2>/dev/null || echo closed'
	assert_output 0 0 'directory' 'character special file 1:3' closed
	[ ! -e "$ROOTFS/missing" ]
	[ "$(cat "$ROOTFS/file")" = secret ]
}

@test "the fresh config's masks hold in /proc and /sys" {
	inside 'for f in keys timer_list interrupts; do
			[ ! -e /proc/$f ] || wc -c </proc/$f; done
		ls -A /sys/firmware /proc/acpi 2>/dev/null | grep -v : | grep .
		cat /proc/self/mountinfo'
	[ "$(grep -cx 0 <<<"$output")" -ge 2 ]
	mount_has /sys/firmware ro nosuid noexec nodev
	assert_no_match '^[a-z]'
}

@test "root in the container gets neither under masks nor through them" {
	config '.process.capabilities |= map_values(["CAP_CHOWN", "CAP_FOWNER",
		"CAP_DAC_OVERRIDE", "CAP_MKNOD", "CAP_SETUID", "CAP_SYS_CHROOT"])'
	before=$(stat -c '%a %u:%g' /dev/null)
	inside 'umount /proc/keys 2>/dev/null || echo stays
		chmod 0 /proc/keys 2>/dev/null || echo no
		chown 1 /proc/keys 2>/dev/null || echo no
		umount /proc/sys 2>/dev/null || echo stays
		echo 1 2>/dev/null >/proc/sys/kernel/panic || echo no
		echo b 2>/dev/null >/proc/sysrq-trigger || echo no'
	assert_output stays no no stays no no
	[ "$(stat -c '%a %u:%g' /dev/null)" = "$before" ]
}

@test "a user namespace inside takes no mask off" {
	requires userns
	open_bundle
	userns
	echo secret >"$ROOTFS/file"
	chown 100000 "$ROOTFS/file"
	config '.linux.maskedPaths += ["/file"]'
	inside 'umount /file 2>/dev/null || echo stays
		unshare -Um sh -c "id -u; umount /file || cat /file; echo end" 2>/dev/null'
	assert_output stays 65534 end
}

@test "read-only paths: directories, files, missing ones" {
	mkdir -p "$ROOTFS/dir/sub"
	echo content >"$ROOTFS/file"
	config '.linux.readonlyPaths = ["/dir", "/file", "/missing", "/file/below"]
		| .root.readonly = false'
	inside 'cat /file; touch /dir/sub/x 2>/dev/null || echo closed
		echo x 2>/dev/null >>/file || echo closed; touch /else && echo open'
	assert_output content closed closed open
	[ ! -e "$ROOTFS/missing" ]
}

@test "mounts below a read-only path are read-only too" {
	config '.mounts += [{destination: "/dir", type: "tmpfs", source: "t"},
		{destination: "/dir/sub", type: "tmpfs", source: "t"}]
		| .linux.readonlyPaths = ["/dir"]'
	inside 'cat /proc/self/mountinfo; touch /dir/sub/x 2>/dev/null || echo closed'
	assert_line closed
	mount_has /dir ro
	mount_has /dir/sub ro
}

@test "a mask lies over a mount, not under it" {
	mkdir "$BATS_TEST_TMPDIR/source"
	echo secret >"$BATS_TEST_TMPDIR/source/file"
	config '.mounts += [{destination: "/mnt", source: $s, options: ["bind"]}]
		| .linux.maskedPaths = ["/mnt/file"]' \
		--arg s "$BATS_TEST_TMPDIR/source"
	inside 'wc -c </mnt/file'
	assert_output 0
}

@test "masked and read-only paths through links stay in the rootfs" {
	mkdir "$ROOTFS/real"
	echo secret >"$ROOTFS/real/file"
	ln -s /real/file "$ROOTFS/link"
	ln -s ../../../../real "$ROOTFS/up"
	config '.linux.maskedPaths = ["/link"] | .linux.readonlyPaths = ["/up"]
		| .root.readonly = false'
	inside 'wc -c </real/file; touch /real/x 2>/dev/null || echo closed'
	assert_output 0 closed
}

@test "relative masks and read-only paths are refused" {
	config '.linux.maskedPaths = ["proc/keys"]'
	refused /linux/maskedPaths/0 'not absolute'
	config '.linux.maskedPaths = [] | .linux.readonlyPaths = ["x"]'
	refused /linux/readonlyPaths/0 'not absolute'
}

# ---- where pivot_root does not work ------------------------------------------------

# in_chroot COMMAND...: with a root that is no mount point, which has the host's
# directories.
in_chroot() {
	local root=$BATS_TEST_TMPDIR/root dir
	mkdir "$root"
	for dir in usr bin lib lib64 proc sys dev run tmp; do
		[ ! -e "/$dir" ] || mkdir "$root/$dir"
	done
	capture unshare -m --propagation private sh -c '
		root=$1; shift
		for dir in "$root"/*; do
			mount --rbind "/${dir##*/}" "$dir" || exit
		done
		exec chroot "$root" "$@"' sh "$root" "$@"
}

@test "in a chroot, which can't be left for good, nothing is run" {
	cp "$(readlink -f "$BULKHEAD")" "$BATS_TEST_TMPDIR/bulkhead-oci"
	args echo ran
	in_chroot "$BATS_TEST_TMPDIR/bulkhead-oci" run --no-pivot -b "$BUNDLE" "$ID"
	assert_status 1
	assert_output ''
	assert_error 'set the propagation of /: Invalid argument' chroot
}

@test "--no-pivot where pivot_root works: the same, and nothing of the host" {
	inside 'cut -d" " -f4,5 /proc/self/mountinfo'
	local plain=$output
	run_container --no-pivot
	assert_status 0
	assert_output "$plain"
	requires userns
	userns
	run_container --no-pivot
	assert_status 1
	assert_error '--no-pivot with a user namespace'
}
