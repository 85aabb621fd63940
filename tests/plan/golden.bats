#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Golden plans: what CASE/config.json becomes on ../hosts/HOST.host must be
# CASE/HOST.plan.  There the bundle's path is written @bundle@ and the length of
# a filter, which is libseccomp's affair, N; a refusal is its message behind
# "refused: ".
#
# UPDATE_GOLDEN=1 writes the files again.  Read each before it is committed: is
# it what its user expects, and is it safe?

setup() {
	plans=$BATS_TEST_DIRNAME
	hosts=$plans/../hosts
	policy=() global=()
	bulkhead=${BULKHEAD:-$plans/../../bulkhead}
}

# own PROFILE: that of the policy is called own.
own() {
	jq -n --argjson own "$1" '{profiles: {own: $own}}' \
		>"$BATS_TEST_TMPDIR/policy"
	chmod 600 "$BATS_TEST_TMPDIR/policy"
	policy=(--policy "$BATS_TEST_TMPDIR/policy")
	profile=own
}

# plan_of CASE HOST [OPTION...]: the plan, or "refused: MESSAGE".
plan_of() {
	local bundle text status=0
	bundle=$(realpath "$plans/$1")
	text=$("$bulkhead" "${policy[@]}" "${global[@]}" plan --profile "${profile:-oci}" --host "$hosts/$2.host" --bundle "$bundle" \
		"${@:3}" 2>&1) || status=$?
	[ "$status" = 0 ] || text="refused: $text"
	sed -e "s|$bundle|@bundle@|g" \
		-e "s|\(seccomp program=\)[0-9]*|\1N|" <<<"$text"
	[ "$status" -le 1 ]
}

# matches CASE HOST: the plan is the golden one.
matches() {
	local golden=$plans/$1/$2${profile:+.$profile}.plan
	plan_of "$1" "$2" >"$BATS_TEST_TMPDIR/plan"
	if [ -n "${UPDATE_GOLDEN:-}" ]; then
		cp "$BATS_TEST_TMPDIR/plan" "$golden"
	fi
	diff -u "$golden" "$BATS_TEST_TMPDIR/plan"
}

# on CASE HOST...: each of them.
on() {
	local host
	for host in "${@:2}"; do
		matches "$1" "$host"
	done
}

@test "minimal" {
	on minimal v1 v2 old rootless nested bare
}

@test "default" {
	on default v1 v2 old rootless nested bare
}

@test "userns" {
	on userns v1 v2 rootless nested uidmap denied
}

@test "userns-host-network" {
	on userns-host-network v2 rootless
}

@test "joined" {
	on joined v1 v2 rootless
}

@test "joined-user" {
	on joined-user v2 rootless nested
}

@test "joined-user-maps" {
	on joined-user-maps v2 rootless
}

@test "joined-network-new-user" {
	on joined-network-new-user v2 rootless nested
}

@test "joined-mount" {
	on joined-mount v2
}

@test "binds" {
	on binds v2 rootless
}

@test "no-cgroup-namespace" {
	on no-cgroup-namespace v1 v2 bare
}

@test "resources" {
	on resources v1 v2 rootless bare
}

@test "seccomp" {
	on seccomp v2
}

@test "seccomp-privileged" {
	on seccomp-privileged v2
}

@test "no-capabilities" {
	on no-capabilities v2
}

@test "capabilities" {
	on capabilities v2
}

@test "no-dev" {
	on no-dev v2
}

@test "bound-dev" {
	on bound-dev v2
}

@test "readonly-tmpfs" {
	on readonly-tmpfs v2
}

@test "rootless" {
	on rootless v2 rootless nested v1 uidmap denied
}

@test "time-and-sysctl" {
	on time-and-sysctl v2
}

@test "odd-texts" {
	on odd-texts v2
}

@test "labels of SELinux" {
	on selinux selinux v2
	profile=agent on selinux selinux
	on refuse-selinux-type selinux
	profile=agent on refuse-selinux-type selinux
}

@test "a scope of systemd's" {
	global=(--systemd-cgroup)
	on scope v2 v1
}

@test "refuse-cgroup-dots" {
	on refuse-cgroup-dots v2
}

@test "refuse-cgroup-root" {
	on refuse-cgroup-root v2
}

@test "refuse-cgroup-systemd" {
	on refuse-cgroup-systemd v2
}

@test "refuse-groups" {
	on refuse-groups rootless
}

@test "hooks" {
	on hooks v2 v1
	profile=agent on hooks v2
}

@test "hooks-userns" {
	on hooks-userns v2
}

@test "hooks-joined" {
	on hooks-joined v2
}

@test "refuse-hooks" {
	on refuse-hooks v2
}

@test "refuse-joined-mount-with-mounts" {
	on refuse-joined-mount-with-mounts v2
}

@test "refuse-mount-over-proc" {
	on refuse-mount-over-proc v2
}

@test "refuse-no-mount-namespace" {
	on refuse-no-mount-namespace v2
}

@test "refuse-no-root-in-map" {
	on refuse-no-root-in-map v2
}

@test "refuse-sysctl" {
	on refuse-sysctl v2
}

@test "terminal" {
	on terminal v2
}

@test "refuse-wrong-type" {
	on refuse-wrong-type v2
}

@test "rootless-cgroup" {
	on rootless-cgroup rootless
}

@test "workspace" {
	on workspace workspace
}

# What a profile makes of an engine's usual config: what is tightened, and why.
@test "profiles" {
	for profile in agent strict nested; do
		on default v2
	done
}

# A user namespace of the policy, beside a network namespace of the engine's; the
# network's kernel parameters are set, and its sysfs made, by the parent.
@test "userns-auto" {
	own '{"userns": "auto", "rootfs": "ephemeral"}'
	on userns-auto v2 v1 old rootless nested overlay
}
