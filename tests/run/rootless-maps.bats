#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Maps of an ordinary user by newuidmap(1) and newgidmap(1): what is mapped, how
# the programs are executed, and what is said when they refuse.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common
load ../lib/rootless

# ---- maps --------------------------------------------------------------------

@test "more ids than the own one are mapped" {
	delegated_bundle
	args sh -c 'tr -s " " </proc/self/uid_map; tr -s " " </proc/self/gid_map
		cat /proc/self/setgroups; id -u'
	run_bundle
	assert_status 0
	assert_output ' 0 12345 1' ' 1 100000 65536' ' 0 12345 1' \
		' 1 100000 65536' allow 0
}

@test "none of them needs to be the own one" {
	delegated_bundle
	maps 0 100000 1000
	chown -R 100000:100000 "$ROOTFS"
	args sh -c 'tr -s " " </proc/self/uid_map; stat -c %u:%g /bin'
	run_bundle
	assert_status 0
	assert_output ' 0 100000 1000' 0:0
}

@test "one map by a program and the other by bulkhead" {
	delegated_bundle
	config '.linux.gidMappings = [.linux.gidMappings[0]]'
	args sh -c 'tr -s " " </proc/self/gid_map; cat /proc/self/setgroups
		tr -s " " </proc/self/uid_map'
	run_bundle
	assert_status 0
	assert_output ' 0 12345 1' deny ' 0 12345 1' ' 1 100000 65536'
}

@test "users and groups are as in any user namespace" {
	delegated_bundle
	config '.process.user = {uid: 1000, gid: 1001, additionalGids: [5, 6]}
		| .root.readonly = false'
	chmod 777 "$ROOTFS"
	args sh -c 'grep -E "^(Uid|Gid|Groups)" /proc/self/status; touch /made'
	run_bundle
	assert_status 0
	assert_match '^Uid:(.1000){4}$' '^Gid:(.1001){4}$' \
		'^Groups:.5 6 (1001 )?$'
	[ "$(stat -c %u:%g "$ROOTFS/made")" = 100999:101000 ]
}

@test "the caller's groups are left, with subordinate ids; also by exec" {
	delegated_bundle
	GROUPS_OPTION='--groups 7,8'
	args grep ^Groups /proc/self/status
	run_bundle
	assert_status 0
	assert_match '^Groups:[[:space:]]*$'
	start
	bulkhead exec "$ID" grep ^Groups /proc/self/status
	assert_status 0
	assert_match '^Groups:[[:space:]]*$'
}

@test "additional groups need more than the own group" {
	unprivileged_bundle
	config '.process.user.additionalGids = [0]'
	run_bundle
	nothing_runs /process/user/additionalGids /linux/gidMappings
}

@test "the plan shows the programs and starts none" {
	delegated_bundle
	fake newuidmap <<<"touch $BATS_TEST_TMPDIR/started"
	chmod 777 "$BATS_TEST_TMPDIR"
	bulkhead plan --bundle "$BUNDLE"
	assert_status 0
	assert_match 'id_map_program .*/newuidmap file=uid_map map=\[0 12345 1 1 100000 65536\]' \
		'id_map_program .*/newgidmap file=gid_map'
	[ ! -e "$BATS_TEST_TMPDIR/started" ]
}

@test "ids that are not the caller's: which, and what helps" {
	delegated_bundle
	maps 0 12345 1 1 300000 65536
	run_bundle
	nothing_runs 'uid range [1-65537) -> [300000-365536)' \
		NAME:300000:65536 '--add-subuids 300000-365535 NAME'
	config '.linux.uidMappings = [.linux.uidMappings[0]]'
	run_bundle
	nothing_runs 'gid range [1-65537) -> [300000-365536)' /etc/subgid \
		NAME:300000:65536 '--add-subgids 300000-365535 NAME'
	# Nobody shall be told to give away root.
	maps 0 0 1
	run_bundle
	nothing_runs 'uid range [0-1) -> [0-1)' /etc/subuid
	[[ $error != *usermod* ]]
}

@test "overlapping maps are an error that says so" {
	delegated_bundle
	maps 0 12345 1 1 100000 10 5 100020 10
	run_bundle
	nothing_runs newuidmap overlap
}

@test "a caller who has no entry in passwd, or another group" {
	delegated_bundle
	sed -i /^bt-12345/d "$ETC/passwd"
	run_bundle
	nothing_runs newuidmap /etc/passwd
	echo 'bt-12345:x:12345:1::/:/bin/sh' >>"$ETC/passwd"
	run_bundle
	nothing_runs newuidmap 'different user' /etc/passwd
}

@test "a caller with no_new_privs" {
	delegated_bundle
	GROUPS_OPTION='--clear-groups --no-new-privs'
	run_bundle
	nothing_runs newuidmap no_new_privs
}

# ---- the programs ------------------------------------------------------------

@test "without the programs: refused, with the package" {
	delegated_bundle
	cp /dev/null "$FAKES/newgidmap"
	run_bundle
	nothing_runs /linux/gidMappings newgidmap uidmap
	cp /dev/null "$FAKES/newuidmap"
	run_bundle
	nothing_runs /linux/uidMappings newuidmap uidmap
	# The own id needs neither.
	maps 0 12345 1
	run_bundle
	assert_status 0
}

@test "a program of the caller's PATH is not taken" {
	delegated_bundle
	mkdir "$BATS_TEST_TMPDIR/bin"
	printf '#!/bin/sh\nexit 9\n' >"$BATS_TEST_TMPDIR/bin/newuidmap"
	chmod 755 "$BATS_TEST_TMPDIR/bin/newuidmap"
	capture user 12345 env "PATH=$BATS_TEST_TMPDIR/bin:$PATH" \
		"$BULKHEAD" run --bundle "$BUNDLE" "$ID"
	assert_status 0
}

@test "a program has no environment, no descriptors and no held signals" {
	delegated_bundle
	install -m 666 /dev/null "$BATS_TEST_TMPDIR/said"
	# bash, since other shells unblock signals; it has its script at 255.  libc
	# keeps the signals 32 and 33.
	fake newuidmap <<-SH
		#!/bin/bash
		exec >$BATS_TEST_TMPDIR/said
		tr '\0' '\n' </proc/\$\$/environ
		readlink /proc/\$\$/fd/0
		ls /proc/\$\$/fd | tr '\n' ' '
		echo
		grep -E '^Sig(Blk|Ign)' /proc/self/status | sed s/00018/00000/
		echo "arguments: \$#"
	SH
	capture user 12345 env --block-signal=TERM bash -c \
		'exec "$@" 7<"$0" <"$0"' "$BUNDLE/config.json" \
		"$BULKHEAD" run --bundle "$BUNDLE" "$ID"
	output=$(cat "$BATS_TEST_TMPDIR/said")
	assert_output /dev/null '0 1 2 255 ' $'SigBlk:\t0000000000000000' \
		$'SigIgn:\t0000000000000000' 'arguments: 7'
}

@test "a program that fails, is killed or can't be executed" {
	delegated_bundle
	fake newuidmap <<<'echo one >&2; echo two; exit 3'
	run_bundle
	nothing_runs 'map ids of the user namespace: one two;'
	fake newuidmap <<<'exit 3'
	run_bundle
	nothing_runs 'newuidmap fails and does not say why'
	fake newuidmap <<<'kill -KILL $$'
	run_bundle
	nothing_runs 'newuidmap was killed by signal 9'
	# More than a pipe takes.
	fake newuidmap <<<'head -c 200000 /dev/zero | tr "\0" x >&2; exit 3'
	run_bundle
	nothing_runs 'map ids of the user namespace: xxx'
	echo '#!/nowhere' >"$FAKES/newuidmap"
	run_bundle
	nothing_runs 'execute /usr/bin/newuidmap' 'No such file'
}

@test "a program that does nothing maps nothing" {
	delegated_bundle
	fake newgidmap <<<'exit 0'
	run_bundle
	nothing_runs "leave the caller's groups"
}

@test "a /proc of another pid namespace is not taken for the own one" {
	delegated_bundle
	for used in 1 2 3 4 5 6; do
		capture unshare --pid --fork --kill-child bash -c "
			$(declare -p ETC FAKES GROUPS_OPTION BATS_TEST_TMPDIR)
			$(declare -f user)
			for _ in {1..$used}; do /bin/true; done
			user 12345 '$BULKHEAD' run --bundle '$BUNDLE' '$ID'"
		assert_status 1
		# Whether the pid happens to be somebody's there.
		[[ $error == *'/proc is that of another pid namespace'* ||
			$error == *"look at the container's process"* ]]
	done
}
