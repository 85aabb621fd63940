#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# bulkhead spec: writes a config that is fit to run, and never over another.

load ../lib/common

setup() {
	DIR=$BATS_TEST_TMPDIR/dir
	mkdir "$DIR"
}

@test "a config is written into the current directory, or where told" {
	cd "$DIR"
	capture "$BULKHEAD" spec
	assert_status 0
	[ -z "$output$error" ]
	jq -e '.ociVersion == "1.3.0" and .process.args == ["sh"] and
		.root.path == "rootfs" and .process.noNewPrivileges' config.json
	mkdir other
	capture "$BULKHEAD" spec --bundle other
	assert_status 0
	cmp config.json other/config.json
}

@test "there is no write over a config.json, nor through a link" {
	echo mine >"$DIR/config.json"
	capture "$BULKHEAD" spec -b "$DIR"
	assert_status 1
	assert_error config.json remove
	[ "$(cat "$DIR/config.json")" = mine ]
	rm "$DIR/config.json"
	ln -s elsewhere "$DIR/config.json"
	capture "$BULKHEAD" spec -b "$DIR"
	assert_status 1
	[ ! -e "$DIR/elsewhere" ]
}

@test "a directory that is missing or none" {
	capture "$BULKHEAD" spec -b "$DIR/nothing"
	assert_status 1
	assert_error "$DIR/nothing" 'No such file or directory'
	touch "$DIR/file"
	capture "$BULKHEAD" spec -b "$DIR/file"
	assert_status 1
	assert_error 'Not a directory'
}

@test "the umask decides about its mode" {
	(umask 077 && "$BULKHEAD" spec -b "$DIR")
	[ "$(stat -c %a "$DIR/config.json")" = 600 ]
}

@test "--rootless is for the caller's ids, without cgroups" {
	"$BULKHEAD" spec --rootless -b "$DIR"
	jq -e --argjson u "$(id -u)" --argjson g "$(id -g)" '
		.linux.uidMappings == [{containerID: 0, hostID: $u, size: 1}] and
		.linux.gidMappings == [{containerID: 0, hostID: $g, size: 1}] and
		([.linux.namespaces[].type] | index("user", "network")) and
		(.linux | has("resources") | not) and
		([.mounts[].type] | index("cgroup") | not)' "$DIR/config.json"
}

@test "what is written makes a plan" {
	local options=
	[ "$(id -u)" = 0 ] || options=--rootless
	"$BULKHEAD" spec $options -b "$DIR"
	mkdir "$DIR/rootfs"
	capture "$BULKHEAD" plan -b "$DIR"
	assert_status 0
	assert_match 'exec arguments=.*sh'
}
