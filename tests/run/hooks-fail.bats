#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Hooks that fail, take too long, talk too much, or leave something behind: what is
# told, what becomes of the container, and that nothing is left.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common
load ../lib/hooks

setup() {
	requires root
	new_bundle
	new_hooks
}

teardown() {
	"$BULKHEAD" --root "$STORE" delete --force "$ID" || :
	end_hooks
	clean_up
}

# For each kind: the hook before it runs, those behind it do not, poststop does.
fails_create() {
	hook "$1" "$note"
	hook "$1" 'echo one; echo "it broke" >&2; exit 3'
	hook "$1" 'echo never >>"$1/order"'
	hook poststop "$note"
}

@test "a hook of create fails" {
	local kind
	cp "$BUNDLE/config.json" "$BUNDLE/saved"
	for kind in prestart createRuntime createContainer; do
		cp "$BUNDLE/saved" "$BUNDLE/config.json"
		rm -f "$SEEN/order"
		fails_create "$kind"
		create
		assert_status 1
		assert_error "run the hook ${kind}[1] " 'exit status 3; it said: it broke'
		saw order "$kind
poststop"
		nothing_left
	done
}

@test "a hook of run fails" {
	local kind
	cp "$BUNDLE/config.json" "$BUNDLE/saved"
	for kind in createRuntime createContainer startContainer; do
		cp "$BUNDLE/saved" "$BUNDLE/config.json"
		rm -f "$SEEN/order"
		with_volume
		fails_create "$kind"
		args touch "$SEEN/program"
		run_it
		assert_status 1
		assert_error "run the hook ${kind}[1] " 'exit status 3; it said: it broke'
		saw order "$kind
poststop"
		[ ! -e "$SEEN/program" ]
		nothing_left
	done
}

@test "poststop runs when something else fails behind a hook" {
	hook createRuntime "$note"
	hook poststop "$note"
	args nonexistent
	create
	assert_status 1
	assert_error nonexistent
	saw order 'createRuntime
poststop'
	nothing_left
}

@test "poststop does not run when no hook has" {
	hook createRuntime "$note"
	hook poststop "$note"
	config '.mounts += [{destination: "/x", type: "nonexistent"}]'
	create
	assert_status 1
	[ ! -e "$SEEN/order" ]
	nothing_left
}

@test "a startContainer hook fails at start" {
	with_volume
	hook startContainer 'echo "no start"; exit 4'
	hook poststart "$note"
	hook poststop "$note"
	args touch "$SEEN/program"
	create
	assert_status 0
	bulkhead start "$ID"
	assert_status 1
	assert_error 'run the hook startContainer[0] /hooks/' \
		'exit status 4; it said: no start'
	saw order poststop
	[ ! -e "$SEEN/program" ]
	nothing_left
	bulkhead delete --force "$ID"
	assert_status 0
	saw order poststop
}

@test "a poststart hook fails at start" {
	hook poststart 'echo "no life"; exit 5'
	hook poststart 'echo never >>"$1/order"'
	hook poststop "$note"
	args sleep 1000
	create
	assert_status 0
	bulkhead start "$ID"
	assert_status 1
	assert_error 'run the hook poststart[0] ' 'exit status 5; it said: no life'
	saw order poststop
	nothing_left
}

@test "a poststart hook fails in run, attached and detached" {
	local option
	hook poststart 'exit 5'
	hook poststop "$note"
	args sleep 1000
	for option in --no-subreaper --detach; do
		rm -f "$SEEN/order"
		bulkhead run "$option" --bundle "$BUNDLE" "$ID"
		assert_status 1
		assert_error 'run the hook poststart[0] ' 'exit status 5'
		saw order poststop
		nothing_left
	done
}

@test "a poststop hook that fails is a warning" {
	hook poststop 'echo "still there"; exit 6'
	hook poststop "$note"
	args sleep 1000
	create
	bulkhead start "$ID"
	bulkhead --log "$SEEN/log" --log-format json delete --force "$ID"
	assert_status 0
	assert_error 'run the hook poststop[0] ' 'exit status 6; it said: still there'
	jq -e '.level == "warning" and (.msg | contains("poststop[0]"))' "$SEEN/log"
	saw order poststop
	nothing_left
	rm "$SEEN/order"
	args true
	run_it
	assert_status 0
	assert_error 'run the hook poststop[0] '
	saw order poststop
	nothing_left
}

@test "delete of a container that has stopped, and of one that was never started" {
	hook poststop "$note"
	args true
	create
	bulkhead delete --force "$ID"
	assert_status 0
	saw order poststop
	create
	bulkhead start "$ID"
	await_stopped
	bulkhead delete "$ID"
	assert_status 0
	saw order 'poststop
poststop'
	nothing_left
}

@test "delete that is refused runs none" {
	hook poststop "$note"
	args sleep 1000
	create
	bulkhead start "$ID"
	bulkhead delete "$ID"
	assert_status 1
	[ ! -e "$SEEN/order" ]
}

@test "poststop is that of the config at create" {
	hook poststop "$note"
	args true
	create
	config 'del(.hooks)'
	bulkhead delete --force "$ID"
	assert_status 0
	saw order poststop
}

@test "a poststop hook whose program is gone keeps nothing" {
	hook poststop "$note"
	create
	rm "$BATS_TEST_TMPDIR"/hook.poststop.*
	bulkhead delete --force "$ID"
	assert_status 0
	assert_error 'poststop[0]' 'there is no such file'
	nothing_left
}

# mark FILE: what this process and those that it leaves are found by: they have
# FILE open.
is_held() {
	find /proc/[0-9]*/fd -lname "$1" 2>/dev/null | grep -q .
}

# Until nobody has FILE open any more.
await_let_go() {
	local tries
	for tries in $(seq 500); do
		is_held "$1" || return 0
		read -r -t 0.02 <> <(:) || :
	done
	echo "$1 is still open after $tries looks"
	return 1
}

@test "at its timeout a hook ends with all that it has started" {
	local kind
	with_volume
	cp "$BUNDLE/config.json" "$BUNDLE/saved"
	for kind in createRuntime createContainer startContainer poststart; do
		cp "$BUNDLE/saved" "$BUNDLE/config.json"
		hook "$kind" 'exec 9>"$1/held"; echo begun; sleep 1000 & sleep 1000' \
			'.timeout = 1'
		args sleep 1000
		run_it
		assert_status 1
		assert_error "${kind}[0]" 'timeout of 1 s' begun
		await_let_go "$SEEN/held"
		nothing_left
	done
}

@test "a hook that fails leaves nothing running" {
	hook createRuntime 'exec 9>"$1/held"; sleep 1000 & exit 1'
	create
	assert_status 1
	await_let_go "$SEEN/held"
	nothing_left
}

@test "a daemon that createRuntime leaves goes on, and keeps nobody waiting" {
	hook createRuntime 'exec 9>"$1/held"; echo $$ >"$1/pid"; sleep 1000 & exit 0'
	args true
	run_it
	assert_status 0
	is_held "$SEEN/held"
	kill -KILL -- "-$(cat "$SEEN/pid")"
	await_let_go "$SEEN/held"
}

@test "createContainer leaves no process with the host's root in the container" {
	local text
	# One in its group, one in a session of its own, one whose parent is gone.
	text='exec 9>"$1/held"; sleep 1000 & setsid sleep 1000 &
		(setsid sh -c "sleep 1000 & sleep 1000" &) ; exit 0'
	requires program:setsid
	hook createContainer "$text"
	args ps -o pid,args
	run_it
	assert_status 0
	assert_no_match sleep
	assert_no_match 'sh$'
	# Nor a zombie for the program to find.
	[ "$(wc -l <<<"$output")" = 2 ]
	await_let_go "$SEEN/held"
}

@test "without a pid namespace, not in its group" {
	config 'del(.linux.namespaces[] | select(.type == "pid"))'
	hook createContainer 'exec 9>"$1/held"; sleep 1000 & exit 0'
	args true
	run_it
	assert_status 0
	await_let_go "$SEEN/held"
}

@test "a hook that prints without end, and one that never reads" {
	with_volume
	config '.annotations = {"org.example.long": ("x" * 200000)}'
	for kind in createRuntime createContainer startContainer poststart poststop; do
		hook "$kind" 'yes | head -n 500000; yes | head -n 500000 >&2; exit 0'
	done
	args true
	run_it
	assert_status 0
	assert_output ''
	[ -z "$error" ]
	hook createContainer 'yes | head -c 1000000; echo; echo the end; exit 1'
	run_it
	assert_status 1
	assert_error 'it said: the end'
	[ "${#error}" -lt 1000 ]
}

@test "what a hook says can't move the cursor" {
	hook createContainer 'printf "a\033[2Jb\n"; exit 1'
	create
	assert_status 1
	assert_error 'it said: a\x1b[2Jb'
}

@test "a hook that is no program" {
	hook createContainer true
	printf 'no program' >"$(echo "$BATS_TEST_TMPDIR"/hook.createContainer.*)"
	hook poststop "$note"
	create
	assert_status 1
	[[ $error == *'createContainer[0]'*'neither a script nor an ELF file'* ]]
	nothing_left
}

@test "no hook at all runs when one is missing" {
	hook prestart "$note"
	config '.hooks.createContainer = [{path: "/nonexistent"}]'
	create
	assert_status 1
	[[ $error == *'createContainer[0]  /nonexistent'*'there is no such file'* ]]
	[ ! -e "$SEEN/order" ]
	nothing_left
}
