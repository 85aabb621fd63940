#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Hooks that podman adds from hooks.d: its user is told what is not trusted and what
# to do, a grant as docs/podman.md has it lets it run, a changed byte doesn't.
#
# shellcheck disable=SC2016,SC2154

load ../lib/podman
load ../lib/trust

setup_file() {
	engine_place
}

teardown_file() {
	engine_tear_down
}

setup() {
	PODMAN_RUNTIME=$BULKHEAD
	new_bundle
	trust_host
	hook_script 'echo "$1" >>"'"$RAN"'.args"'
	mkdir "$BATS_TEST_TMPDIR/hooks.d"
}

teardown() {
	clean_up
}

# hooks_d STAGE [ARG...]: podman adds $HOOK there.
hooks_d() {
	jq -n --arg path "$HOOK" --arg stage "$1" '{version: "1.0.0",
		hook: {path: $path, args: (["hook"] + $ARGS.positional), env: ["A=1"]},
		when: {always: true}, stages: [$stage]}' --args "${@:2}" \
		>"$BATS_TEST_TMPDIR/hooks.d/own.json"
}

# podman, on the host that has the grants.
podman_there() {
	capture nsenter -t "$TRUST_PID" -m -- env \
		CONTAINERS_CONF="$ENGINE/containers.conf" XDG_RUNTIME_DIR= timeout 60 \
		podman --root "$ENGINE/root" --runroot "$ENGINE/run" \
		--tmpdir "$ENGINE/tmp" --storage-driver vfs \
		--runtime "$PODMAN_RUNTIME" --hooks-dir "$BATS_TEST_TMPDIR/hooks.d" \
		"$@" 3>&-
}

@test "a hook of hooks.d is refused, and podman shows how to trust it" {
	hooks_d createRuntime
	podman_there run --rm test echo inside
	assert_status 126
	assert_output ''
	[ ! -e "$RAN" ]
	[[ $error == *'create refused: 1 of 1 hook is not trusted'*"createRuntime[0]"*"$HOOK"*'bulkhead trust grant --bundle'* ]]
	[ "$(audit | jq -r '.[] | .event')" = refuse ]
	podman_there ps -aq
	assert_output ''
}

@test "the grant of the documentation lets it run, for each container" {
	hooks_d createRuntime
	bulkhead_there trust grant --hook "$HOOK" --stage createRuntime --args hook \
		--any-env --yes
	assert_status 0
	for _ in 1 2; do
		podman_there run --rm test echo inside
		assert_status 0
		assert_output inside
	done
	[ "$(wc -l <"$RAN")" = 2 ]
	echo '#' >>"$HOOK"
	podman_there run --rm test echo inside
	assert_status 126
	[[ $error == *'its content differs from the grant of '* ]]
	[ "$(wc -l <"$RAN")" = 2 ]
}

@test "a grant is for one stage, and the arguments that it names" {
	hooks_d createContainer eth0
	bulkhead_there trust grant --hook "$HOOK" --stage createRuntime --args hook eth0 \
		--any-env --yes
	podman_there run --rm test true
	assert_status 126
	bulkhead_there trust grant --hook "$HOOK" --stage createContainer \
		--args hook 'eth*' --any-env --yes
	assert_status 0
	podman_there run --rm test true
	assert_status 0
	hooks_d createContainer lo
	podman_there run --rm test true
	assert_status 126
	[[ $error == *'arguments differ from the grant of '* ]]
}

# What NVIDIA's toolkit adds has another library named by the image to be loaded.
@test "the image's environment reaches no hook" {
	hook_script 'env | sort >"'"$RAN"'.env"'
	hooks_d createContainer
	bulkhead_there trust grant --hook "$HOOK" --stage createContainer --args hook \
		--any-env --yes
	podman_there run --rm --env LD_PRELOAD=/lib/evil.so --env PATH=/evil:/bin test true
	assert_status 0
	grep -qx A=1 "$RAN.env"
	fails grep -E 'LD_PRELOAD|evil' "$RAN.env"
}

bulkhead_there() {
	capture "$BULKHEAD" "$@"
}
