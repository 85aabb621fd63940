#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# podman run, with bulkhead (profile oci: what the config says) and beside it
# with a reference runtime.
#
# shellcheck disable=SC2016,SC2154

load ../lib/podman

setup_file() {
	table=${BUILDDIR:-.}/podman-run.txt
	engine_set_up
}

teardown_file() {
	table=${BUILDDIR:-.}/podman-run.txt
	engine_tear_down
}

r() {
	p run --rm --name "$NAME" "$@"
}

exit_status() { exits 0 r test true && exits 7 r test sh -c 'exit 7'; }
not_found() { exits 127 r test nosuch && exits 127 r test /no/such; }
not_executable() { exits 126 r test /etc/plain && exits 126 r test /etc; }
killed_by_a_signal() { exits 137 r test sh -c 'kill -KILL $$' || exits 0 r test true; }
output_and_errors() {
	[ "$(r test sh -c 'echo out; echo err >&2' 2>/dev/null)" = out ]
	[ "$(r test sh -c 'echo out; echo err >&2' 2>&1 >/dev/null)" = err ]
}
input() { [ "$(echo hello | p_with_input run --rm -i test cat)" = hello ]; }
environment() { says 'one two' r -e A=one -e B=two test sh -c 'echo $A $B'; }
working_directory() { says /var/tmp r -w /var/tmp test pwd; }
host_name() { says here r --hostname here test hostname; }
user_by_name() { says '1000 1000' r -u user test sh -c 'echo $(id -u) $(id -g)'; }
user_by_number() { says '77 88' r -u 77:88 test sh -c 'echo $(id -u) $(id -g)'; }
group_added() { matches '(^| )99' r --group-add 99 -u 77 test id -G; }
group_of_the_image() { matches 1001 r -u user test id -G; }
home_of_the_user() { says /home r -u user test sh -c 'echo $HOME'; }
entrypoint() { says 'a b' r --entrypoint '["echo", "a"]' test b; }
writable_root() { says made r test sh -c 'touch /new && echo made'; }
read_only_root() {
	exits 1 r --read-only --read-only-tmpfs=false test touch /new &&
		exits 1 r --read-only --read-only-tmpfs=false test touch /tmp/new
}
read_only_root_with_tmpfs() { exits 0 r --read-only test touch /tmp/new /run/new; }
tmpfs() { matches 'tmpfs .*512' r --tmpfs /t:size=512k test df -k /t; }
volume_to_write() {
	mkdir -p "$ENGINE/volume"
	r -v "$ENGINE/volume:/v" test sh -c 'echo x >/v/file'
	[ "$(cat "$ENGINE/volume/file")" = x ]
}
volume_to_read() {
	mkdir -p "$ENGINE/volume"
	exits 1 r -v "$ENGINE/volume:/v:ro" test touch /v/new
}
volume_by_name() {
	r -v "vol$NAME:/v" test sh -c 'echo x >/v/file'
	says x r -v "vol$NAME:/v" test cat /v/file
}
volume_of_a_file() {
	echo text >"$ENGINE/text"
	says text r -v "$ENGINE/text:/etc/text:ro" test cat /etc/text
}
capability_added() { matches '^CapBnd:.*1[0-9a-f]{3}$' r --cap-drop all --cap-add net_admin test grep CapBnd /proc/self/status; }
capabilities_dropped() { matches '^CapBnd:\s*0+$' r --cap-drop all test grep CapBnd /proc/self/status; }
capabilities_of_a_user() { matches '^CapEff:\s*0+$' r -u 77 test grep CapEff /proc/self/status; }
no_new_privileges() { matches '^NoNewPrivs:\s*1$' r --security-opt no-new-privileges test grep NoNewPrivs /proc/self/status; }
filter() { matches '^Seccomp:\s*2$' r test grep Seccomp: /proc/self/status; }
no_filter() { matches '^Seccomp:\s*0$' r --security-opt seccomp=unconfined test grep Seccomp: /proc/self/status; }
own_filter() {
	echo '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [
		{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"}]}' >"$ENGINE/filter.json"
	exits 1 r --security-opt seccomp="$ENGINE/filter.json" test mkdir /new
}
privileged() { exits 0 r --privileged test true; }
masked_paths() { says 0 r test sh -c 'cat /proc/timer_list 2>/dev/null | wc -c'; }
unmasked_paths() { exits 0 r --security-opt unmask=ALL test ls /proc/acpi; }
read_only_proc_sys() { exits 1 r test sh -c 'echo 1 >/proc/sys/kernel/hostname'; }
kernel_parameter() { says 5 r --sysctl kernel.msgmni=5 test cat /proc/sys/kernel/msgmni; }
limit_of_files() { says 100 r --ulimit nofile=100:100 --ulimit nproc=512:512 test sh -c 'ulimit -n'; }
oom_score() { says 77 r --oom-score-adj 77 test cat /proc/self/oom_score_adj; }
umask() { says 0077 r --umask 0077 test sh -c umask; }
memory_limit() { matches 33554432 r --memory 32m --cgroupns host test sh -c 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null || :'; }
cpu_shares() { matches '^(512|[0-9]+)$' r --cpu-shares 512 test sh -c 'cat /sys/fs/cgroup/cpu/cpu.shares /sys/fs/cgroup/cpu.weight 2>/dev/null || :'; }
cpus() { exits 0 r --cpus 0.5 test true; }
cpuset() { says 0 r --cpuset-cpus 0 test sh -c "awk '/Cpus_allowed_list/ { print \$2 }' /proc/self/status"; }
pids_limit() { matches '^40$' r --pids-limit 40 test sh -c 'cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null || :'; }
cgroup_parent() { exits 0 r --cgroup-parent "/${ENGINE##*/}" test true; }
cgroups_disabled() { exits 0 r --cgroups disabled test true; }
init_process() {
	[ -x /usr/libexec/podman/catatonit ] || return 0
	matches catatonit\|init r --init test cat /proc/1/comm
}
shm_size() { matches '1024' r --shm-size 1m test df -k /dev/shm; }
device() { exits 0 r --device /dev/full test sh -c '[ -c /dev/full ]'; }
device_not_given() { exits 1 r test sh -c '[ -e /dev/fuse ]'; }
device_not_made() { exits 1 r --cap-add mknod test sh -c 'mknod /x b 8 0 && cat /x'; }
host_pid() { says 1 sh -c '[ "$(readlink /proc/self/ns/pid)" = "$1" ] && echo 1' sh "$(r --pid host test readlink /proc/self/ns/pid)"; }
host_ipc() { says "$(readlink /proc/self/ns/ipc)" r --ipc host test readlink /proc/self/ns/ipc; }
host_uts() { says "$(hostname)" r --uts host test hostname; }
host_network() { says "$(readlink /proc/self/ns/net)" r --network host test readlink /proc/self/ns/net; }
user_namespace() { matches '^ +0 +200000 +1000$' r --uidmap 0:200000:1000 test cat /proc/self/uid_map; }
timeout_of_the_run() { exits 255 r --timeout 1 test sleep 100 || exits 137 r --timeout 1 test sleep 100; }
preserved_descriptor() { says text preserve; }
preserve() {
	echo text >"$ENGINE/text"
	CONTAINERS_CONF=$ENGINE/containers.conf timeout 60 podman \
		--root "$ENGINE/root" --runroot "$ENGINE/run" --tmpdir "$ENGINE/tmp" \
		--storage-driver vfs --runtime "$RUNTIME" run --rm --preserve-fds 1 \
		test cat /proc/self/fd/3 3<"$ENGINE/text" </dev/null
}
annotations() { exits 0 r --annotation a=b test true; }

@test "podman run: exit status" {
	both exit_status
}

@test "podman run: not found" {
	both not_found
}

@test "podman run: not executable" {
	both not_executable
}

@test "podman run: killed by a signal" {
	both killed_by_a_signal
}

@test "podman run: output and errors" {
	both output_and_errors
}

@test "podman run: input" {
	both input
}

@test "podman run: environment" {
	both environment
}

@test "podman run: working directory" {
	both working_directory
}

@test "podman run: host name" {
	both host_name
}

@test "podman run: user by name" {
	both user_by_name
}

@test "podman run: user by number" {
	both user_by_number
}

@test "podman run: group added" {
	both group_added
}

@test "podman run: group of the image" {
	both group_of_the_image
}

@test "podman run: home of the user" {
	both home_of_the_user
}

@test "podman run: entrypoint" {
	both entrypoint
}

@test "podman run: writable root" {
	both writable_root
}

@test "podman run: read only root" {
	both read_only_root
}

@test "podman run: read only root with tmpfs" {
	both read_only_root_with_tmpfs
}

@test "podman run: tmpfs" {
	both tmpfs
}

@test "podman run: volume to write" {
	both volume_to_write
}

@test "podman run: volume to read" {
	both volume_to_read
}

@test "podman run: volume by name" {
	both volume_by_name
}

@test "podman run: volume of a file" {
	both volume_of_a_file
}

@test "podman run: capability added" {
	both capability_added
}

@test "podman run: capabilities dropped" {
	both capabilities_dropped
}

@test "podman run: capabilities of a user" {
	both capabilities_of_a_user
}

@test "podman run: no new privileges" {
	both no_new_privileges
}

@test "podman run: filter" {
	both filter
}

@test "podman run: no filter" {
	both no_filter
}

@test "podman run: own filter" {
	both own_filter
}

@test "podman run: privileged" {
	both privileged
}

@test "podman run: masked paths" {
	both masked_paths
}

@test "podman run: unmasked paths" {
	both unmasked_paths
}

@test "podman run: read only proc sys" {
	both read_only_proc_sys
}

@test "podman run: kernel parameter" {
	both kernel_parameter
}

@test "podman run: limit of files" {
	both limit_of_files
}

@test "podman run: oom score" {
	both oom_score
}

@test "podman run: umask" {
	both umask
}

@test "podman run: memory limit" {
	both memory_limit
}

@test "podman run: cpu shares" {
	both cpu_shares
}

@test "podman run: cpus" {
	both cpus
}

@test "podman run: cpuset" {
	both cpuset
}

@test "podman run: pids limit" {
	both pids_limit
}

@test "podman run: cgroup parent" {
	both cgroup_parent
}

@test "podman run: cgroups disabled" {
	both cgroups_disabled
}

@test "podman run: init process" {
	both init_process
}

@test "podman run: shm size" {
	both shm_size
}

@test "podman run: device" {
	both device
}

@test "podman run: device not given" {
	both device_not_given
}

@test "podman run: device not made" {
	both device_not_made
}

@test "podman run: host pid" {
	both host_pid
}

@test "podman run: host ipc" {
	both host_ipc
}

@test "podman run: host uts" {
	both host_uts
}

@test "podman run: host network" {
	both host_network
}

@test "podman run: user namespace" {
	both user_namespace
}

@test "podman run: timeout of the run" {
	both timeout_of_the_run
}

@test "podman run: preserved descriptor" {
	both preserved_descriptor
}

@test "podman run: annotations" {
	both annotations
}
