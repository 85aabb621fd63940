#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Landlock, as a second bound: it holds where a mount does not any more.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root program:nsenter
	profile strict
	new_bundle
	STORE=$BATS_TEST_TMPDIR/store
	POLICY=$BATS_TEST_TMPDIR/policy.json
	config '.root.readonly = false'
	args sleep 1000
}

teardown() {
	"$BULKHEAD" --root "$STORE" delete --force "$ID" || :
	clean_up
}

bulkhead() {
	capture "$BULKHEAD" --root "$STORE" "$@"
}

has_landlock() {
	"$BULKHEAD" plan -b "$BUNDLE" | grep -q landlock_make ||
		skip 'the kernel has no Landlock'
}

# own PROFILE-JSON: it is the default of $POLICY from now on.
own() {
	echo '{"defaultProfile": "own", "profiles": {"own": '"$1"'}}' >"$POLICY"
	BULKHEAD=$PLAIN_BULKHEAD
}

start() {
	bulkhead "$@" create --bundle "$BUNDLE" \
		--pid-file "$BATS_TEST_TMPDIR/init" "$ID"
	assert_status 0
	PID=$(cat "$BATS_TEST_TMPDIR/init")
	bulkhead start "$ID"
	assert_status 0
}

# The host opens the root behind the container's back; what does PROGRAM say?
behind_the_back() {
	nsenter -t "$PID" -m -p mount -o remount,bind,rw /
	bulkhead exec "$ID" sh -c "$1"
}

@test "what is not to be written is not, although the mount would let it" {
	has_landlock
	touch "$ROOTFS/file"
	start
	behind_the_back 'touch /new; echo >/file; mkdir /usr2; ln -s x /link
		rm /bin/ls; mv /bin/ls /bin/ls2; :'
	echo "$error"
	[ "$(grep -c 'Permission denied' <<<"$error")" = 6 ]
	[ "$(wc -l <<<"$error")" = 6 ]
	[ -e "$ROOTFS/bin/ls" ]
	bulkhead delete --force "$ID"
	# Without Landlock that is not so.
	profile agent
	start
	behind_the_back 'touch /new && echo "made it"'
	assert_output 'made it'
}

@test "the container's own program is bound as well" {
	has_landlock
	args sh -c 'echo ready; until [ -e /dev/shm/go ]; do sleep 0.01; done
		touch /new; echo tried >/dev/shm/tried; exec sleep 1000'
	start
	nsenter -t "$PID" -m -p mount -o remount,bind,rw /
	bulkhead exec "$ID" touch /dev/shm/go
	assert_status 0
	until bulkhead exec "$ID" cat /dev/shm/tried && [ "$output" = tried ]; do :; done
	[ ! -e "$ROOTFS/new" ]
}

@test "what mounts leave writable is, with moves between directories" {
	has_landlock
	mkdir "$BATS_TEST_TMPDIR/volume" "$ROOTFS/volume"
	config '.mounts += [{destination: "/volume", type: "bind", source: $v,
		options: ["bind"]}]' --arg v "$BATS_TEST_TMPDIR/volume"
	start
	for command in 'mkdir /tmp/a /tmp/b && echo x >/tmp/a/f && mv /tmp/a/f /tmp/b/' \
		'echo x >/dev/null && echo x >/dev/shm/f && rm /dev/shm/f' \
		'mkdir /volume/a && echo x >/volume/a/f && mv /volume/a/f /volume/g' \
		'mkfifo /tmp/p && ln -s p /tmp/l && : >/tmp/b/f' \
		'echo 5 >/proc/self/oom_score_adj && ls /etc /proc >/dev/null'; do
		bulkhead exec "$ID" sh -c "$command"
		echo "$error"
		assert_status 0
	done
}

@test "agent by policy, and never nested" {
	has_landlock
	own '{"extends": "agent", "landlock": "require"}'
	start --policy "$POLICY"
	behind_the_back 'touch /new'
	[[ $error = *'Permission denied' ]]
	bulkhead delete --force "$ID"
	own '{"extends": "nested", "landlock": "require"}'
	bulkhead --policy "$POLICY" plan -b "$BUNDLE"
	assert_status 0
	fails grep -q landlock <<<"$output"
}

@test "the plan says what the kernel's version covers, or that there is none" {
	rules() {
		sed "s/^kernel.*/&\nlandlock $1/" \
			"${SRCDIR:-$BATS_TEST_DIRNAME/../..}/tests/hosts/v2.host" \
			>"$BATS_TEST_TMPDIR/host"
		bulkhead plan --host "$BATS_TEST_TMPDIR/host" -b "$BUNDLE"
	}
	rules 2
	assert_status 0
	grep -q 'landlock_make .*make-sym,refer  #' <<<"$output"
	rules 3
	grep -q 'landlock_make .*refer,truncate  #' <<<"$output"
	rules 6
	grep -q 'landlock_make .*ioctl-dev  #' <<<"$output"
	for abi in 0 1; do
		rules $abi
		assert_status 0
		fails grep -q landlock_make <<<"$output"
		grep -q '^note: landlock: not enforced' <<<"$output"
	done
	own '{"extends": "strict", "landlock": "require"}'
	capture "$BULKHEAD" --policy "$POLICY" plan -b "$BUNDLE" \
		--host "$BATS_TEST_TMPDIR/host"
	assert_status 1
	assert_error 'the policy key landlock requires it' bestEffort
	# Scopes only where something is shared.
	own '{"extends": "strict", "namespaces": {"host": ["pid", "network"]}}'
	config '.linux.namespaces |= map(select(.type != "pid" and
		.type != "network"))'
	sed -i 's/^landlock.*/landlock 6/' "$BATS_TEST_TMPDIR/host"
	capture "$BULKHEAD" --policy "$POLICY" plan -b "$BUNDLE" \
		--host "$BATS_TEST_TMPDIR/host"
	grep -q 'scopes=abstract-sockets,signals' <<<"$output"
}
