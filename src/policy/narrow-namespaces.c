/* SPDX-License-Identifier: Apache-2.0 */
/* Which namespaces of the host may be shared. */
#include "policy/narrow.h"

static bool may_share(const struct bh_narrowing *n,
		      enum oci_namespace_type type)
{
	return bh_narrow_lists(&n->profile->namespaces->host,
			       oci_namespace_name(type));
}

static void add(struct bh_narrowing *n, enum oci_namespace_type type,
		const char *reason)
{
	n->spec->namespaces[type].wanted = true;
	bh_narrow_tighten(n, "/linux/namespaces", reason);
}

void bh_narrow_namespaces(struct bh_narrowing *n)
{
	static const enum oci_namespace_type own[] = {
		OCI_NS_MOUNT,
		OCI_NS_PID,
		OCI_NS_IPC,
		OCI_NS_NETWORK,
	};
	struct bh_namespace *namespaces = n->spec->namespaces;

	for (size_t i = 0; i < BH_COUNT(own); i++)
		if (!namespaces[own[i]].wanted && !may_share(n, own[i]))
			bh_narrow_refuse(n, "/linux/namespaces",
					 oci_namespace_name(own[i]),
					 "there is none, so that the host's "
					 "would be shared",
					 "namespaces.host");
	/* What engines leave out with the host's network. */
	if (!namespaces[OCI_NS_UTS].wanted && !may_share(n, OCI_NS_UTS) &&
	    !namespaces[OCI_NS_NETWORK].wanted)
		add(n, OCI_NS_UTS, "the host's name is not the container's");
	else if (!namespaces[OCI_NS_UTS].wanted && !may_share(n, OCI_NS_UTS))
		bh_narrow_refuse(n, "/linux/namespaces", "uts",
				 "there is none, so that the host's would be "
				 "shared",
				 "namespaces.host");
	if (!namespaces[OCI_NS_CGROUP].wanted && !may_share(n, OCI_NS_CGROUP))
		add(n, OCI_NS_CGROUP, "the host's cgroups are not shown");
}
