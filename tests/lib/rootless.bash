# SPDX-License-Identifier: Apache-2.0
# Ordinary users with subordinate ids: 12345 has 100000 and 12346 has 300000, and
# 65535 more each.  A test file loads ../lib/common and this one.
#
# shellcheck shell=bash disable=SC2016,SC2034,SC2086,SC2154

setup() {
	requires root userns unprivileged program:newuidmap program:newgidmap \
		file:/etc/subuid file:/etc/subgid
	new_bundle
	ETC=$BATS_TEST_TMPDIR/etc
	mkdir "$ETC"
	cp /etc/passwd "$ETC"
	for user in 12345:100000 12346:300000; do
		echo "bt-${user%:*}:x:${user%:*}:${user%:*}::/:/bin/sh" >>"$ETC/passwd"
		echo "bt-${user%:*}:${user#*:}:65536" >>"$ETC/subuid"
	done
	cp "$ETC/subuid" "$ETC/subgid"
	FAKES=$BATS_TEST_TMPDIR/fakes
	mkdir "$FAKES"
	GROUPS_OPTION=--clear-groups
}

teardown() {
	user 12345 "$BULKHEAD" delete --force "$ID" || :
	clean_up
}

# user UID COMMAND...: as this user, who has the ids of $ETC, the programs of
# $FAKES in place of those in /usr/bin, and a runtime directory.  Nobody else
# sees those files.
user() {
	local dir=$BATS_TEST_TMPDIR/runtime-$1
	install -d -m 700 -o "$1" -g "$1" "$dir"
	XDG_RUNTIME_DIR=$dir unshare --mount sh -ec '
		for file in "$1"/*; do mount --bind "$file" "/etc/${file##*/}"; done
		for file in "$2"/*; do
			[ ! -e "$file" ] || mount --bind "$file" "/usr/bin/${file##*/}"
		done
		uid=$3 groups=$4
		shift 4
		exec setpriv --reuid="$uid" --regid="$uid" $groups "$@"
		' sh "$ETC" "$FAKES" "$1" "$GROUPS_OPTION" "${@:2}"
}

bulkhead() {
	capture user 12345 "$BULKHEAD" "$@"
}

run_bundle() {
	bulkhead run --bundle "$BUNDLE" "$ID"
}

# delegated_bundle: the own id as root, subordinate ones as 1 and up.
delegated_bundle() {
	unprivileged_bundle
	maps 0 12345 1 1 100000 65536
}

# maps CONTAINER HOST SIZE...
maps() {
	config '.linux.uidMappings = $m | .linux.gidMappings = $m' --argjson m \
		"$(printf '{"containerID":%s,"hostID":%s,"size":%s}\n' "$@" |
			jq -s .)"
}

# fake NAME: the script on standard input, in place of the program.
fake() {
	cat >"$FAKES/$1"
	grep -q '^#!' "$FAKES/$1" || sed -i '1i #!/bin/sh' "$FAKES/$1"
	chmod 755 "$FAKES/$1"
}

nothing_runs() {
	assert_status 1
	assert_output ''
	assert_error "$@"
	[ ! "$(user 12345 "$BULKHEAD" list --quiet)" ]
}

start() {
	args sleep 1000
	bulkhead create --bundle "$BUNDLE" "$ID"
	assert_status 0
	bulkhead start "$ID"
	assert_status 0
}
