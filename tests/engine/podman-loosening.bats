#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What the default profile stops under podman, and with which profile it works:
# each line of docs/loosening.md.  What a test says must stand there, so that the
# page says nothing else than what was seen.
#
# shellcheck disable=SC2016,SC2154

load ../lib/podman

setup_file() {
	BULKHEAD=$PLAIN_BULKHEAD
	choose_driver
	engine_place
}

teardown_file() {
	BULKHEAD=$PLAIN_BULKHEAD
	engine_tear_down
}

setup() {
	RUNTIME=$PLAIN_BULKHEAD
	PAGE=$BATS_TEST_DIRNAME/../../docs/loosening.md
}

# The capabilities of the profile.
nine='"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL",
"CAP_SETGID", "CAP_SETUID", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT"'

r() {
	p run --rm "$@"
}

on_page() {
	grep -qF -e "$1" "$PAGE" && return
	echo "docs/loosening.md does not say: $1"
	return 1
}

# works PROFILE WORD...: podman run.
works() {
	on_page "\`$1\`"
	by_policy "${1/NINE/$nine}" quiet r "${@:2}"
}

# stopped TEXT WORD...: podman run does not succeed without a policy, and says this.
stopped() {
	on_page "$1"
	fails r "${@:2}" >"$ENGINE/out" 2>&1
	grep -qF -e "$1" "$ENGINE/out" && return
	printf 'not %s but: %s\n' "$1" "$(cat "$ENGINE/out")"
	return 1
}

# Each line of the page's table, as it stands there.
@test "loosening: what is refused, line by line" {
	local option text profile count=0 wrong=0
	while IFS='|' read -r _ option text profile _; do
		[[ $option = ' `-'* ]] || continue
		option=$(cut -d'`' -f2 <<<"$option")
		text=$(cut -d'`' -f2 <<<"$text")
		profile=$(cut -d'`' -f2 <<<"$profile")
		count=$((count + 1))
		# shellcheck disable=SC2086 # words of a command line
		stopped "$text" $option test true &&
			grep -q ' create refused: ' "$ENGINE/out" &&
			works "$profile" $option test true || wrong=1
	done < <(sed -n '/^<!-- begin/,/^<!-- end/p' "$PAGE")
	echo "$count lines"
	[ $count -ge 14 ]
	[ $wrong = 0 ]
}

@test "loosening: a policy's example" {
	local file=$BATS_TEST_TMPDIR/policy.json
	sed -n '/^```$/,/^```$/{/```/!p}' "$PAGE" >"$file"
	grep -q defaultProfile "$file"
	quiet "$PLAIN_BULKHEAD" policy check "$file"
	POLICY=$file quiet r test touch /new
}

@test "loosening: a root to write to" {
	stopped 'touch: /home/new: Read-only file system' test touch /home/new
	works '{"rootfs": "asConfigured"}' test touch /home/new
	works '{"rootfs": "ephemeral"}' test touch /home/new
	works '{"writable": ["/home"]}' test touch /home/new
	by_policy '{"writable": ["/home"]}' exits 1 r test touch /etc/new
	quiet r --tmpfs /home test touch /home/new
}

@test "loosening: room in memory" {
	stopped 'No space left on device' test dd if=/dev/zero of=/run/new bs=1M count=65
	works '{"tmpfs": {"/tmp": "1GiB", "/var/tmp": "256MiB", "/run": "128MiB"}}' \
		test sh -ec 'dd if=/dev/zero of=/run/new bs=1M count=65
			touch /tmp/new /var/tmp/new'
	by_policy '{"tmpfs": {"/run": "128MiB"}}' exits 1 r test touch /tmp/new
}

@test "loosening: lists replace" {
	by_policy '{"capabilities": {"allow": ["CAP_NET_ADMIN"]}}' \
		exits 126 r --cap-add NET_ADMIN test true
	on_page '`mounts.writable` must name again'
	by_policy '{"mounts": {"writable": ["/usr/local"]}}' \
		exits 126 r -v /usr/local:/x test true
}

@test "loosening: variables are left out" {
	on_page '{"credentials": {"env": "strip"}}'
	by_policy '{"credentials": {"env": "strip"}}' says none r -e GITHUB_TOKEN=x test \
		sh -c 'echo "${GITHUB_TOKEN-none}"'
}

@test "loosening: all at once" {
	exits 126 r --privileged test true
	grep -q 'CAP_SYS_MODULE.*policy key capabilities.allow' "$ENGINE/out"
	on_page '`--privileged` asks for capabilities, devices and more at once: `"extends": "oci"`'
	by_policy '{"extends": "oci"}' quiet r --privileged test true
}

@test "loosening: devices of one's own making, and raw sockets" {
	stopped 'Operation not permitted' test mknod /tmp/new c 1 3
	works '{"capabilities": {"allow": [NINE, "CAP_MKNOD"]}}' test mknod /tmp/new c 1 3
	stopped 'Protocol not supported' test ping -c1 127.0.0.1
	works '{"capabilities": {"allow": [NINE, "CAP_NET_RAW"]}, "seccomp": {"allow": ["socket"]}}' \
		test ping -c1 127.0.0.1
}

@test "loosening: user namespaces inside" {
	requires userns
	stopped 'Operation not permitted' -u 1000 test unshare -Ur true
	works '{"extends": "nested"}' -u 1000 test unshare -Ur true
	by_policy '{"extends": "nested"}' fails r test unshare -Ur true
	works '{"extends": "nested", "capabilities": {"allow": [NINE, "CAP_SETFCAP"]}}' \
		test unshare -Ur true
}

@test "loosening: a system call" {
	requires program:gcc
	mkdir -p "$ENGINE/bin"
	gcc -static -o "$ENGINE/bin/read" -x c - <<-'C' || skip 'gcc links no static program'
		#include <errno.h>
		#include <sys/uio.h>
		#include <unistd.h>
		int main(void)
		{
			return process_vm_readv(getpid(), 0, 0, 0, 0, 0) < 0 ? errno : 0;
		}
	C
	on_page '`EPERM`'
	exits 1 r -v "$ENGINE/bin:/opt/bin:ro" test /opt/bin/read
	works '{"seccomp": {"allow": ["process_vm_readv"]}}' -v "$ENGINE/bin:/opt/bin:ro" \
		test /opt/bin/read
}

@test "loosening: a limit, and masks" {
	local file='cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/pids.max 2>/dev/null || :'
	on_page 'at most 4096'
	says 4096 r --pids-limit 10000 test sh -c "$file"
	on_page '{"resources": {"pids": 10000}}'
	by_policy '{"resources": {"pids": 10000}}' says 10000 r --pids-limit 10000 test sh -c "$file"
	says 0 r --security-opt unmask=ALL test sh -c 'wc -c </proc/interrupts'
	by_policy '{"extends": "oci"}' fails says 0 \
		r --security-opt unmask=ALL test sh -c 'wc -c </proc/interrupts'
}
