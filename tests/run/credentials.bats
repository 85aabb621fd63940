#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Credentials in the environment, under the profile `agent`.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

SECRET=c2VjcmV0LXZhbHVlLW9mLWEtdGVzdA

setup() {
	requires root
	profile agent
	new_bundle
}

teardown() {
	clean_up
}

variable() {
	config '.process.env += [$v]' --arg v "$1"
}

# refuses VARIABLE KEY: by its name; the value is seen nowhere.
refuses() {
	local log=$BATS_TEST_TMPDIR/log
	variable "$1"
	capture "$BULKHEAD" --debug --log "$log" run -b "$BUNDLE" "$ID"
	assert_status 1
	assert_error "/process/env: ${1%%=*}: " "policy key $2"
	[[ $error != *"${1#*=}"* ]]
	fails grep -qF -e "${1#*=}" "$log"
	rm "$log"
	config 'del(.process.env[-1])'
}

# As long as the forms of keys want.
x36=$(printf 'x%.0s' $(seq 36))

@test "what commands clouds and hosts is refused" {
	refuses "AWS_SECRET_ACCESS_KEY=$SECRET" credentials.env
	refuses "kubeconfig=$SECRET" credentials.env
	refuses "SSH_AUTH_SOCK=/tmp/$SECRET" credentials.env
	refuses "MY_PRIVATE_KEY=$SECRET" credentials.env
	refuses "ANYTHING=AKIA0123456789ABCDEF" credentials.env
	refuses $'NOTE=-----BEGIN OPENSSH PRIVATE KEY-----\nsecret' credentials.env
}

@test "keys of models and forges are refused, unless the policy names them" {
	refuses "OPENAI_API_KEY=$SECRET" credentials.allowEnv
	refuses "GITHUB_TOKEN=$SECRET" 'credentials.allowEnv, or by `bulkhead policy allow-env GITHUB_TOKEN`'
	refuses "INNOCENT=ghp_$x36" credentials.allowEnv
	refuses "INNOCENT=sk-ant-$x36" credentials.allowEnv
	variable "GITHUB_TOKEN=$SECRET"
	args sh -c 'echo $GITHUB_TOKEN'
	echo '{"defaultProfile": "p", "profiles": {"p": {"credentials":
		{"allowEnv": ["GITHUB_TOKEN"]}}}}' >"$BATS_TEST_TMPDIR/policy"
	capture "$PLAIN_BULKHEAD" --policy "$BATS_TEST_TMPDIR/policy" run \
		-b "$BUNDLE" "$ID"
	assert_output "$SECRET"
	variable "VAULT_TOKEN=$SECRET"
	sed -i 's/"GITHUB_TOKEN"/&, "VAULT_TOKEN"/' "$BATS_TEST_TMPDIR/policy"
	capture "$PLAIN_BULKHEAD" --policy "$BATS_TEST_TMPDIR/policy" run \
		-b "$BUNDLE" "$ID"
	assert_error VAULT_TOKEN credentials.env
}

@test "names that only say so are handed on, and the plan says that" {
	variable "SOME_PASSWORD=$SECRET"
	variable "SOME_URL=https://u:$SECRET@example.org/"
	variable MAX_OUTPUT_TOKENS=5
	variable SSH_AUTH_SOCK=
	args sh -c 'echo $SOME_PASSWORD $MAX_OUTPUT_TOKENS'
	run_container
	assert_output "$SECRET 5"
	capture "$BULKHEAD" plan -b "$BUNDLE"
	assert_match 'note: /process/env: SOME_PASSWORD is' \
		'note: /process/env: SOME_URL is'
	assert_no_match "$SECRET|MAX_OUTPUT_TOKENS is"
	run_container --profile strict
	assert_status 1
	assert_error SOME_PASSWORD SOME_URL credentials.allowEnv
}

@test "the policy takes them out instead" {
	variable "OPENAI_API_KEY=$SECRET"
	variable "KUBECONFIG=$SECRET"
	variable OTHER=stays
	args sh -c 'echo "<$OPENAI_API_KEY$KUBECONFIG>" $OTHER'
	echo '{"defaultProfile": "p", "profiles": {"p": {"credentials":
		{"env": "strip"}}}}' >"$BATS_TEST_TMPDIR/policy"
	capture "$PLAIN_BULKHEAD" --policy "$BATS_TEST_TMPDIR/policy" run \
		-b "$BUNDLE" "$ID"
	assert_output '<> stays'
	run_container --profile oci
	assert_output "<$SECRET$SECRET> stays"
}

@test "exec hands none in, either" {
	args sh -c 'echo ready; exec sleep 1000'
	start_container
	await ready
	capture "$BULKHEAD" exec --env "NPM_TOKEN=$SECRET" "$ID" true
	assert_status 255
	assert_error 'exec refused: /process/env: NPM_TOKEN'
	"$BULKHEAD" kill "$ID" KILL
	finish_container
}
