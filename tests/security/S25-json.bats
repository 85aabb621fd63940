#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# S25, CVE-2017-16516, -2022-24795, -2023-33460: config.json as an attack on its
# reader.  (The reader itself has unit tests and a fuzzer.)
#
# shellcheck disable=SC2154

load ../lib/common

setup() {
	new_bundle
	args true
	cp "$BUNDLE/config.json" "$BUNDLE/good"
}

# bad TEXT...: the config on standard input is refused, with its place.
bad() {
	local text
	cat >"$BUNDLE/config.json"
	capture timeout 60 "$BULKHEAD" plan --bundle "$BUNDLE"
	assert_status 1
	assert_output ''
	[ ${#error} -lt 1000 ]
	[[ $error =~ ^bulkhead:\ read\ config.json:\ line\ [0-9]+,\ column\ [0-9]+:\  ]]
	for text; do
		assert_error "$text"
	done
}

# with_annotation: the good config with this JSON in annotations
with_annotation() {
	printf '{"annotations": {"a": %s},' "$1"
	tail -c +2 "$BUNDLE/good"
}

@test "S25 nesting" {
	deep=$(printf '%*s' 100000 '' | tr ' ' '[')
	bad depth <<<"$deep" || bad deep <<<"$deep"
	(printf '{"x": '; printf '{"a":%.0s' {1..70}; printf 1
		printf '}%.0s' {1..70}; printf ','; tail -c +2 "$BUNDLE/good") >"$BUNDLE/x"
	bad <"$BUNDLE/x"
}

@test "S25 size" {
	(cat "$BUNDLE/good"; head -c $((17 << 20)) /dev/zero | tr '\0' ' ') \
		>"$BUNDLE/config.json"
	capture timeout 60 "$BULKHEAD" plan --bundle "$BUNDLE"
	assert_status 1
	assert_error config.json
}

@test "S25 a string of ten megabytes is no harm" {
	(printf '{"annotations": {"a": "'; head -c 10000000 /dev/zero | tr '\0' x
		printf '"},'; tail -c +2 "$BUNDLE/good") >"$BUNDLE/config.json"
	capture timeout 60 "$BULKHEAD" plan --bundle "$BUNDLE"
	assert_status 0
	# Nor is one in a message.
	(printf '{"ociVersion": "'; head -c 10000000 /dev/zero | tr '\0' x
		printf '"}') >"$BUNDLE/config.json"
	capture timeout 60 "$BULKHEAD" plan --bundle "$BUNDLE"
	assert_status 1
	[ ${#error} -lt 10000 ]
}

@test "S25 duplicate keys" {
	bad a < <(with_annotation '1, "a": 2')
	(printf '{"process": {"args": ["x"], "cwd": "/"},'
		tail -c +2 "$BUNDLE/good") | bad process
}

@test "S25 bytes that are no UTF-8, and NUL" {
	for bytes in '\xff' '\xc0\xaf' '\xed\xa0\x80' '\xf4\x90\x80\x80' '\xc3' \
		'\x80' '\xf8\x88\x80\x80\x80' '\0'; do
		bad < <(with_annotation "\"$(printf 'MARK')\"" |
			LC_ALL=C sed "s/MARK/$(printf '%s' "$bytes" |
				sed 's/\\0/\\x00/')/")
	done
}

@test "S25 escapes that are no characters" {
	for escape in '\ud800' '\udc00' '\ud800\u0041' '\u0000' '\x41' '\u12'; do
		bad < <(with_annotation "\"$escape\"")
	done
}

@test "S25 numbers" {
	for number in 99999999999999999999999 -1 1e400 1.5 01 0x1 +1 1. .5 NaN \
		Infinity -; do
		jq -c . "$BUNDLE/good" | sed "s/\"limit\":[0-9]*/\"limit\":MARK/" |
			sed "s/\"soft\":[0-9]*/\"soft\":$number/" >"$BUNDLE/x"
		sed -i 's/MARK/1/' "$BUNDLE/x"
		bad <"$BUNDLE/x"
	done
}

@test "S25 comments, trailing text, nothing at all" {
	(echo '/* x */'; cat "$BUNDLE/good") | bad
	(cat "$BUNDLE/good"; echo '// x') | bad
	(cat "$BUNDLE/good"; echo '{}') | bad
	head -c 500 "$BUNDLE/good" | bad
	printf '' | bad
	printf '[]' | bad
	printf 'null' | bad
	printf '\xef\xbb\xbf{}' | bad
	(cat "$BUNDLE/good"; printf '\0') | bad
}

@test "S25 wrong types have their JSON pointer" {
	for pair in '.process.args = "x"=/process/args' \
		'.process.args = [1]=/process/args/0' '.mounts = {}=/mounts' \
		'.linux.namespaces[1].type = "x"=/linux/namespaces/1/type' \
		'.root = []=/root' '.process = 7=/process' \
		'.process.noNewPrivileges = "true"=/process/noNewPrivileges' \
		'.linux.resources.pids.limit = "1"=/linux/resources/pids/limit' \
		'del(.ociVersion)=ociVersion' 'del(.process.cwd)=cwd'; do
		bad "${pair##*=}" < <(jq "${pair%=*}" "$BUNDLE/good")
	done
}

@test "S25 a config.json that is no file is refused at once" {
	rm "$BUNDLE/config.json"
	mkfifo "$BUNDLE/config.json"
	capture timeout 10 "$BULKHEAD" plan --bundle "$BUNDLE"
	assert_status 1
	assert_error 'no regular file'
	rm "$BUNDLE/config.json"
	mkdir "$BUNDLE/config.json"
	capture timeout 10 "$BULKHEAD" plan --bundle "$BUNDLE"
	assert_status 1
	rmdir "$BUNDLE/config.json"
	ln -s /dev/zero "$BUNDLE/config.json"
	capture timeout 10 "$BULKHEAD" plan --bundle "$BUNDLE"
	assert_status 1
}
