/* SPDX-License-Identifier: Apache-2.0 */
/* Which file systems may be mounted, and that none brings privileges. */
#include <linux/mount.h>

#include "base/str.h"
#include "policy/narrow.h"

static const char *type_of(const struct bh_mount *mount)
{
	switch (mount->kind) {
	case BH_MOUNT_BIND:
		return "bind";
	case BH_MOUNT_CGROUP:
		return "cgroup";
	default:
		return mount->type;
	}
}

static const char *field_of(struct bh_narrowing *n,
			    const struct bh_mount *mount, const char *member)
{
	const char *origin = mount->origin;

	if (bh_starts_with(origin, "config "))
		origin += sizeof("config ") - 1;
	return bh_arena_printf(&n->spec->arena, "%s%s", origin, member);
}

/* Where devices are made, they must work. */
static bool holds_devices(const struct bh_mount *mount)
{
	return bh_str_eq(mount->target, "/dev") ||
	       (mount->kind == BH_MOUNT_FS && bh_str_eq(mount->type, "devpts"));
}

static bool shows_the_kernel(const struct bh_mount *mount)
{
	return mount->kind == BH_MOUNT_CGROUP ||
	       (mount->kind == BH_MOUNT_FS && bh_str_eq(mount->type, "sysfs"));
}

/* Set attributes, in what is mounted below too. */
static void force(struct bh_narrowing *n, struct bh_mount *mount,
		  uint64_t attributes, const char *reason)
{
	bool below = mount->kind == BH_MOUNT_BIND && mount->recursive;
	uint64_t missing = attributes & ~mount->set;

	if (below)
		missing = attributes & ~mount->set_all;
	if (!missing)
		return;
	bh_narrow_tighten(n, field_of(n, mount, ""), reason);
	mount->set |= attributes;
	mount->clear &= ~attributes;
	mount->clear_all &= ~attributes;
	if (below)
		mount->set_all |= attributes;
}

static void narrow_mount(struct bh_narrowing *n, struct bh_mount *mount)
{
	const struct oci_strings *types = &n->profile->mounts->types;

	if (!bh_narrow_matches(types, type_of(mount)))
		bh_narrow_refuse(n, field_of(n, mount, "/type"), type_of(mount),
				 "a file system that the profile does not have",
				 "mounts.types");
	if (!bh_narrow_has_floors(n))
		return;
	force(n, mount,
	      holds_devices(mount) ? MOUNT_ATTR_NOSUID :
				     MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
	      "no privileges and no devices come by a mount");
	if (shows_the_kernel(mount))
		force(n, mount, MOUNT_ATTR_RDONLY,
		      "the kernel's settings are the host's");
}

void bh_narrow_mounts(struct bh_narrowing *n)
{
	for (size_t i = 0; i < n->spec->mount_count; i++)
		narrow_mount(n, &n->spec->mounts[i]);
}
