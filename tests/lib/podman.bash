# SPDX-License-Identifier: Apache-2.0
# Helpers for the podman tests: the same scenario with a reference runtime and
# with bulkhead, everything below one directory of its own.
#
# A scenario is a function that succeeds or fails; it calls podman as `p`.
#
# shellcheck shell=bash disable=SC2016,SC2154

load ../lib/common

# The table of results, kept with the build for people to read.
table=${BUILDDIR:-.}/podman.txt

# A runtime that works here, to compare with.
find_reference() {
	local name
	for name in crun runc; do
		REFERENCE=$(command -v "$name") || continue
		RUNTIME=$REFERENCE p run --rm test true >/dev/null 2>&1 && return
	done
	REFERENCE=
}

# The engine's own place, and an image of busybox made here.
engine_place() {
	requires root program:podman program:busybox
	ENGINE=$(mktemp -d /tmp/bt-podman.XXXXXX)
	export ENGINE
	# podman's own choice.
	local manager=cgroupfs
	[ "$(stat -fc %T /sys/fs/cgroup)" != cgroup2fs ] ||
		[ ! -d /run/systemd/system ] || manager=systemd
	# Limits that nobody has to raise; nothing of the network.
	cat >"$ENGINE/containers.conf" <<-END
		[containers]
		default_ulimits = ["nofile=512:512", "nproc=512:512"]
		netns = "none"
		[engine]
		cgroup_manager = "$manager"
		events_logger = "file"
	END
	sed '/^#/d' "$BATS_TEST_DIRNAME/../../contrib/containers.conf.d/bulkhead.conf" |
		sed -n '/^runtime_/p' >>"$ENGINE/containers.conf"
	busybox_rootfs "$BATS_FILE_TMPDIR/rootfs"
	tar -C "$BATS_FILE_TMPDIR/rootfs" -c . |
		RUNTIME=$BULKHEAD p_with_input import - test >/dev/null ||
		skip 'podman imports no image here'
}

busybox_rootfs() {
	local applet
	mkdir -p "$1"/{bin,dev,etc,home,proc,root,run,sys,tmp,var/tmp}
	cp "$(command -v busybox)" "$1/bin/busybox"
	for applet in $(busybox --list); do
		[ "$applet" = busybox ] || ln -s busybox "$1/bin/$applet"
	done
	chmod 1777 "$1/tmp" "$1/var/tmp"
	printf 'root:x:0:0::/root:/bin/sh\nuser:x:1000:1000::/home:/bin/sh\n' \
		>"$1/etc/passwd"
	printf 'root:x:0:\nuser:x:1000:\nextra:x:1001:user\n' >"$1/etc/group"
	echo 'plain file' >"$1/etc/plain"
}

# The same, a runtime to compare with and a table.
engine_set_up() {
	engine_place
	find_reference
	export REFERENCE
	printf '%-34s %-12s %s\n' 'podman, with' bulkhead \
		"${REFERENCE:+$(basename "$REFERENCE")}" >"$table.$$"
	export TABLE=$table.$$
}

engine_tear_down() {
	[ -d "${ENGINE-}" ] || return 0
	RUNTIME=$BULKHEAD p pod rm -af >/dev/null 2>&1 || :
	RUNTIME=$BULKHEAD p rm -af -t 0 >/dev/null 2>&1 || :
	end_monitors
	# overlay mounts its directory; a volume or a shm may be left by a failure.
	awk -v d="$ENGINE/" 'index($5, d) == 1 { print $5 }' /proc/self/mountinfo |
		sort -r | while read -r mount; do umount -l "$mount"; done
	# Parents of cgroups are the engine's, who leaves them.
	for mount in $(cgroup_mounts); do
		find "$mount" -depth -type d -path "*/${ENGINE##*/}*" -exec rmdir {} +
	done
	rm -rf "$ENGINE"
	[ ! -e "${TABLE-}" ] || mv "$TABLE" "$table"
}

# conmon outlives a container whose runtime failed.
end_monitors() {
	local pid
	grep -lsF -e "$ENGINE/" /proc/[0-9]*/cmdline | cut -d/ -f3 |
		while read -r pid; do
			[ "$(cat "/proc/$pid/comm" 2>/dev/null)" != conmon ] ||
				kill -KILL "$pid" || :
		done
}

# p WORD...: podman with $RUNTIME, with the file $POLICY if there is one, $DRIVER
# (vfs) for its storage, and at most $PATIENCE seconds (60).
p() {
	CONTAINERS_CONF=$ENGINE/containers.conf XDG_RUNTIME_DIR='' timeout "${PATIENCE:-60}" \
		podman --root "$ENGINE/root" --runroot "$ENGINE/run" \
		--tmpdir "$ENGINE/tmp" --storage-driver "${DRIVER:-vfs}" \
		--runtime "$RUNTIME" ${POLICY:+--runtime-flag} ${POLICY:+"policy=$POLICY"} \
		"$@" </dev/null 3>&-
}

# The same with the caller's input.
p_with_input() {
	CONTAINERS_CONF=$ENGINE/containers.conf XDG_RUNTIME_DIR='' timeout "${PATIENCE:-60}" \
		podman --root "$ENGINE/root" --runroot "$ENGINE/run" \
		--tmpdir "$ENGINE/tmp" --storage-driver "${DRIVER:-vfs}" \
		--runtime "$RUNTIME" ${POLICY:+--runtime-flag} ${POLICY:+"policy=$POLICY"} \
		"$@" 3>&-
}

# on_terminal WORD...: podman with a terminal, of 30 rows and 70 columns, whose end
# of input is echoed first.
on_terminal() {
	local line
	line=$(printf '%q ' podman --root "$ENGINE/root" --runroot "$ENGINE/run" \
		--tmpdir "$ENGINE/tmp" --storage-driver "${DRIVER:-vfs}" \
		--runtime "$RUNTIME" "$@")
	CONTAINERS_CONF=$ENGINE/containers.conf XDG_RUNTIME_DIR='' timeout 60 \
		script -qec "stty rows 30 cols 70; $line" /dev/null </dev/null |
		tr -d '\r\0' | sed 's/^^@//'
}

# by_policy PROFILE COMMAND...: with a policy whose default is this profile.
by_policy() {
	printf '{"defaultProfile": "own", "profiles": {"own": %s}}\n' "$1" \
		>"$ENGINE/policy.json"
	POLICY=$ENGINE/policy.json "${@:2}"
}

# Storage that copies nothing, where it can be mounted.
choose_driver() {
	mkdir -p "$BATS_FILE_TMPDIR"/overlay/{lower,upper,work,at}
	(cd "$BATS_FILE_TMPDIR/overlay" && unshare -m mount -t overlay none at \
		-o lowerdir=lower,upperdir=upper,workdir=work) 2>/dev/null &&
		DRIVER=overlay || DRIVER=vfs
	export DRIVER
}

# attempt RUNTIME SCENARIO: "yes", or "no" and what it printed in $said.
attempt() {
	local result=yes
	NAME=bt$$-$RANDOM
	RUNTIME=$1
	said=$(set -e; "$2" 2>&1) || result=no
	p rm -f -t 0 "$NAME" >/dev/null 2>&1 || :
	printf '%s' "$result"
	[ $result = yes ] || printf '%s\n' "$said" >"$BATS_TEST_TMPDIR/said.$3"
}

# both SCENARIO: what the reference can, bulkhead can.
both() {
	local ours reference=-
	ours=$(attempt "$BULKHEAD" "$1" ours)
	[ -z "$REFERENCE" ] || reference=$(attempt "$REFERENCE" "$1" reference)
	printf '%-34s %-12s %s\n' "${1//_/ }" "$ours" "$reference" >>"$TABLE"
	[ "$ours" = yes ] && return
	[ "$reference" != no ] ||
		skip "not with ${REFERENCE##*/} either: $(tail -n1 "$BATS_TEST_TMPDIR/said.reference")"
	cat "$BATS_TEST_TMPDIR/said.ours"
	return 1
}

# says TEXT COMMAND...: its output is this.
says() {
	local got
	got=$("${@:2}") || { echo "status $?: $got"; return 1; }
	[ "$got" = "$1" ] && return
	printf 'not %s but: %s\n' "$1" "$got"
	return 1
}

# exits STATUS COMMAND...
exits() {
	local status=0
	"${@:2}" >"$ENGINE/out" 2>&1 || status=$?
	[ "$status" = "$1" ] && return
	echo "status $status instead of $1: $(cat "$ENGINE/out")"
	return 1
}

# quiet COMMAND...: what it prints is shown when it does not succeed.
quiet() {
	local got
	got=$("$@" 2>&1) && return
	printf '%s: %s\n' "$*" "$got"
	return 1
}

# matches REGEX COMMAND...: some line of its output does.
matches() {
	local got
	got=$("${@:2}" 2>&1) || { echo "status $?: $got"; return 1; }
	grep -qE -e "$1" <<<"$got" && return
	printf 'nothing matches %s: %s\n' "$1" "$got"
	return 1
}

# soon COMMAND...: it succeeds within a while.
soon() {
	local tries
	for tries in $(seq 200); do
		"$@" >/dev/null 2>&1 && return
		read -r -t 0.05 <> <(:) || :
	done
	echo "not after $tries tries: $*"
	return 1
}
