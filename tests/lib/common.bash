# SPDX-License-Identifier: Apache-2.0
# Helpers for the bats tests: a bundle of busybox, edited and run, and what is
# left behind.  A test file begins with `load ../lib/common`, and calls
# new_bundle in setup and clean_up in teardown.
#
# After run_container and finish_container: $status, $output (standard output),
# $error (standard error).  None of the variables is exported.
#
# shellcheck shell=bash disable=SC2034,SC2016,SC2119,SC2120

: "${BULKHEAD:=bulkhead}"

# profile NAME: $BULKHEAD is a link to it whose name picks the profile.
profile() {
	export PLAIN_BULKHEAD=${PLAIN_BULKHEAD:-$(command -v "$BULKHEAD")}
	BULKHEAD=$BATS_RUN_TMPDIR/bulkhead-$1
	ln -sf "$(readlink -f "$PLAIN_BULKHEAD")" "$BULKHEAD"
}

# What a config says is what is tested, unless a file says otherwise.
[ -z "${BATS_RUN_TMPDIR-}" ] || profile oci

# Programs of the rootfs, all links to busybox.
applets='sh cat ls id echo stat readlink mount umount mkdir rm rmdir touch
mknod chmod chown ln mv cp dd env printf pwd head tail wc grep sort tr cut
hostname dnsdomainname uname sleep kill true false test ps ifconfig nc sync
date uptime od unshare dmesg tee find yes seq mkfifo timeout ulimit'

# Other processes started by the test; ended by clean_up.
background=()
# Mount points of the test, the last one first.
mounted=()

# ---- skipping ----------------------------------------------------------------

has_controller() {
	grep -qE " - cgroup [^ ]* [^ ]*\\b$1\\b" /proc/self/mountinfo
}

has_user_namespaces() {
	unshare -U true 2>/dev/null
}

# unprivileged COMMAND...: as a user of its own, who has a runtime directory.
unprivileged() {
	XDG_RUNTIME_DIR=${BATS_TEST_TMPDIR:-/nonexistent}/runtime
	export XDG_RUNTIME_DIR
	[ ! -d "${BATS_TEST_TMPDIR:-}" ] ||
		install -d -m 700 -o 12345 -g 12345 "$XDG_RUNTIME_DIR"
	setpriv --reuid=12345 --regid=12345 --clear-groups "$@"
}

kernel_is_at_least() {
	local have
	have=$(uname -r)
	[ "$(printf '%s\n%s\n' "$1" "${have%%[!0-9.]*}" | sort -V | head -n1)" = \
		"$1" ]
}

# requires WORD...: skip the test where one of them is not to be had.
requires() {
	local word
	for word; do
		case $word in
		root)
			[ "$(id -u)" = 0 ] || skip 'needs root' ;;
		kernel:*)
			kernel_is_at_least "${word#*:}" ||
				skip "needs Linux ${word#*:}" ;;
		cgroup1)
			grep -q ' - cgroup ' /proc/self/mountinfo ||
				skip 'no cgroup v1 hierarchy is mounted' ;;
		cgroup1:*)
			has_controller "${word#*:}" ||
				skip "no cgroup v1 controller ${word#*:}" ;;
		cgroup2)
			[ "$(stat -fc %T /sys/fs/cgroup)" = cgroup2fs ] ||
				skip 'the machine is not on cgroup v2' ;;
		selinux)
			[ "$(getenforce 2>/dev/null)" = Enforcing ] ||
				skip 'SELinux does not enforce here' ;;
		systemd)
			[ -d /run/systemd/system ] ||
				skip 'systemd does not run this machine' ;;
		userns)
			has_user_namespaces ||
				skip 'user namespaces are not allowed here' ;;
		unprivileged)
			unprivileged unshare -U true 2>/dev/null ||
				skip 'users may not make user namespaces' ;;
		timens)
			[ -e /proc/self/ns/time ] ||
				skip 'the kernel has no time namespaces' ;;
		program:*)
			command -v "${word#*:}" >/dev/null ||
				skip "the program ${word#*:} is missing" ;;
		file:*)
			[ -e "${word#*:}" ] || skip "there is no ${word#*:}" ;;
		*)
			echo "requires: unknown word $word"
			return 1 ;;
		esac
	done
}

# ---- bundle ------------------------------------------------------------------


# Once a file: a bundle whose rootfs is busybox and whose program is `true`.  The
# variable BULKHEAD_TEST marks each process of the container for clean_up.
make_template() {
	local busybox applet
	busybox=$(command -v busybox) || skip 'busybox is missing'
	mkdir -p "$1/rootfs/bin" "$1/rootfs/etc"
	mkdir -m 1777 "$1/rootfs/tmp"
	cp "$busybox" "$1/rootfs/bin/busybox"
	for applet in $applets; do
		ln -s busybox "$1/rootfs/bin/$applet"
	done
	"$BULKHEAD" spec --bundle "$1"
	jq '.process.env += ["BULKHEAD_TEST=IDENTITY"] | .process.args = ["true"]' \
		"$1/config.json" >"$1/config.template"
	rm "$1/config.json"
}

# Make $BUNDLE with $ROOTFS and config.json, for the container $ID.
new_bundle() {
	local made=$BATS_FILE_TMPDIR/bundle
	ID=bt$$-${BATS_TEST_NUMBER:-0}-$RANDOM$RANDOM
	BUNDLE=$BATS_TEST_TMPDIR/bundle
	ROOTFS=$BUNDLE/rootfs
	[ -e "$made/config.template" ] || make_template "$made"
	cp -a "$made" "$BUNDLE"
	sed "s/IDENTITY/$ID/" "$BUNDLE/config.template" >"$BUNDLE/config.json"
}

# config FILTER [JQ-OPTION...]: edit config.json.
config() {
	local filter=$1
	shift
	jq "$filter" "$BUNDLE/config.json" "$@" >"$BUNDLE/config.new" &&
		mv "$BUNDLE/config.new" "$BUNDLE/config.json"
}

# args WORD...: what the container runs.  (jq 1.6 takes a word with a dash for an
# option, hence the prefix.)
args() {
	config '.process.args = [$ARGS.positional[] | .[1:]]' \
		--args "${@/#/=}"
}

# Let the container's users, and others of the host, come to the bundle.
open_bundle() {
	local dir=$BUNDLE
	while [ "$dir" != / ] && [ "$dir" != "${TMPDIR:-/tmp}" ]; do
		chmod a+rx "$dir"
		dir=${dir%/*}
	done
}

# userns [CONTAINER HOST SIZE]...: a new user namespace, by default 0 to 65535
# as 100000 and up, to whom the rootfs is given.
userns() {
	local maps='[{"containerID":0,"hostID":100000,"size":65536}]'
	if [ $# -gt 0 ]; then
		maps=$(printf '{"containerID":%s,"hostID":%s,"size":%s}\n' "$@" |
			jq -s .)
	fi
	chown -R "${2:-100000}:${2:-100000}" "$ROOTFS"
	config '.linux.uidMappings = $m | .linux.gidMappings = $m |
		.linux.namespaces += [{"type": "user"}]' --argjson m "$maps"
}

# The bundle of an unprivileged user: no cgroup, the own id as root.
unprivileged_bundle() {
	userns 0 12345 1
	config 'del(.linux.resources) | del(.mounts[] | select(.type == "cgroup"))
		| (.mounts[] | select(.type == "devpts").options) -= ["gid=5"]'
	chown -R 12345:12345 "$BUNDLE"
	open_bundle
}

# ---- running -----------------------------------------------------------------

# capture COMMAND...: $status, $output, $error
capture() {
	status=0
	"$@" >"$BATS_TEST_TMPDIR/stdout" 2>"$BATS_TEST_TMPDIR/stderr" \
		</dev/null || status=$?
	output=$(tr -d '\0' <"$BATS_TEST_TMPDIR/stdout")
	error=$(tr -d '\0' <"$BATS_TEST_TMPDIR/stderr")
}

# run_container [OPTION...]
run_container() {
	capture "$BULKHEAD" run --bundle "$BUNDLE" "$@" "$ID"
}

# inside SCRIPT [ARGUMENT...]: the container's shell runs SCRIPT, and it must
# succeed.
inside() {
	args sh -c "$1" sh "${@:2}"
	run_container
	assert_status 0
}

# start_container [COMMAND...]: in the background; its standard output is read
# by await, its process is $CONTAINER.  COMMAND starts the program.
start_container() {
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	exec 8<>"$BATS_TEST_TMPDIR/pipe"
	"$@" "$BULKHEAD" run --bundle "$BUNDLE" "$ID" </dev/null \
		>"$BATS_TEST_TMPDIR/pipe" 2>"$BATS_TEST_TMPDIR/stderr" 3>&- 8>&- &
	CONTAINER=$!
	background+=("$CONTAINER")
}

# await LINE: read the output of start_container up to this line.
await() {
	local line
	while IFS= read -r -t 30 -u 8 line; do
		[ "$line" != "$1" ] || return 0
		echo "before '$1': $line"
	done
	echo "no line '$1' came"
	cat "$BATS_TEST_TMPDIR/stderr"
	return 1
}

# is_executed PID: what was started in the background is no shell any more.  Until
# then bash may take a signal, and lose it.
is_executed() {
	while [ "/proc/$1/exe" -ef /proc/$BASHPID/exe ]; do :; done
}

# container_ends PID: or the test fails after a while, instead of waiting for ever.
container_ends() {
	timeout 60 tail --pid="$1" -s 0.01 -f /dev/null && return
	echo "process $1 does not end"
	return 1
}

finish_container() {
	status=0
	container_ends "$CONTAINER"
	wait "$CONTAINER" || status=$?
	error=$(cat "$BATS_TEST_TMPDIR/stderr")
	exec 8>&-
}

# hold_namespaces UNSHARE-OPTION...: a process in new namespaces, $HOLDER.
hold_namespaces() {
	local ready=$BATS_TEST_TMPDIR/ready.$RANDOM line
	mkfifo "$ready"
	# shellcheck disable=SC2016 # the inner shell's
	unshare "$@" sh -c 'echo ready >"$1"; exec sleep 1000' sh "$ready" \
		</dev/null >/dev/null 2>&1 3>&- &
	HOLDER=$!
	background+=("$HOLDER")
	if ! read -r -t 10 line <>"$ready"; then
		skip "unshare $* does not work here"
	fi
}

# namespace TYPE PATH: of linux.namespaces, join the one at PATH; without PATH
# make a new one.
namespace() {
	config '.linux.namespaces |= map(select(.type != $type)) +
		[{type: $type} + if $path == "" then {} else {path: $path} end]' \
		--arg type "$1" --arg path "${2-}"
}

# compile NAME: the C program on standard input, static, as $ROOTFS/bin/NAME.
compile() {
	requires program:gcc
	gcc -static -O1 -o "$ROOTFS/bin/$1" -x c - ||
		skip 'gcc can link no static program here'
}

# ---- asserting ---------------------------------------------------------------

describe() {
	printf 'status: %s\noutput:\n%s\nerror:\n%s\n' \
		"${status-}" "${output-}" "${error-}"
}

assert_status() {
	[ "$status" = "$1" ] && return
	echo "the status is not $1"
	describe
	return 1
}

# assert_output LINE...: exactly these.
assert_output() {
	[ "$output" = "$(printf '%s\n' "$@")" ] && return
	printf 'not the output:\n'
	printf '%s\n' "$@"
	describe
	return 1
}

# assert_line LINE...: each is a line of the output.
assert_line() {
	local line
	for line; do
		grep -qxF -e "$line" <<<"$output" && continue
		printf 'no line of the output: %s\n' "$line"
		describe
		return 1
	done
}

# assert_match REGEX...: each matches some line of the output.
assert_match() {
	local regex
	for regex; do
		grep -qE -e "$regex" <<<"$output" && continue
		printf 'nothing in the output matches: %s\n' "$regex"
		describe
		return 1
	done
}

assert_no_match() {
	grep -E -e "$1" <<<"$output" || return 0
	printf 'this must not match: %s\n' "$1"
	describe
	return 1
}

# assert_error TEXT...: one line on standard error, ours, with each TEXT.
assert_error() {
	local text
	for text; do
		[[ $error == "bulkhead: "*"$text"* && $error != *$'\n'* ]] && continue
		printf 'not one line with: %s\n' "$text"
		describe
		return 1
	done
}

# refused TEXT...: run fails with status 1, nothing ran, the message has TEXT.
refused() {
	run_container
	assert_status 1
	assert_output ''
	assert_error "$@"
}

# mount_line TARGET: $output's line of mountinfo for it, the last one.
mount_line() {
	awk -v at="$1" '$5 == at { line = $0 } END { print line }' <<<"$output"
}

# mount_has TARGET WORD...: the mount's own options have each, or with a minus
# before, don't.  output is a mountinfo.
mount_has() {
	local line options word
	line=$(mount_line "$1")
	options=,$(cut -d' ' -f6 <<<"$line"),
	[ "$line" ] || { echo "no mount on $1"; describe; return 1; }
	for word in "${@:2}"; do
		case $word in
		-*) [[ $options != *,${word#-},* ]] && continue ;;
		*) [[ $options == *,$word,* ]] && continue ;;
		esac
		echo "$1: not $word: $line"
		return 1
	done
}

# fails COMMAND...: it must not succeed.  (Bats does not see a failure of `! ...`.)
fails() {
	if "$@"; then
		echo "this must not succeed: $*"
		return 1
	fi
}

# ---- what is left ------------------------------------------------------------

cgroup_mounts() {
	awk '/ - cgroup2? / { print $5 }' /proc/self/mountinfo
}

# Processes with the container's mark.  Those that end while we look don't
# matter.
marked_processes() {
	grep -lsz "^BULKHEAD_TEST=$ID\$" /proc/[0-9]*/environ 2>/dev/null |
		cut -d/ -f3
}

assert_clean() {
	local mount left=0
	for mount in $(cgroup_mounts); do
		find "$mount" -type d -name "*$ID*" | grep . && left=1
	done
	marked_processes | grep . && left=1
	grep -F -e "$ID" -e "$BUNDLE" /proc/self/mountinfo && left=1
	find /run /dev/shm "${TMPDIR:-/tmp}" -xdev -maxdepth 3 -name "*$ID*" \
		2>/dev/null | grep . && left=1
	[ $left = 0 ] || echo "the above was left behind by $ID"
	return $left
}

# Everything that the test started or mounted ends; what the program left is a
# failure of the test, and removed as well.
clean_up() {
	local pid mount dir clean=0
	for pid in "${background[@]}"; do
		kill -KILL "$pid" 2>/dev/null || :
		wait "$pid" 2>/dev/null || :
	done
	for mount in "${mounted[@]}"; do
		umount -l "$mount" 2>/dev/null || :
	done
	# Skipped before there was anything; and no name is every name.
	[ "${ID-}" ] || return 0
	# A runtime that was killed could not clean up, but another one can.
	[ ! "${KILLED-}" ] || "$BULKHEAD" delete --force "$ID" || clean=1
	assert_clean || clean=1
	[ $clean = 0 ] || remove_left
	return $clean
}

remove_left() {
	local pid mount
	for pid in $(marked_processes); do
		kill -KILL "$pid" 2>/dev/null || :
	done
	for mount in $(cgroup_mounts); do
		find "$mount" -depth -type d -name "*$ID*" -exec rmdir {} + \
			2>/dev/null || :
	done
}

# ---- racing ------------------------------------------------------------------

# swap A B: a process that exchanges the two names again and again.
swap() {
	requires program:gcc
	gcc -O1 -o "$BATS_TEST_TMPDIR/swap" -x c - <<-'C'
		#define _GNU_SOURCE
		#include <fcntl.h>
		#include <stdio.h>
		int main(int argc, char **argv)
		{
			while (argc == 3 &&
			       renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2],
					 RENAME_EXCHANGE) == 0)
				;
			return 1;
		}
	C
	"$BATS_TEST_TMPDIR/swap" "$1" "$2" </dev/null >/dev/null 2>&1 3>&- &
	background+=($!)
	kill -0 $!
}
