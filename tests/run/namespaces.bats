#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Namespaces: new ones, ones of other processes, and those left out.
#
# shellcheck disable=SC2016

load ../lib/common

setup() {
	requires root
	new_bundle
}

teardown() {
	clean_up
}

# name of a namespace in /proc/PID/ns: of TYPE in config.json
file_of() {
	case $1 in
	network) echo net ;;
	mount) echo mnt ;;
	*) echo "$1" ;;
	esac
}

links='for n in cgroup ipc mnt net pid time user uts; do
		readlink /proc/self/ns/$n; done'

@test "each namespace of the config is a new one" {
	requires timens userns
	open_bundle
	userns
	namespace time
	inside "$links"
	[ "$(wc -l <<<"$output")" = 8 ]
	for name in cgroup ipc mnt net pid time user uts; do
		assert_no_match "^$(readlink "/proc/self/ns/$name" |
			sed 's/[][]/\\&/g')\$"
	done
}

@test "namespaces that are not in the config are the caller's" {
	config '.linux.namespaces = [{"type": "mount"}] | del(.hostname)
		| .mounts |= map(select(.type != "cgroup" and .type != "sysfs"))'
	inside "$links"
	for name in cgroup ipc net pid time user uts; do
		assert_line "$(readlink "/proc/self/ns/$name")"
	done
	assert_no_match "^$(readlink /proc/self/ns/mnt | sed 's/[][]/\\&/g')\$"
}

@test "the container is process 1 of its pid namespace, alone" {
	inside 'echo $$; ps -o pid | wc -l'
	assert_output 1 4
}

@test "the host's system v ipc is not to be seen" {
	inside 'wc -l </proc/sysvipc/shm'
	assert_output 1
}

# TYPE UNSHARE-OPTION: join the namespace of another process by its path, with
# and without a new user namespace.
join_by_path() {
	local file wanted
	file=$(file_of "$1")
	hold_namespaces "$2"
	wanted=$(readlink "/proc/$HOLDER/ns/$file")
	[ "$wanted" != "$(readlink "/proc/self/ns/$file")" ]
	namespace "$1" "/proc/$HOLDER/ns/$file"
	inside "readlink /proc/self/ns/$file"
	assert_output "$wanted"
	requires userns
	open_bundle
	userns
	inside "readlink /proc/self/ns/$file; cat /proc/self/uid_map"
	assert_line "$wanted"
	assert_match '^ +0 +100000 +65536$'
}

@test "join a network namespace by path" {
	# sysfs shows the network namespace, and needs a user namespace over it.
	config '.mounts |= map(select(.destination | startswith("/sys") | not))'
	join_by_path network --net
}

@test "join an ipc namespace by path" {
	config '.mounts |= map(select(.type != "mqueue"))'
	join_by_path ipc --ipc
}

@test "join a uts namespace by path" {
	config 'del(.hostname)'
	join_by_path uts --uts
}

@test "join a cgroup namespace by path" {
	config '.mounts |= map(select(.type != "cgroup"))'
	join_by_path cgroup --cgroup
}

@test "join a time namespace by path" {
	requires timens
	hold_namespaces --time --boottime 86400 --fork --kill-child
	wanted=$(readlink "/proc/$HOLDER/ns/time_for_children")
	namespace time "/proc/$HOLDER/ns/time_for_children"
	inside 'readlink /proc/self/ns/time'
	assert_output "$wanted"
}

@test "join a pid namespace by path" {
	hold_namespaces --pid --fork --kill-child
	wanted=$(readlink "/proc/$HOLDER/ns/pid_for_children")
	namespace pid "/proc/$HOLDER/ns/pid_for_children"
	inside 'readlink /proc/self/ns/pid; echo $$; cat /proc/1/comm'
	assert_line "$wanted" sleep
	assert_no_match '^1$'
}

@test "join a pid namespace by path, in a new user namespace" {
	requires userns
	hold_namespaces --pid --fork --kill-child
	wanted=$(readlink "/proc/$HOLDER/ns/pid_for_children")
	namespace pid "/proc/$HOLDER/ns/pid_for_children"
	# A new procfs of that pid namespace needs power over it.
	config '.mounts |= map(if .type == "proc" then
		{destination: "/proc", type: "bind", source: "/proc",
		 options: ["rbind"]} else . end)'
	open_bundle
	userns
	# Only a procfs may lie on /proc.
	refused /proc
}

@test "join a mount namespace by path" {
	hold_namespaces --mount
	mount -t tmpfs tmpfs "$BATS_TEST_TMPDIR"/ 2>/dev/null && umount \
		"$BATS_TEST_TMPDIR"
	namespace mount "/proc/$HOLDER/ns/mnt"
	config '.mounts = [] | .root.readonly = false | del(.linux.maskedPaths,
		.linux.readonlyPaths)'
	inside "readlink /proc/self/ns/mnt"
	assert_output "$(readlink "/proc/$HOLDER/ns/mnt")"
}

@test "a joined mount namespace takes no mounts or masks" {
	hold_namespaces --mount
	namespace mount "/proc/$HOLDER/ns/mnt"
	refused 'the mount namespace is joined'
}

# The holder's user namespace gets ids, as an engine gives them.
map_holder() {
	echo '0 100000 65536' >"/proc/$HOLDER/uid_map"
	echo '0 100000 65536' >"/proc/$HOLDER/gid_map"
	chown -R 100000:100000 "$ROOTFS"
}

@test "join a user namespace by path" {
	requires userns
	open_bundle
	hold_namespaces --user
	map_holder
	namespace user "/proc/$HOLDER/ns/user"
	inside 'readlink /proc/self/ns/user; id -u'
	assert_output "$(readlink "/proc/$HOLDER/ns/user")" 0
}

@test "join user and network namespaces of a process" {
	requires userns
	open_bundle
	hold_namespaces --user --net
	map_holder
	namespace user "/proc/$HOLDER/ns/user"
	namespace network "/proc/$HOLDER/ns/net"
	inside 'readlink /proc/self/ns/user; readlink /proc/self/ns/net'
	assert_output "$(readlink "/proc/$HOLDER/ns/user")" \
		"$(readlink "/proc/$HOLDER/ns/net")"
}

@test "a path that is no namespace, or of another type, is refused" {
	namespace network /etc/passwd
	refused /linux/namespaces 'it is no namespace'
	namespace network /proc/self/ns/uts
	refused 'network namespace'
	namespace network /proc/self/ns/nothing
	refused /linux/namespaces 'No such file'
	namespace network relative
	refused /linux/namespaces 'not absolute'
}

@test "a namespace that is given twice is refused" {
	config '.linux.namespaces += [{"type": "pid"}]'
	refused /linux/namespaces 'given twice'
}

@test "without a mount namespace nothing starts" {
	config '.linux.namespaces |= map(select(.type != "mount"))'
	refused 'mount namespace'
}

@test "hostname and domainname are set, and the host's stay" {
	before=$(uname -n)
	config '.hostname = "inside.example" | .domainname = "domain.example"'
	inside 'hostname; cat /proc/sys/kernel/domainname'
	assert_output inside.example domain.example
	[ "$(uname -n)" = "$before" ]
}

@test "hostname without a uts namespace is refused" {
	config '.linux.namespaces |= map(select(.type != "uts"))'
	refused /hostname 'uts namespace'
}

@test "loopback is up in a new network namespace, and nothing else is there" {
	inside 'cat /sys/class/net/lo/operstate; ls /sys/class/net;
		ifconfig lo | grep -c "UP LOOPBACK RUNNING"; ifconfig lo'
	assert_line lo 1
	assert_match 'inet addr:127.0.0.1'
	[ "$(sed -n 2p <<<"$output")" = lo ]
}

@test "time offsets apply to the program" {
	requires timens
	namespace time
	config '.linux.timeOffsets = {
		"monotonic": {"secs": 5000000, "nanosecs": 5},
		"boottime": {"secs": 7000000}}'
	inside 'cat /proc/self/timens_offsets; cut -d. -f1 /proc/uptime'
	assert_match '^monotonic +5000000 +5$' '^boottime +7000000 +0$'
	uptime=$(tail -n1 <<<"$output")
	host=$(cut -d. -f1 /proc/uptime)
	((uptime - host >= 6999990 && uptime - host <= 7000000))
}

@test "time offsets in a user namespace" {
	requires timens userns
	open_bundle
	userns
	namespace time
	config '.linux.timeOffsets = {"boottime": {"secs": 7000000}}'
	inside 'cat /proc/self/timens_offsets'
	assert_match '^boottime +7000000 +0$'
}

@test "time offsets without a new time namespace are refused" {
	config '.linux.timeOffsets = {"boottime": {"secs": 7}}'
	refused /linux/timeOffsets
}

@test "a time offset that would make the clock negative is an error" {
	requires timens
	namespace time
	config '.linux.timeOffsets = {"boottime": {"secs": -9000000000}}'
	refused 'time offset'
}

@test "the container has a session, and a keyring, of its own" {
	inside 'cut -d" " -f6 /proc/self/stat'
	assert_output 1
}
