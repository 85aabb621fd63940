/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spellings of sysctl keys (S33, CVE-2022-0811): what is accepted lies in a
 * namespace of the container, and every other spelling of it is refused.
 */
#include <linux/sched.h>

#include "spec-build.h"

#define NONE "'namespaces':[{'type':'mount'}]"
#define ALL                                              \
	"'namespaces':[{'type':'mount'},{'type':'ipc'}," \
	"{'type':'network'},{'type':'uts'}]"

struct example {
	const char *key;
	const char *path; /* below /proc/sys, or NULL: refused with */
	const char *words;
};

static const struct example examples[] = {
	{ "kernel.shmmax", "kernel/shmmax", NULL },
	{ "kernel.shm_rmid_forced", "kernel/shm_rmid_forced", NULL },
	{ "kernel.msgmax", "kernel/msgmax", NULL },
	{ "kernel.sem", "kernel/sem", NULL },
	{ "kernel.domainname", "kernel/domainname", NULL },
	{ "fs.mqueue.msg_max", "fs/mqueue/msg_max", NULL },
	{ "net.ipv4.ip_forward", "net/ipv4/ip_forward", NULL },
	{ "net.ipv4.conf.eth-0.rp_filter", "net/ipv4/conf/eth-0/rp_filter",
	  NULL },
	{ "net.x", "net/x", NULL },

	/* those of the whole host */
	{ "kernel.core_pattern", NULL, "whole host" },
	{ "kernel.modprobe", NULL, "whole host" },
	{ "kernel.shm_next_id", NULL, "whole host" },
	{ "vm.overcommit_memory", NULL, "whole host" },
	{ "fs.file-max", NULL, "whole host" },
	{ "user.max_user_namespaces", NULL, "whole host" },
	{ "kernel.hostname", NULL, "use /hostname" },
	/* neither a prefix nor a longer word is the key */
	{ "kernel.shm", NULL, "whole host" },
	{ "kernel.shmmaxx", NULL, "whole host" },
	{ "kernel.shmmax.x", NULL, "whole host" },
	{ "kernel.msg", NULL, "whole host" },
	{ "fs.mqueue", NULL, "whole host" },
	{ "fs.mqueuex.y", NULL, "whole host" },
	{ "net", NULL, "whole host" },
	{ "netx.y", NULL, "whole host" },
	{ "xnet.y", NULL, "whole host" },
	/* letters of another case are other letters */
	{ "NET.ipv4.ip_forward", NULL, "whole host" },
	{ "Kernel.shmmax", NULL, "whole host" },
	{ "kernel.SHMMAX", NULL, "whole host" },
	/* other separators */
	{ "kernel/shmmax", NULL, "single dots" },
	{ "net/ipv4/ip_forward", NULL, "single dots" },
	{ "kernel.shm_rmid_forced+foo", NULL, "single dots" },
	{ "kernel.shm_rmid_forced=1+kernel.core_pattern", NULL, "single dots" },
	{ "net.ipv4/conf.all", NULL, "single dots" },
	{ "net.x/../../kernel/core_pattern", NULL, "single dots" },
	{ "net...kernel.core_pattern", NULL, "single dots" },
	{ "net..ipv4", NULL, "single dots" },
	{ "net.", NULL, "single dots" },
	{ ".net.ipv4", NULL, "single dots" },
	{ ".", NULL, "single dots" },
	{ "..", NULL, "single dots" },
	{ "net.ipv4.ip_forward.", NULL, "single dots" },
	{ "net ipv4", NULL, "single dots" },
	{ " net.ipv4.x", NULL, "single dots" },
	{ "net.ipv4.x ", NULL, "single dots" },
	{ "net.ipv4.x\\n", NULL, "single dots" },
	{ "net.ipv4.\\\\x", NULL, "single dots" },
	{ "net.ipv4.%2e", NULL, "single dots" },
	{ "net.ipv4.~", NULL, "single dots" },
	{ "net.ipv4.*", NULL, "single dots" },
	{ "net.\xc3\xa4", NULL, "single dots" },
	{ "net\xe3\x80\x82ipv4", NULL, "single dots" },
};

static void check(const struct example *example)
{
	struct fragment part = { 0 };
	bh_autofree char *text = NULL;
	struct bh_spec spec;

	if (asprintf(&text, ALL ",'sysctl':{'%s':'1'}", example->key) < 0)
		abort();
	part.linux_ = text;
	if (!example->path) {
		is_refused(&part, "/linux/sysctl/", example->words);
		return;
	}
	if (!build_good(&part, &spec, example->key))
		return;
	is_int(spec.sysctl_count, 1, "%s: one", example->key);
	is_str(spec.sysctls[0].key, example->path, "%s: path", example->key);
	is_str(spec.sysctls[0].value, "1", "%s: value", example->key);
	bh_spec_clear(&spec);
}

/* Each needs its own namespace, new or joined. */
static void check_namespaces(void)
{
	static const struct {
		const char *key, *type;
		uint64_t flag;
	} needs[] = {
		{ "kernel.shmmax", "ipc", CLONE_NEWIPC },
		{ "fs.mqueue.queues_max", "ipc", CLONE_NEWIPC },
		{ "net.core.somaxconn", "network", CLONE_NEWNET },
		{ "kernel.domainname", "uts", CLONE_NEWUTS },
	};

	for (size_t i = 0; i < BH_COUNT(needs); i++) {
		bh_autofree char *without = NULL, *with = NULL;
		struct fragment part = { 0 };
		struct bh_spec spec;

		if (asprintf(&without, NONE ",'sysctl':{'%s':'1'}",
			     needs[i].key) < 0 ||
		    asprintf(&with,
			     "'namespaces':[{'type':'%s','path':'/n'}],"
			     "'sysctl':{'%s':'1'}",
			     needs[i].type, needs[i].key) < 0)
			abort();
		part.linux_ = without;
		is_refused(&part, needs[i].key, "would change the host's");
		part.linux_ = with;
		if (!build_good(&part, &spec, needs[i].key))
			continue;
		is_int(spec.sysctls[0].namespace, needs[i].flag,
		       "%s belongs to %s", needs[i].key, needs[i].type);
		bh_spec_clear(&spec);
	}
}

int main(void)
{
	for (size_t i = 0; i < BH_COUNT(examples); i++)
		check(&examples[i]);
	check_namespaces();
	return done_testing();
}
