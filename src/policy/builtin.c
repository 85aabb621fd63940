/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The built-in profiles, in the language of bulkhead-policy(5): what a host's own
 * profile can say, and no more.  agent has every key; the others say what is
 * different.
 */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "policy/profile.h"

struct builtin {
	const char *name;
	enum bh_rank rank;
	const char *text;
};

static const struct builtin agent = {
	"agent",
	BH_RANK_AGENT,
	"{ \"extends\": \"agent\","
	"  \"capabilities\": { \"allow\": [ \"CAP_CHOWN\","
	"    \"CAP_DAC_OVERRIDE\", \"CAP_FOWNER\", \"CAP_FSETID\","
	"    \"CAP_KILL\", \"CAP_SETGID\", \"CAP_SETUID\","
	"    \"CAP_NET_BIND_SERVICE\", \"CAP_SYS_CHROOT\" ] },"
	"  \"seccomp\": { \"filter\": \"builtin\", \"allow\": [] },"
	"  \"rootfs\": \"readonly\","
	"  \"tmpfs\": { \"/tmp\": \"1GiB\", \"/var/tmp\": \"256MiB\","
	"    \"/run\": \"64MiB\" },"
	"  \"writable\": [],"
	"  \"maskedPaths\": [ \"/proc/acpi\", \"/proc/asound\","
	"    \"/proc/config.gz\", \"/proc/interrupts\", \"/proc/iomem\","
	"    \"/proc/ioports\", \"/proc/kallsyms\", \"/proc/kcore\","
	"    \"/proc/key-users\", \"/proc/keys\", \"/proc/kpagecgroup\","
	"    \"/proc/kpagecount\", \"/proc/kpageflags\","
	"    \"/proc/latency_stats\", \"/proc/modules\","
	"    \"/proc/pagetypeinfo\", \"/proc/sched_debug\", \"/proc/scsi\","
	"    \"/proc/slabinfo\", \"/proc/sysrq-trigger\","
	"    \"/proc/timer_list\", \"/proc/timer_stats\","
	"    \"/proc/vmallocinfo\", \"/sys/class/dmi\","
	"    \"/sys/devices/virtual/dmi\","
	"    \"/sys/devices/virtual/powercap\", \"/sys/firmware\","
	"    \"/sys/hypervisor\", \"/sys/kernel/debug\","
	"    \"/sys/kernel/notes\", \"/sys/kernel/security\","
	"    \"/sys/kernel/tracing\", \"/sys/module\" ],"
	"  \"readonlyPaths\": [ \"/proc/bus\", \"/proc/fs\", \"/proc/irq\","
	"    \"/proc/sys\" ],"
	"  \"namespaces\": { \"host\": [] },"
	"  \"mounts\": { \"allow\": [],"
	"    \"writable\": [ \"/home/*/**\", \"/root/**\", \"/srv/**\","
	"      \"/srv\", \"/mnt/**\", \"/mnt\", \"/media/**\", \"/media\","
	"      \"/data/**\", \"/data\", \"/workspace*\", \"/workspace*/**\","
	"      \"/opt/**\", \"/tmp/**\", \"/var/tmp/**\" ],"
	"    \"types\": [ \"bind\", \"proc\", \"sysfs\", \"tmpfs\","
	"      \"devpts\", \"mqueue\", \"cgroup\", \"cgroup2\" ],"
	"    \"propagation\": [] },"
	"  \"devices\": { \"allow\": [] },"
	"  \"sysctl\": { \"allow\": [] },"
	"  \"runAsNonRoot\": false,"
	"  \"credentials\": { \"env\": \"refuse\", \"allowEnv\": [],"
	"    \"paths\": \"refuse\" },"
	"  \"resources\": { \"pids\": 4096 },"
	"  \"userns\": \"asConfigured\","
	"  \"landlock\": \"off\","
	"  \"hooks\": \"trusted\","
	"  \"selinux\": { \"label\": \"auto\" },"
	"  \"workspace\": { \"inbound\": \"hide\","
	"    \"outbound\": \"enforce\" } }",
};

static const struct builtin strict = {
	"strict",
	BH_RANK_STRICT,
	"{ \"extends\": \"strict\","
	"  \"tmpfs\": { \"/tmp\": \"1GiB\" },"
	"  \"landlock\": \"bestEffort\" }",
};

static const struct builtin nested = {
	"nested",
	BH_RANK_NESTED,
	"{ \"extends\": \"nested\" }",
};

static const struct builtin oci = {
	"oci",
	BH_RANK_OCI,
	"{ \"extends\": \"oci\","
	"  \"seccomp\": { \"filter\": \"off\" },"
	"  \"rootfs\": \"asConfigured\","
	"  \"tmpfs\": {},"
	"  \"maskedPaths\": [],"
	"  \"readonlyPaths\": [],"
	"  \"namespaces\": { \"host\": [ \"mount\", \"pid\", \"network\","
	"    \"uts\", \"ipc\", \"user\", \"cgroup\", \"time\" ] },"
	"  \"mounts\": { \"allow\": [ \"**\" ], \"writable\": [ \"**\" ],"
	"    \"types\": [ \"*\" ], \"propagation\": [ \"**\" ] },"
	"  \"devices\": { \"allow\": [ \"**\" ] },"
	"  \"sysctl\": { \"allow\": [ \"**\" ] },"
	"  \"credentials\": { \"env\": \"allow\", \"paths\": \"allow\" },"
	"  \"selinux\": { \"label\": \"asConfigured\" },"
	"  \"resources\": { \"pids\": 0 } }",
};

static const struct builtin *const builtins[] = {
	&agent,
	&strict,
	&nested,
	&oci,
};

static struct bh_profile *parse(const struct builtin *builtin)
{
	struct bh_profile *profile;
	struct bh_err err;

	/* A text of ours that can't be read is a mistake of ours, which every
	 * test finds. */
	if (bh_profile_parse(builtin->text, strlen(builtin->text), &profile,
			     &err) < 0)
		abort();
	return profile;
}

static const struct builtin *find(const char *name)
{
	for (size_t i = 0; i < BH_COUNT(builtins); i++)
		if (bh_str_eq(builtins[i]->name, name))
			return builtins[i];
	return NULL;
}

struct bh_profile *bh_profile_builtin(const char *name)
{
	const struct builtin *builtin = find(name);
	struct bh_profile *profile, *over;

	if (!builtin)
		return NULL;
	profile = parse(&agent);
	if (builtin != &agent) {
		over = parse(builtin);
		bh_profile_overlay(profile, over);
		bh_profile_free(over);
	}
	profile->name = bh_strdup(name);
	profile->rank = builtin->rank;
	return profile;
}
