#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S31: a grant that follows a package is about the host's file at that path: nothing
# of an image passes for it, by whatever way it is reached.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common
load ../lib/trust

setup() {
	new_bundle
	trust_host
	TOOL=/opt/tool/bulkhead-test-tool
	tool one
	config '.hooks.createRuntime = [{path: $path}]' --arg path "$TOOL"
	args true
	RAN=$BATS_TEST_TMPDIR/ran
}

teardown() {
	clean_up
}

tool() {
	own_file "${2:-$TOOL}" 755 <<EOF2
#!/bin/sh
echo "$1" >>"$BATS_TEST_TMPDIR/ran"
EOF2
}

follow() {
	trust grant --hook "$TOOL" --stage createRuntime --follow-package --yes \
		--args "${1:-$TOOL}"
	assert_status 0
}

@test "S31 an upgrade is followed" {
	follow
	run_container
	assert_status 0
	tool two
	run_container
	assert_status 0
	[ "$(cat "$RAN")" = "$(printf 'one\ntwo')" ]
}

@test "S31 a file that others can change is none of a package's" {
	follow
	in_trust_host chmod 775 "${TOOL%/*}"
	run_container
	assert_untrusted
	in_trust_host sh -c "chmod 755 ${TOOL%/*}; chown 12345 $TOOL"
	run_container
	assert_untrusted
}

@test "S31 a mount over it is none of a package's" {
	follow
	mkdir "$BATS_TEST_TMPDIR/image"
	printf '#!/bin/sh\necho evil >>"%s"\n' "$RAN" \
		>"$BATS_TEST_TMPDIR/image/${TOOL##*/}"
	chmod 755 "$BATS_TEST_TMPDIR/image/${TOOL##*/}"
	in_trust_host mount --bind "$BATS_TEST_TMPDIR/image" "${TOOL%/*}"
	run_container
	assert_untrusted
	in_trust_host umount "${TOOL%/*}"
	in_trust_host mount --bind "$BATS_TEST_TMPDIR/image/${TOOL##*/}" "$TOOL"
	run_container
	assert_untrusted
}

@test "S31 an overlay's merged directory is none of a package's" {
	follow
	in_trust_host sh -ec 'mkdir -p "$1/l" "$1/u" "$1/w"; mount -t tmpfs x "$1/u"
		mkdir "$1/u/u" "$1/u/w"; cp "$2" "$1/l/"
		mount -t overlay -o "lowerdir=$1/l,upperdir=$1/u/u,workdir=$1/u/w" x "${2%/*}"' \
		sh "$BATS_TEST_TMPDIR/o" "$TOOL" || skip 'no overlay can be mounted here'
	run_container
	assert_untrusted
}

@test "S31 /proc/PID/root and /proc/PID/exe lead to no package" {
	mkdir -p "$ROOTFS${TOOL%/*}"
	cp "$ROOTFS/bin/busybox" "$ROOTFS$TOOL"
	follow
	unshare -m chroot "$ROOTFS" /bin/sh -c 'exec -a sleep "$1" 1000' sh "$TOOL" \
		</dev/null >/dev/null 2>&1 3>&- &
	pid=$!
	background+=("$pid")
	for tries in $(seq 500); do
		[[ $(readlink "/proc/$pid/exe") != *bulkhead-test-tool ]] || break
		[ "$tries" != 500 ] || return 1
		read -r -t 0.02 <> <(:) || :
	done
	for path in "/proc/$pid/root$TOOL" "/proc/$pid/exe" \
		"/proc/$pid/cwd/../../$TOOL"; do
		config '.hooks.createRuntime = [{path: $path, args: [$args]}]' \
			--arg path "$path" --arg args "$TOOL"
		run_container
		assert_untrusted
	done
}

@test "S31 a link in its place is judged by where it leads" {
	follow
	printf '#!/bin/sh\necho evil >>"%s"\n' "$RAN" >"$BATS_TEST_TMPDIR/evil"
	chmod 755 "$BATS_TEST_TMPDIR/evil"
	in_trust_host ln -sf "$BATS_TEST_TMPDIR/evil" "$TOOL"
	run_container
	assert_untrusted
}
