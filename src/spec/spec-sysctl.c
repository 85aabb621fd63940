/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sysctl: only keys that belong to a namespace of the container's own, in one
 * spelling.  `+`, `/` and `..` in a key reached kernel.core_pattern of the host
 * through another runtime (CVE-2022-0811).
 */
#include <linux/sched.h>
#include <string.h>

#include "base/str.h"
#include "spec/parts.h"

static const struct {
	const char *key; /* with a final dot: all keys below */
	enum oci_namespace_type type;
} namespaced[] = {
	{ "kernel.msgmax", OCI_NS_IPC },
	{ "kernel.msgmnb", OCI_NS_IPC },
	{ "kernel.msgmni", OCI_NS_IPC },
	{ "kernel.sem", OCI_NS_IPC },
	{ "kernel.shmall", OCI_NS_IPC },
	{ "kernel.shmmax", OCI_NS_IPC },
	{ "kernel.shmmni", OCI_NS_IPC },
	{ "kernel.shm_rmid_forced", OCI_NS_IPC },
	{ "fs.mqueue.", OCI_NS_IPC },
	{ "net.", OCI_NS_NETWORK },
	{ "kernel.domainname", OCI_NS_UTS },
};

static bool matches(const char *rule, const char *key)
{
	size_t len = strlen(rule);

	if (rule[len - 1] == '.')
		return bh_starts_with(key, rule) && key[len];
	return bh_str_eq(rule, key);
}

/*
 * Components of letters, digits, `_` and `-`, separated by single dots.  (An
 * interface name with a dot can't be written so; config.md has no way for it
 * either.)
 */
static bool is_well_spelled(const char *key)
{
	bool after_dot = true;

	for (; *key; key++) {
		if (*key == '.' && after_dot)
			return false;
		if (*key != '.' && *key != '_' && *key != '-' &&
		    !(*key >= '0' && *key <= '9') &&
		    !(*key >= 'a' && *key <= 'z') &&
		    !(*key >= 'A' && *key <= 'Z'))
			return false;
		after_dot = *key == '.';
	}
	return !after_dot;
}

static int find_namespace(const struct bh_spec *spec, const char *key,
			  enum oci_namespace_type *ret, struct bh_err *err)
{
	for (size_t i = 0; i < BH_COUNT(namespaced); i++) {
		if (!matches(namespaced[i].key, key))
			continue;
		*ret = namespaced[i].type;
		if (spec->namespaces[*ret].wanted)
			return 0;
		return bh_refuse(err,
				 "read config.json: /linux/sysctl/%s: "
				 "needs a %s namespace in /linux/namespaces, "
				 "or it would change the host's",
				 key, oci_namespace_name(*ret));
	}
	return bh_refuse(err,
			 "read config.json: /linux/sysctl/%s: it belongs "
			 "to no namespace and would change the whole host",
			 key);
}

static int build_sysctl(struct bh_spec *spec, const struct oci_pair *pair,
			struct bh_err *err)
{
	enum oci_namespace_type type = OCI_NS_COUNT;
	struct bh_sysctl *sysctl;
	char *path;
	int r;

	if (!is_well_spelled(pair->key))
		return bh_refuse(err,
				 "read config.json: /linux/sysctl/%s: not "
				 "a key of words separated by single dots",
				 pair->key);
	if (bh_str_eq(pair->key, "kernel.hostname"))
		return bh_refuse(err,
				 "read config.json: /linux/sysctl/%s: use "
				 "/hostname",
				 pair->key);
	r = find_namespace(spec, pair->key, &type, err);
	if (r < 0)
		return r;
	path = bh_arena_strdup(&spec->arena, pair->key);
	for (char *c = path; *c; c++)
		if (*c == '.')
			*c = '/';
	sysctl = bh_arena_append(&spec->arena, &spec->sysctls,
				 &spec->sysctl_count, sizeof(*sysctl));
	sysctl->key = path;
	sysctl->value = pair->value;
	sysctl->namespace = bh_namespace_flag(type);
	return 0;
}

int bh_spec_sysctls(struct bh_spec *spec, struct bh_err *err)
{
	const struct oci_linux *oci = spec->config->linux;

	for (size_t i = 0; oci && i < oci->sysctl.len; i++) {
		int r = build_sysctl(spec, &oci->sysctl.items[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}
