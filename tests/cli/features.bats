#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# bulkhead features, as engines read it.

load ../lib/common

setup() {
	capture "$BULKHEAD" features
	assert_status 0
	[ -z "$error" ]
}

@test "valid JSON with the members that the specification requires" {
	jq -e '.ociVersionMin and .ociVersionMax == "1.3.0" and
		(.hooks | type == "array") and (.mountOptions | type == "array") and
		(.linux | type == "object")' <<<"$output"
}

@test "what is named is what there is" {
	jq -e '.linux.namespaces | sort == ["cgroup", "ipc", "mount", "network",
		"pid", "time", "user", "uts"]' <<<"$output"
	jq -e '.linux.capabilities | index("CAP_CHOWN") and
		index("CAP_CHECKPOINT_RESTORE")' <<<"$output"
	jq -e '.linux.cgroup | .v1 and .v2' <<<"$output"
	jq -e '.linux.seccomp.enabled and
		(.linux.seccomp.actions | index("SCMP_ACT_ERRNO")) and
		(.linux.seccomp.operators | index("SCMP_CMP_MASKED_EQ"))' <<<"$output"
	jq -e '.hooks == ["prestart", "createRuntime", "createContainer",
		"startContainer", "poststart", "poststop"]' <<<"$output"
	for option in bind rbind ro rw nosuid nodev noexec rro rprivate rshared; do
		jq -e --arg o $option '.mountOptions | index($o)' <<<"$output"
	done
}

@test "what is refused is not promised" {
	jq -e '.linux.seccomp.actions | index("SCMP_ACT_NOTIFY") | not' <<<"$output"
	jq -e '.mountOptions | index("idmap") | not' \
		<<<"$output"
	jq -e '(.linux.cgroup.systemd | type) == "boolean" and .linux.selinux.enabled == true
		and .linux.apparmor.enabled == false' <<<"$output"
	jq -e '.linux.mountExtensions.idmap.enabled == false' <<<"$output"
}
