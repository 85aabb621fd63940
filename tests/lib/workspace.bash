# SPDX-License-Identifier: Apache-2.0
# Helpers for tests of workspaces: a repository on the host, and the host's git in
# the container.  To be loaded after common.
#
# shellcheck shell=bash disable=SC2034,SC2154

# The host's git, on the host, as nobody in particular.
host_git() {
	GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 \
		git -C "$WORKSPACE" -c user.name=h -c user.email=h@h "$@"
}

# new_workspace: $WORKSPACE, empty, mounted on /w, where the program works.
new_workspace() {
	WORKSPACE=$BATS_TEST_TMPDIR/w
	mkdir "$WORKSPACE"
	workspace rw
}

# workspace OPTION...: mounted like that.
workspace() {
	config '.mounts |= map(select(.destination != "/w")) + [{
		destination: "/w", type: "bind", source: $source,
		options: (["rbind"] + ($ARGS.positional | .[1:]))}]
		| .process.cwd = "/w"' --arg source "$WORKSPACE" --args =x "$@"
}

# file PATH [TEXT]: of the workspace.
file() {
	mkdir -p "$(dirname "$WORKSPACE/$1")"
	printf '%s\n' "${2-$1}" >"$WORKSPACE/$1"
}

# new_repository FILE...: in the workspace, with all of it in its first commit.
new_repository() {
	requires program:git
	host_git init -q -b main
	local path
	for path; do file "$path"; done
	host_git add -A -f
	host_git commit -qm first
}

# Let the container have the host's programs.
with_git() {
	requires program:git
	[ -L /lib ] || skip 'the host has no merged /usr'
	local dir
	for dir in lib lib64; do
		[ ! -L "/$dir" ] || ln -s "usr/$dir" "$ROOTFS/$dir"
	done
	mkdir "$ROOTFS/usr"
	config '.mounts += [{destination: "/usr", type: "bind", source: "/usr",
			options: ["rbind", "ro"]}]
		| .process.env = ["PATH=/usr/bin:/bin", "HOME=/tmp",
			"GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=c",
			"GIT_AUTHOR_EMAIL=c@c", "GIT_COMMITTER_NAME=c",
			"GIT_COMMITTER_EMAIL=c@c", "BULKHEAD_TEST=" + $id]' \
		--arg id "$ID"
}

# git_inside SCRIPT: a shell with git in the workspace, that ends at the first
# failure.
git_inside() {
	inside "set -e
$1"
}
