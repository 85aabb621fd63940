/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rootfs and the mounts in it.  What comes from the host is cloned before
 * the child exists, from the very descriptor that was judged.  With a user
 * namespace the child clones from its own copy of the host's mounts instead,
 * where the kernel has locked what the container's root must not undo
 * (mount_namespaces(7)), and before it becomes that root, who may not reach
 * them.  Where the policy gives the user namespace, the parent clones all the
 * same, since only the host's root may give a mount other ids: of these mounts
 * the kernel locks nothing, and root needs CAP_SYS_ADMIN to make use of that.
 */
#include <linux/mount.h>
#include <string.h>

#include "base/str.h"
#include "plan/compiler.h"

/* What lies at path, by the preset that it was opened as. */
static int clone_path(struct bh_compiler *c, size_t preset, const char *path,
		      const char *name, bool recursive)
{
	struct bh_arena *arena = &c->plan->arena;
	int source = bh_compile_preset(c, preset, path);
	int tree = bh_compile_slot(c, bh_arena_printf(arena, "tree:%s", name));

	if (c->lane == BH_PARENT)
		bh_compile_step(c, BH_OP_tree_clone)->tree_clone =
			(struct bh_args_tree_clone){
				.source = source,
				.tree = tree,
				.recursive = recursive,
			};
	else
		bh_compile_step(c, BH_OP_tree_clone_own)->tree_clone_own =
			(struct bh_args_tree_clone_own){
				.source = source,
				.tree = tree,
				.path = path,
				.recursive = recursive,
			};
	return tree;
}

static int clone_tree(struct bh_compiler *c, size_t wanted, const char *name,
		      bool recursive)
{
	return clone_path(c, wanted, c->spec->wanted[wanted].path, name,
			  recursive);
}

static void set_attributes(struct bh_compiler *c, int slot, uint64_t set,
			   uint64_t clear, bool recursive)
{
	/* mount_setattr(2): the access time is a field, cleared before it is
	 * set. */
	if (set & MOUNT_ATTR__ATIME)
		clear |= MOUNT_ATTR__ATIME;
	/* What the host's mounts have is locked for a user namespace; only
	 * more can be added. */
	if (c->user && c->lane == BH_CHILD)
		clear &= set & MOUNT_ATTR__ATIME ? MOUNT_ATTR__ATIME : 0;
	if (!set && !clear)
		return;
	bh_compile_step(c, BH_OP_mount_attr)->mount_attr =
		(struct bh_args_mount_attr){
			.mount = slot,
			.set = set,
			.clear = clear,
			.recursive = recursive,
		};
}

static void set_propagation(struct bh_compiler *c, int slot,
			    uint64_t propagation, bool recursive)
{
	bh_compile_step(c, BH_OP_mount_attr)->mount_attr =
		(struct bh_args_mount_attr){
			.mount = slot,
			.propagation = propagation,
			.recursive = recursive,
		};
}

void bh_compile_attributes(struct bh_compiler *c, int slot,
			   const struct bh_mount *mount)
{
	/* Private unless the config wants otherwise. */
	if (mount->propagation != MS_SHARED)
		set_propagation(c, slot,
				mount->propagation ? mount->propagation :
						     MS_PRIVATE,
				!mount->propagation || mount->propagation_all);
	set_attributes(c, slot, mount->set_all, mount->clear_all, true);
	set_attributes(c, slot, mount->set, mount->clear, false);
}

static void clone_binds(struct bh_compiler *c)
{
	for (size_t i = 0; i < c->spec->mount_count; i++) {
		const struct bh_mount *mount = &c->spec->mounts[i];

		if (mount->kind != BH_MOUNT_BIND)
			continue;
		bh_compile_why(c, mount->origin, mount->reason);
		c->trees[i] = clone_tree(c, mount->wanted, mount->target,
					 mount->recursive);
		bh_compile_attributes(c, c->trees[i], mount);
	}
}

/* The program can connect to the socket in it, and nothing else. */
static void clone_notify(struct bh_compiler *c)
{
	const char *path = c->in->caller.notify_path;

	if (!path)
		return;
	bh_compile_why(c, "caller", NULL);
	c->notify = clone_path(c, c->spec->wanted_count + BH_PRESET_NOTIFY,
			       path, "notify", false);
	set_propagation(c, c->notify, MS_PRIVATE, false);
	set_attributes(c, c->notify,
		       MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
			       MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
		       0, false);
}

static void clone_root(struct bh_compiler *c)
{
	uint64_t propagation = c->spec->root_propagation;

	bh_compile_why(c, "config /root/path", NULL);
	c->root = clone_tree(c, c->spec->root, "rootfs", true);
	/* A rootfs that is to receive the host's mounts stays its slave. */
	if (propagation != MS_SHARED && propagation != MS_SLAVE)
		propagation = MS_PRIVATE;
	else
		propagation = MS_SLAVE;
	set_propagation(c, c->root, propagation, true);
}

void bh_compile_trees(struct bh_compiler *c)
{
	c->trees = bh_arena_alloc(&c->plan->arena,
				  c->spec->mount_count * sizeof(*c->trees));
	bh_compile_at(c, BH_PARENT, BH_PHASE_PREPARE);
	if (!c->new_root || (c->user && !c->spec->id_mapped))
		return;
	clone_root(c);
	clone_binds(c);
	if (c->user)
		return;
	clone_notify(c);
	bh_compile_private(c);
}

void bh_compile_attach_below(struct bh_compiler *c, int root, int mount,
			     const char *target)
{
	bh_compile_step(c, BH_OP_mount_attach)->mount_attach =
		(struct bh_args_mount_attach){
			.root = root,
			.mount = mount,
			.target = target,
			.nolinks = true,
		};
}

/* Before the config's mounts: some of them may lie there. */
static void keep_writable(struct bh_compiler *c)
{
	const char **paths = c->spec->writable;

	bh_compile_why(c, "config /root/readonly", NULL);
	for (; paths && *paths; paths++) {
		bh_compile_step(c, BH_OP_writable)->writable =
			(struct bh_args_writable){ c->root, *paths };
		bh_compile_may_be_missing(c);
	}
}

void bh_compile_root(struct bh_compiler *c)
{
	const struct bh_wanted_path *root = &c->spec->wanted[c->spec->root];
	int layers = -1;

	bh_compile_at(c, BH_CHILD, BH_PHASE_ROOTFS);
	bh_compile_why(c, "default",
		       "nothing that is mounted from here on may "
		       "reach the host");
	bh_compile_step(c, BH_OP_propagation)->propagation =
		(struct bh_args_propagation){
			.propagation = MS_SLAVE,
			.recursive = true,
		};
	if (c->user) {
		if (!c->spec->id_mapped) {
			clone_root(c);
			clone_binds(c);
		}
		clone_notify(c);
	}
	if (c->spec->root_ephemeral)
		layers = bh_compile_layers(c);
	bh_compile_why(c, "config /root/path", NULL);
	bh_compile_step(c, BH_OP_root_attach)->root_attach =
		(struct bh_args_root_attach){
			.tree = c->spec->root_ephemeral ? layers : c->root,
			.source =
				bh_compile_preset(c, c->spec->root, root->path),
			.path = root->path,
		};
	/* Files are made by the container's root, who is mapped, and who may not
	 * reach root.path. */
	if (c->user)
		bh_compile_become_root(c);
	if (c->spec->root_ephemeral)
		bh_compile_overlay(c, layers);
	keep_writable(c);
}

void bh_compile_attach(struct bh_compiler *c, int slot, const char *target,
		       bool nolinks, bool readonly)
{
	bh_compile_step(c, BH_OP_mount_attach)->mount_attach =
		(struct bh_args_mount_attach){
			.root = c->root,
			.mount = slot,
			.target = target,
			.nolinks = nolinks,
			.must_end_readonly = readonly,
		};
}

static bool lies_below(const char *path, const char *target)
{
	return bh_starts_with(path, target) && path[strlen(target)] == '/';
}

bool bh_compile_has_below(const struct bh_compiler *c, size_t i)
{
	const struct bh_spec *spec = c->spec;
	const char *target = spec->mounts[i].target;

	/* Default devices are always made. */
	if (bh_str_eq(target, "/dev"))
		return true;
	if (lies_below(spec->process.cwd, target))
		return true;
	for (size_t j = i + 1; j < spec->mount_count; j++)
		if (lies_below(spec->mounts[j].target, target))
			return true;
	return false;
}

/* Links in these places would decide over the host's own file systems. */
static bool refuses_links(const struct bh_mount *mount)
{
	return bh_str_eq(mount->target, "/dev") ||
	       bh_str_eq(mount->type, "proc") ||
	       bh_str_eq(mount->type, "sysfs");
}

static int make_fs(struct bh_compiler *c, size_t i)
{
	const struct bh_mount *mount = &c->spec->mounts[i];
	uint64_t attributes = mount->set;
	int slot = bh_compile_slot(
		c, bh_arena_printf(&c->plan->arena, "mount:%s", mount->target));

	/* Where mount points are still to be made in it, it is made read-only
	 * at the end. */
	if (bh_compile_has_below(c, i))
		attributes &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	bh_compile_step(c, BH_OP_mount_fs)->mount_fs = (struct bh_args_mount_fs){
		.mount = slot,
		.type = mount->type,
		.source = mount->source,
		.options = bh_compile_labelled(c, mount->type, mount->options),
		.attributes = attributes,
	};
	if (mount->copies_up)
		bh_compile_step(c, BH_OP_copy_up)->copy_up =
			(struct bh_args_copy_up){
				.root = c->root,
				.mount = slot,
				.source = mount->target,
				.keep_mode = mount->has_mode,
			};
	if (mount->propagation)
		set_propagation(c, slot, mount->propagation,
				mount->propagation_all);
	return slot;
}

/* A later `rw` takes back `rro` for the mount itself. */
static bool ends_readonly(const struct bh_mount *mount)
{
	return mount->set & MOUNT_ATTR_RDONLY ||
	       (mount->set_all & MOUNT_ATTR_RDONLY &&
		!(mount->clear & MOUNT_ATTR_RDONLY));
}

void bh_compile_mounts(struct bh_compiler *c)
{
	bh_compile_at(c, BH_CHILD, BH_PHASE_MOUNTS);
	for (size_t i = 0; i < c->spec->mount_count; i++) {
		const struct bh_mount *mount = &c->spec->mounts[i];

		bh_compile_why(c, mount->origin, mount->reason);
		if (mount->kind == BH_MOUNT_CGROUP) {
			bh_compile_cgroup_mount(c, mount);
			continue;
		}
		if (mount->kind == BH_MOUNT_FS &&
		    !bh_compile_made_by_parent(c, mount))
			c->trees[i] = make_fs(c, i);
		if (mount->kind == BH_MOUNT_FS &&
		    bh_str_eq(mount->target, "/dev"))
			c->dev = c->trees[i];
		bh_compile_attach(c, c->trees[i], mount->target,
				  refuses_links(mount), ends_readonly(mount));
		if (mount->kind == BH_MOUNT_BIND &&
		    mount->propagation == MS_SHARED)
			set_propagation(c, c->trees[i], MS_SHARED,
					mount->propagation_all);
	}
	if (c->notify < 0)
		return;
	bh_compile_why(c, "caller", NULL);
	bh_compile_attach(c, c->notify, BH_NOTIFY_TARGET, false, true);
}
