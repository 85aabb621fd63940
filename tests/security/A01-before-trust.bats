#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A01 (CVE-2025-59536): nothing that a config names runs, and nothing is made, before
# the gate has answered: seen by strace, for each command that it stands in front of.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common
load ../lib/trust

setup() {
	requires program:strace
	new_bundle
	trust_host
	hook_script
	STORE=$BATS_TEST_TMPDIR/store
	TRACE=$BATS_TEST_TMPDIR/trace
}

teardown() {
	"$BULKHEAD" --root "$STORE" delete --force "$ID" || :
	clean_up
}

# traced COMMAND...: of bulkhead, every process of it.
traced() {
	capture nsenter -t "$TRUST_PID" -m -- strace -f -s 300 -o "$TRACE" \
		"$REAL_BULKHEAD" --root "$STORE" "$@"
}

# Behind the execve of bulkhead itself: no process, program, mount, directory, file
# or connection; only the audit log is written to, and the journal told.
nothing_happened() {
	tail -n +2 "$TRACE" | grep -E ' (execve|execveat|fork|vfork|clone3?|mount|move_mount|open_tree|fsopen|fsmount|mkdir(at)?|mknod(at)?|link(at)?|symlink(at)?|rename(at|at2)?|unlink(at)?|connect|bind|setns|unshare|pivot_root|chroot|chmod|fchmod(at)?|chown|fchown(at)?|truncate|ftruncate)\(' |
		grep -v 'journal/socket' && return 1
	grep -E ' open(at|at2)?\(.*(O_WRONLY|O_RDWR|O_CREAT)' "$TRACE" |
		grep -v '"trust.jsonl"' && return 1
	fails grep -q "^ran" "$RAN"
}

@test "A01 run and create: nothing happens before the refusal" {
	hook createRuntime
	hook startContainer
	for command in run create; do
		traced "$command" --bundle "$BUNDLE" "$ID"
		assert_untrusted
		nothing_happened
		[ ! -e "$STORE" ]
	done
	assert_clean
}

@test "A01 the log of the caller is written, and nothing else" {
	hook createRuntime
	traced --log "$BATS_TEST_TMPDIR/log" create --bundle "$BUNDLE" "$ID"
	assert_untrusted
	grep -v '/log"' "$TRACE" >"$TRACE.rest"
	mv "$TRACE.rest" "$TRACE"
	nothing_happened
}

@test "A01 start: what was revoked does not run, and the container stays" {
	hook poststart
	grant
	capture "$BULKHEAD" --root "$STORE" create --bundle "$BUNDLE" "$ID"
	assert_status 0
	trust revoke --all
	traced start "$ID"
	assert_untrusted 'start refused'
	nothing_happened
	capture "$BULKHEAD" --root "$STORE" state "$ID"
	[ "$(jq -r .status <<<"$output")" = created ]
	capture "$BULKHEAD" --root "$STORE" delete --force "$ID"
	assert_status 0
}

@test "A01 delete completes, and skips what was revoked" {
	hook poststop
	grant
	capture "$BULKHEAD" --root "$STORE" create --bundle "$BUNDLE" "$ID"
	assert_status 0
	trust revoke --all
	capture "$BULKHEAD" --root "$STORE" delete --force "$ID"
	assert_status 0
	[[ $error == *'poststop[0]'*'was not run: it is not trusted any more'* ]]
	[ ! -e "$RAN" ]
	[ "$(audit | jq -r 'last | .event + " " + .stage')" = 'refuse poststop' ]
	assert_clean
}

@test "A01 the gate is there in every profile" {
	hook createRuntime
	for profile in agent strict nested oci; do
		capture nsenter -t "$TRUST_PID" -m -- "$PLAIN_BULKHEAD" --profile \
			"$profile" run --bundle "$BUNDLE" "$ID"
		assert_untrusted
	done
}
