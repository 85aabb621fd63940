#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# User namespaces: maps, owners, devices; and a caller without any privilege.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root userns
	new_bundle
}

teardown() {
	clean_up
}

@test "the maps are the config's" {
	open_bundle
	userns
	inside 'cat /proc/self/uid_map /proc/self/gid_map; id'
	[ "$(head -n2 <<<"$output" | tr -s ' ' | sort -u)" = ' 0 100000 65536' ]
	assert_line 'uid=0 gid=0'
}

@test "maps of several ranges" {
	open_bundle
	userns 0 100000 1000 1000 200000 1 2000 300000 500
	inside 'tr -s " " </proc/self/uid_map; tr -s " " </proc/self/gid_map'
	assert_output ' 0 100000 1000' ' 1000 200000 1' ' 2000 300000 500' \
		' 0 100000 1000' ' 1000 200000 1' ' 2000 300000 500'
}

@test "owners are seen through the map, others as nobody" {
	open_bundle
	touch "$ROOTFS/first" "$ROOTFS/other" "$ROOTFS/host"
	userns 0 100000 1000 1000 200000 1
	chown 100000:100000 "$ROOTFS/first"
	chown 200000:200000 "$ROOTFS/other"
	chown 0:0 "$ROOTFS/host"
	inside 'stat -c "%n %u %g" /first /other /host'
	assert_output '/first 0 0' '/other 1000 1000' '/host 65534 65534'
}

@test "a file made inside belongs to the mapped user outside" {
	open_bundle
	userns
	config '.root.readonly = false'
	inside 'touch /made'
	[ "$(stat -c %u:%g "$ROOTFS/made")" = 100000:100000 ]
}

@test "a user other than root in a user namespace" {
	open_bundle
	userns
	config '.process.user = {uid: 1000, gid: 1001, additionalGids: [5, 6]}'
	inside 'grep -E "^(Uid|Gid|Groups)" /proc/self/status'
	assert_match '^Uid:(.1000){4}$' '^Gid:(.1001){4}$' \
		'^Groups:.5 6 (1001 )?$'
}

@test "a user that is not mapped is an error that says so" {
	open_bundle
	userns 0 100000 10
	config '.process.user.uid = 1000'
	refused 'become user 1000' uidMappings
}

@test "the default devices are the host's and work" {
	open_bundle
	userns
	inside 'for d in null zero full random urandom tty; do
			stat -c "%n %F %t:%T" /dev/$d; done
		echo x >/dev/null && head -c 4 /dev/zero | od -An -tx1'
	assert_line '/dev/null character special file 1:3' \
		'/dev/zero character special file 1:5' \
		'/dev/full character special file 1:7' \
		'/dev/random character special file 1:8' \
		'/dev/urandom character special file 1:9' \
		'/dev/tty character special file 5:0' ' 00 00 00 00'
}

@test "a device of the config is bound, if it is what it says" {
	requires file:/dev/kmsg
	open_bundle
	userns
	config '.linux.devices = [{path: "/dev/kmsg", type: "c", major: 1, minor: 11}]'
	inside 'stat -c "%F %t:%T" /dev/kmsg'
	assert_output 'character special file 1:b'
	config '.linux.devices[0].minor = 12'
	refused /dev/kmsg 'not the device 1:12'
}

@test "a device of the host that allows more than fileMode is refused" {
	requires file:/dev/kmsg
	open_bundle
	userns
	config '.linux.devices = [{path: "/dev/kmsg", type: "c", major: 1,
		minor: 11, fileMode: 384}]'
	chmod_kmsg=$(stat -c %a /dev/kmsg)
	[ "$chmod_kmsg" != 600 ] || skip '/dev/kmsg has the mode 600 here'
	refused /dev/kmsg "mode 0$chmod_kmsg" 'fileMode 0600'
	# As engines write it, who copy mode and owner of the host.
	config '.linux.devices[0] += {uid: 0, gid: 0, fileMode: $mode}' \
		--argjson mode "$((0$chmod_kmsg))"
	capture "$BULKHEAD" --debug run --bundle "$BUNDLE" "$ID"
	assert_status 0
	[[ $error == *'/linux/devices/0'*'change nothing'* ]]
}

@test "all groups of the caller are left" {
	open_bundle
	userns
	args grep ^Groups /proc/self/status
	capture setpriv --groups 7,8,9 "$BULKHEAD" run -b "$BUNDLE" "$ID"
	assert_status 0
	assert_match '^Groups:[[:space:]]*(0[[:space:]]*)?$'
}

@test "a bundle below a directory of root's alone" {
	# Engines keep containers where no user may look.
	open_bundle
	userns
	chmod 700 "$BUNDLE"
	inside 'id -u'
	assert_output 0
}

@test "a bind source that the mapped root can't reach" {
	open_bundle
	mkdir -m 700 "$BATS_TEST_TMPDIR/private"
	mkdir "$BATS_TEST_TMPDIR/private/shared"
	echo hello >"$BATS_TEST_TMPDIR/private/shared/file"
	userns
	mkdir "$ROOTFS/mnt"
	config '.mounts += [{destination: "/mnt", type: "bind", source: $s,
		options: ["bind"]}]' --arg s "$BATS_TEST_TMPDIR/private/shared"
	inside 'cat /mnt/file'
	assert_output hello
}

@test "mappings without a user namespace, or none with one, are refused" {
	config '.linux.uidMappings = [{containerID: 0, hostID: 1, size: 1}]'
	refused /linux/uidMappings 'user namespace'
	config 'del(.linux.uidMappings) | .linux.namespaces += [{type: "user"}]'
	refused /linux/uidMappings
}

@test "mappings with a joined user namespace must be its own" {
	open_bundle
	hold_namespaces --user
	echo '0 100000 65536' >"/proc/$HOLDER/uid_map"
	echo '0 100000 65536' >"/proc/$HOLDER/gid_map"
	userns
	namespace user "/proc/$HOLDER/ns/user"
	inside 'readlink /proc/self/ns/user'
	assert_output "$(readlink "/proc/$HOLDER/ns/user")"
	config '.linux.gidMappings[0].size = 65535'
	refused gid_map '0 100000 65536' '0 100000 65535' linux.gidMappings
	config '.linux.uidMappings = [{containerID: 0, hostID: 0, size: 1}]'
	refused uid_map '0 0 1'
}

@test "overlapping or empty mappings are an error" {
	open_bundle
	userns 0 100000 10 5 200000 10
	refused uid_map overlap
	config '.linux.uidMappings = [{containerID: 0, hostID: 1, size: 0}]'
	refused /linux/uidMappings empty
	config '.linux.uidMappings = [{containerID: 0, hostID: 4294967295, size: 1}]'
	refused /linux/uidMappings
}

@test "container id 0 must be mapped" {
	open_bundle
	userns 1 100000 10
	refused /linux/uidMappings 'container id 0'
}

@test "limits can be raised in a user namespace, as root's" {
	open_bundle
	userns
	config '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 300, hard: 400}]'
	inside 'ulimit -Sn; ulimit -Hn'
	assert_output 300 400
}

# ---- the host's mounts -------------------------------------------------------

# To be a mount with flags, with another one below, and one that hides a file:
# beside_host makes them, where the host does not see them.
locked_source() {
	SOURCE=$BATS_TEST_TMPDIR/source
	mkdir "$SOURCE" "$ROOTFS/mnt"
	config '.root.readonly = false
		| .process.capabilities |= map_values(["CAP_SYS_ADMIN",
		"CAP_DAC_OVERRIDE", "CAP_MKNOD"])'
	config '.mounts += [{destination: "/mnt", type: "bind", source: $s,
		options: ["rbind", "rw", "suid", "dev", "exec", "atime"]}]' \
		--arg s "$SOURCE"
}

# beside_host COMMAND...: with these mounts.
beside_host() {
	capture unshare --mount sh -ec 'source=$1
		shift
		mount -t tmpfs -o mode=777 tmpfs "$source"
		mkdir -m 777 "$source/below" "$source/cover"
		echo secret >"$source/cover/hidden"
		mount -t tmpfs -o ro,nosuid,nodev,noexec,noatime tmpfs "$source/below"
		mount -t tmpfs tmpfs "$source/cover"
		mount -o remount,bind,ro,nosuid,nodev,noexec,noatime "$source"
		exec "$@"' sh "$SOURCE" "$@"
}

# Each way to be rid of a flag, then what is left.
unlock='for m in /mnt /mnt/below; do
		for o in rw suid dev exec rw,suid,dev,exec,atime; do
			mount -o remount,bind,$o $m 2>/dev/null && echo $m: $o
			mount -o remount,$o $m 2>/dev/null && echo $m: super $o
		done
		touch $m/made 2>/dev/null && echo $m: written
	done
	umount /mnt/cover 2>/dev/null && echo uncovered
	umount -l /mnt/cover 2>/dev/null && echo uncovered
	mkdir /other && mount --bind /mnt /other 2>/dev/null && echo bound
	cat /mnt/cover/hidden /other/cover/hidden 2>/dev/null
	cat /proc/self/mountinfo'

still_locked() {
	assert_status 0
	assert_no_match '^/mnt|^uncovered|^bound|^secret'
	for target in /mnt /mnt/below; do
		mount_has $target ro nosuid nodev noexec noatime
	done
}

@test "flags of the host's mounts stay, whatever is asked for" {
	open_bundle
	locked_source
	userns
	args sh -c "$unlock"
	beside_host "$BULKHEAD" run -b "$BUNDLE" "$ID"
	still_locked
}

@test "flags of the host's mounts stay in a joined user namespace" {
	open_bundle
	locked_source
	hold_namespaces --user
	echo '0 100000 65536' >"/proc/$HOLDER/uid_map"
	echo '0 100000 65536' >"/proc/$HOLDER/gid_map"
	chown -R 100000:100000 "$ROOTFS"
	config '.linux.namespaces += [{type: "user", path: $p}]' \
		--arg p "/proc/$HOLDER/ns/user"
	args sh -c "$unlock"
	beside_host "$BULKHEAD" run -b "$BUNDLE" "$ID"
	still_locked
}

@test "what the host's mounts hide is hidden from a bind without them" {
	open_bundle
	locked_source
	userns
	config '.mounts[-1].options = ["bind"]'
	args sh -c 'cat /mnt/cover/hidden'
	beside_host "$BULKHEAD" run -b "$BUNDLE" "$ID"
	assert_output ''
	assert_status 1
}

@test "flags of the mount that the rootfs lies on stay" {
	open_bundle
	mkdir "$ROOTFS/proc" "$ROOTFS/dev" "$ROOTFS/sys"
	userns
	config '.root.readonly = false
		| .process.capabilities |= map_values(["CAP_SYS_ADMIN"])'
	args sh -c 'mount -o remount,bind,rw / 2>/dev/null && echo writable
		mount -o remount,bind,ro,suid,dev / 2>/dev/null && echo suid
		touch /made 2>/dev/null && echo made; cat /proc/self/mountinfo'
	capture unshare --mount sh -ec 'mount --bind "$1" "$1"
		mount -o remount,bind,ro,nosuid,nodev "$1"; shift; exec "$@"' \
		sh "$ROOTFS" "$BULKHEAD" run -b "$BUNDLE" "$ID"
	assert_status 0
	assert_no_match '^writable|^suid|^made'
	mount_has / ro nosuid nodev
}

@test "a namespace path that is a FIFO is refused, and nobody waits" {
	open_bundle
	mkfifo "$BATS_TEST_TMPDIR/fifo"
	cp "$BUNDLE/config.json" "$BUNDLE/config.saved"
	for type in user pid network ipc mount uts cgroup time; do
		cp "$BUNDLE/config.saved" "$BUNDLE/config.json"
		namespace $type "$BATS_TEST_TMPDIR/fifo"
		for command in run create; do
			capture timeout 20 "$BULKHEAD" --root \
				"$BATS_TEST_TMPDIR/store" $command \
				-b "$BUNDLE" "$ID"
			assert_status 1
			assert_error "$BATS_TEST_TMPDIR/fifo" 'it is no namespace'
		done
	done
}

# ---- without privileges ------------------------------------------------------

run_unprivileged() {
	capture unprivileged "$BULKHEAD" run --bundle "$BUNDLE" "$ID"
}

@test "a user without privileges runs a container" {
	requires unprivileged
	unprivileged_bundle
	args sh -c 'id; tr -s " " </proc/self/uid_map; cat /proc/self/setgroups
		grep ^Cap /proc/self/status; hostname'
	run_unprivileged
	assert_status 0
	assert_line ' 0 12345 1' deny bulkhead $'CapInh:\t0000000000000000'
	assert_match '^uid=0 gid=0'
}

@test "without privileges: the file systems are the config's" {
	requires unprivileged
	unprivileged_bundle
	args cat /proc/self/mountinfo
	run_unprivileged
	assert_status 0
	mount_has / ro
	mount_has /dev nosuid -ro
	mount_has /dev/pts nosuid noexec
	mount_has /proc -ro
	mount_has /proc/sys ro
	mount_has /sys ro nosuid nodev noexec
}

@test "without privileges: binds, recursive ones and read-only ones" {
	requires unprivileged
	unprivileged_bundle
	mkdir "$ROOTFS/mnt" "$ROOTFS/host" "$BATS_TEST_TMPDIR/source"
	echo hello >"$BATS_TEST_TMPDIR/source/file"
	chown -R 12345 "$ROOTFS" "$BATS_TEST_TMPDIR/source"
	config '.mounts += [{destination: "/mnt", source: $s,
		options: ["bind", "ro", "nosuid"]}, {destination: "/host",
		source: "/usr", options: ["rbind", "ro"]}]' \
		--arg s "$BATS_TEST_TMPDIR/source"
	args sh -c 'cat /mnt/file; touch /mnt/x; ls /host/bin/env
		cat /proc/self/mountinfo'
	run_unprivileged
	assert_status 0
	assert_line hello /host/bin/env
	mount_has /mnt ro nosuid
	mount_has /host ro
	[[ $error == *'Read-only file system'* ]]
}

@test "without privileges: devices and masks work" {
	requires unprivileged
	unprivileged_bundle
	args sh -c 'echo x >/dev/null; stat -c %t:%T /dev/null /dev/zero
		cat /proc/keys | wc -c; ls /sys/firmware | wc -l
		umount /proc/keys 2>/dev/null || echo stays'
	run_unprivileged
	assert_status 0
	assert_output 1:3 1:5 0 0 stays
}

@test "without privileges: a foreign id can't be mapped" {
	requires unprivileged
	unprivileged_bundle
	config '.linux.uidMappings[0].hostID = 0'
	run_unprivileged
	assert_status 1
	assert_error newuidmap
}

@test "without privileges: no user namespace, no container" {
	requires unprivileged
	unprivileged_bundle
	config 'del(.linux.uidMappings, .linux.gidMappings)
		| .linux.namespaces |= map(select(.type != "user"))'
	run_unprivileged
	assert_status 1
	assert_error /linux/namespaces 'user namespace'
}

@test "without privileges: limits are refused, not left out" {
	requires unprivileged
	unprivileged_bundle
	config '.linux.resources.pids.limit = 10'
	run_unprivileged
	assert_status 1
	assert_error /linux/resources/pids/limit 'run as root'
}

@test "without privileges: seccomp, limits, umask and no_new_privs hold" {
	requires unprivileged
	unprivileged_bundle
	config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [
			{names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO",
			 errnoRet: 28}]}
		| .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 50, hard: 60}]
		| .process.user.umask = 63'
	args sh -c 'mkdir /tmp/x; ulimit -n; ulimit -Hn; umask
		grep -E "^(NoNewPrivs|Seccomp):" /proc/self/status'
	run_unprivileged
	assert_status 0
	assert_output 50 60 0077 $'NoNewPrivs:\t1' $'Seccomp:\t2'
	[[ $error == *'No space left'* ]]
}

@test "without privileges: the exit status and a missing program" {
	requires unprivileged
	unprivileged_bundle
	args sh -c 'exit 42'
	run_unprivileged
	assert_status 42
	args nothing
	run_unprivileged
	assert_status 1
	assert_error 'exec: "nothing": executable file not found in $PATH'
}

@test "without privileges: join the own user namespace by path" {
	requires unprivileged
	unprivileged_bundle
	mkfifo "$BATS_TEST_TMPDIR/ready"
	setpriv --reuid=12345 --regid=12345 --clear-groups \
		unshare --user --map-root-user --net sh -c \
		'echo ready; exec sleep 1000' >"$BATS_TEST_TMPDIR/ready" \
		</dev/null 3>&- &
	background+=($!)
	read -r -t 10 _ <>"$BATS_TEST_TMPDIR/ready"
	namespace user "/proc/$!/ns/user"
	namespace network "/proc/$!/ns/net"
	config 'del(.linux.uidMappings, .linux.gidMappings)'
	args sh -c 'readlink /proc/self/ns/user; readlink /proc/self/ns/net; id -u'
	run_unprivileged
	assert_status 0
	assert_output "$(readlink "/proc/$!/ns/user")" \
		"$(readlink "/proc/$!/ns/net")" 0
}

@test "root in a user namespace runs a container of its own map" {
	requires unprivileged
	unprivileged_bundle
	# 0 of the outer namespace is mapped here, and has no power outside.
	config '.linux.uidMappings[0].hostID = 0 | .linux.gidMappings[0].hostID = 0'
	args sh -c 'id -u; tr -s " " </proc/self/uid_map'
	capture unprivileged unshare --user --map-root-user "$BULKHEAD" run \
		--bundle "$BUNDLE" "$ID"
	assert_status 0
	assert_output 0 ' 0 0 1'
}
