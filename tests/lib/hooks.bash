# SPDX-License-Identifier: Apache-2.0
# Helpers for the tests of hooks, beside those of common: a store of containers, hooks
# that are scripts, and a directory $SEEN for what they see.
#
# shellcheck shell=bash disable=SC2016,SC2034,SC2154

# new_hooks: behind new_bundle.
new_hooks() {
	STORE=$BATS_TEST_TMPDIR/store
	# For containers of any user.
	SEEN=$BATS_TEST_TMPDIR/seen
	mkdir -m 777 "$SEEN"
	chmod a+x "$BATS_TEST_TMPDIR"
	open_gate oci
}

# open_gate PROFILE: with this profile, but for the trust gate, which lets all pass
# (trust.bats is about that): $BULKHEAD is a program that says so.
open_gate() {
	local policy=$BATS_TEST_TMPDIR/policy.json real=${PLAIN_BULKHEAD:-$BULKHEAD}
	jq -n '{profiles: {open: {extends: $profile, hooks: "any"}}}' \
		--arg profile "$1" >"$policy"
	chmod 644 "$policy"
	BULKHEAD=$BATS_TEST_TMPDIR/bulkhead
	printf '#!/bin/sh\nexec "%s" --policy "%s" --profile open "$@"\n' \
		"$real" "$policy" >"$BULKHEAD"
	chmod 755 "$BULKHEAD"
}

bulkhead() {
	capture "$BULKHEAD" --root "$STORE" "$@"
}

create() {
	bulkhead create --bundle "$BUNDLE" "$ID"
}

run_it() {
	bulkhead run --bundle "$BUNDLE" "$ID"
}

# hook KIND TEXT [FILTER]: another hook, a script of sh with the words $SEEN and
# KIND.  FILTER changes it.
hook() {
	local path=$BATS_TEST_TMPDIR/hook.$1.$RANDOM$RANDOM
	printf '#!/bin/sh\n%s\n' "$2" >"$path"
	chmod 755 "$path"
	if [ "$1" = startContainer ]; then
		mkdir -p "$ROOTFS/hooks"
		mv "$path" "$ROOTFS/hooks"
		path=/hooks/${path##*/}
	fi
	config '.hooks[$kind] += [{path: $path, args: ["hook", $seen, $kind],
		env: ["PATH=/usr/bin:/bin"]} | '"${3-.}"']' \
		--arg kind "$1" --arg path "$path" --arg seen "$SEEN"
}

# What a hook on the host looks at; one in the container has a volume for it.
note='echo "$2" >>"$1/order"'

all='prestart createRuntime createContainer startContainer poststart poststop'

with_volume() {
	mkdir -p "$ROOTFS$SEEN"
	config '.mounts += [{destination: $seen, type: "bind", source: $seen,
		options: ["bind", "rw"]}]' --arg seen "$SEEN"
}

saw() {
	[ "$(cat "$SEEN/$1")" = "$2" ] && return
	printf '%s is not: %s\nbut: ' "$1" "$2"
	cat "$SEEN/$1"
	describe
	return 1
}

# Of the container nothing is left.
nothing_left() {
	local group
	[ ! -e "$STORE/$ID" ]
	group=$(find /sys/fs/cgroup -maxdepth 3 -name "*$ID*" 2>/dev/null || :)
	[ -z "$group" ]
	if grep -lsz "BULKHEAD_TEST=$ID" /proc/[0-9]*/environ; then
		return 1
	fi
}

await_stopped() {
	local tries
	for tries in $(seq 500); do
		bulkhead state "$ID"
		[ "$(jq -r .status <<<"$output")" != stopped ] || return 0
		read -r -t 0.02 <> <(:) || :
	done
	return 1
}

# What hooks of the test have left behind where they should not: whoever has
# $SEEN/held open.
end_hooks() {
	local pid
	find /proc/[0-9]*/fd -lname "$SEEN/held*" 2>/dev/null |
		while IFS=/ read -r _ _ pid _; do
			kill -KILL "$pid" 2>/dev/null || :
		done
}
