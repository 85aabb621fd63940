#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Programs of the host's own policy at the gate: who approves once, who observes.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common
load ../lib/trust

setup() {
	new_bundle
	trust_host
	hook_script
	args echo inside
	STORE=$BATS_TEST_TMPDIR/store
	TOLD=$BATS_TEST_TMPDIR/told
	AGENT=/usr/local/bin/bulkhead-test-agent
}

teardown() {
	"$BULKHEAD" --root "$STORE" delete --force "$ID" || :
	clean_up
}

# agent NAME SCRIPT [JSON]: policy has this agent hook; what it is told is kept.
agent() {
	own_file "$AGENT" 755 <<<"#!/bin/sh
cat >>$TOLD
$2"
	jq -n '{agentHooks: {($name): ({path: $path} + $more)}}' --arg name "$1" \
		--arg path "$AGENT" --argjson more "${3:-{\}}" |
		own_file /etc/bulkhead/policy.json
}

# told FILTER: of what it was told, as compact JSON, once it is there.
told() {
	local tries
	for tries in $(seq 500); do
		[ ! -s "$TOLD" ] || ! jq -e . "$TOLD" >/dev/null 2>&1 || break
		read -r -t 0.02 <> <(:) || :
	done
	jq -c "$1" "$TOLD"
}

@test "beforeTrust grants once: for this run, and no other" {
	hook createRuntime '{"args": ["x", "y"], "env": ["A=secret"]}'
	agent beforeTrust 'echo "{ \"grant\": \"once\" }"'
	run_container
	assert_status 0
	assert_output inside
	[ "$(cat "$RAN")" = ran ]
	[ "$(told '[.version, .hook, .verb, .id, (.items[0] |
		[.stage, .path, .args, .env, .trusted])]')" = \
		'[1,"beforeTrust","run","'"$ID"'",["createRuntime","'"$HOOK"'",["x","y"],["A"],false]]' ]
	fails grep -q secret "$TOLD"
	own_file "$AGENT" 755 <<<'#!/bin/sh
exit 1'
	rm "$RAN"
	run_container
	assert_untrusted
	trust list
	assert_output 'nothing is trusted on this host'
}

@test "beforeTrust is asked once, though the program seals itself" {
	hook createRuntime
	agent beforeTrust 'echo "{\"grant\":\"once\"}"'
	run_container
	assert_status 0
	[ "$(jq -s length "$TOLD")" = 1 ]
}

@test "once is for the life of a container: start and delete, too" {
	hook poststart
	hook poststop
	agent beforeTrust 'echo "{\"grant\":\"once\"}"'
	args sleep 1000
	capture "$BULKHEAD" --root "$STORE" create --bundle "$BUNDLE" "$ID"
	assert_status 0
	capture "$BULKHEAD" --root "$STORE" start "$ID"
	assert_status 0
	[ "$(cat "$RAN")" = ran ]
	capture "$BULKHEAD" --root "$STORE" delete --force "$ID"
	assert_status 0
	[ "$(wc -l <"$RAN")" = 2 ]
	[ "$(jq -s length "$TOLD")" = 1 ]
}

@test "any other answer means refused" {
	hook createRuntime
	for answer in '' '{}' '{"grant":"always"}' '{"grant":"once"} {}' 'yes' \
		'{"grant":"once"' '["grant","once"]' '{"grant":"once","grant":"once"}'; do
		agent beforeTrust "echo '$answer'"
		run_container
		assert_untrusted 'beforeTrust'
	done
	agent beforeTrust 'echo "{\"grant\":\"once\"}"; exit 3'
	run_container
	assert_untrusted 'exit status 3'
	agent beforeTrust 'echo "{\"grant\":\"once\"}"; kill -9 $$'
	run_container
	assert_untrusted 'killed by signal 9'
	agent beforeTrust 'echo "{\"grant\":\"once\"}"; sleep 1000' '{"timeout": 1}'
	run_container
	assert_untrusted 'timeout of 1 s'
	agent beforeTrust 'yes | head -c 100000; echo "{\"grant\":\"once\"}"'
	run_container
	assert_untrusted
}

@test "an agent hook that others could change is not asked" {
	hook createRuntime
	agent beforeTrust 'echo "{\"grant\":\"once\"}"'
	in_trust_host chmod 777 "$AGENT"
	run_container
	assert_untrusted 'writable for others'
	[ ! -e "$TOLD" ]
}

@test "what changes behind the approval is asked anew, or does not run" {
	hook createRuntime
	agent beforeTrust "[ -e $TOLD.asked ] && exit 1
touch $TOLD.asked
echo '#' >>$HOOK; echo '{\"grant\":\"once\"}'"
	run_container
	assert_untrusted
	[ "$(jq -s '[.[].items[0].digest] | unique | length' "$TOLD")" = 2 ]
}

@test "onRefusal hears of the gate's and of policy's refusals" {
	hook createRuntime
	agent onRefusal 'exit 1'
	run_container
	assert_untrusted
	[[ $(told '[.hook, .items[0].path]') == '["onRefusal","'"$HOOK"'"]' ]]
	[[ $(told .message) == *'not trusted'* ]]
	rm "$TOLD"
	config 'del(.hooks) | .process.capabilities.bounding += ["CAP_SYS_ADMIN"]'
	capture "$BULKHEAD" --profile agent run --bundle "$BUNDLE" "$ID"
	assert_status 1
	[[ $(told .message) == *CAP_SYS_ADMIN* ]]
}

@test "onRefusal hears nothing of mistakes" {
	agent onRefusal 'exit 0'
	config '.root.path = "/nowhere"'
	run_container
	assert_status 1
	[ ! -e "$TOLD" ]
}

@test "onStart and onExit, with the reason" {
	agent onExit 'exit 0'
	args sh -c 'exit 7'
	run_container
	assert_status 7
	[ "$(told '[.hook, .id, .reason]')" = '["onExit","'"$ID"'","exit"]' ]
	if [ "$(told .status)" != null ]; then
		[ "$(told .status)" = 7 ]
	fi
	rm "$TOLD"
	agent onStart 'exit 0'
	run_container
	assert_status 7
	[ "$(told '[.hook, .id, .pid > 0]')" = '["onStart","'"$ID"'",true]' ]
}

@test "onExit: a deadline is a reason" {
	agent onExit 'exit 0'
	args sleep 1000
	config '.annotations["org.bulkhead.deadline"] = "1"'
	run_container
	[ "$(told '[.hook, .reason]')" = '["onExit","deadline"]' ]
}

@test "an observer that hangs holds nobody" {
	agent onStart 'sleep 1000' '{"timeout": 2}'
	run_container
	assert_status 0
}
