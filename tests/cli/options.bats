#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The command line: version, help, usage errors, the log, how messages look.
#
# shellcheck disable=SC2016

load ../lib/common

setup() {
	new_bundle
	LOG=$BATS_TEST_TMPDIR/log
}

# try WORD...: of the program
try() {
	capture "$BULKHEAD" "$@"
}

@test "--version has the lines that engines read" {
	for option in --version -v; do
		try $option
		assert_status 0
		[ -z "$error" ]
		[ "$(wc -l <<<"$output")" = 4 ]
		assert_match '^bulkhead version [0-9]+\.[0-9]+' '^commit: .+' \
			'^spec: 1\.3\.0$' '^\+SECCOMP '
		[[ $(head -n1 <<<"$output") == 'bulkhead version '* ]]
	done
}

@test "--help names each command, and each command has help of its own" {
	for option in --help -h; do
		try $option
		assert_status 0
		[ -z "$error" ]
	done
	commands=$(sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p' <<<"$output")
	for command in features plan run spec; do
		grep -qx $command <<<"$commands"
	done
	for command in $commands; do
		for option in --help -h; do
			try "$command" $option
			assert_status 0
			assert_match "^Usage: bulkhead $command"
			[ -z "$error" ]
		done
	done
}

@test "no line of help is wider than a terminal" {
	try --help
	[ "$(wc -L <<<"$output")" -le 80 ]
	for command in features plan run spec; do
		try $command --help
		[ "$(wc -L <<<"$output")" -le 80 ]
	done
}

@test "usage errors have status 1 and say what is wrong" {
	try
	assert_status 1
	assert_error command
	try nothing
	assert_status 1
	assert_error 'unknown command nothing'
	try --nothing
	assert_status 1
	assert_error 'unknown option --nothing'
	try run --nothing x
	assert_status 1
	assert_error 'unknown option --nothing'
	try run -x x
	assert_status 1
	assert_error 'unknown option -x'
	try run
	assert_status 1
	assert_error 'container id'
	try run --bundle
	assert_status 1
	assert_error --bundle
	try run a b
	assert_status 1
	assert_error b
	try spec word
	assert_status 1
	assert_error word
	try features word
	assert_status 1
	try --debug=maybe features
	assert_status 1
	assert_error --debug
	try --log-format xml features
	assert_status 1
	assert_error --log-format xml
	try plan --format xml --bundle "$BUNDLE"
	assert_status 1
	assert_error --format xml
	try --cgroup-manager none features
	assert_status 1
	assert_error '--cgroup-manager none'
	try --rootless perhaps features
	assert_status 1
	assert_error '--rootless perhaps'
}

@test "options of engines that say what needs no saying are accepted" {
	try --rootless=true --criu /bin/criu --cgroup-manager cgroupfs features
	assert_status 0
}

@test "--log-level is one of the levels that there are" {
	for level in error warn warning info debug; do
		try --log-level $level --version
		assert_status 0
		try --log-level=$level features
		assert_status 0
	done
	for level in loud '' Error; do
		try "--log-level=$level" features
		assert_status 1
		assert_error '--log-level' 'must be error'
	done
}

@test "an abbreviation or a prefix of an option is unknown" {
	for option in --bundl --bundlex --bundle-x --hel --versionx -bundle; do
		try plan "$option" "$BUNDLE"
		assert_status 1
	done
}

@test "options have all forms, before and behind the id" {
	for words in "--bundle $BUNDLE id" "--bundle=$BUNDLE id" "-b $BUNDLE id" \
		"-b$BUNDLE id" "id --bundle $BUNDLE" "--debug id -b $BUNDLE"; do
		# shellcheck disable=SC2086 # words
		try plan $words
		assert_status 0
		assert_match /bulkhead-id exec
	done
}

@test "--log: one JSON object on failure, none on success" {
	try --log "$LOG" --log-format json plan --bundle "$BUNDLE"
	assert_status 0
	[ ! -s "$LOG" ]
	try --log "$LOG" --log-format json plan --bundle "$BUNDLE/nothing"
	assert_status 1
	[ "$(wc -l <"$LOG")" = 1 ]
	jq -e '.level == "error" and (.msg | contains("/nothing")) and
		(.time | test("^[0-9]{4}-[01][0-9]-[0-3][0-9]T[0-9:]{8}(\\.[0-9]+)?Z$"))
		and (keys == ["level", "msg", "time"])' "$LOG"
	# The same text as on standard error.
	[ "bulkhead: $(jq -r .msg "$LOG")" = "$error" ]
}

@test "--log: appended, never truncated" {
	echo '{"level": "error", "msg": "before"}' >"$LOG"
	try --log "$LOG" --log-format=json plan --bundle "$BUNDLE/nothing"
	try --log="$LOG" --log-format json plan --bundle "$BUNDLE/nothing"
	[ "$(jq -r .level "$LOG" | wc -l)" = 3 ]
	[ "$(head -n1 "$LOG" | jq -r .msg)" = before ]
}

@test "--log as text" {
	for format in '' '--log-format text'; do
		rm -f "$LOG"
		# shellcheck disable=SC2086 # words
		try --log "$LOG" $format plan --bundle "$BUNDLE/nothing"
		assert_status 1
		[ "$(wc -l <"$LOG")" = 1 ]
		grep -qE '^time="[^"]*" level=error msg=".*/nothing' "$LOG"
	done
}

@test "--log of a usage error" {
	try --log "$LOG" --log-format json nothing
	assert_status 1
	[ "$(jq -r .msg "$LOG" | wc -l)" = 1 ]
}

@test "--log where no file can be made still reports on standard error" {
	try --log "$BATS_TEST_TMPDIR/no/dir/log" plan --bundle "$BUNDLE/nothing"
	assert_status 1
	assert_error nothing
}

@test "remarks are shown with --debug only" {
	config '.unknownField = 1 | .linux.alsoUnknown = {}'
	args true
	try plan --bundle "$BUNDLE"
	assert_status 0
	[ -z "$error" ]
}

# ---- what a hostile caller or image writes into messages ---------------------

# One line, no control character, nothing that turns text around, valid UTF-8.
is_harmless() {
	[ "$(wc -l <"$1")" = 1 ]
	LC_ALL=C fails grep -q $'[\x01-\x08\x0b-\x1f\x7f]' "$1"
	LC_ALL=C fails grep -q $'\xe2\x80[\x8b-\x8f\xa8-\xae]' "$1"
	LC_ALL=C fails grep -q $'\xe2\x81[\xa0-\xaf]' "$1"
	LC_ALL=C fails grep -q $'\xc2[\x80-\x9f]' "$1"
	iconv -f UTF-8 -t UTF-8 "$1" >/dev/null
}

hostile=$'new\nline\rreturn\ttab \e[31mred\a\x7f\u202eevil\u2066\u200b\u0085\xff\xc0\xaf end'

all_harmless() {
	assert_status 1
	[[ $error == 'bulkhead: '* ]]
	is_harmless "$BATS_TEST_TMPDIR/stderr"
	jq -e .msg "$LOG" >/dev/null
	is_harmless "$LOG"
	rm "$LOG"
}

@test "hostile bytes in words are escaped" {
	try --log "$LOG" --log-format json "$hostile"
	all_harmless
	try --log "$LOG" --log-format json run "$hostile"
	all_harmless
	try --log "$LOG" --log-format json plan --bundle "$hostile"
	all_harmless
	try --log "$LOG" --log-format json plan "--$hostile"
	all_harmless
	try --log "$LOG" plan --bundle "$hostile"
	assert_status 1
	is_harmless "$LOG"
}

@test "hostile text in config.json is escaped" {
	# As JSON has it; bytes that are no UTF-8 are refused there.
	text=$(printf '%s' "$hostile" | iconv -c -f UTF-8 -t UTF-8)
	for filter in '.root.path = $h' '.process.cwd = $h' \
		'.mounts[0].type = $h' '.mounts[0].options = [$h + "x"]
		| .mounts[0].destination = "/" + $h | .mounts[0].type = "x"' \
		'.linux.sysctl = {($h): "1"}' '.linux.cgroupsPath = "../" + $h' \
		'.linux.namespaces[0].path = $h' '.ociVersion = $h' \
		'.process.rlimits[0].type = $h' '.[$h] = 1 | .root = 1' \
		'.process = ({($h): 1} + {args: 1})' \
		'.annotations = {("run.oci." + $h): "x"}' \
		'.linux.devices = [{path: $h, type: "c", major: 1, minor: 1}]' \
		'.process.env = [$h]'; do
		cp "$BUNDLE/config.json" "$BUNDLE/saved"
		config "$filter" --arg h "$text"
		try --log "$LOG" --log-format json plan --bundle "$BUNDLE"
		mv "$BUNDLE/saved" "$BUNDLE/config.json"
		echo "filter: $filter"
		all_harmless
	done
}

@test "hostile text in a plan is escaped" {
	text=$(printf '%s' "$hostile" | iconv -c -f UTF-8 -t UTF-8)
	config '.process.args = [$h] | .process.cwd = "/" + $h
		| .process.env = [$h + "=" + $h] | .hostname = $h[0:20]
		| .linux.maskedPaths = ["/" + $h]' --arg h "$text"
	try plan --bundle "$BUNDLE"
	assert_status 0
	LC_ALL=C fails grep -q $'[\x01-\x08\x0b-\x1f\x7f]' <<<"$output"
	LC_ALL=C fails grep -q $'\xe2\x80[\x8b-\x8f\xa8-\xae]' <<<"$output"
	count=$(wc -l <<<"$output")
	try plan --format json --bundle "$BUNDLE"
	assert_status 0
	jq -e --arg h "$text" '[.. | strings] | index($h)' <<<"$output" >/dev/null
	# A newline starts no step of its own.
	config '.process.args = ["x"]'
	try plan --bundle "$BUNDLE"
	[ "$count" = "$(wc -l <<<"$output")" ]
}

@test "standard output that can't be written is an error" {
	requires file:/dev/full
	for words in --version --help features "plan --bundle $BUNDLE"; do
		status=0
		# shellcheck disable=SC2086 # words
		"$BULKHEAD" $words >/dev/full 2>"$BATS_TEST_TMPDIR/err" </dev/null ||
			status=$?
		assert_status 1
		grep -q 'standard output' "$BATS_TEST_TMPDIR/err"
	done
}

@test "with all standard descriptors closed" {
	status=0
	"$BULKHEAD" plan --bundle "$BUNDLE" 0<&- 1>&- 2>&- || status=$?
	[ "$status" = 0 ]
}
