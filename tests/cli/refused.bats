#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What is not implemented is refused by name, and nothing is skipped in silence.
#
# shellcheck disable=SC2016

load ../lib/common

setup() {
	new_bundle
}

# refuses FILTER TEXT...: with the config so edited there is no plan.
refuses() {
	cp "$BUNDLE/config.json" "$BUNDLE/saved"
	config "$1"
	capture "$BULKHEAD" plan --bundle "$BUNDLE"
	mv "$BUNDLE/saved" "$BUNDLE/config.json"
	echo "filter: $1"
	assert_status 1
	assert_output ''
	assert_error "${@:2}"
}

@test "hooks that can't be, each kind" {
	for kind in prestart createRuntime createContainer startContainer \
		poststart poststop; do
		refuses ".hooks.$kind = [{path: \"/bin/true\"}, {path: \"true\"}]" \
			"/hooks/$kind/1/path"
		refuses ".hooks.$kind = [{path: \"/bin/true\", timeout: 0}]" \
			"/hooks/$kind/0/timeout"
	done
}

@test "labels and profiles of security modules" {
	refuses '.process.apparmorProfile = "x"' /process/apparmorProfile AppArmor
	refuses '.process.selinuxLabel = "a:b:c:d"' /process/selinuxLabel SELinux
	refuses '.linux.mountLabel = "a:b:c:d"' /linux/mountLabel SELinux
}

@test "seccomp notify" {
	refuses '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{names: ["mkdir"], action: "SCMP_ACT_NOTIFY"}]}' /linux/seccomp
	refuses '.linux.seccomp = {defaultAction: "SCMP_ACT_NOTIFY"}' /linux/seccomp
	refuses '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
		listenerPath: "/x"}' /linux/seccomp
}

@test "scheduling, I/O priority, personality and kin" {
	refuses '.process.scheduler = {policy: "SCHED_OTHER"}' /process/scheduler
	refuses '.process.ioPriority = {class: "IOPRIO_CLASS_IDLE", priority: 1}' \
		/process/ioPriority
	refuses '.linux.personality = {domain: "LINUX32"}' /linux/personality
	refuses '.linux.intelRdt = {closID: "x"}' /linux/intelRdt
	refuses '.linux.netDevices = {"eth0": {}}' /linux/netDevices
	refuses '.linux.memoryPolicy = {mode: "MPOL_DEFAULT"}' /linux/memoryPolicy
}

@test "id-mapped mounts" {
	refuses '.mounts[0].uidMappings = [{containerID: 0, hostID: 1, size: 1}]' \
		uidMappings id-mapped
	refuses '.mounts[0].options += ["idmap"]' idmap 'not implemented'
	refuses '.mounts[0].options += ["idmap=uids=0-1-1"]' idmap
}

@test "annotations that change what a runtime does" {
	refuses '.annotations = {"run.oci.handler": "krun"}' run.oci.handler
	refuses '.annotations = {"org.criu.config": "/x"}' org.criu.config
	refuses '.annotations = {"org.systemd.property.X": "1"}' org.systemd
}

@test "other annotations are only text" {
	[ "$(id -u)" = 0 ] || skip 'the config is for root'
	config '.annotations = {"some.thing": "else"}'
	capture "$BULKHEAD" plan --bundle "$BUNDLE"
	assert_status 0
}

@test "resources that can't be set" {
	# Each is either carried out or refused; a plan that leaves it out is not.
	for resource in '{blockIO: {weight: 10}}' \
		'{hugepageLimits: [{pageSize: "2MB", limit: 1}]}' \
		'{network: {classID: 1}}' '{network: {priorities: [{name: "a",
		priority: 1}]}}' '{rdma: {"x": {hcaHandles: 1}}}' \
		'{memory: {kernel: 1000000}}' '{memory: {kernelTCP: 1000000}}'; do
		config ".linux.resources = $resource"
		capture "$BULKHEAD" plan --bundle "$BUNDLE"
		echo "$resource"
		if [ "$status" = 0 ]; then
			assert_match 'cgroup_set .*# config /linux/resources/(block|huge|net|rdma|memory)'
		else
			assert_error /linux/resources
		fi
	done
}

@test "another operating system's, or no version of the specification" {
	refuses '.ociVersion = "2.0.0"' 2.0.0
	refuses '.ociVersion = "nonsense"' nonsense
	refuses 'del(.root)' /root
	refuses 'del(.process)' /process
	refuses '.process.args = []' /process/args
	refuses '.process.cwd = ""' /process/cwd
	refuses '.root.path = ""' /root/path
}

@test "versions of the specification, pre-releases too" {
	[ "$(id -u)" = 0 ] || skip 'the config is for root'
	for version in 1.0.0 1.0.2-dev 1.2.1 1.3.0; do
		config '.ociVersion = $v' --arg v $version
		capture "$BULKHEAD" plan --bundle "$BUNDLE"
		assert_status 0
	done
}
