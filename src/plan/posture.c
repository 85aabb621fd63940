/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/mount.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "plan/posture.h"

/* What a step can say of a mount that is not attached yet, by its slot. */
struct made {
	const char *type;
	uint64_t attributes;
	bool recursive;
	const char *target; /* once it is attached */
};

struct deriving {
	const struct bh_plan *plan;
	struct bh_posture *posture;
	struct made *made; /* by slot */
	int root;	   /* the slot of the container's root */
};

static struct bh_promised_mount *add_mount(struct deriving *d,
					   const char *target)
{
	struct bh_posture *p = d->posture;

	p->mounts.items = bh_realloc(p->mounts.items, p->mounts.len + 1,
				     sizeof(*p->mounts.items));
	p->mounts.set = true;
	p->mounts.items[p->mounts.len] =
		(struct bh_promised_mount){ .target = bh_strdup(target) };
	return &p->mounts.items[p->mounts.len++];
}

static void add_made(struct deriving *d, const char *target, int slot)
{
	const struct made *made = &d->made[slot];
	struct bh_promised_mount *mount = add_mount(d, target);

	mount->type = made->type ? bh_strdup(made->type) : NULL;
	if (made->attributes)
		mount->attributes = (struct oci_u64){ true, made->attributes };
	if (made->recursive)
		mount->recursive = (struct oci_bool){ true, true };
}

/* What a mount of itself or of the host covers. */
static void add_covered(struct deriving *d, const char *target,
			uint64_t attributes)
{
	struct bh_promised_mount *mount = add_mount(d, target);

	if (attributes)
		mount->attributes = (struct oci_u64){ true, attributes };
	mount->optional = (struct oci_bool){ true, true };
	mount->recursive = (struct oci_bool){ true, true };
}

static void add_path(struct oci_strings *list, const char *path)
{
	list->items =
		bh_realloc(list->items, list->len + 1, sizeof(*list->items));
	list->items[list->len++] = bh_strdup(path);
	list->set = true;
}

/* Steps that make a mount or change one. */
static void note_mount(struct deriving *d, const struct bh_step *step)
{
	const union bh_args *args = &step->args;

	switch (step->op) {
	case BH_OP_tree_clone:
		d->made[args->tree_clone.tree].recursive =
			args->tree_clone.recursive;
		break;
	case BH_OP_tree_clone_own:
		d->made[args->tree_clone_own.tree].recursive =
			args->tree_clone_own.recursive;
		break;
	case BH_OP_mount_fs:
		d->made[args->mount_fs.mount] = (struct made){
			.type = args->mount_fs.type,
			.attributes = args->mount_fs.attributes,
		};
		break;
	case BH_OP_overlay:
		d->made[args->overlay.mount].type = "overlay";
		break;
	case BH_OP_mount_attr:
		d->made[args->mount_attr.mount].attributes &=
			~args->mount_attr.clear;
		d->made[args->mount_attr.mount].attributes |=
			args->mount_attr.set;
		break;
	default:
		break;
	}
}

static void attach(struct deriving *d, const struct bh_args_mount_attach *args)
{
	d->made[args->mount].target = args->target;
	add_made(d, args->target, args->mount);
}

/* In a mount of the container's. */
static char *path_below(const struct deriving *d, int slot, const char *path)
{
	const char *above = d->made[slot].target;
	struct bh_buf whole = { 0 };

	bh_buf_printf(&whole, "%s%s", above ? above : "", path);
	return whole.data;
}

static void attach_below(struct deriving *d,
			 const struct bh_args_mount_attach *args)
{
	bh_autofree char *path = path_below(d, args->root, args->target);

	add_made(d, path, args->mount);
}

static void add_below(struct deriving *d, int slot, const char *path,
		      struct oci_strings *list)
{
	bh_autofree char *whole = path_below(d, slot, path);

	add_path(list, whole);
}

static void add_link(struct deriving *d, int slot, const char *path)
{
	bh_autofree char *whole = path_below(d, slot, path);

	add_mount(d, whole)->link = (struct oci_bool){ true, true };
}

/* Its path is below the mount that it is made in, the container's /dev. */
static void add_node(struct deriving *d, const struct bh_args_bind_node *args)
{
	const char *above = d->made[args->root].target;
	bh_autobuf struct bh_buf path = { 0 };

	bh_buf_printf(&path, "%s%s", above ? above : "", args->path);
	add_covered(d, path.data, 0);
}

/* Steps that put one into the container's root. */
static void note_target(struct deriving *d, const struct bh_step *step)
{
	const union bh_args *args = &step->args;

	switch (step->op) {
	case BH_OP_mount_attach:
		if (args->mount_attach.root == d->root)
			attach(d, &args->mount_attach);
		else if (d->made[args->mount_attach.root].target)
			attach_below(d, &args->mount_attach);
		break;
	case BH_OP_bind_node:
		add_node(d, &args->bind_node);
		break;
	case BH_OP_console_bind:
		add_covered(d, "/dev/console", 0);
		break;
	case BH_OP_hide:
		add_below(d, args->hide.root, args->hide.path,
			  &d->posture->masked);
		break;
	case BH_OP_guard:
		add_below(d, args->guard.root, args->guard.path,
			  &d->posture->readonly);
		break;
	case BH_OP_redirect:
		add_link(d, args->redirect.root, args->redirect.path);
		break;
	case BH_OP_mask:
		add_path(&d->posture->masked, args->mask.path);
		break;
	case BH_OP_readonly:
		add_path(&d->posture->readonly, args->readonly.path);
		break;
	case BH_OP_writable:
		add_covered(d, args->writable.path,
			    MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV);
		break;
	default:
		break;
	}
}

static void note_map(struct bh_posture *p, const struct bh_args_id_map *args)
{
	char **to = bh_str_eq(args->file, "uid_map") ? &p->uid_map :
						       &p->gid_map;

	free(*to);
	*to = bh_strdup(args->map);
}

static void note_process(struct deriving *d, const struct bh_step *step)
{
	struct bh_posture *p = d->posture;
	const union bh_args *args = &step->args;

	switch (step->op) {
	case BH_OP_clone:
		p->namespaces.value |= args->clone.namespaces;
		break;
	case BH_OP_clone_joined:
		p->namespaces.value |= args->clone_joined.namespaces;
		break;
	case BH_OP_ns_unshare:
		p->namespaces.value |= args->ns_unshare.namespaces;
		break;
	case BH_OP_id_map:
		note_map(p, &args->id_map);
		break;
	case BH_OP_no_new_privs:
		p->no_new_privs.value = true;
		break;
	case BH_OP_seccomp:
		p->filters.value++;
		break;
	case BH_OP_bounding_set:
		p->bounding.value = args->bounding_set.keep;
		break;
	case BH_OP_caps_set:
		p->effective.value = args->caps_set.effective;
		p->permitted.value = args->caps_set.permitted;
		p->inheritable.value = args->caps_set.inheritable;
		p->ambient.value = args->caps_set.ambient;
		break;
	default:
		break;
	}
}

bool bh_posture_is_limit(const char *file)
{
	static const char *const files[] = {
		"pids.max",
		"memory.max",
		"memory.swap.max",
		"cpu.max",
		"memory.limit_in_bytes",
		"memory.memsw.limit_in_bytes",
		"cpu.cfs_quota_us",
	};

	for (size_t i = 0; i < BH_COUNT(files); i++)
		if (bh_str_eq(files[i], file))
			return true;
	return false;
}

/* The group that a slot stands for. */
static const struct bh_args_cgroup_make *find_group(const struct bh_plan *plan,
						    int slot)
{
	for (size_t i = 0; i < plan->len; i++)
		if (plan->steps[i].op == BH_OP_cgroup_make &&
		    plan->steps[i].args.cgroup_make.group == slot)
			return &plan->steps[i].args.cgroup_make;
	return NULL;
}

/* A later value of the same file is the one. */
static struct bh_promised_limit *find_limit(struct bh_posture *p,
					    const char *mount, const char *file)
{
	for (size_t i = 0; i < p->limits.len; i++)
		if (bh_str_eq(p->limits.items[i].mount, mount) &&
		    bh_str_eq(p->limits.items[i].file, file))
			return &p->limits.items[i];
	p->limits.items = bh_realloc(p->limits.items, p->limits.len + 1,
				     sizeof(*p->limits.items));
	p->limits.set = true;
	p->limits.items[p->limits.len] = (struct bh_promised_limit){
		.mount = bh_strdup(mount),
		.file = bh_strdup(file),
	};
	return &p->limits.items[p->limits.len++];
}

void bh_posture_limit(struct bh_posture *posture, const char *mount,
		      const char *path, const char *file, const char *value)
{
	struct bh_promised_limit *limit = find_limit(posture, mount, file);

	free(limit->path);
	free(limit->value);
	limit->path = bh_strdup(path);
	limit->value = bh_strdup(value);
}

static void note_limit(struct deriving *d, const struct bh_host *host,
		       const struct bh_args_cgroup_set *set)
{
	const struct bh_args_cgroup_make *group =
		find_group(d->plan, set->group);

	if (group && bh_posture_is_limit(set->file))
		bh_posture_limit(d->posture,
				 host->cgroups.items[group->hierarchy].mount,
				 group->path, set->file, set->value);
}

/* That of pivot_root, in which everything is attached. */
static int find_root(const struct bh_plan *plan)
{
	for (size_t i = 0; i < plan->len; i++)
		if (plan->steps[i].op == BH_OP_pivot_root)
			return plan->steps[i].args.pivot_root.root;
	return -1;
}

struct bh_posture *bh_posture_of(const struct bh_plan *plan,
				 const struct bh_host *host)
{
	struct bh_posture *posture = bh_calloc(1, sizeof(*posture));
	struct deriving d = {
		.plan = plan,
		.posture = posture,
		.made = bh_calloc(plan->slot_count + 1, sizeof(*d.made)),
		.root = find_root(plan),
	};
	struct oci_u64 *sets[] = { &posture->filters,	  &posture->bounding,
				   &posture->effective,	  &posture->permitted,
				   &posture->inheritable, &posture->ambient,
				   &posture->namespaces };

	for (size_t i = 0; i < BH_COUNT(sets); i++)
		sets[i]->set = true;
	posture->no_new_privs.set = true;
	/* Attributes may come after a mount was attached. */
	for (size_t i = 0; i < plan->len; i++)
		note_mount(&d, &plan->steps[i]);
	if (d.root >= 0)
		add_made(&d, "/", d.root);
	for (size_t i = 0; i < plan->len; i++) {
		const struct bh_step *step = &plan->steps[i];

		note_target(&d, step);
		note_process(&d, step);
		if (step->op == BH_OP_cgroup_set)
			note_limit(&d, host, &step->args.cgroup_set);
	}
	for (size_t i = 0; i < plan->unenforced.len; i++)
		add_path(&posture->unenforced, plan->unenforced.items[i]);
	free(d.made);
	return posture;
}
