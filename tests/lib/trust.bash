# SPDX-License-Identifier: Apache-2.0
# Helpers for tests of the trust gate: a mount namespace with an /etc, /var/lib
# and /var/log of the test's own, in which every command of bulkhead runs, so that
# the host's own grants are neither used nor changed.
#
# trust_host in setup, behind new_bundle; trust_gone in teardown.
#
# shellcheck shell=bash disable=SC2034

# Make it; $BULKHEAD is a program in it, of the same name.
trust_host() {
	requires root
	local own=$BATS_TEST_TMPDIR/own real
	TRUST_HOST=$own
	mkdir -p "$own/bin"
	hold_namespaces -m --propagation private
	TRUST_PID=$HOLDER
	in_trust_host sh -ec 'mkdir "$1/etc"
		mount -t tmpfs -o mode=755 own "$1/etc"
		cp -a /etc/. "$1/etc"
		mount --move "$1/etc" /etc
		for dir in /var/lib /var/log /opt /usr/local/bin /run/bulkhead; do
			mkdir -p "$dir"
			mount -t tmpfs -o mode=755 own "$dir"
		done
		mkdir /var/log/bulkhead' \
		sh "$own" || skip 'no mount namespace with an /etc of its own'
	real=$(readlink -f "$(command -v "$BULKHEAD")")
	REAL_BULKHEAD=$BULKHEAD
	printf '#!/bin/sh\nexec nsenter -t %s -m --wd="$PWD" -- "%s" "$@"\n' \
		"$TRUST_PID" "$BULKHEAD" >"$own/bin/${BULKHEAD##*/}"
	chmod +x "$own/bin/${BULKHEAD##*/}"
	BULKHEAD=$own/bin/${BULKHEAD##*/}
	HOOK=$BATS_TEST_TMPDIR/hook
	RAN=$BATS_TEST_TMPDIR/ran
}

in_trust_host() {
	nsenter -t "$TRUST_PID" -m -- "$@"
}

# own_file PATH [MODE]: write standard input there, in the test's own host.
own_file() {
	in_trust_host sh -ec 'mkdir -p "${1%/*}"; cat >"$1"; chmod "$2" "$1"' sh \
		"$1" "${2:-600}"
}

# hook_script TEXT: the script $HOOK; it notes in $RAN that it ran.
hook_script() {
	printf '#!/bin/sh\necho ran >>"%s"\n%s\n' "$RAN" "${1-}" >"$HOOK"
	chmod 755 "$HOOK"
}

# hook STAGE [JSON]: the config names $HOOK there; JSON is added to it.
hook() {
	config '.hooks[$stage] += [{path: $path} + $more]' --arg stage "$1" \
		--arg path "$HOOK" --argjson more "${2:-{\}}"
}

trust() {
	capture "$BULKHEAD" trust "$@"
}

grant() {
	trust grant --bundle "$BUNDLE" --yes "$@"
	assert_status 0
}

# A refusal: status 1, each TEXT in it, and the hook did not run.
assert_untrusted() {
	local text
	assert_status 1
	[ ! -e "$RAN" ] || { echo 'the hook ran'; return 1; }
	for text in 'not trusted' "$@"; do
		[[ $error == *"$text"* ]] && continue
		echo "not in the message: $text"
		describe
		return 1
	done
}

# The lines of the audit log, as one JSON array.
audit() {
	in_trust_host cat /var/log/bulkhead/trust.jsonl 2>/dev/null | jq -sc .
}
