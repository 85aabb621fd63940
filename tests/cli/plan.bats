#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# bulkhead plan: says what would be done, needs no privilege, changes nothing.
# (What the plans are is tested in tests/plan.)
#
# shellcheck disable=SC2016

load ../lib/common

setup() {
	new_bundle
	[ "$(id -u)" = 0 ] || rootless
}

# What somebody without privileges may run.
rootless() {
	config '.linux.namespaces += [{type: "user"}] | del(.linux.resources)
		| .linux.uidMappings = [{containerID: 0, hostID: $u, size: 1}]
		| .linux.gidMappings = [{containerID: 0, hostID: $g, size: 1}]' \
		--argjson u "${1-$(id -u)}" --argjson g "${2-$(id -g)}"
}

plan() {
	capture "$BULKHEAD" plan --bundle "$BUNDLE" "$@"
}

@test "text: one step a line, under its phase, with its lane and origin" {
	plan
	assert_status 0
	[ -z "$error" ]
	assert_match '^namespaces$' '^rootfs$' '^mounts$' '^exec$' \
		'^  parent +clone' '^  child +pivot_root' '^  child +exec '
	assert_match 'config /mounts/0' 'config /process/args'
	assert_no_match '^  [^pc]'
	[[ $(tail -n1 <<<"$output") == *exec* ]]
}

@test "json: valid, with a version, the same steps" {
	plan
	text=$output
	plan --format json
	assert_status 0
	jq -e '(.version | type == "number") and (.steps | length > 20) and
		(.steps | all(has("op") and has("lane") and has("phase") and
		has("args"))) and .steps[-1].op == "exec"' <<<"$output"
	[ "$(jq '.steps | length' <<<"$output")" = \
		"$(grep -cE '^  (parent|child) ' <<<"$text")" ]
	[ "$(jq -r '.steps[].op' <<<"$output")" = \
		"$(awk '/^  (parent|child) / { print $2 }' <<<"$text")" ]
}

@test "the same input gives the same plan" {
	plan
	first=$output
	plan
	[ "$output" = "$first" ]
}

@test "the environment's values are not shown" {
	config '.process.env += ["TOKEN=very-secret"]'
	plan
	assert_status 0
	assert_no_match very-secret
	assert_match TOKEN
	plan --format json
	assert_no_match very-secret
}

@test "the bundle is the current directory by default, the id optional" {
	cd "$BUNDLE"
	capture "$BULKHEAD" plan
	assert_status 0
	capture "$BULKHEAD" plan some-id
	assert_status 0
	capture "$BULKHEAD" plan ../x
	assert_status 1
	assert_error 'container id'
}

@test "a missing bundle or config says what to do" {
	capture "$BULKHEAD" plan --bundle "$BUNDLE/nothing"
	assert_status 1
	assert_error "$BUNDLE/nothing" 'No such file or directory'
	rm "$BUNDLE/config.json"
	plan
	assert_status 1
	assert_error config.json 'bulkhead spec'
}

# Calls that change something, or start somebody.
changing='mount|umount2|move_mount|open_tree|fsopen|fsconfig|fsmount|mount_setattr
clone|clone3|fork|vfork|unshare|setns|pivot_root|chroot
mkdir|mkdirat|rmdir|unlink|unlinkat|rename|renameat|renameat2|link|linkat
symlink|symlinkat|mknod|mknodat|creat|truncate|ftruncate|chmod|fchmod|fchmodat
chown|fchown|lchown|fchownat|utimensat|setxattr|fsetxattr|lsetxattr
setuid|setgid|setresuid|setresgid|setgroups|capset|sethostname|setdomainname
kill|tgkill|ptrace|bpf|seccomp|socket|connect|memfd_create'

@test "nothing is changed: no such call is made" {
	requires program:strace
	trace=$BATS_TEST_TMPDIR/trace
	strace -f -o "$trace" "$BULKHEAD" plan --bundle "$BUNDLE" \
		>/dev/null 2>"$BATS_TEST_TMPDIR/err" || skip 'strace does not work here'
	grep -q '^[0-9]* *execve' "$trace"
	fails grep -E "^[0-9]+ +($(tr '\n' '|' <<<"$changing" | sed 's/|$//'))\(" "$trace"
	# Nothing is opened but for reading, and nothing is executed.
	fails grep -E 'open.*(O_WRONLY|O_RDWR|O_CREAT|O_TRUNC|O_APPEND)' "$trace"
	[ "$(grep -c execve "$trace")" = 1 ]
	# All that is written is the plan.
	[ "$(grep -oE ' (write|writev|pwrite64|sendfile)\([0-9]+' "$trace" |
		sort -u | tr -d ' ')" = 'write(1' ]
}

@test "nothing is changed: the bundle is as it was" {
	before=$(cd "$BUNDLE" && find . -printf '%p %s %T@ %C@ %m\n' | sort)
	plan
	assert_status 0
	[ "$before" = "$(cd "$BUNDLE" && find . -printf '%p %s %T@ %C@ %m\n' | sort)" ]
}

@test "nobody at all can have a plan" {
	requires root
	[ -x "$(command -v setpriv)" ] || skip 'setpriv is missing'
	open_bundle
	rootless 65534 65534
	chmod 644 "$BUNDLE/config.json"
	capture setpriv --reuid=65534 --regid=65534 --clear-groups \
		--bounding-set=-all "$BULKHEAD" plan --bundle "$BUNDLE"
	assert_status 0
	assert_match '  child +exec '
}

@test "a bundle that can't be read is an error" {
	[ "$(id -u)" != 0 ] || skip 'root reads everything'
	chmod 0 "$BUNDLE/config.json"
	plan
	assert_status 1
	assert_error config.json 'Permission denied'
}
