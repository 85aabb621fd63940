#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The life of an ordinary user's container, its /sys, and callers who are root of
# a user namespace.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common
load ../lib/rootless

# ---- the life of a container ---------------------------------------------------

@test "create, start, state, list, kill, delete" {
	delegated_bundle
	args sleep 1000
	bulkhead create --bundle "$BUNDLE" --pid-file "$BATS_TEST_TMPDIR/runtime-12345/pid" "$ID"
	assert_status 0
	bulkhead state "$ID"
	[ "$(jq -r .status <<<"$output")" = created ]
	bulkhead exec "$ID" true
	assert_status 255
	assert_error 'cannot exec in a created container'
	bulkhead start "$ID"
	assert_status 0
	bulkhead list --quiet
	assert_output "$ID"
	bulkhead kill "$ID" KILL
	assert_status 0
	container_ends "$(cat "$BATS_TEST_TMPDIR/runtime-12345/pid")"
	bulkhead delete "$ID"
	assert_status 0
	bulkhead list --quiet
	assert_output ''
}

@test "exec with subordinate ids: namespaces, users, groups" {
	delegated_bundle
	config '.process.user.additionalGids = [5]'
	start
	bulkhead exec "$ID" sh -c 'id -u; grep ^Groups /proc/self/status
		for n in user mnt pid net ipc uts cgroup; do
			[ "$(readlink /proc/self/ns/$n)" = "$(readlink /proc/1/ns/$n)" ] ||
				echo other $n; done
		grep ^CapInh /proc/self/status; exit 3'
	assert_status 3
	assert_output 0 $'Groups:\t5 ' $'CapInh:\t0000000000000000'
	bulkhead exec --user 1000:1001 "$ID" sh -c 'id -u; id -g'
	assert_output 1000 1001
	bulkhead exec --user 70000 "$ID" true
	assert_status 255
	assert_error 'become user 70000' uidMappings
}

@test "exec with a terminal, for the own id and for subordinate ones" {
	for kind in unprivileged delegated; do
		new_bundle_of "$kind"
		start
		# script(1) is the caller's terminal.
		printf '"$1" exec --tty "$2" sh -c "tty; [ -t 0 ] && echo is one"\n' \
			>"$BATS_TEST_TMPDIR/script"
		SHELL=$BASH capture timeout 60 script --quiet --return /dev/null --command \
			"$(declare -p ETC FAKES GROUPS_OPTION BATS_TEST_TMPDIR)
			$(declare -f user)
			user 12345 sh '$BATS_TEST_TMPDIR/script' '$BULKHEAD' '$ID'"
		assert_status 0
		output=${output//$'\r'/}
		assert_line 'is one'
		assert_match '/dev/pts/0$'
		bulkhead delete --force "$ID"
		assert_status 0
	done
}

# new_bundle_of KIND: another one, in place of the last.
new_bundle_of() {
	rm -rf "$BUNDLE"
	new_bundle
	"${1}_bundle"
}

@test "another user sees and ends nothing of it" {
	delegated_bundle
	start
	capture user 12346 "$BULKHEAD" list --quiet
	assert_output ''
	capture user 12346 "$BULKHEAD" kill "$ID" KILL
	assert_error 'container does not exist'
	root=$BATS_TEST_TMPDIR/runtime-12345
	for command in state list 'delete --force' "exec $ID true"; do
		[ "${command%% *}" = list ] || command="$command $ID"
		# shellcheck disable=SC2086 # words
		capture user 12346 "$BULKHEAD" --root "$root/bulkhead" $command
		fails [ "$status" = 0 ]
		assert_output ''
	done
	# Not even if the directory were open.
	chmod 755 "$root"
	for command in state 'kill KILL' 'delete --force'; do
		# shellcheck disable=SC2086 # words
		capture user 12346 "$BULKHEAD" --root "$root/bulkhead" \
			${command% *} "$ID"
		fails [ "$status" = 0 ]
	done
	chmod 700 "$root"
	bulkhead state "$ID"
	[ "$(jq -r .status <<<"$output")" = running ]
}

@test "the root directory is the caller's, or what is given" {
	delegated_bundle
	args true
	install -d -o 12345 "$BATS_TEST_TMPDIR/store"
	bulkhead --root "$BATS_TEST_TMPDIR/store/new" run --bundle "$BUNDLE" "$ID"
	assert_status 0
	[ -d "$BATS_TEST_TMPDIR/store/new" ]
	capture user 12345 env -u XDG_RUNTIME_DIR "$BULKHEAD" run \
		--bundle "$BUNDLE" "$ID"
	assert_status 1
	assert_error XDG_RUNTIME_DIR --root
}

@test "spec --rootless is fit to run" {
	unprivileged_bundle
	rm "$BUNDLE/config.json"
	bulkhead spec --rootless --bundle "$BUNDLE"
	assert_status 0
	args sh -c 'id -u; hostname; tr -s " " </proc/self/uid_map
		touch /x 2>/dev/null || echo read-only
		for n in mnt pid net ipc uts cgroup user; do
			readlink /proc/self/ns/$n; done'
	run_bundle
	assert_status 0
	assert_line 0 bulkhead ' 0 12345 1' read-only
	for namespace in mnt pid net ipc uts cgroup user; do
		assert_match "^$namespace:"
		fails grep -qx "$(readlink "/proc/self/ns/$namespace")" \
			<<<"$output"
	done
}

# ---- /sys ----------------------------------------------------------------------

@test "/sys with the caller's network is the host's, and read-only" {
	unprivileged_bundle
	config '.linux.namespaces |= map(select(.type != "network"))
		| (.mounts[] | select(.type == "sysfs").options) = ["rw"]'
	args sh -c 'ls /sys/class/net | head -n 1; cat /proc/self/mountinfo'
	run_bundle
	assert_status 0
	# shellcheck disable=SC2012 # names of interfaces
	assert_line "$(ls /sys/class/net | head -n 1)"
	mount_has /sys ro nosuid nodev noexec
	# And all that lies below it.
	fails grep -E '^[^ ]+ [^ ]+ [^ ]+ [^ ]+ /sys[/ ]' <<<"$(
		grep -vE '^([^ ]+ ){5}ro,nosuid,nodev,noexec' <<<"$output")"
}

@test "/sys is of the network namespace where that is new" {
	unprivileged_bundle
	args sh -c 'ls /sys/class/net; cat /proc/self/mountinfo'
	run_bundle
	assert_status 0
	[ "$(head -n 1 <<<"$output")" = lo ]
	[[ $(mount_line /sys) == *' / /sys '* ]]
	fails grep -q ' /sys/fs/cgroup' <<<"$output"
}

# ---- root of a user namespace ----------------------------------------------------

# nested COMMAND...: as root of a user namespace that has the ids 0 to 65535,
# and a network namespace.
nested() {
	hold_namespaces --user --net
	echo '0 100000 65536' >"/proc/$HOLDER/uid_map"
	echo '0 100000 65536' >"/proc/$HOLDER/gid_map"
	chown -R 100000:100000 "$BUNDLE"
	capture nsenter --target "$HOLDER" --user --net --setuid 0 --setgid 0 "$@"
}

run_nested() {
	nested "$@" "$BULKHEAD" --root "$BUNDLE/store" run --bundle "$BUNDLE" \
		"$ID"
}

@test "root of a user namespace maps any ids that it has, by itself" {
	unprivileged_bundle
	maps 0 0 1 1 1000 1000
	config '.process.user.additionalGids = [5]'
	fake newuidmap <<<'exit 9'
	args sh -c 'tr -s " " </proc/self/uid_map; grep ^Groups /proc/self/status
		cat /proc/self/setgroups'
	run_nested
	assert_status 0
	assert_output ' 0 0 1' ' 1 1000 1000' $'Groups:\t5 ' allow
}

@test "root of a user namespace can't map ids that it has not" {
	unprivileged_bundle
	maps 0 70000 1
	run_nested
	assert_status 1
	assert_error uid_map "caller's own user namespace"
}

@test "root of a user namespace brings its network to a new one" {
	unprivileged_bundle
	maps 0 0 1000
	namespace network /proc/self/ns/net
	args sh -c 'readlink /proc/self/ns/net; awk "\$5 == \"/sys\"" \
		/proc/self/mountinfo'
	run_nested
	assert_status 0
	assert_line "$(readlink "/proc/$HOLDER/ns/net")"
	assert_match ' /sys ro,nosuid,nodev,noexec'
}

@test "an ordinary user can't bring a network to a new user namespace" {
	unprivileged_bundle
	namespace network /proc/self/ns/net
	run_bundle
	nothing_runs /linux/namespaces 'the user namespace that owns it'
}
