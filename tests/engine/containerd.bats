#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# containerd, by its client ctr: its shim calls bulkhead for each step of a container's
# life, and what it refuses reaches the user (docs/containerd.md).
#
# shellcheck disable=SC2016,SC2154

load ../lib/common
load ../lib/podman
load ../lib/trust
load ../lib/daemon

setup() {
	requires root program:containerd program:ctr program:busybox
	daemon_host
	start_daemon
}

teardown() {
	stop_daemon
	clean_up
}

start_daemon() {
	PLACE=$(mktemp -d /tmp/bt-containerd.XXXXXX)
	cat >"$PLACE/config.toml" <<-END
		version = 2
		root = "$PLACE/root"
		state = "$PLACE/state"
		disabled_plugins = ["io.containerd.grpc.v1.cri"]
		[grpc]
		address = "$PLACE/sock"
	END
	daemon_starts containerd --config "$PLACE/config.toml"
}

# For daemon_starts.
is_up() {
	c version
}

stop_daemon() {
	[ -d "${PLACE-}" ] || return 0
	c task ls -q 2>/dev/null | while read -r id; do c task rm -f "$id"; done >/dev/null 2>&1
	daemon_ends "$PLACE"
}

# A client makes mounts and FIFOs where the daemon looks for them.
c() {
	nsenter -t "$TRUST_PID" -m -- timeout 60 ctr --address "$PLACE/sock" -n "$ID" "$@"
}

ours() {
	capture c run --runtime io.containerd.runc.v2 --runc-binary "$REAL" \
		--cgroup "/$ID/one" --rootfs "$@"
}

@test "a container's life" {
	ours --rm "$BATS_TEST_TMPDIR/image" once sh -c 'grep NoNewPrivs /proc/self/status; exit 7'
	assert_status 7
	assert_output 'NoNewPrivs:	1'
	ours -d "$BATS_TEST_TMPDIR/image" life sleep 1000
	assert_status 0
	[ "$(c task exec --exec-id one life cat /proc/1/comm)" = sleep ]
	c task pause life
	c task ls | grep -q 'life.*PAUSED'
	c task resume life
	c task ps life | grep -q '^[0-9]'
	c task metrics life >/dev/null
	c task kill -s KILL life
	until c task ls | grep -q 'life.*STOPPED'; do :; done
	c task rm life || :
	c container rm life
	[ "$(find /sys/fs/cgroup -path "*/$ID/one" 2>/dev/null)" = '' ]
}

@test "what widens the sandbox is refused, and the user is told what allows it" {
	ours --rm --cap-add CAP_SYS_ADMIN "$BATS_TEST_TMPDIR/image" bad true
	assert_status 1
	[[ $error == *'create refused: '*'policy key capabilities.allow'* ]]
	c task ls -q | fails grep .
}

@test "a hook that is not trusted is refused, and the user is told how to trust it" {
	hook_script
	"$REAL" spec --bundle "$PLACE"
	jq --arg hook "$HOOK" --arg root "$BATS_TEST_TMPDIR/image" '.root.path = $root |
		.process.terminal = false | .process.args = ["echo", "inside"] |
		.hooks.createRuntime = [{path: $hook}]' "$PLACE/config.json" >"$PLACE/hooked.json"
	for try in refused granted; do
		capture c run --rm --runtime io.containerd.runc.v2 --runc-binary "$REAL" \
			--config "$PLACE/hooked.json" "hooked-$try"
		if [ $try = refused ]; then
			assert_status 1
			[[ $error == *'create refused: 1 of 1 hook is not trusted'*'bulkhead trust grant'* ]]
			[ ! -e "$RAN" ]
			trust grant --hook "$HOOK" --stage createRuntime --yes
			assert_status 0
		fi
	done
	assert_status 0
	assert_output inside
	[ "$(cat "$RAN")" = ran ]
}
