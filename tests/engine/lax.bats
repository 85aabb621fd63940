#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A bundle with everything lax, one laxness after the other, under crun, runc,
# `bulkhead --profile oci` and `bulkhead`: what the program finds inside.  The
# table is docs/hardening.md, between its two marks; UPDATE_HARDENING=1 writes it.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup_file() {
	requires root
	export TABLE=$BATS_FILE_TMPDIR/table
	printf '%s\n' '| what is lax | crun | runc | `--profile oci` | bulkhead |' \
		'|---|---|---|---|---|' >"$TABLE"
}

setup() {
	requires root
	new_bundle
	config '.ociVersion = "1.0.2" | .process.terminal = false | .root.readonly = true |
		.process.noNewPrivileges = true | del(.linux.seccomp)'
	SECRET=$BATS_TEST_TMPDIR/secret
}

teardown() {
	rm -f "/run/$ID.sock"
	clean_up
}

# A machine with cgroup v2 alone, for crun, which wants no other; it makes none,
# since its limit of locked memory may not be raised everywhere.
with_v2() {
	unshare -m sh -c 'umount -l /sys/fs/cgroup &&
		mount -t cgroup2 none /sys/fs/cgroup && exec "$@"' sh "$@"
}

# run_by NAME: what the program prints under a runtime, in a line.
run_by() {
	local out
	case $1 in
	crun | runc) command -v "$1" >/dev/null || { echo -; return; } ;;
	esac
	case $1 in
	crun) out=$(with_v2 crun --cgroup-manager disabled --root "$BATS_TEST_TMPDIR/crun" run -b "$BUNDLE" \
		"$ID" </dev/null 2>/dev/null) || : ;;
	runc) out=$(runc --root "$BATS_TEST_TMPDIR/runc" run -b "$BUNDLE" "$ID" \
		</dev/null 2>/dev/null) || : ;;
	oci) out=$("$PLAIN_BULKHEAD" --profile oci run -b "$BUNDLE" "$ID" \
		</dev/null 2>&1) || : ;;
	agent) out=$("$PLAIN_BULKHEAD" run -b "$BUNDLE" "$ID" </dev/null 2>&1) || : ;;
	esac
	case $out in
	*'run refused: '*) echo "refused: $(sed -n '/run refused: /{s///;s/.*policy key \([a-zA-Z.]*\).*/`\1`/p;q}' <<<"${out##*bulkhead: }")" ;;
	*) tr '\n' ' ' <<<"$out" | sed 's/ *$//' ;;
	esac
}

# laxness TITLE EXPECTED-OF-OCI EXPECTED-OF-AGENT [CONFIG-FILTER [JQ-OPTION...]]:
# the program is $PROBE.
laxness() {
	local title=$1 oci=$2 agent=$3 crun runc found_oci found_agent
	shift 3
	args sh -c "$PROBE"
	[ $# = 0 ] || config "$@"
	crun=$(run_by crun)
	runc=$(run_by runc)
	found_oci=$(run_by oci)
	found_agent=$(run_by agent)
	echo "| $title | $crun | $runc | $found_oci | $found_agent |" >>"$TABLE"
	echo "crun: $crun; runc: $runc; oci: $found_oci; agent: $found_agent"
	[ "$found_oci" = "$oci" ]
	[ "$found_agent" = "$agent" ]
}

@test "no_new_privs is not asked for" {
	PROBE='grep -q "NoNewPrivs:.0" /proc/self/status && echo off || echo on'
	laxness 'no `noNewPrivileges`' off on '.process.noNewPrivileges = false'
}

@test "no filter" {
	PROBE='grep -q "^Seccomp:.0" /proc/self/status &&
		echo none || echo "a filter"'
	laxness 'no `seccomp`' none 'a filter'
}

@test "capabilities of engines" {
	PROBE='grep -q "CapEff:.00000000a80425fb" /proc/self/status &&
		echo "all of them" || echo fewer'
	laxness "the engines' default capabilities" 'all of them' fewer \
		'.process.capabilities |= map_values(["CAP_CHOWN","CAP_DAC_OVERRIDE",
		"CAP_FSETID","CAP_FOWNER","CAP_MKNOD","CAP_NET_RAW","CAP_SETGID",
		"CAP_SETUID","CAP_SETFCAP","CAP_SETPCAP","CAP_NET_BIND_SERVICE",
		"CAP_SYS_CHROOT","CAP_KILL","CAP_AUDIT_WRITE"]) |
		.process.capabilities.ambient = [] |
		.process.capabilities.inheritable = []'
}

@test "CAP_SYS_ADMIN" {
	PROBE='grep -q "CapEff:.0*200000$" /proc/self/status && echo "has it"'
	laxness '`CAP_SYS_ADMIN`' 'has it' 'refused: `capabilities.allow`' \
		'.process.capabilities |= map_values(["CAP_SYS_ADMIN"]) |
		.process.capabilities.ambient = [] |
		.process.capabilities.inheritable = []'
}

@test "a writable root" {
	PROBE='touch /new 2>/dev/null && echo writable || echo read-only'
	laxness 'a writable root' writable read-only '.root.readonly = false'
}

@test "nothing is masked" {
	PROBE='[ "$(wc -c </proc/interrupts)" -gt 0 ] && echo readable || echo masked'
	laxness 'no `maskedPaths`' readable masked '.linux.maskedPaths = []'
}

@test "nothing is read-only below /proc" {
	PROBE='grep -q " /proc/sys ro" /proc/self/mountinfo && echo read-only ||
		echo writable'
	laxness 'no `readonlyPaths`' writable read-only '.linux.readonlyPaths = []'
}

@test "the host's pid namespace" {
	PROBE='[ $$ -gt 10 ] && echo "the host"s'
	laxness "the host's pid namespace" 'the hosts' 'refused: `namespaces.host`' \
		'.linux.namespaces |= map(select(.type != "pid"))'
}

@test "the host's network" {
	PROBE='[ "$(grep -c : /proc/net/dev)" -gt 0 ] && echo "the hosts"'
	laxness "the host's network" 'the hosts' 'refused: `namespaces.host`' \
		'.linux.namespaces |= map(select(.type != "network"))'
}

@test "the host's IPC" {
	PROBE='echo "the hosts"'
	laxness "the host's IPC" 'the hosts' 'refused: `namespaces.host`' \
		'.linux.namespaces |= map(select(.type != "ipc"))'
}

@test "the engine's socket" {
	requires program:python3
	python3 -c 'import socket, sys
socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "/run/$ID.sock"
	PROBE='[ -S /engine.sock ] && echo "is there"'
	touch "$ROOTFS/engine.sock"
	laxness "an engine's socket" 'is there' 'refused: `mounts.allow`' \
		'.mounts += [{destination: "/engine.sock", type: "bind",
		source: $s, options: ["bind"]}]' --arg s "/run/$ID.sock"
}

@test "the host's root" {
	PROBE='[ -d /host/etc ] && echo "is there"'
	mkdir "$ROOTFS/host"
	laxness "the host's root as a volume" 'is there' 'refused: `mounts.allow`' \
		'.mounts += [{destination: "/host", type: "bind", source: "/",
		options: ["bind"]}]'
}

@test "a volume" {
	PROBE='grep -q " /volume [^-]*nosuid,nodev" /proc/self/mountinfo &&
		echo nosuid,nodev || echo "as it is"'
	mkdir "$ROOTFS/volume" "$BATS_TEST_TMPDIR/volume"
	laxness 'a volume without options' 'as it is' nosuid,nodev \
		'.mounts += [{destination: "/volume", type: "bind", source: $s,
		options: ["bind"]}]' --arg s "$BATS_TEST_TMPDIR/volume"
}

@test "secrets in the environment" {
	PROBE='[ "$AWS_SECRET_ACCESS_KEY" ] && echo "has it"'
	laxness 'a key of a cloud in the environment' 'has it' \
		'refused: `credentials.env`' \
		'.process.env += ["AWS_SECRET_ACCESS_KEY=0123456789012345678901234567890"]'
}

@test "a device" {
	PROBE='[ -c /dev/kmsg ] && echo "is there"'
	laxness "the kernel's log, /dev/kmsg" 'is there' \
		'refused: `devices.allow`' '.linux.devices = [{path: "/dev/kmsg",
		type: "c", major: 1, minor: 11, fileMode: 438}]'
}

@test "a kernel parameter" {
	PROBE='cat /proc/sys/net/ipv4/conf/all/forwarding'
	laxness 'a kernel parameter, forwarding of packets' 1 \
		'refused: `sysctl.allow`' \
		'.linux.sysctl = {"net.ipv4.conf.all.forwarding": "1"}'
}

@test "core files" {
	PROBE='ulimit -c'
	most=$(ulimit -H -c)
	[ "$most" != 0 ] || skip 'the hard limit of core files is 0 here'
	config '.process.rlimits = [{type: "RLIMIT_CORE", soft: 4096, hard: 4096}]'
	laxness 'core files, 4096 bytes' 8 0
}

@test "no limit of processes" {
	PROBE='cat /sys/fs/cgroup/pids/pids.max 2>/dev/null ||
		cat /sys/fs/cgroup/pids.max 2>/dev/null || echo "no such file"'
	laxness 'no limit of processes' max 4096 \
		'del(.linux.resources.pids) | .mounts += [{destination:
		"/sys/fs/cgroup", type: "cgroup", source: "cgroup",
		options: ["ro", "nosuid", "nodev", "noexec"]}]'
}

# Last: the rows are there.
@test "docs/hardening.md says what was found" {
	page=${SRCDIR:-$BATS_TEST_DIRNAME/../..}/docs/hardening.md
	if [ -n "${UPDATE_HARDENING-}" ]; then
		sed -i -e '/^<!-- begin -->$/,/^<!-- end -->$/{/^<!--/!d}' \
			-e "/^<!-- begin -->\$/r $TABLE" "$page"
	fi
	# Other versions of the others may do otherwise, and a test may be skipped.
	ours() { grep '^|' | cut -d'|' -f2,5,6; }
	fails grep -vxF -f <(ours <"$page") <(ours <"$TABLE")
}
