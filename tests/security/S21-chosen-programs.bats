#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S21 (CVE-2026-53488): no annotation, label or variable of a config selects a
# program, library, handler, log or filter of the host.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common
load ../lib/trust

setup() {
	new_bundle
	trust_host
	hook_script
	args true
}

teardown() {
	clean_up
}

annotation() {
	config '.annotations = {($key): $value}' --arg key "$1" --arg value "$2"
}

@test "S21 annotations by which runtimes reach the host are refused" {
	for key in run.oci.handler run.oci.hooks.stdout run.oci.hooks.stderr \
		run.oci.seccomp.receiver run.oci.seccomp.plugins \
		run.oci.seccomp_bpf_data run.oci.pidfd_receiver \
		run.oci.delegate-cgroup org.criu.config \
		org.systemd.property.OnFailure org.bulkhead.anything; do
		annotation "$key" "$HOOK"
		run_container
		assert_status 1
		assert_error "$key"
		[ ! -e "$RAN" ]
	done
}

@test "S21 a listener's socket is not connected to" {
	config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
		listenerPath: $path, syscalls: [{names: ["mkdir"],
		action: "SCMP_ACT_NOTIFY"}]}' --arg path "$BATS_TEST_TMPDIR/socket"
	run_container
	assert_status 1
	assert_error listenerPath
}

@test "S21 the container's environment chooses nothing of ours" {
	mkdir "$BATS_TEST_TMPDIR/bin"
	cp "$HOOK" "$BATS_TEST_TMPDIR/bin/newuidmap"
	config '.process.env += ["LD_PRELOAD=/evil.so", "BULKHEAD_ONCE=200",
		"NOTIFY_SOCKET=/run/evil", "PATH=\($dir):/bin", "GCONV_PATH=\($dir)"]' \
		--arg dir "$BATS_TEST_TMPDIR/bin"
	run_container
	assert_status 0
	[ ! -e "$RAN" ]
}

@test "S21 the caller's environment lets nothing pass the gate" {
	hook createRuntime
	digest=$(trust show --bundle "$BUNDLE" --format json >/dev/null
		jq -r '.items[0].digest' <"$BATS_TEST_TMPDIR/stdout")
	exec 201<<<"1 1
${digest#sha256:}"
	BULKHEAD_ONCE=201 run_container
	exec 201<&-
	assert_untrusted
}
