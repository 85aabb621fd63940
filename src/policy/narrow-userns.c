/* SPDX-License-Identifier: Apache-2.0 */
/*
 * userns: auto.  A container without a user namespace gets one, whose ids are
 * nobody's on the host; its root and what is bound show their files with these
 * ids, so that nothing has to be copied or given away.
 */
#include <linux/capability.h>
#include <linux/magic.h>

#include "policy/narrow.h"

/* The first kernel whose overlays take layers with other ids. */
#define LAYERS_MAJOR 5u
#define LAYERS_MINOR 19u

static void check_id(struct bh_narrowing *n, const char *field, uint32_t id)
{
	if (id >= BH_IDS_COUNT)
		bh_narrow_refuse(n, field,
				 bh_arena_printf(&n->spec->arena, "%u", id),
				 "a user namespace of the policy has the ids "
				 "from 0 to 65535",
				 "userns");
}

static void check_user(struct bh_narrowing *n)
{
	const struct bh_process *process = &n->spec->process;

	check_id(n, "/process/user/uid", process->uid);
	check_id(n, "/process/user/gid", process->gid);
	for (size_t i = 0; i < process->group_count; i++)
		check_id(n, "/process/user/additionalGids", process->groups[i]);
}

void bh_narrow_user_namespace(struct bh_narrowing *n)
{
	struct bh_namespace *namespaces = n->spec->namespaces;

	if (n->profile->userns.value != BH_USERNS_AUTO ||
	    namespaces[OCI_NS_USER].wanted)
		return;
	if (namespaces[OCI_NS_MOUNT].by_path) {
		bh_narrow_refuse(n, "/linux/namespaces", "mount",
				 "one that is there already can't be joined "
				 "with a user namespace of the policy",
				 "userns");
		return;
	}
	check_user(n);
	namespaces[OCI_NS_USER].wanted = true;
	n->spec->id_mapped = true;
	bh_narrow_tighten(n, "/linux/namespaces",
			  "a user namespace besides; policy key userns");
	bh_narrow_tighten(n, "/linux/uidMappings",
			  "ids that no other container has; policy key userns");
	bh_narrow_tighten(n, "/linux/gidMappings",
			  "ids that no other container has; policy key userns");
}

static bool may_map(const struct bh_host *host)
{
	return bh_host_can(host, CAP_SYS_ADMIN) &&
	       bh_host_can(host, CAP_SETUID) && bh_host_can(host, CAP_SETGID) &&
	       !host->in_user_namespace;
}

/* What others can do only the kernel knows; this it can't do in any version. */
static void check_overlay(struct bh_narrowing *n, const char *field,
			  size_t wanted)
{
	if (n->paths[wanted].fs_type != OVERLAYFS_SUPER_MAGIC)
		return;
	bh_narrow_refuse(n, field, n->paths[wanted].path,
			 "it is an overlay already, as engines make them, and "
			 "the kernel can't show an overlay with other ids: let "
			 "the engine give a plain directory, or make the user "
			 "namespace itself",
			 "userns");
}

static void check_paths(struct bh_narrowing *n)
{
	struct bh_spec *spec = n->spec;

	check_overlay(n, "/root/path", spec->root);
	for (size_t i = 0; i < spec->mount_count; i++)
		if (spec->mounts[i].kind == BH_MOUNT_BIND)
			check_overlay(
				n, spec->wanted[spec->mounts[i].wanted].field,
				spec->mounts[i].wanted);
}

static void check_layers(struct bh_narrowing *n)
{
	const struct bh_host *host = n->host;

	if (!n->spec->root_ephemeral || host->kernel_major > LAYERS_MAJOR ||
	    (host->kernel_major == LAYERS_MAJOR &&
	     host->kernel_minor >= LAYERS_MINOR))
		return;
	bh_narrow_refuse(
		n, "/root/readonly", NULL,
		"an ephemeral root with a user namespace of the policy "
		"needs Linux 5.19 or newer",
		"rootfs");
}

static void map(struct bh_narrowing *n, struct bh_id_maps *maps)
{
	struct bh_id_map *all = bh_arena_alloc(&n->spec->arena, sizeof(*all));

	*all = (struct bh_id_map){
		.container = 0,
		.host = n->host->id_range,
		.count = BH_IDS_COUNT,
	};
	*maps = (struct bh_id_maps){ 1, all };
}

void bh_narrow_ids(struct bh_narrowing *n)
{
	if (!n->spec->id_mapped)
		return;
	if (!may_map(n->host)) {
		bh_narrow_refuse(n, "/linux/namespaces", "user",
				 "only the host's root, in no user namespace, "
				 "can give one of the policy (userns: auto)",
				 "userns");
		return;
	}
	check_paths(n);
	check_layers(n);
	map(n, &n->spec->uid_maps);
	map(n, &n->spec->gid_maps);
}
