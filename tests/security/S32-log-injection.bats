#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S32: newlines, escapes and characters that turn or hide text, wherever a config
# or a caller can put them.  The log stays one JSON object a line, and what people
# read shows what is there.
#
# shellcheck disable=SC2016,SC2154

load ../lib/common

setup() {
	requires root
	new_bundle
	LOG=$BATS_TEST_TMPDIR/log
}

teardown() {
	clean_up
}

# A line that would be a second one, a terminal's escape, text from right to left,
# characters that are not seen.
evil=$'x\n{"level":"error","msg":"forged"}\e[31m\xe2\x80\xaegnp.exe\xe2\x80\x8b'
evil+=$'\xe3\x85\xa4\xe1\x85\x9f\xef\xb8\x8f'
# The same as bytes, whatever the locale.
hidden='[\x00-\x08\x0b-\x1f]|\xe2\x80\xae|\xe2\x80\x8b|\xe3\x85\xa4|\xe1\x85\x9f|\xef\xb8\x8f'

# told: one object in the log and one line on standard error, both of one message
# without anything of the above.
told() {
	[ "$(wc -l <"$LOG")" = 1 ]
	jq -e '.level == "error" and (.msg | length > 0)' "$LOG" >/dev/null
	fails grep -q '"msg":"forged"' "$LOG"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/stderr")" = 1 ]
	LC_ALL=C fails grep -qaP "$hidden" "$BATS_TEST_TMPDIR/stderr"
	rm "$LOG"
}

logged() {
	capture "$BULKHEAD" --log "$LOG" --log-format json "$@"
	fails [ "$status" = 0 ] || { echo "with ${filter-}"; return 1; }
}

@test "S32 in arguments, programs, directories, names of variables" {
	for filter in '.process.args = [$e]' '.process.args = ["/" + $e]' \
		'.process.cwd = $e' '.hostname = $e + ($e * 9)' \
		'.process.apparmorProfile = $e' '.linux.sysctl = {($e): "1"}' \
		'.linux.maskedPaths = [$e]' '.annotations = {"org.systemd.property.X": $e}' \
		'.mounts[0].type = $e' '.mounts[0].source = $e | .mounts[0].type = "bind"' \
		'.mounts[0].options = ["idmap=" + $e]' '.root.path = $e' \
		'.linux.cgroupsPath = "/" + $e + "/.."' \
		'.linux.devices = [{path: $e, type: "c", major: 1, minor: 3}]' \
		'.linux.namespaces += [{type: "time", path: ("/" + $e)}]'; do
		config "$filter" --arg e "$evil"
		logged run -b "$BUNDLE" "$ID"
		told
		new_config
	done
}

new_config() {
	sed "s/IDENTITY/$ID/" "$BUNDLE/config.template" >"$BUNDLE/config.json"
}

@test "S32 in what the profile refuses" {
	profile agent
	for filter in '.process.env += [$e + "_API_KEY=y"]' \
		'.linux.sysctl = {("net.ipv4." + $e): "1"}' \
		'.annotations["org.bulkhead.profile"] = $e'; do
		config "$filter" --arg e "$evil"
		logged run -b "$BUNDLE" "$ID"
		told
		new_config
	done
}

@test "S32 in ids, bundles, files and options of the caller" {
	logged run -b "$BUNDLE" "$evil"
	told
	logged run -b "/$evil" "$ID"
	told
	logged state "$evil"
	told
	logged --profile "$evil" run -b "$BUNDLE" "$ID"
	told
	logged --policy "/$evil" run -b "$BUNDLE" "$ID"
	told
	logged "$evil"
	told
}

@test "S32 the plan is one line a step" {
	local lines
	lines=$("$BULKHEAD" plan --bundle "$BUNDLE" | wc -l)
	config '.process.args = [$e, $e] | .mounts[0].destination = "/proc"
		| .linux.maskedPaths[0] = "/" + $e | .process.env += ["A=" + $e]' \
		--arg e "$evil"
	"$BULKHEAD" plan --bundle "$BUNDLE" >"$BATS_TEST_TMPDIR/plan"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/plan")" = "$lines" ]
	LC_ALL=C fails grep -qaP "$hidden" "$BATS_TEST_TMPDIR/plan"
	"$BULKHEAD" plan --bundle "$BUNDLE" --format json | jq -e . >/dev/null
}
