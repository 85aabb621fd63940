#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# bulkhead trust: what was granted runs, what has changed does not, and who looks
# is told why.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common
load ../lib/trust

setup() {
	new_bundle
	trust_host
	hook_script
	args echo inside
}

teardown() {
	clean_up
}

policy() {
	own_file /etc/bulkhead/policy.json <<<"$1"
}

@test "an untrusted hook is refused with the message that says what to do" {
	hook createRuntime
	run_container
	assert_untrusted "run refused: 1 of 1 hook is not trusted" \
		"createRuntime[0]  $HOOK  sha256:" \
		"see them: bulkhead trust show --bundle $BUNDLE     trust them: bulkhead trust grant --bundle $BUNDLE"
	assert_output ''
	assert_clean
	[ "$(wc -l <<<"$error")" = 3 ]
	[ "$(audit | jq -r '.[] | .event + " " + .stage')" = 'refuse createRuntime' ]
}

@test "a plan says what the gate would, and refuses nothing" {
	hook createRuntime
	hook poststop
	for command in plan 'run --dry-run' 'create --dry-run'; do
		# shellcheck disable=SC2086 # words
		capture "$BULKHEAD" $command --bundle "$BUNDLE" "$ID"
		assert_status 0
		assert_match '^note: hook createRuntime\[0\]  '"$HOOK"'  sha256:[0-9a-f]*  not trusted$'
		assert_match '^note: hook poststop\[0\] .* not trusted$'
	done
	grant
	capture "$BULKHEAD" plan --format json --bundle "$BUNDLE" "$ID"
	[ "$(jq '[.notes[] | select(test("^hook .*  trusted "))] | length' <<<"$output")" = 2 ]
	[ "$(audit | jq -c '[.[].event] | unique')" = '["grant"]' ]
	assert_clean
}

@test "in a log the refusal is one line" {
	hook createRuntime
	capture "$BULKHEAD" --log "$BATS_TEST_TMPDIR/log" --log-format json run \
		--bundle "$BUNDLE" "$ID"
	assert_status 1
	[ "$(wc -l <"$BATS_TEST_TMPDIR/log")" = 1 ]
	[[ $(jq -r .msg "$BATS_TEST_TMPDIR/log") == *"not trusted; createRuntime[0]"*"; see them: "* ]]
}

@test "granted, it runs; revoked, it does not" {
	hook createRuntime
	grant
	run_container
	assert_status 0
	assert_output inside
	[ "$(cat "$RAN")" = ran ]
	rm "$RAN"
	trust list --format json
	id=$(jq -r '.[0].id' <<<"$output")
	trust revoke "${id:0:12}"
	assert_status 0
	run_container
	assert_untrusted
	[ "$(audit | jq -c '[.[].event]')" = '["grant","revoke","refuse"]' ]
}

@test "one byte changed in the hook: refused, naming the content" {
	hook createRuntime
	grant
	echo '#' >>"$HOOK"
	run_container
	assert_untrusted 'its content differs from the grant of '
}

@test "changed arguments, environment, timeout: refused, naming the part" {
	hook createRuntime '{"args": ["x", "one"], "env": ["A=1"], "timeout": 5}'
	grant
	config '.hooks.createRuntime[0].args[1] = "two"'
	run_container
	assert_untrusted 'its arguments differ from the grant of '
	config '.hooks.createRuntime[0].args[1] = "one"
		| .hooks.createRuntime[0].env = ["A=2"]'
	run_container
	assert_untrusted 'its environment differs from the grant of '
	config '.hooks.createRuntime[0].env = ["A=1"]
		| .hooks.createRuntime[0].timeout = 6'
	run_container
	assert_untrusted 'its timeout differs from the grant of '
	config '.hooks.createRuntime[0].timeout = 5'
	run_container
	assert_status 0
	[ "$(cat "$RAN")" = ran ]
}

@test "the same at another stage was not granted" {
	hook createRuntime
	grant
	config '.hooks = {prestart: .hooks.createRuntime}'
	run_container
	assert_untrusted 'prestart[0]'
}

@test "A14: a script as an argument is compared" {
	hook_script
	mv "$HOOK" "$HOOK.sh"
	script=$HOOK.sh
	HOOK=/bin/sh
	hook createRuntime '{"args": ["sh", "'"$script"'"]}'
	grant
	run_container
	assert_status 0
	rm "$RAN"
	echo '#' >>"$script"
	run_container
	assert_untrusted "$script"
}

@test "a changed interpreter is another hook" {
	cp -L "$(command -v busybox)" "$BATS_TEST_TMPDIR/busybox"
	printf '#!%s sh\necho ran >"%s"\n' "$BATS_TEST_TMPDIR/busybox" "$RAN" >"$HOOK"
	hook createRuntime
	grant
	run_container
	assert_status 0
	[ "$(cat "$RAN")" = ran ]
	rm "$RAN"
	printf x >>"$BATS_TEST_TMPDIR/busybox"
	run_container
	assert_untrusted 'its interpreter differs from the grant of '
}

@test "show: each hook with its parts, and its status as exit status" {
	hook createRuntime '{"args": ["x", "a b"], "env": ["A=1"]}'
	hook poststop
	trust show --bundle "$BUNDLE"
	assert_status 1
	assert_match "^  createRuntime\\[0\\]  $HOOK  sha256:[0-9a-f]{12}  not trusted" \
		'^    arguments    x$' '^                 a b$' '^    environment  A=1$'
	trust show --bundle "$BUNDLE" --format json
	assert_status 1
	[ "$(jq -c '[.trusted, (.items | map([.stage, .trusted, .args, .env]))]' \
		<<<"$output")" = '[false,[["createRuntime",false,["x","a b"],["A"]],["poststop",false,["'"$HOOK"'"],[]]]]' ]
	grant
	trust show --bundle "$BUNDLE"
	assert_status 0
	assert_match 'trusted \(grant [0-9a-f]{12}, 20'
}

@test "nobody can be asked without a terminal" {
	hook createRuntime
	trust grant --bundle "$BUNDLE"
	assert_status 1
	assert_error 'standard input is no terminal' '--yes'
	trust list
	assert_output 'nothing is trusted on this host'
}

@test "on a terminal: what is trusted is shown, and y grants it" {
	requires program:script
	hook createRuntime
	echo n | script -qec "$BULKHEAD trust grant --bundle $BUNDLE" /dev/null \
		>"$BATS_TEST_TMPDIR/shown" || :
	grep -q 'This will be trusted' "$BATS_TEST_TMPDIR/shown"
	grep -q "$HOOK" "$BATS_TEST_TMPDIR/shown"
	trust list
	assert_output 'nothing is trusted on this host'
	echo y | script -qec "$BULKHEAD trust grant --bundle $BUNDLE" /dev/null >&2
	run_container
	assert_status 0
}

@test "a grant expires" {
	hook createRuntime
	trust grant --bundle "$BUNDLE" --yes --expires 2020-01-01
	assert_status 1
	assert_error '--expires 2020-01-01: must be a time to come'
	grant --expires 30d --comment 'for a month'
	trust list
	assert_match ' until 20.*# for a month$'
	file=$(in_trust_host sh -c 'echo /var/lib/bulkhead/trust/*.json')
	in_trust_host sed -i 's/"expires": *"20[0-9-]*/"expires":"2021-01-01/' "$file"
	run_container
	assert_untrusted 'expired'
	trust list
	assert_match EXPIRED
}

@test "wide grants: patterns of arguments, any environment" {
	hook createRuntime '{"args": ["x", "one"], "env": ["A=1"]}'
	grant --args x '*' --any-env
	config '.hooks.createRuntime[0].args[1] = "other"
		| .hooks.createRuntime[0].env = ["B=2"]'
	run_container
	assert_status 0
	trust list
	assert_match WIDE
	rm "$RAN"
	config '.hooks.createRuntime[0].env = ["LD_PRELOAD=/x"]'
	run_container
	assert_untrusted
	config '.hooks.createRuntime[0].env = []
		| .hooks.createRuntime[0].args += ["more"]'
	run_container
	assert_untrusted
}

@test "an engine's own hook, of a program that is named" {
	trust grant --engine docker --hook /usr/bin/true --yes
	assert_status 0
	assert_match '^granted [0-9a-f]*  prestart\[0\]  /usr/bin/true'
	config '.hooks.prestart = [{path: "/usr/bin/true",
		args: ["libnetwork-setkey", "-exec-root=/var/run/docker", "a", "b"]}]'
	run_container
	assert_status 0
	config '.hooks.prestart[0].args[0] = "other"'
	run_container
	assert_untrusted
	trust grant --engine docker --bundle "$BUNDLE" --yes
	assert_status 1
	assert_error 'give one of them'
}

@test "any arguments are refused for what runs others" {
	trust grant --hook /bin/sh --stage createRuntime --any-args --yes
	assert_status 1
	trust list
	assert_output 'nothing is trusted on this host'
}

@test "check: a grant that no longer matches the files" {
	hook createRuntime
	grant
	trust check
	assert_status 0
	echo '#' >>"$HOOK"
	trust check
	assert_status 1
	assert_match "CHANGED: $HOOK has changed"
}

@test "revoke: by bundle, all, and what is not there" {
	hook createRuntime
	hook poststop
	grant
	trust revoke --bundle "$BUNDLE"
	assert_status 0
	assert_output 'revoked 2 grants'
	trust revoke --bundle "$BUNDLE"
	assert_status 1
	grant
	trust revoke --all
	assert_output 'revoked 2 grants'
	trust revoke 0123456789ab
	assert_status 1
}

@test "grants that the administrator laid down" {
	hook createRuntime
	grant
	in_trust_host sh -ec 'mkdir -p /etc/bulkhead/trust.d
		mv /var/lib/bulkhead/trust/*.json /etc/bulkhead/trust.d/own.json'
	run_container
	assert_status 0
	trust list
	assert_match provisioned
	trust revoke --all
	assert_status 1
	run_container
	assert_status 0
}

@test "a store that others could have changed refuses all hooks" {
	hook createRuntime
	grant
	in_trust_host sh -c 'chmod 666 /var/lib/bulkhead/trust/*.json'
	run_container
	assert_status 1
	[ ! -e "$RAN" ]
	assert_error "trust can't be read"
	in_trust_host sh -c 'chmod 600 /var/lib/bulkhead/trust/*.json
		chmod 777 /var/lib/bulkhead/trust'
	run_container
	assert_status 1
	[ ! -e "$RAN" ]
	config 'del(.hooks)'
	run_container
	assert_status 0
}

@test "a broken grant is an error, and is listed" {
	hook createRuntime
	grant
	own_file /var/lib/bulkhead/trust/broken.json <<<'{"version": 1, "kind": "hook",'
	run_container
	assert_status 1
	[ ! -e "$RAN" ]
	trust list
	assert_match '^BROKEN .*broken.json'
}

@test "nothing is granted that could not be logged" {
	hook createRuntime
	in_trust_host chmod 777 /var/log/bulkhead
	trust grant --bundle "$BUNDLE" --yes
	assert_status 1
	trust list
	assert_output 'nothing is trusted on this host'
}

@test "two grants at once are two grants" {
	hook createRuntime
	hook poststop
	config '.hooks.createRuntime as $h | .hooks.createRuntime = [range(8) |
		$h[0] + {args: ["x", "\(.)"]}]'
	for i in 1 2 3 4; do
		"$BULKHEAD" trust grant --bundle "$BUNDLE" --yes >/dev/null &
		pids+=("$!")
	done
	for pid in "${pids[@]}"; do
		wait "$pid"
	done
	trust list --format json
	[ "$(jq 'map(select(.grant)) | length' <<<"$output")" = 9 ]
	[ "$(jq 'map(select(.broken)) | length' <<<"$output")" = 0 ]
}

@test "policy: any opens the gate, refuse shuts it" {
	hook createRuntime
	policy '{"defaultProfile": "open", "profiles": {"open":
		{"extends": "oci", "hooks": "any"}, "shut":
		{"extends": "oci", "hooks": "refuse"}}}'
	run_plain() {
		capture "$BULKHEAD" run --bundle "$BUNDLE" --profile "$1" "$ID"
	}
	run_plain open
	assert_status 0
	rm "$RAN"
	grant
	run_plain shut
	assert_status 1
	assert_error 'the profile shut runs no hooks' 'policy key hooks'
	[ ! -e "$RAN" ]
}
