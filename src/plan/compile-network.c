/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A user namespace of the policy has no power over a network namespace that was
 * there before: engines make theirs first.  What needs that power, a sysfs and
 * the network's kernel parameters, is the parent's to do.
 */
#include <linux/mount.h>
#include <linux/sched.h>

#include "base/str.h"
#include "plan/compiler.h"

static bool is_foreign(const struct bh_compiler *c)
{
	const struct bh_namespace *network =
		&c->spec->namespaces[OCI_NS_NETWORK];

	return c->spec->id_mapped && (!network->wanted || network->by_path);
}

bool bh_compile_made_by_parent(const struct bh_compiler *c,
			       const struct bh_mount *mount)
{
	return is_foreign(c) && mount->kind == BH_MOUNT_FS &&
	       bh_str_eq(mount->type, "sysfs");
}

bool bh_compile_set_by_parent(const struct bh_compiler *c,
			      const struct bh_sysctl *sysctl)
{
	return is_foreign(c) && sysctl->namespace == CLONE_NEWNET;
}

/* It is the host's kernel that it shows, whatever the config says. */
static void make_sysfs(struct bh_compiler *c, size_t i)
{
	const struct bh_mount *mount = &c->spec->mounts[i];

	bh_compile_why(c, mount->origin, mount->reason);
	c->trees[i] = bh_compile_slot(
		c, bh_arena_printf(&c->plan->arena, "mount:%s", mount->target));
	bh_compile_step(c, BH_OP_mount_fs)->mount_fs =
		(struct bh_args_mount_fs){
			.mount = c->trees[i],
			.type = mount->type,
			.source = mount->source,
			.options = mount->options,
			.attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
				      MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
		};
}

static void set_sysctls(struct bh_compiler *c)
{
	int procfs = -1;

	bh_compile_why(c, "config /linux/sysctl", NULL);
	for (size_t i = 0; i < c->spec->sysctl_count; i++) {
		const struct bh_sysctl *sysctl = &c->spec->sysctls[i];

		if (!bh_compile_set_by_parent(c, sysctl))
			continue;
		if (procfs < 0) {
			procfs = bh_compile_slot(c, "network-proc");
			bh_compile_step(c, BH_OP_procfs_open)
				->procfs_open.procfs = procfs;
		}
		bh_compile_step(c, BH_OP_sysctl)->sysctl =
			(struct bh_args_sysctl){
				.procfs = procfs,
				.key = sysctl->key,
				.value = sysctl->value,
			};
	}
}

static bool has_any(const struct bh_compiler *c)
{
	for (size_t i = 0; i < c->spec->mount_count; i++)
		if (bh_compile_made_by_parent(c, &c->spec->mounts[i]))
			return true;
	for (size_t i = 0; i < c->spec->sysctl_count; i++)
		if (bh_compile_set_by_parent(c, &c->spec->sysctls[i]))
			return true;
	return false;
}

static void enter(struct bh_compiler *c, int namespace)
{
	bh_compile_why(c, "config /linux/namespaces", NULL);
	bh_compile_step(c, BH_OP_ns_join)->ns_join = (struct bh_args_ns_join){
		.namespace = namespace,
		.type = CLONE_NEWNET,
	};
}

static int keep_own(struct bh_compiler *c)
{
	int own = bh_compile_slot(c, "own-network-namespace");

	bh_compile_why(c, "config /linux/namespaces", NULL);
	bh_compile_step(c, BH_OP_ns_keep)->ns_keep = (struct bh_args_ns_keep){
		.namespace = own,
		.type = CLONE_NEWNET,
	};
	return own;
}

void bh_compile_network(struct bh_compiler *c)
{
	const struct bh_namespace *network =
		&c->spec->namespaces[OCI_NS_NETWORK];
	int own = -1;

	if (!has_any(c))
		return;
	if (network->by_path) {
		own = keep_own(c);
		enter(c, bh_compile_preset(
				 c, network->wanted_path,
				 c->spec->wanted[network->wanted_path].path));
	}
	for (size_t i = 0; i < c->spec->mount_count; i++)
		if (bh_compile_made_by_parent(c, &c->spec->mounts[i]))
			make_sysfs(c, i);
	set_sysctls(c);
	if (network->by_path)
		enter(c, own);
}
