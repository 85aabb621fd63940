/* SPDX-License-Identifier: Apache-2.0 */
/* A profile below another as its ceiling, key by key. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "policy/cap.h"
#include "policy/profile-table.h"
#include "tap.h"

/* A profile of the policy's own, resolved. */
static struct bh_profile *make(const char *name, const char *keys)
{
	bh_autofree char *text = NULL;
	const struct bh_profile_choice choice = { .flag = name };
	struct bh_policy *policy = NULL;
	struct bh_profile *profile = NULL;
	struct bh_err err;

	if (asprintf(&text, "{\"profiles\": {\"%s\": {%s}}}", name, keys) < 0)
		abort();
	if (bh_policy_parse("test", text, strlen(text), &policy, &err) < 0 ||
	    bh_policy_choose(policy, &choice, &profile, &err) < 0)
		diag("%s: %s", keys, err.text);
	bh_policy_free(policy);
	return profile;
}

/* The host's keys, the user's, and the key that is refused; NULL: none is. */
static const struct {
	const char *host, *user, *key;
} cases[] = {
	{ "", "", NULL },
	{ "", "\"extends\": \"strict\"", NULL },
	{ "\"extends\": \"oci\"", "", NULL },
	{ "", "\"extends\": \"oci\"", "namespaces.host" },
	{ "", "\"capabilities\": {\"allow\": [\"CAP_KILL\"]}", NULL },
	{ "", "\"capabilities\": {\"allow\": [\"CAP_SYS_ADMIN\"]}",
	  "capabilities.allow" },
	{ "", "\"seccomp\": {\"filter\": \"off\"}", "seccomp.filter" },
	{ "\"seccomp\": {\"filter\": \"off\"}",
	  "\"seccomp\": {\"filter\": \"builtin\"}", NULL },
	{ "", "\"seccomp\": {\"allow\": [\"bpf\"]}", "seccomp.allow" },
	{ "", "\"rootfs\": \"ephemeral\"", "rootfs" },
	{ "\"rootfs\": \"asConfigured\"", "\"rootfs\": \"ephemeral\"", NULL },
	{ "", "\"tmpfs\": {\"/tmp\": \"1KiB\"}", NULL },
	{ "", "\"tmpfs\": {\"/tmp\": \"2GiB\"}", "tmpfs" },
	{ "", "\"tmpfs\": {\"/other\": \"1KiB\"}", "tmpfs" },
	{ "", "\"writable\": [\"/x\"]", "writable" },
	{ "\"writable\": [\"/x\", \"/y\"]", "\"writable\": [\"/y\"]", NULL },
	{ "", "\"namespaces\": {\"host\": [\"pid\"]}", "namespaces.host" },
	{ "", "\"mounts\": {\"allow\": [\"/etc/x\"]}", "mounts.allow" },
	{ "\"mounts\": {\"allow\": [\"/etc/*\"]}",
	  "\"mounts\": {\"allow\": [\"/etc/x\"]}", NULL },
	{ "\"mounts\": {\"allow\": [\"/etc/*\"]}",
	  "\"mounts\": {\"allow\": [\"/etc/**\"]}", "mounts.allow" },
	{ "\"mounts\": {\"allow\": [\"/etc/**\"]}",
	  "\"mounts\": {\"allow\": [\"/etc/a*/b\"]}", NULL },
	{ "\"mounts\": {\"allow\": [\"/etc/**\"]}",
	  "\"mounts\": {\"allow\": [\"/**\"]}", "mounts.allow" },
	{ "\"mounts\": {\"allow\": [\"/etc/**\"]}",
	  "\"mounts\": {\"allow\": [\"/e*/x\"]}", "mounts.allow" },
	{ "", "\"mounts\": {\"writable\": [\"/srv/one\"]}", NULL },
	{ "", "\"mounts\": {\"writable\": [\"/usr/**\"]}", "mounts.writable" },
	{ "", "\"mounts\": {\"types\": [\"bind\"]}", NULL },
	{ "", "\"mounts\": {\"types\": [\"ext4\"]}", "mounts.types" },
	{ "\"mounts\": {\"types\": [\"*\"]}",
	  "\"mounts\": {\"types\": [\"ext4\"]}", NULL },
	{ "", "\"mounts\": {\"propagation\": [\"/x\"]}", "mounts.propagation" },
	{ "", "\"devices\": {\"allow\": [\"/dev/kvm\"]}", "devices.allow" },
	{ "\"devices\": {\"allow\": [\"/dev/*\"]}",
	  "\"devices\": {\"allow\": [\"/dev/kvm\"]}", NULL },
	{ "", "\"sysctl\": {\"allow\": [\"net.*\"]}", "sysctl.allow" },
	{ "\"runAsNonRoot\": true", "", "runAsNonRoot" },
	{ "\"runAsNonRoot\": true", "\"runAsNonRoot\": true", NULL },
	{ "", "\"runAsNonRoot\": true", NULL },
	{ "", "\"credentials\": {\"env\": \"allow\"}", "credentials.env" },
	{ "", "\"credentials\": {\"allowEnv\": [\"X\"]}",
	  "credentials.allowEnv" },
	{ "", "\"credentials\": {\"paths\": \"allow\"}", "credentials.paths" },
	{ "", "\"resources\": {\"pids\": 10}", NULL },
	{ "", "\"resources\": {\"pids\": 5000}", "resources.pids" },
	{ "", "\"resources\": {\"pids\": 0}", "resources.pids" },
	{ "\"resources\": {\"memory\": \"1GiB\"}", "", "resources.memory" },
	{ "\"resources\": {\"memory\": \"1GiB\"}",
	  "\"resources\": {\"memory\": \"1TiB\"}", "resources.memory" },
	{ "\"resources\": {\"memory\": \"1GiB\"}",
	  "\"resources\": {\"memory\": \"1MiB\"}", NULL },
	{ "\"resources\": {\"memory\": \"1GiB\", \"swap\": \"0\"}",
	  "\"resources\": {\"memory\": \"1GiB\", \"swap\": \"1\"}",
	  "resources.swap" },
	{ "\"resources\": {\"cpus\": 2}", "\"resources\": {\"cpus\": 3}",
	  "resources.cpus" },
	{ "\"resources\": {\"deadline\": 2}", "", "resources.deadline" },
	{ "\"userns\": \"auto\"", "", "userns" },
	{ "", "\"userns\": \"auto\"", NULL },
	{ "\"landlock\": \"require\"", "\"landlock\": \"bestEffort\"",
	  "landlock" },
	{ "", "\"landlock\": \"require\"", NULL },
	{ "", "\"hooks\": \"any\"", "hooks" },
	{ "", "\"selinux\": {\"label\": \"asConfigured\"}", "selinux.label" },
	{ "", "\"hooks\": \"refuse\"", NULL },
	{ "", "\"workspace\": {\"inbound\": \"show\"}", "workspace.inbound" },
	{ "", "\"workspace\": {\"outbound\": \"off\"}", "workspace.outbound" },
	{ "", "\"workspace\": {\"outbound\": \"require\"}", NULL },
};

static void test_cases(void)
{
	for (size_t i = 0; i < BH_COUNT(cases); i++) {
		struct bh_profile *ceiling = make("host", cases[i].host);
		struct bh_profile *profile = make("user", cases[i].user);
		struct bh_err err = { 0 };
		int r = bh_profile_cap(profile, ceiling, &err);

		is_int(r, cases[i].key ? -EINVAL : 0, "host {%s}, user {%s}",
		       cases[i].host, cases[i].user);
		if (cases[i].key)
			ok(strstr(err.text, cases[i].key) &&
				   strstr(err.text, "the profile user: "),
			   "names %s: %s", cases[i].key, err.text);
		bh_profile_free(profile);
		bh_profile_free(ceiling);
	}
}

static bool lists(const struct oci_strings *list, const char *text)
{
	for (size_t i = 0; i < list->len; i++)
		if (bh_str_eq(list->items[i], text))
			return true;
	return false;
}

/* What the host masks, stays masked. */
static void test_added(void)
{
	struct bh_profile *ceiling =
		make("host",
		     "\"maskedPaths\": [\"/a\"], \"readonlyPaths\": [\"/b\"]");
	struct bh_profile *profile = make(
		"user", "\"maskedPaths\": [\"/c\"], \"readonlyPaths\": []");
	struct bh_err err;

	is_int(bh_profile_cap(profile, ceiling, &err), 0, "lists that add");
	ok(lists(&profile->masked_paths, "/a") &&
		   lists(&profile->masked_paths, "/c"),
	   "masks of both");
	ok(lists(&profile->readonly_paths, "/b"), "the host's read-only paths");
	bh_profile_free(profile);
	bh_profile_free(ceiling);
}

/* A key is compared when a case shows its refusal.  What else there is adds, or names
 * the base of the rest. */
static bool is_compared(const char *key)
{
	static const char *const others[] = { "extends", "maskedPaths",
					      "readonlyPaths" };

	for (size_t i = 0; i < BH_COUNT(others); i++)
		if (bh_str_eq(others[i], key))
			return true;
	for (size_t i = 0; i < BH_COUNT(cases); i++)
		if (cases[i].key && bh_str_eq(cases[i].key, key))
			return true;
	return false;
}

/* A key that nobody has thought about would be free. */
static void test_all_keys(const struct oci_table *table, const char *above)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct oci_row *row = &table->rows[i];
		char key[64];

		(void)snprintf(key, sizeof(key), "%s%s%s", above,
			       above[0] ? "." : "", row->name);
		if (row->kind == OCI_KIND_OBJECT)
			test_all_keys(row->table, key);
		else
			ok(is_compared(key), "%s is compared", key);
	}
}

int main(void)
{
	test_cases();
	test_added();
	test_all_keys(&bh_profile_table, "");
	return done_testing();
}
