#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A02, CVE-2026-33068: the untrusted file itself switched the question off.
# Nothing in a bundle, a workspace or its environment widens the host's policy.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	profile agent
	new_bundle
	args sh -c 'grep NoNewPrivs: /proc/self/status; touch /new'
	config '.root.readonly = false | .process.noNewPrivileges = false'
	LAX='{"defaultProfile": "oci", "profiles": {"lax": {"extends": "oci"}}}'
}

teardown() {
	clean_up
}

# The default profile holds: no_new_privs, and a read-only root.
stays_hardened() {
	capture "$@"
	assert_line $'NoNewPrivs:\t1'
	[[ $error = *'Read-only file system'* ]]
}

@test "A02 a policy in the bundle, the rootfs or the workspace is not read" {
	mkdir -p "$ROOTFS/etc/bulkhead" "$BUNDLE/.bulkhead" "$BUNDLE/etc/bulkhead"
	for place in "$BUNDLE/policy.json" "$BUNDLE/bulkhead.json" \
		"$BUNDLE/.bulkhead/policy.json" "$BUNDLE/etc/bulkhead/policy.json" \
		"$ROOTFS/etc/bulkhead/policy.json" "$ROOTFS/policy.json"; do
		echo "$LAX" >"$place"
	done
	cd "$BUNDLE"
	stays_hardened "$PLAIN_BULKHEAD" run "$ID"
}

@test "A02 no annotation and no environment names another profile or policy" {
	echo "$LAX" >"$BATS_TEST_TMPDIR/lax"
	for name in policy trust profiles defaultProfile; do
		config '.annotations = {($n): $v}' --arg n "org.bulkhead.$name" \
			--arg v "$BATS_TEST_TMPDIR/lax"
		capture "$PLAIN_BULKHEAD" run -b "$BUNDLE" "$ID"
		assert_status 1
		assert_error "/annotations/org.bulkhead.$name"
	done
	config 'del(.annotations)'
	config '.process.env += ["BULKHEAD_POLICY=" + $v, "BULKHEAD_PROFILE=oci"]' \
		--arg v "$BATS_TEST_TMPDIR/lax"
	BULKHEAD_POLICY=$BATS_TEST_TMPDIR/lax BULKHEAD_PROFILE=oci \
		stays_hardened "$PLAIN_BULKHEAD" run -b "$BUNDLE" "$ID"
	config '.annotations["org.bulkhead.profile"] = "oci"'
	capture "$PLAIN_BULKHEAD" run -b "$BUNDLE" "$ID"
	assert_status 1
	assert_error '/annotations/org.bulkhead.profile' annotationProfiles
	# Not even one that is stricter, where the policy lists none.
	config '.annotations["org.bulkhead.profile"] = "strict"'
	capture "$PLAIN_BULKHEAD" run -b "$BUNDLE" "$ID"
	assert_status 1
}

@test "A02 a policy that others may change is none, wherever it lies" {
	umask 022
	mkdir "$BATS_TEST_TMPDIR/workspace"
	policy=$BATS_TEST_TMPDIR/workspace/policy.json
	refuses_policy() {
		capture "$PLAIN_BULKHEAD" --policy "$policy" run -b "$BUNDLE" "$ID"
		assert_status 1
		assert_output ''
		assert_error "$1" 'must belong to root or the caller'
		capture "$PLAIN_BULKHEAD" policy check "$policy"
		assert_status 1
	}
	echo "$LAX" >"$policy"
	chown 1000 "$policy"
	refuses_policy 'belongs to another user'
	chown 0 "$policy"
	chmod 620 "$policy"
	refuses_policy 'is writable for others'
	chmod 600 "$policy"
	chown 1000 "$BATS_TEST_TMPDIR/workspace"
	refuses_policy 'belongs to another user'
	chown 0 "$BATS_TEST_TMPDIR/workspace"
	chmod 777 "$BATS_TEST_TMPDIR/workspace"
	refuses_policy 'is writable for others'
	chmod 755 "$BATS_TEST_TMPDIR/workspace"
	mv "$policy" "$policy.real"
	ln -s policy.json.real "$policy"
	chown -h 1000 "$policy"
	refuses_policy 'belongs to another user'
	rm "$policy"
	mv "$policy.real" "$policy"
	capture "$PLAIN_BULKHEAD" --policy "$policy" run -b "$BUNDLE" "$ID"
	assert_line $'NoNewPrivs:\t0'
}

@test "A02 the host's policy can't be mounted into a container, nor its records" {
	mkdir "$ROOTFS/mnt"
	mkdir -p /etc/bulkhead
	for source in /etc/bulkhead /etc /run/bulkhead /run; do
		[ -d "$source" ] || continue
		config '.mounts |= map(select(.destination != "/mnt")) |
			.mounts += [{destination: "/mnt", type: "bind", source: $s,
			options: ["bind", "rw"]}]' --arg s "$source"
		capture "$PLAIN_BULKHEAD" run -b "$BUNDLE" "$ID"
		assert_status 1
		assert_error "run refused: /mounts/" "$source"
	done
	rmdir --ignore-fail-on-non-empty /etc/bulkhead
}
