#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A07, CVE-2026-21852: project settings redirected the agent's endpoint, and the
# key went there.  What carries a key does not come in, by environment or mount,
# and what redirects is named in the plan.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	profile agent
	new_bundle
	args sh -c 'env; cat /root/.netrc'
	KEY=sk-ant-0123456789012345678901234567890123456789
}

teardown() {
	clean_up
}

# refused_without_value WORD...: and the key is in no message and no plan.
refused_without_value() {
	for command in run plan; do
		capture "$BULKHEAD" --debug $command --bundle "$BUNDLE" "$ID"
		assert_status 1
		assert_output ''
		for word in refused "$@"; do
			grep -qF -e "$word" <<<"$error"
		done
		fails grep -qF "$KEY" <<<"$output $error"
	done
}

@test "A07 an endpoint of the project's beside the key of the user" {
	config '.process.env += ["ANTHROPIC_BASE_URL=http://evil.example",
		"ANTHROPIC_API_KEY=" + $k]' --arg k "$KEY"
	refused_without_value ANTHROPIC_API_KEY credentials.allowEnv
}

@test "A07 the key under a harmless name" {
	config '.process.env += ["GREETING=" + $k]' --arg k "$KEY"
	refused_without_value GREETING
}

@test "A07 a key in the endpoint itself is named in the plan" {
	config '.process.env += ["API_URL=https://user:" + $k + "@example.org/"]' \
		--arg k "$KEY"
	capture "$BULKHEAD" plan --bundle "$BUNDLE" "$ID"
	assert_status 0
	grep -q '^note: /process/env: API_URL is by its name or form a credential' \
		<<<"$output"
	fails grep -qF "$KEY" <<<"$output $error"
	profile strict
	refused_without_value API_URL
}

@test "A07 what redirects is named in the plan" {
	for name in ANTHROPIC_BASE_URL OPENAI_BASE_URL OPENAI_API_BASE \
		HTTPS_PROXY http_proxy ALL_PROXY NODE_EXTRA_CA_CERTS SSL_CERT_FILE \
		GIT_SSH_COMMAND PIP_INDEX_URL NPM_CONFIG_REGISTRY; do
		jq --arg e "$name=http://evil.example" '.process.env += [$e]' \
			"$BUNDLE/config.json" >"$BUNDLE/with.json"
		capture "$BULKHEAD" plan --bundle "$BUNDLE" --config with.json "$ID"
		assert_status 0
		grep -q "^note: /process/env: $name redirects" <<<"$output" || {
			echo "$name is not named"
			return 1
		}
	done
	capture "$BULKHEAD" plan --bundle "$BUNDLE" "$ID"
	fails grep redirects <<<"$output"
}

@test "A07 the key by a mount" {
	mkdir -p "$BATS_TEST_TMPDIR/home/.ssh" "$ROOTFS/root"
	touch "$ROOTFS/root/.netrc"
	echo "$KEY" >"$BATS_TEST_TMPDIR/home/.netrc"
	for source in /root/.ssh /root/.netrc /etc/shadow; do
		[ -e "$source" ] || continue
		config '.mounts |= map(select(.destination != "/mnt")) | .mounts +=
			[{destination: "/mnt", type: "bind", source: $s,
			options: ["bind", "ro"]}]' --arg s "$source"
		refused_without_value "$source"
	done
}
