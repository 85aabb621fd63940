#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A pod as Kubernetes makes one: containerd's CRI, with what kubelet mounts into each
# container, under the profile agent.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common
load ../lib/podman
load ../lib/trust
load ../lib/daemon

setup() {
	requires root program:containerd program:ctr program:busybox \
		file:/usr/lib/cni/ptp file:/usr/lib/python3/dist-packages/grpc
	daemon_host
	start_daemon
	import_image
}

teardown() {
	stop_daemon
	clean_up
}

# On a host and in a network of the test's own, at the places where it usually is.
start_daemon() {
	own_file /etc/cni/net.d/10-pods.conflist <<-'END'
		{ "cniVersion": "0.4.0", "name": "pods", "plugins": [ { "type": "ptp",
		  "ipam": { "type": "host-local", "subnet": "10.99.0.0/24" } } ] }
	END
	own_file /etc/containerd/config.toml <<-END
		version = 2
		[plugins."io.containerd.grpc.v1.cri"]
		  sandbox_image = "test.local/busybox:1"
		  disable_apparmor = true
		  restrict_oom_score_adj = true
		[plugins."io.containerd.grpc.v1.cri".cni]
		  bin_dir = "/usr/lib/cni"
		[plugins."io.containerd.grpc.v1.cri".containerd]
		  snapshotter = "native"
		  default_runtime_name = "bulkhead"
		[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.bulkhead]
		  runtime_type = "io.containerd.runc.v2"
		[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.bulkhead.options]
		  BinaryName = "$REAL"
	END
	daemon_starts unshare -n containerd
}

import_image() {
	"$BATS_TEST_DIRNAME/cri-client" image "$BATS_TEST_TMPDIR/image" test.local/busybox:1 |
		in_trust_host ctr -n k8s.io image import - >/dev/null
}

# For daemon_starts.
is_up() {
	in_trust_host ctr version
}

stop_daemon() {
	[ "${DAEMON-}" ] || return 0
	[ ! "${POD-}" ] || cri StopPodSandbox '{"1": $pod}' >/dev/null 2>&1 || :
	in_trust_host ctr -n k8s.io task ls -q | while read -r id; do
		in_trust_host ctr -n k8s.io task rm -f "$id"
	done >/dev/null 2>&1
	daemon_ends
}

# cri METHOD FILTER: a call whose message is what jq makes of it.
cri() {
	in_trust_host "$BATS_TEST_DIRNAME/cri-client" /run/containerd/containerd.sock "$1" \
		"$(jq -nc --arg pod "${POD-}" --arg box "${BOX-}" --arg id "$ID" "$2")"
}

# What kubelet says of a pod.
pod='{"1": {"1": "pod", "2": $id, "3": "default"}, "2": "pod-host",
	"3": "/var/log/pods", "8": {"1": ("/" + $id), "2": {}}}'

make_pod() {
	POD=$(cri RunPodSandbox "{\"1\": $pod}" | jq -r '."1"[0]')
}

# make_box COMMAND-AS-JSON: a container of it, with kubelet's mounts.
make_box() {
	local kubelet=/var/lib/kubelet/pods/$ID
	in_trust_host sh -ec 'mkdir -p "$1/volumes/kubernetes.io~empty-dir/volume" \
			"$1/volumes/kubernetes.io~projected/access" "$1/containers/box"
		echo "10.0.0.1 other" >"$1/etc-hosts"
		echo secret >"$1/volumes/kubernetes.io~projected/access/token"
		touch "$1/containers/box/log"; mkdir -p /var/log/pods' sh "$kubelet"
	BOX=$(cri CreateContainer '{"1": $pod, "2": {"1": {"1": "box"},
		"2": {"1": "test.local/busybox:1"}, "3": '"$1"',
		"6": {"1": "KUBERNETES_SERVICE_HOST", "2": "10.0.0.1"},
		"7": [
			{"1": "/etc/hosts", "2": "'"$kubelet"'/etc-hosts"},
			{"1": "/dev/termination-log", "2": "'"$kubelet"'/containers/box/log"},
			{"1": "/volume", "2": "'"$kubelet"'/volumes/kubernetes.io~empty-dir/volume"},
			{"1": "/var/run/secrets/kubernetes.io/serviceaccount",
			 "2": "'"$kubelet"'/volumes/kubernetes.io~projected/access", "3": true}],
		"11": "box.log", "15": {"2": {}}}, "3": '"$pod}" | jq -r '."1"[0]')
	[ "$BOX" ]
	cri StartContainer '{"1": $box}' >/dev/null
}

# inside COMMAND...: its output.
inside() {
	cri ExecSync "{\"1\": \$box, \"2\": $(jq -nc '$ARGS.positional' --args -- "$@")}" |
		jq -r '."1"[0] // ""'
}

@test "a pod is not refused for what the engine mounts, and it works" {
	make_pod
	make_box '["sleep", "1000"]'
	[ "$(inside cat /etc/hosts)" = '10.0.0.1 other' ]
	[ "$(inside hostname)" = pod-host ]
	inside sh -c 'echo done >/dev/termination-log; echo x >/volume/file'
	[ "$(in_trust_host cat "/var/lib/kubelet/pods/$ID/containers/box/log")" = 'done' ]
	[ "$(in_trust_host cat "/var/lib/kubelet/pods/$ID/volumes/kubernetes.io~empty-dir/volume/file")" = x ]
	[ "$(inside sh -c 'df /dev/shm | grep -c shm')" = 1 ]
	[ "$(inside sh -c 'ip addr show eth0 | grep -c "inet 10.99.0"')" = 1 ]
	cri StopPodSandbox '{"1": $pod}'
	cri RemovePodSandbox '{"1": $pod}'
	in_trust_host ctr -n k8s.io task ls -q | fails grep .
}

@test "it is hardened: filter, capabilities, root, and no token of the service account" {
	make_pod
	make_box '["sleep", "1000"]'
	[ "$(inside sh -c 'grep -E "^(NoNewPrivs|Seccomp):" /proc/self/status')" = 'NoNewPrivs:	1
Seccomp:	2' ]
	[ "$(inside sh -c 'touch /new 2>&1')" = 'touch: /new: Read-only file system' ]
	[ "$(inside ls /var/run/secrets/kubernetes.io/serviceaccount)" = '' ]
}
