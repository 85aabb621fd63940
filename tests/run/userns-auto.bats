#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The policy key userns: auto: a user namespace with ids that no other container
# has, and the root and what is bound in these ids.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root userns
	profile agent
	new_bundle
	config '.root.readonly = false | .process.capabilities[] |=
		["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER"]
		| del(.process.capabilities.inheritable, .process.capabilities.ambient)'
	requires_id_maps
	STORE=$BATS_TEST_TMPDIR/store
	RANGES=/run/bulkhead/.ids
	policy '{"userns": "auto"}'
}

teardown() {
	local entry
	for entry in "$STORE"/*; do
		[ ! -d "$entry" ] || b delete --force "${entry##*/}"
	done
	[ ! "${NETNS-}" ] || ip netns delete "$NETNS"
	clean_up
}

requires_id_maps() {
	case $(stat -fc %T "$BUNDLE") in
	overlayfs) skip 'tests are on an overlay here' ;;
	tmpfs) requires kernel:6.3 ;;
	esac
}

# policy PROFILE-JSON: of the host for the next runs.
policy() {
	POLICY=$BATS_TEST_TMPDIR/policy.json
	jq -n --argjson own "$1" \
		'{defaultProfile: "own", profiles: {own: $own}}' >"$POLICY"
}

# b WORD...: bulkhead with the policy and a root directory of the test.
b() {
	capture "$PLAIN_BULKHEAD" --root "$STORE" --policy "$POLICY" "$@"
}

# run_script SCRIPT: in the container, and it must succeed.
run_script() {
	args sh -c "$1"
	b run -b "$BUNDLE" "$ID"
	assert_status 0
}

# up ID: a container that stays.
up() {
	args sleep 1000
	b run --detach -b "$BUNDLE" "$1"
	assert_status 0
}

pid_of() {
	b state "$1"
	jq .pid <<<"$output"
}

# first_of ID: of its ids on the host, as the kernel says.
first_of() {
	awk '{ print $2 }' "/proc/$(pid_of "$1")/uid_map"
}

# planned: the first of the ids that a container would have now.
planned() {
	b plan -b "$BUNDLE" "$ID"
	sed -n 's/.*file=uid_map map=0 \([0-9]*\) 65536.*/\1/p' <<<"$output"
}

@test "the container's ids are its own, and its root is nobody on the host" {
	run_script 'read -r inside host size </proc/self/uid_map
		echo $inside $size; read -r inside gid size </proc/self/gid_map
		echo $inside $size; [ $host = $gid ] && echo $host'
	[ "$(head -n2 <<<"$output")" = $'0 65536\n0 65536' ]
	first=$(tail -n1 <<<"$output")
	[ "$first" -ge 2013265920 ]
	[ "$first" -lt 2147352576 ]
	[ $((first % 65536)) = 0 ]
	up "$ID"
	[ "$(stat -c %u:%g "/proc/$(pid_of "$ID")")" = \
		"$(first_of "$ID"):$(first_of "$ID")" ]
}

@test "the root's files belong to whom they do in the image" {
	chown 33:44 "$ROOTFS/etc"
	policy '{"userns": "auto", "rootfs": "asConfigured"}'
	run_script 'stat -c %u:%g / /bin/busybox /etc; echo new >/new
		stat -c %u:%g /new; touch /bin/more; chown 7:8 /bin/more'
	assert_line 0:0 33:44
	[ "$(stat -c %u:%g "$ROOTFS/new" "$ROOTFS/bin/more")" = $'0:0\n7:8' ]
	[ "$(stat -c %u:%g "$ROOTFS/bin/busybox")" = 0:0 ]
}

@test "what is written in a bind belongs to the same user on the host" {
	mkdir -p "$BATS_TEST_TMPDIR/data/sub"
	mount -t tmpfs below "$BATS_TEST_TMPDIR/data/sub"
	mounted+=("$BATS_TEST_TMPDIR/data/sub")
	requires kernel:6.3
	echo theirs >"$BATS_TEST_TMPDIR/data/file"
	chown 1000:1001 "$BATS_TEST_TMPDIR/data/file"
	config '.mounts += [{destination: "/data", type: "bind", source: $dir,
		options: ["rbind", "rw"]}]' --arg dir "$BATS_TEST_TMPDIR/data"
	run_script 'stat -c %u:%g /data/file; touch /data/root /data/user /data/sub/x
		chown 1000:1001 /data/user && stat -c %u:%g /data/root /data/user'
	assert_output 1000:1001 0:0 1000:1001
	[ "$(stat -c %u:%g "$BATS_TEST_TMPDIR/data/"{file,root,user,sub/x})" = \
		$'1000:1001\n0:0\n1000:1001\n0:0' ]
}

@test "an ephemeral root too, below a directory that only root enters" {
	requires kernel:5.19
	chown 33:44 "$ROOTFS/etc"
	chmod 700 "$BUNDLE"
	policy '{"userns": "auto", "rootfs": "ephemeral"}'
	run_script 'stat -c %u:%g / /etc; echo x >/file; chown 5:6 /file
		stat -c %u:%g /file; rm -r /etc; mkdir /etc; ls -A /etc; echo "done"'
	assert_output 0:0 33:44 5:6 "done"
	[ ! -e "$ROOTFS/file" ]
	[ "$(stat -c %u:%g "$ROOTFS/etc")" = 33:44 ]
}

@test "devices, terminals and the tmpfs work in it" {
	run_script 'echo x >/dev/null && head -c 3 /dev/zero | wc -c
		stat -c %u /dev /dev/pts /tmp; stat -c %t:%T /dev/null
		mkdir /tmp/x && touch /tmp/x/y && echo written'
	assert_output 3 0 0 0 1:3 written
}

@test "a network namespace of an engine's: its sysfs and parameters" {
	requires program:ip
	NETNS=bt$$-$RANDOM
	ip netns add "$NETNS"
	ip -n "$NETNS" link add bt0 type veth peer name bt1 ||
		skip 'no veth can be made here'
	namespace network "/run/netns/$NETNS"
	config '.linux.sysctl = {"net.ipv4.ip_unprivileged_port_start": "77"}'
	before=$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)
	run_script 'ls /sys/class/net; cat /proc/sys/net/ipv4/ip_unprivileged_port_start
		grep " /sys " /proc/self/mountinfo | cut -d" " -f6'
	assert_line bt0 bt1 77
	assert_match '^ro,nosuid,nodev,noexec'
	[ "$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)" = "$before" ]
	[ "$before" != 77 ]
}

@test "exec, verify, state, update, pause and kill" {
	up "$ID"
	b exec "$ID" sh -c 'cat /proc/self/uid_map; id -u; touch /tmp/exec
		stat -c %u /tmp/exec'
	assert_status 0
	[ "$(head -n1 <<<"$output" | awk '{ print $2 }')" = "$(first_of "$ID")" ]
	b exec "$ID" stat -c %u /tmp/exec
	assert_output 0
	b verify --format json "$ID"
	assert_status 0
	[ "$(jq -r '.promises[] | select(.promise | test("_map$")) |
		"\(.promise) \(.kept)"' <<<"$output")" = \
		$'uid_map true\ngid_map true' ]
	echo '{"pids": {"limit": 77}}' >"$BATS_TEST_TMPDIR/limits"
	b update --resources "$BATS_TEST_TMPDIR/limits" "$ID"
	assert_status 0
	b pause "$ID"
	b resume "$ID"
	assert_status 0
	pid=$(pid_of "$ID")
	b kill "$ID" KILL
	assert_status 0
	container_ends "$pid"
	b delete "$ID"
	assert_status 0
}

@test "verify tells of other maps than were promised" {
	up "$ID"
	sed -i 's/"uidMap": *"0 [0-9]*/"uidMap":"0 2147287040/' \
		"$STORE/$ID/posture.json"
	b verify "$ID"
	assert_status 1
	assert_match '^broken: uid_map: '
}

@test "a config's own user namespace stays what it is" {
	userns
	run_script 'tr -s " " </proc/self/uid_map'
	assert_output ' 0 100000 65536'
}

@test "two at once have other ids, and those of a deleted one are free again" {
	local first second
	up "$ID"
	first=$(first_of "$ID")
	[ "$(planned)" != "$first" ]
	up "$ID-2"
	second=$(first_of "$ID-2")
	[ "$first" != "$second" ]
	b delete --force "$ID"
	[ "$(planned)" -le "$first" ]
	b delete --force "$ID-2"
	# Neither its end nor a stop alone makes that so.
	up "$ID"
	first=$(first_of "$ID")
	pid=$(pid_of "$ID")
	b kill "$ID" KILL
	container_ends "$pid"
	up "$ID-2"
	[ "$(first_of "$ID-2")" != "$first" ]
}

@test "20 creates at once: 20 ranges" {
	local i
	args sleep 1000
	for i in $(seq 20); do
		"$PLAIN_BULKHEAD" --root "$STORE" --policy "$POLICY" create \
			-b "$BUNDLE" "$ID-$i" </dev/null >/dev/null 2>&1 3>&- &
	done
	wait
	for i in $(seq 20); do
		first_of "$ID-$i"
	done >"$BATS_TEST_TMPDIR/ranges"
	[ "$(sort -u "$BATS_TEST_TMPDIR/ranges" | wc -l)" = 20 ]
}

@test "the same id 20 times at once: one container, and one range" {
	local i
	args sleep 1000
	for i in $(seq 20); do
		"$PLAIN_BULKHEAD" --root "$STORE" --policy "$POLICY" create \
			-b "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1 3>&- &
	done
	wait
	[ "$(grep -lFx -e "$STORE/$ID" "$RANGES"/* | wc -l)" = 1 ]
	[ "$(cat "$RANGES/$(first_of "$ID")")" = "$STORE/$ID" ]
}

@test "root directories share the ranges" {
	local other=$BATS_TEST_TMPDIR/other first
	up "$ID"
	first=$(first_of "$ID")
	capture "$PLAIN_BULKHEAD" --root "$other" --policy "$POLICY" run --detach \
		-b "$BUNDLE" "$ID-o"
	assert_status 0
	pid=$("$PLAIN_BULKHEAD" --root "$other" state "$ID-o" | jq .pid)
	second=$(awk '{ print $2 }' "/proc/$pid/uid_map")
	"$PLAIN_BULKHEAD" --root "$other" delete --force "$ID-o"
	[ "$second" != "$first" ]
}

@test "a runtime that is killed keeps what its container has" {
	local first
	args sh -c 'echo up; exec sleep 1000'
	mkfifo "$BATS_TEST_TMPDIR/up"
	exec 8<>"$BATS_TEST_TMPDIR/up"
	"$PLAIN_BULKHEAD" --root "$STORE" --policy "$POLICY" run -b "$BUNDLE" \
		"$ID" </dev/null >"$BATS_TEST_TMPDIR/up" 2>&1 3>&- 8>&- &
	CONTAINER=$!
	background+=("$CONTAINER")
	await up
	kill -KILL "$CONTAINER"
	wait "$CONTAINER" || :
	first=$(first_of "$ID")
	[ "$(planned)" != "$first" ]
	up "$ID-2"
	[ "$(first_of "$ID-2")" != "$first" ]
	b delete --force "$ID"
	[ "$(planned)" -le "$first" ]
}

# killed_at CALL COUNT: create, by a runtime that is killed there.
killed_at() {
	local status=0
	{
		strace -qq -o /dev/null -e "trace=$1" \
			-e "inject=$1:signal=KILL:when=$2" \
			"$PLAIN_BULKHEAD" --root "$STORE" --policy "$POLICY" \
			create -b "$BUNDLE" "$ID" </dev/null >/dev/null 3>&- ||
			status=$?
	} 2>/dev/null
	[ $status = 137 ]
}

@test "one that is killed while it makes a container leaves no range behind" {
	requires program:strace
	strace -o /dev/null true 2>/dev/null || skip 'strace does not work here'
	export BULKHEAD_TEST=$ID
	args sleep 1000
	# It has a range, and no entry yet; then an entry, with the range's name.
	before=$(planned)
	killed_at mkdirat 1
	[ "$(planned)" -le "$before" ]
	[ ! -d "$STORE/$ID" ] || rmdir "$STORE/$ID"
	killed_at clone3 1
	first=$(grep -lFx -e "$STORE/$ID" "$RANGES"/*)
	first=${first##*/}
	up "$ID-2"
	[ "$(first_of "$ID-2")" != "$first" ]
	b delete --force "$ID"
	[ "$(planned)" -le "$first" ]
	unset BULKHEAD_TEST
}

@test "plan and --dry-run change nothing" {
	before=$(ls -l --full-time "$RANGES" 2>&1 || :)
	[ "$(planned)" ]
	b run --dry-run -b "$BUNDLE" "$ID"
	assert_match 'file=uid_map'
	b create --dry-run -b "$BUNDLE" "$ID"
	assert_match 'file=uid_map'
	[ "$(ls -l --full-time "$RANGES" 2>&1 || :)" = "$before" ]
}

@test "what /etc/subuid and /etc/subgid give to users is left out" {
	requires program:unshare
	cat >"$BATS_TEST_TMPDIR/look" <<-'SH'
		mount --bind "$1" /etc/subuid && mount --bind "$2" /etc/subgid &&
		shift 2 && exec "$@"
	SH
	[ -e /etc/subuid ] && [ -e /etc/subgid ] || skip 'there is no /etc/subuid'
	echo "somebody:2013265920:65536000" >"$BATS_TEST_TMPDIR/subuid"
	printf 'odd line\n\nother:2078801920:1\n' >"$BATS_TEST_TMPDIR/subgid"
	b plan -b "$BUNDLE" "$ID"
	capture unshare -m sh "$BATS_TEST_TMPDIR/look" \
		"$BATS_TEST_TMPDIR/subuid" "$BATS_TEST_TMPDIR/subgid" \
		"$PLAIN_BULKHEAD" --policy "$POLICY" plan -b "$BUNDLE" "$ID"
	assert_match 'file=uid_map map=0 2078867456 65536'
	echo "somebody:65536:4294901760" >"$BATS_TEST_TMPDIR/subuid"
	capture unshare -m sh "$BATS_TEST_TMPDIR/look" \
		"$BATS_TEST_TMPDIR/subuid" "$BATS_TEST_TMPDIR/subgid" \
		"$PLAIN_BULKHEAD" --policy "$POLICY" plan -b "$BUNDLE" "$ID"
	assert_status 1
	assert_error 'take a range of host ids' /etc/subuid
}

# ---- refused -------------------------------------------------------------------

# refuses TEXT...: run does, and says so.
refuses() {
	b run -b "$BUNDLE" "$ID"
	assert_status 1
	assert_error "$@"
}

@test "an overlay, as root or as source, is refused" {
	local over=$BATS_TEST_TMPDIR/over
	mkdir -p "$over/upper" "$over/work" "$over/merged"
	mount -t overlay overlay -o \
		"lowerdir=$ROOTFS,upperdir=$over/upper,workdir=$over/work" \
		"$over/merged" || skip 'no overlay can be mounted here'
	mounted+=("$over/merged")
	config '.mounts += [{destination: "/data", type: "bind", source: $dir}]' \
		--arg dir "$over/merged"
	refuses /mounts/ "$over/merged: it is an overlay already" 'policy key userns'
	config 'del(.mounts[-1]) | .root.path = $dir' --arg dir "$over/merged"
	refuses "/root/path: $over/merged: it is an overlay already" \
		'policy key userns'
	policy '{"userns": "auto", "rootfs": "ephemeral"}'
	refuses "/root/path: $over/merged: it is an overlay already"
}

@test "a file system that can't have other ids is named" {
	mkdir -p "$BATS_TEST_TMPDIR/data/sub"
	mount -t ramfs ramfs "$BATS_TEST_TMPDIR/data/sub"
	mounted+=("$BATS_TEST_TMPDIR/data/sub")
	config '.mounts += [{destination: "/data", type: "bind", source: $dir,
		options: ["rbind"]}]' --arg dir "$BATS_TEST_TMPDIR/data"
	refuses "show $BATS_TEST_TMPDIR/data with the container's ids" \
		"$BATS_TEST_TMPDIR/data/sub, a file system ramfs, can't" userns
	config '.mounts[-1].source = $dir' --arg dir "$BATS_TEST_TMPDIR/data/sub"
	refuses "$BATS_TEST_TMPDIR/data/sub, a file system ramfs"
	assert_clean
}

@test "users beyond the range are refused" {
	config '.process.user.uid = 65536 | .process.user.gid = 70000'
	refuses /process/user/uid: 65536 /process/user/gid: 70000 userns
}

@test "without the host's root it is refused, and why" {
	open_bundle
	chmod 644 "$POLICY"
	capture unshare --user --map-root-user "$PLAIN_BULKHEAD" --root "$STORE" \
		--policy "$POLICY" plan -b "$BUNDLE" "$ID"
	assert_status 1
	assert_error "only the host's root" 'userns: auto'
}
