#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Docker with bulkhead as one of its runtimes (docs/docker.md): a daemon of the test's
# own, on a host whose grants are the test's own.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common
load ../lib/podman
load ../lib/trust
load ../lib/daemon

setup() {
	requires root program:dockerd program:containerd program:docker program:busybox
	daemon_host
	start_daemon
}

teardown() {
	stop_daemon
	clean_up
}

# Below a short path, as sockets have to be.
start_daemon() {
	PLACE=$(mktemp -d /tmp/bt-docker.XXXXXX)
	jq -n --arg place "$PLACE" --arg runtime "$REAL" --arg parent "/$ID" '{
		"data-root": ($place + "/data"), "exec-root": ($place + "/exec"),
		pidfile: ($place + "/pid"), hosts: ["unix://" + $place + "/sock"],
		bridge: "none", iptables: false, "storage-driver": "vfs",
		"cgroup-parent": $parent, "exec-opts": ["native.cgroupdriver=cgroupfs"],
		runtimes: {bulkhead: {path: $runtime}}}' >"$PLACE/daemon.json"
	daemon_starts dockerd --config-file "$PLACE/daemon.json"
	tar -C "$BATS_TEST_TMPDIR/image" -c . | docker import - test >/dev/null
}

# For daemon_starts.
is_up() {
	docker version
}

stop_daemon() {
	[ -d "${PLACE-}" ] || return 0
	docker ps -aq | while read -r id; do docker rm -f "$id"; done >/dev/null 2>&1
	daemon_ends "$PLACE"
}

docker() {
	DOCKER_HOST=unix://$PLACE/sock DOCKER_CONFIG=$PLACE timeout 60 \
		"$(type -P docker)" "$@"
}

ours() {
	capture docker run --runtime bulkhead --network none "$@"
}

trust_docker() {
	trust grant --engine docker --yes
	assert_status 0
}

@test "the hook of Docker's network is refused, and its user sees how to trust it" {
	ours --rm test echo inside
	assert_status 125
	assert_output ''
	[[ $error == *'create refused: 1 of 1 hook is not trusted'*'prestart[0]'*'bulkhead trust grant --engine docker'* ]]
	trust_docker
	ours --rm test echo inside
	assert_status 0
	assert_output inside
}

@test "a container's life" {
	trust_docker
	ours -d --name life test sh -c 'echo begins; while :; do sleep 1; done'
	assert_status 0
	[ "$(docker exec life cat /proc/1/comm)" = sh ]
	[ "$(docker exec -i life cat <<<through)" = through ]
	docker exec life grep -q 'NoNewPrivs:.1' /proc/self/status
	docker pause life
	[ "$(docker inspect -f '{{.State.Status}}' life)" = paused ]
	docker unpause life
	docker update --memory 64m --memory-swap 64m life
	[ "$(docker logs life)" = begins ]
	docker top life | grep -q sleep
	docker stop -t 0 life
	[ "$(docker inspect -f '{{.State.ExitCode}}' life)" = 137 ]
	docker start life
	docker rm -f life
	ours --rm test sh -c 'exit 7'
	assert_status 7
	docker ps -aq | fails grep .
	# But caches, nothing of a container is left.
	compgen -G "$PLACE/exec/runtime-*/moby"
	[ "$(find "$PLACE"/exec/runtime-*/moby -mindepth 1 -maxdepth 1 ! -name '.*')" = '' ]
}

@test "what widens the sandbox is refused, with the key that allows it" {
	trust_docker
	ours --rm --privileged test true
	assert_status 125
	[[ $error == *'create refused: '*'policy key'* ]]
	ours --rm --pid host test true
	assert_status 125
	[[ $error == *'policy key namespaces.host'* ]]
	ours --rm -v /run:/host/run test true
	assert_status 125
	[[ $error == *'policy key mounts.allow'* ]]
	ours --rm test sh -c '! touch /new'
	assert_status 0
}
