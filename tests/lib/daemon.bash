# SPDX-License-Identifier: Apache-2.0
# Helpers for tests with a daemon of their own, an engine's, on the host of trust.bash.
# A test file loads common, podman and trust before.
#
# shellcheck shell=bash disable=SC2016,SC2034,SC2154

# daemon_host: behind trust_host.  $REAL is the runtime that the daemon calls, and its
# /run is the test's own, where daemons keep sockets whatever they are told.
daemon_host() {
	REAL=$PLAIN_BULKHEAD
	new_bundle
	trust_host
	in_trust_host mount -t tmpfs -o mode=755 own /run
	busybox_rootfs "$BATS_TEST_TMPDIR/image"
}

# daemon_starts COMMAND...: until is_up, a function of the test file's, succeeds;
# $DAEMON is its pid.
daemon_starts() {
	in_trust_host "$@" >"$BATS_TEST_TMPDIR/log" 2>&1 3>&- &
	DAEMON=$!
	until is_up >/dev/null 2>&1; do
		kill -0 "$DAEMON" 2>/dev/null || {
			tail -n 3 "$BATS_TEST_TMPDIR/log"
			skip "$1 does not start here"
		}
		read -r -t 0.1 <> <(:) || :
	done
}

# daemon_ends [DIR]: with its groups, and what is mounted below DIR, which goes, too.
daemon_ends() {
	local mount
	[ ! "${DAEMON-}" ] || kill "$DAEMON" 2>/dev/null || :
	[ ! "${DAEMON-}" ] || wait "$DAEMON" || :
	for mount in $(cgroup_mounts); do
		[ ! -d "$mount/$ID" ] || find "$mount/$ID" -depth -type d -exec rmdir {} +
	done
	[ "${1-}" ] || return 0
	in_trust_host sh -c 'awk -v d="$1/" "index(\$5, d) == 1 { print \$5 }" \
		/proc/self/mountinfo | sort -r | xargs -r umount -l' sh "$1"
	rm -rf "$1"
}
