/* SPDX-License-Identifier: Apache-2.0 */
#include "container/features.h"
#include "base/mem.h"
#include "cgroup/driver-systemd.h"
#include "ocispec.h"
#include "spec/names.h"
#include "spec/options.h"

static void add(void *arg, const char *text)
{
	struct oci_strings *list = arg;

	list->set = true;
	list->items =
		bh_realloc(list->items, list->len + 1, sizeof(*list->items));
	list->items[list->len++] = bh_strdup(text);
}

static struct oci_bool yes(void)
{
	return (struct oci_bool){ true, true };
}

static struct oci_bool no(void)
{
	return (struct oci_bool){ true, false };
}

static struct oci_features_enabled *enabled(struct oci_bool value)
{
	struct oci_features_enabled *e = bh_calloc(1, sizeof(*e));

	e->enabled = value;
	return e;
}

static struct oci_features_cgroup *cgroup_features(void)
{
	struct oci_features_cgroup *cgroup = bh_calloc(1, sizeof(*cgroup));

	cgroup->v1 = yes();
	cgroup->v2 = yes();
	cgroup->systemd = bh_systemd_is_built() ? yes() : no();
	cgroup->systemd_user = no();
	cgroup->rdma = no();
	return cgroup;
}

static struct oci_features_seccomp *seccomp_features(void)
{
	struct oci_features_seccomp *seccomp = bh_calloc(1, sizeof(*seccomp));

	seccomp->enabled = yes();
	/* NOTIFY, the last of them, is not implemented yet. */
	for (int i = 0; i < OCI_SECCOMP_NOTIFY; i++)
		add(&seccomp->actions,
		    oci_seccomp_action_name((enum oci_seccomp_action)i));
	for (int i = 0; i <= OCI_CMP_MASKED_EQ; i++)
		add(&seccomp->operators,
		    oci_seccomp_op_name((enum oci_seccomp_op)i));
	for (int i = 0; i <= OCI_ARCH_RISCV64; i++)
		add(&seccomp->archs,
		    oci_seccomp_arch_name((enum oci_seccomp_arch)i));
	for (int i = 0; i <= OCI_SECCOMP_FLAG_WAIT_KILLABLE_RECV; i++)
		add(&seccomp->known_flags,
		    oci_seccomp_flag_name((enum oci_seccomp_flag)i));
	for (int i = 0; i <= OCI_SECCOMP_FLAG_SPEC_ALLOW; i++)
		add(&seccomp->supported_flags,
		    oci_seccomp_flag_name((enum oci_seccomp_flag)i));
	return seccomp;
}

static struct oci_features_linux *linux_features(void)
{
	struct oci_features_linux *lin = bh_calloc(1, sizeof(*lin));

	for (int i = 0; i < OCI_NS_COUNT; i++)
		add(&lin->namespaces,
		    oci_namespace_name((enum oci_namespace_type)i));
	for (const struct bh_name *cap = bh_capability_names; cap->name; cap++)
		add(&lin->capabilities, cap->name);
	lin->cgroup = cgroup_features();
	lin->seccomp = seccomp_features();
	lin->apparmor = enabled(no());
	lin->selinux = enabled(yes());
	lin->intel_rdt = enabled(no());
	lin->mount_extensions = bh_calloc(1, sizeof(*lin->mount_extensions));
	lin->mount_extensions->idmap = enabled(no());
	lin->net_devices = enabled(no());
	return lin;
}

char *bh_features_json(size_t *ret_len)
{
	struct oci_features *features = bh_calloc(1, sizeof(*features));
	char *text;

	features->oci_version_min = bh_strdup("1.0.0");
	features->oci_version_max = bh_strdup("1.3.0");
	for (int i = 0; i < BH_STAGE_COUNT; i++)
		add(&features->hooks,
		    bh_hook_stage_name((enum bh_hook_stage)i));
	bh_mount_options_each(add, &features->mount_options);
	features->linux = linux_features();
	text = oci_features_write(features, ret_len);
	oci_features_free(features);
	return text;
}
