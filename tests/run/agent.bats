#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The profile `agent`, the default: each laxness of a config is tightened or
# refused, seen from inside the container; with the profile `oci` it runs as
# written.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	profile agent
	new_bundle
	config '.root.readonly = false'
}

teardown() {
	"$BULKHEAD" --root "$BATS_TEST_TMPDIR/s" delete --force "$ID" || :
	clean_up
}

# as_written SCRIPT: what the container's shell says of it under `oci`.
as_written() {
	args sh -c "$1"
	capture "$PLAIN_BULKHEAD" --profile oci run --bundle "$BUNDLE" "$ID"
}

# policy JSON: of the host for the next runs.
policy() {
	POLICY=$BATS_TEST_TMPDIR/policy.json
	echo "$1" >"$POLICY"
}

# by_policy PROFILE-JSON: run with agent, extended by this.
by_policy() {
	policy '{"defaultProfile": "own", "profiles": {"own":
		'"$1"'}}'
	capture "$PLAIN_BULKHEAD" --policy "$POLICY" run -b "$BUNDLE" "$ID"
}

# ---- choosing ------------------------------------------------------------------

@test "agent is the default" {
	args sh -c 'grep NoNewPrivs: /proc/self/status'
	config '.process.noNewPrivileges = false'
	capture "$PLAIN_BULKHEAD" run --bundle "$BUNDLE" "$ID"
	assert_output $'NoNewPrivs:\t1'
	as_written 'grep NoNewPrivs: /proc/self/status'
	assert_output $'NoNewPrivs:\t0'
}

@test "a profile that there is not is refused" {
	run_container --profile nothing
	assert_status 1
	assert_error 'there is no profile nothing'
	profile nothing
	run_container
	assert_status 1
	assert_error 'there is no profile nothing'
}

@test "an annotation picks what the policy lists, and nothing weaker" {
	profile agent
	config '.annotations["org.bulkhead.profile"] = "strict"'
	refused /annotations/org.bulkhead.profile annotationProfiles
	policy '{"annotationProfiles": ["strict", "oci"]}'
	run_container --policy "$POLICY"
	assert_status 0
	config '.annotations["org.bulkhead.profile"] = "oci"'
	run_container --policy "$POLICY"
	assert_status 1
	assert_error 'weaker than agent'
}

@test "a key that nobody knows is refused" {
	by_policy '{"rootfs": "readwrite"}'
	assert_error policy.json 'line 2, column 14' /profiles/own/rootfs
	by_policy '{"root": "x"}'
	assert_error policy.json 'unknown member'
	by_policy '{"rootfs": null}'
	assert_error policy.json /profiles/own/rootfs
}

@test "a policy that others can change is refused" {
	policy '{}'
	chmod 666 "$POLICY"
	run_container --policy "$POLICY"
	assert_status 1
	assert_error "open the policy: $POLICY is writable for others"
	chmod 600 "$POLICY"
	chown 7 "$POLICY"
	run_container --policy "$POLICY"
	assert_error 'belongs to another user'
	chown 0 "$POLICY"
	mkdir "$BATS_TEST_TMPDIR/open"
	mv "$POLICY" "$BATS_TEST_TMPDIR/open/policy"
	chmod 777 "$BATS_TEST_TMPDIR/open"
	run_container --policy "$BATS_TEST_TMPDIR/open/policy"
	assert_error 'open is writable for others'
	chmod 755 "$BATS_TEST_TMPDIR/open"
	ln -s open/policy "$BATS_TEST_TMPDIR/link"
	run_container --policy "$BATS_TEST_TMPDIR/link"
	assert_status 0
	run_container --policy "$BATS_TEST_TMPDIR/nothing"
	assert_status 1
	assert_error 'open the policy'
}

@test "exec goes by the profile of the container, whatever is chosen for it" {
	config '.process.noNewPrivileges = false'
	args sh -c 'echo ready; exec sleep 1000'
	start_container
	await ready
	capture "$PLAIN_BULKHEAD" --profile oci exec --cap CAP_SYS_ADMIN "$ID" true
	assert_status 255
	assert_error 'exec refused: /process/capabilities: CAP_SYS_ADMIN' \
		capabilities.allow
	capture "$PLAIN_BULKHEAD" exec "$ID" grep NoNewPrivs: /proc/self/status
	assert_output $'NoNewPrivs:\t1'
	"$BULKHEAD" kill "$ID" KILL
	finish_container
}

# ---- privileges ------------------------------------------------------------------

@test "no_new_privs, whatever the config says" {
	config '.process.noNewPrivileges = false'
	inside 'grep NoNewPrivs: /proc/self/status'
	assert_output $'NoNewPrivs:\t1'
}

@test "of an engine's default capabilities nine are left, none inheritable" {
	config '.process.capabilities |= map_values(["CAP_CHOWN",
		"CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD",
		"CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID", "CAP_SETFCAP",
		"CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL",
		"CAP_AUDIT_WRITE"])'
	inside 'grep ^Cap /proc/self/status'
	assert_output $'CapInh:\t0000000000000000' $'CapPrm:\t00000000000404fb' \
		$'CapEff:\t00000000000404fb' $'CapBnd:\t00000000000404fb' \
		$'CapAmb:\t0000000000000000'
}

@test "other capabilities are refused, unless the policy allows them" {
	config '.process.capabilities.bounding += ["CAP_NET_ADMIN", "CAP_BPF"]'
	refused '/process/capabilities: CAP_NET_ADMIN,CAP_BPF: ' \
		'policy key capabilities.allow'
	args grep CapBnd /proc/self/status
	by_policy '{"capabilities": {"allow": ["CAP_NET_ADMIN", "CAP_BPF",
		"CAP_KILL", "CAP_NET_BIND_SERVICE"]}}'
	assert_output $'CapBnd:\t0000008000001420'
	as_written 'true'
	assert_status 0
}

@test "no core is dumped" {
	config '.process.rlimits = [{type: "RLIMIT_CORE", soft: 5, hard: 5}]'
	inside 'ulimit -c'
	assert_output 0
	config 'del(.process.rlimits)'
	inside 'ulimit -H -c'
	assert_output 0
}

@test "a container does not outlive the host's programs" {
	config '.process.oomScoreAdj = -900'
	inside 'cat /proc/self/oom_score_adj'
	assert_output 0
}

@test "groups that reach the host's disks are refused" {
	config '.process.user.additionalGids = [6]'
	refused /process/user/additionalGids disk
}

@test "groups of the host that command it are refused by name" {
	config '.process.user.additionalGids = [4711]'
	args sh -c 'grep Groups: /proc/self/status'
	run_container
	assert_output $'Groups:\t4711 '
	{ cat /etc/group && echo docker:x:4711:; } >"$BATS_TEST_TMPDIR/group"
	with_group() {
		capture unshare -m sh -c 'mount --bind "$1" /etc/group && shift &&
			exec "$@"' sh "$BATS_TEST_TMPDIR/group" "$@"
	}
	with_group "$BULKHEAD" run -b "$BUNDLE" "$ID"
	assert_status 1
	assert_error /process/user/additionalGids docker
	config '.process.user.additionalGids = []'
	args sleep 1000
	"$BULKHEAD" --root "$BATS_TEST_TMPDIR/s" run -d -b "$BUNDLE" "$ID" \
		</dev/null >/dev/null 2>&1 3>&-
	jq '.process | .user.additionalGids = [4711]' "$BUNDLE/config.json" \
		>"$BATS_TEST_TMPDIR/process"
	with_group "$BULKHEAD" --root "$BATS_TEST_TMPDIR/s" exec \
		-p "$BATS_TEST_TMPDIR/process" "$ID"
	assert_status 255
	assert_error 'exec refused' docker
	"$BULKHEAD" --root "$BATS_TEST_TMPDIR/s" delete -f "$ID"
}

@test "root itself can be forbidden by the policy" {
	by_policy '{"runAsNonRoot": true}'
	assert_status 1
	assert_error /process/user/uid runAsNonRoot
	config '.process.user = {uid: 7, gid: 7}'
	by_policy '{"runAsNonRoot": true}'
	assert_status 0
}

# ---- the root --------------------------------------------------------------------

@test "the root is read-only, with room in memory that begins as the image's" {
	mkdir -p "$ROOTFS/tmp/dir" "$ROOTFS/run"
	echo content >"$ROOTFS/tmp/dir/file"
	ln -s dir/file "$ROOTFS/tmp/link"
	chown -R 7:8 "$ROOTFS/tmp/dir"
	chmod 751 "$ROOTFS/tmp/dir"
	mkfifo "$ROOTFS/tmp/fifo"
	chmod 1777 "$ROOTFS/tmp"
	inside 'touch /new 2>&1; cat /tmp/link; ls /tmp; touch /tmp/new /var/tmp/new
		stat -c %a:%u:%g /tmp /tmp/dir /tmp/dir/file
		cat /proc/self/mountinfo'
	assert_line 'touch: /new: Read-only file system' content 1777:0:0 751:7:8 \
		644:7:8 dir link
	mount_has / ro
	mount_has /tmp rw nosuid nodev -noexec
	mount_has /var/tmp rw nosuid nodev
	mount_has /run rw nosuid nodev
	fails [ -e "$ROOTFS/tmp/new" ]
	fails [ -e "$ROOTFS/new" ]
	as_written 'touch /new && echo made'
	assert_output made
}

@test "where the config mounts something, or wants a read-only root, no room is made" {
	config '.mounts += [{destination: "/tmp", type: "tmpfs", source: "tmpfs",
		options: ["size=4096"]}]'
	inside 'grep -c " /tmp " /proc/self/mountinfo; grep -c " /run " /proc/self/mountinfo'
	assert_output 1 1
	config '.root.readonly = true | del(.mounts[] | select(.destination == "/tmp"))'
	inside 'touch /tmp/x 2>&1 || :'
	assert_output 'touch: /tmp/x: Read-only file system'
}

@test "room in memory is bounded, also for what the image has there" {
	args sh -c 'head -c 2097152 /dev/zero >/tmp/big || df -k /tmp | tail -n1'
	by_policy '{"tmpfs": {"/tmp": "1MiB"}}'
	assert_match '^tmpfs +1024 '
	head -c 2097152 /dev/zero >"$ROOTFS/tmp/big"
	args true
	by_policy '{"tmpfs": {"/tmp": "1MiB"}}'
	assert_status 1
	assert_error 'copy what the image has in /tmp: No space left' 'policy key tmpfs'
}

@test "an image that is too deep is refused, and leads nowhere" {
	local deep=$ROOTFS/tmp i
	for i in $(seq 20); do deep=$deep/d; done
	mkdir -p "$deep"
	refused 'copy what the image has in /tmp' '16 levels'
	rm -r "$ROOTFS/tmp"
	ln -s /etc "$ROOTFS/tmp"
	echo secret >"$ROOTFS/etc/secret"
	inside 'cat /tmp/secret; grep -c " /etc " /proc/self/mountinfo'
	assert_output secret 1
}

@test "the policy lets the root be written" {
	args sh -c 'touch /new && grep -c " /tmp " /proc/self/mountinfo'
	by_policy '{"rootfs": "asConfigured"}'
	assert_output 0
	[ -e "$ROOTFS/new" ]
}

@test "masks and read-only paths are the config's and the profile's" {
	config '.linux.maskedPaths = ["/etc/masked"] | .linux.readonlyPaths = []'
	echo secret >"$ROOTFS/etc/masked"
	inside 'cat /etc/masked /proc/kallsyms /proc/iomem | wc -c
		ls /sys/module /sys/firmware | grep -vc : 
		cat /proc/self/mountinfo'
	assert_line 0
	mount_has /proc/sys ro
	mount_has /proc/bus ro
	as_written 'cat /proc/iomem | wc -l'
	fails assert_output 0
}

# ---- mounts ----------------------------------------------------------------------

@test "mounts bring no privileges and no devices, /dev its own" {
	mkdir "$BATS_TEST_TMPDIR/volume"
	config '.mounts += [{destination: "/v", type: "bind", options: ["rbind", "dev", "suid"],
		source: $v}, {destination: "/t", type: "tmpfs", source: "tmpfs"}]' \
		--arg v "$BATS_TEST_TMPDIR/volume"
	inside 'cat /proc/self/mountinfo; echo >/dev/null && echo works'
	assert_line works
	mount_has /v nosuid nodev
	mount_has /t nosuid nodev
	mount_has /proc nosuid nodev
	mount_has /dev nosuid -nodev
	mount_has /sys ro
}

@test "other file systems are refused, unless the policy names them" {
	by_policy '{"mounts": {"types": ["proc", "tmpfs", "devpts", "cgroup"]}}'
	assert_status 1
	assert_error '/mounts/' '/type: mqueue: ' 'policy key mounts.types'
	by_policy '{"mounts": {"types": ["proc", "sys*", "tmpfs", "devpts", "mqueue",
		"cgroup"]}}'
	assert_status 0
}

@test "cgroups are shown read-only, in a namespace of their own" {
	config '.linux.namespaces |= map(select(.type != "cgroup"))
		| (.mounts[] | select(.type == "cgroup").options) -= ["ro"]'
	inside 'cat /proc/self/cgroup; cat /proc/self/mountinfo'
	assert_no_match "^[0-9]+:.*$ID"
	assert_match ' /sys/fs/cgroup'
	assert_no_match ' /sys/fs/cgroup[^ ]* rw'
}

# ---- namespaces --------------------------------------------------------------------

@test "what is not to be shared with the host must be new" {
	local type
	for type in pid ipc uts network mount; do
		config '.linux.namespaces |= map(select(.type != $type))' \
			--arg type "$type"
	done
	config 'del(.hostname, .domainname)'
	run_container
	assert_status 1
	assert_error 'namespaces: pid: ' 'namespaces: ipc: ' \
		'namespaces: network: ' 'policy key namespaces.host'
	namespace mount ''
	args sh -c 'readlink /proc/self/ns/pid; readlink /proc/self/ns/uts'
	by_policy '{"namespaces": {"host": ["pid", "ipc", "network"]}}'
	assert_status 0
	assert_line "$(readlink /proc/self/ns/pid)"
	# With the host's network engines leave out this one, too.
	fails assert_line "$(readlink /proc/self/ns/uts)"
}

# ---- devices, parameters, limits ---------------------------------------------------

@test "devices of the host are refused, unless the policy names them" {
	config '.linux.devices = [{path: "/dev/kmsg", type: "c", major: 1, minor: 11},
		{path: "/dev/null", type: "c", major: 1, minor: 3}]'
	refused /linux/devices/0 /dev/kmsg devices.allow
	args sh -c 'stat -c %t:%T /dev/kmsg'
	by_policy '{"devices": {"allow": ["/dev/km*"]}}'
	assert_output 1:b
}

@test "rules let nothing be used but the devices that there are" {
	requires cgroup1:devices
	config '.linux.resources.devices = [{allow: true, type: "c", access: "rwm"},
		{allow: true, type: "b", access: "m"}]'
	limits devices devices.list
	assert_no_match '\*:\* '
	assert_line 'c 1:3 rwm'
}

@test "every device of the host is refused" {
	config '.linux.resources.devices = [{allow: true, access: "rwm"}]'
	refused /linux/resources/devices 'every device of the host'
}

@test "kernel parameters that are not known to be safe are refused" {
	config '.linux.sysctl = {"net.ipv4.ip_forward": "1"}'
	refused '/linux/sysctl: net.ipv4.ip_forward' sysctl.allow
	args cat /proc/sys/net/ipv4/ip_forward
	by_policy '{"sysctl": {"allow": ["net.ipv4.ip_*"]}}'
	assert_output 1
	config '.linux.sysctl = {"net.ipv4.ping_group_range": "0 0"}'
	inside 'cat /proc/sys/net/ipv4/ping_group_range'
	assert_output $'0\t0'
}

# limit FILE: of the running container's group, on either version.
limits() {
	args sh -c 'echo ready; exec sleep 1000'
	start_container
	await ready
	output=$(cat "/sys/fs/cgroup/$1/bulkhead-$ID/$2")
	kill -KILL "$CONTAINER"
	finish_container
	"$BULKHEAD" delete --force "$ID"
	rm "$BATS_TEST_TMPDIR/pipe"
}

@test "there are at most 4096 processes" {
	requires cgroup1:pids
	limits pids pids.max
	assert_output 4096
	config '.linux.resources = {pids: {limit: -1}}'
	limits pids pids.max
	assert_output 4096
	config '.linux.resources = {pids: {limit: 17}}'
	limits pids pids.max
	assert_output 17
}

@test "without root there are no cgroups, and that is no error" {
	requires unprivileged
	unprivileged_bundle
	cp "$(readlink -f "$PLAIN_BULKHEAD")" "$BUNDLE/bulkhead"
	args echo here
	capture unprivileged "$BUNDLE/bulkhead" run -b "$BUNDLE" "$ID"
	assert_output here
}

# ---- a root that is thrown away, and paths that stay writable --------------------

@test "rootfs: ephemeral: all of it is writable, and nothing of it is left" {
	mkdir -p "$ROOTFS/srv/deep"
	echo image >"$ROOTFS/srv/deep/file"
	echo image >"$ROOTFS/srv/gone"
	chmod 751 "$ROOTFS"
	before=$(cd "$ROOTFS" && find . -xdev | sort | md5sum)
	args sh -c 'echo more >>/srv/deep/file && cat /srv/deep/file &&
		rm /srv/gone && mv /srv/deep /srv/moved && ls /srv &&
		echo new >/new && mkdir /x && stat -c %a / &&
		grep -c " / .* - overlay " /proc/self/mountinfo'
	by_policy '{"rootfs": "ephemeral"}'
	assert_status 0
	assert_output image more moved 751 1
	[ "$(cd "$ROOTFS" && find . -xdev | sort | md5sum)" = "$before" ]
	[ "$(cat "$ROOTFS/srv/deep/file")" = image ]
	assert_clean
	# Nothing of the layers is to be seen, or reached.
	args sh -c 'grep -c layers /proc/self/mountinfo; ls /lower /upper /work'
	by_policy '{"rootfs": "ephemeral"}'
	assert_line 0
	fails grep -q upper <<<"$output"
}

@test "rootfs: ephemeral: it has an end" {
	args sh -c 'head -c 3000000 /dev/zero >/file; wc -c </file; :'
	by_policy '{"rootfs": "ephemeral", "tmpfs": {"/": "1MiB"}}'
	assert_status 0
	[ "$output" -lt 1048577 ]
	[ "$output" -gt 500000 ]
}

@test "rootfs: ephemeral: in a user namespace, and where the config is read-only" {
	requires userns
	open_bundle
	userns
	mkdir -p "$ROOTFS/srv/dir"
	echo image >"$ROOTFS/srv/dir/file"
	chown -R 100000:100000 "$ROOTFS"
	args sh -c 'echo more >>/srv/dir/file && cat /srv/dir/file && rm -r /srv/dir &&
		mkdir /srv/dir && ls -A /srv/dir && stat -c %u / && echo "done"'
	by_policy '{"rootfs": "ephemeral"}'
	assert_status 0
	assert_output image more 0 "done"
	[ "$(cat "$ROOTFS/srv/dir/file")" = image ]
	config '.root.readonly = true'
	args sh -c 'touch /file'
	by_policy '{"rootfs": "ephemeral"}'
	[[ $error = *'Read-only file system'* ]]
}

@test "writable: what the policy names, and nothing else" {
	mkdir -p "$ROOTFS/var/lib/app" "$ROOTFS/var/lib/other"
	ln -s other "$ROOTFS/var/lib/link"
	args sh -c 'echo kept >/var/lib/app/file; touch /var/lib/other/file /file
		grep "/var/lib/app" /proc/self/mountinfo | cut -d" " -f6'
	by_policy '{"writable": ["/var/lib/app", "/not/there"]}'
	assert_status 0
	[[ $output = rw*nosuid*nodev* ]]
	[ "$(cat "$ROOTFS/var/lib/app/file")" = kept ]
	[ ! -e "$ROOTFS/var/lib/other/file" ]
	[ ! -e "$ROOTFS/file" ]
	by_policy '{"writable": ["/var/lib/link"]}'
	assert_status 1
	assert_error 'open /var/lib/link, to keep it writable'
	by_policy '{"writable": ["/"]}'
	assert_status 1
	assert_error 'it is the root itself' 'policy key rootfs'
	# What the config says itself is less.
	config '.root.readonly = true'
	args sh -c 'touch /var/lib/app/second'
	by_policy '{"writable": ["/var/lib/app"]}'
	[[ $error = *'Read-only file system'* ]]
}
