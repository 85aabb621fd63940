#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S22 (CVE-2024-0132, CVE-2025-23359, CVE-2025-23266): a hook gets nothing of the
# image: neither its environment nor its rootfs as working directory.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common
load ../lib/trust

setup() {
	new_bundle
	trust_host
	SEEN=$BATS_TEST_TMPDIR/seen
	args true
}

teardown() {
	clean_up
}

# A toolkit of a maker of graphics cards, as it is installed: a script of root's, in
# a place of root's, which notes what it gets.
toolkit() {
	own_file /opt/toolkit/nvidia-ctk 755 <<EOF2
#!/bin/sh
{ pwd; cat /proc/\$\$/environ | tr '\\\\0' '\\\\n'; ls /proc/\$\$/fd; } >"$SEEN"
EOF2
	config '.hooks.createContainer = [{path: "/opt/toolkit/nvidia-ctk",
		args: ["nvidia-ctk", "hook", "create-symlinks"], env: ["PATH=/usr/bin:/bin"]}]'
}

@test "S22 LD_PRELOAD of the image's environment is not the hook's" {
	toolkit
	touch "$ROOTFS/evil.so"
	config '.process.env += ["LD_PRELOAD=/evil.so", "LD_AUDIT=./evil.so",
		"BASH_ENV=/evil.so", "ENV=/evil.so"]'
	grant
	LD_LIBRARY_PATH=$ROOTFS run_container
	assert_status 0
	fails grep -E 'LD_|ENV=|evil|BULKHEAD' "$SEEN"
	[ "$(head -n1 "$SEEN")" = / ]
}

@test "S22 a hook's own LD_PRELOAD is part of what was granted" {
	toolkit
	grant --any-env
	config '.hooks.createContainer[0].env += ["LD_PRELOAD=/evil.so"]'
	run_container
	assert_untrusted
	[ ! -e "$SEEN" ]
}

@test "S22 a hook that lies in the bundle or rootfs is a copy of what was granted" {
	cp "$(readlink -f /bin/true)" "$ROOTFS/hook"
	config '.hooks.createRuntime = [{path: $path}]' --arg path "$ROOTFS/hook"
	run_container
	assert_status 1
	[[ $error == *'not trusted'* ]]
	trust grant --bundle "$BUNDLE" --yes --follow-package
	assert_status 1
	grant
	run_container
	assert_status 0
}

@test "S22 the group of a hook ends at its timeout" {
	hook_script "sleep 1000 & sleep 1000"
	hook createRuntime '{"timeout": 1}'
	grant
	run_container
	assert_status 1
	assert_error 'timeout of 1 s'
	fails pgrep -f "^sleep 1000 $BATS_TEST_TMPDIR"
	assert_clean
}
