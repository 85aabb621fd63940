/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protected names of workspaces, once all mounts are attached.  Git replaces its
 * files by rename(2), which a mount on one of them forbids; so what is the
 * container's own lies in a private file system over .git/info, and the file
 * itself becomes a link to it, which git follows before it locks and renames:
 *
 *	.git/info	tmpfs: what was there, and bulkhead-config
 *	.git/config	a mounted link: info/bulkhead-config
 */
#include <linux/mount.h>
#include <string.h>

#include "base/str.h"
#include "plan/compiler.h"

static bool lies_in(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return bh_starts_with(path, dir) && (path[len] == '/' || !path[len]);
}

/* A later mount of the config lies over it. */
static bool is_covered(const struct bh_compiler *c, size_t mount,
		       const char *path)
{
	const struct bh_spec *spec = c->spec;
	bh_autobuf struct bh_buf whole = { 0 };

	bh_buf_printf(&whole, "%s%s", spec->mounts[mount].target, path);
	for (size_t i = mount + 1; i < spec->mount_count; i++)
		if (lies_in(whole.data, spec->mounts[i].target))
			return true;
	return false;
}

static void hide(struct bh_compiler *c, int root,
		 const struct bh_plan_name *name)
{
	bh_compile_covers(c);
	bh_compile_step(c, BH_OP_hide)->hide = (struct bh_args_hide){
		.root = root,
		.null = c->null,
		.empty = c->empty,
		.path = name->path,
		.device = name->device,
		.inode = name->inode,
	};
}

static void guard(struct bh_compiler *c, int root,
		  const struct bh_plan_name *name)
{
	bh_compile_step(c, BH_OP_guard)->guard = (struct bh_args_guard){
		.root = root,
		.path = name->path,
		.device = name->device,
		.inode = name->inode,
	};
}

static void cover_names(struct bh_compiler *c,
			const struct bh_plan_workspace *ws)
{
	int root = c->trees[ws->mount];

	for (size_t i = 0; i < ws->name_count; i++) {
		const struct bh_plan_name *name = &ws->names[i];

		if (is_covered(c, ws->mount, name->path))
			continue;
		bh_compile_why(c, ws->origin, name->reason);
		if (name->hidden)
			hide(c, root, name);
		else
			guard(c, root, name);
	}
}

static int make_private(struct bh_compiler *c, int root,
			const struct bh_plan_repository *repository)
{
	struct bh_arena *arena = &c->plan->arena;
	int slot = bh_compile_slot(c, bh_arena_printf(arena, "private:%s",
						      repository->info));
	const char **options = bh_arena_alloc(arena, 3 * sizeof(*options));

	options[0] = repository->room;
	options[1] = "nr_inodes=4096";
	bh_compile_step(c, BH_OP_mount_fs)->mount_fs =
		(struct bh_args_mount_fs){
			.mount = slot,
			.type = "tmpfs",
			.source = "private",
			.options = bh_compile_labelled(c, "tmpfs", options),
			.attributes = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
				      MOUNT_ATTR_NOEXEC,
		};
	bh_compile_step(c, BH_OP_copy_up)->copy_up = (struct bh_args_copy_up){
		.root = root,
		.mount = slot,
		.source = repository->info,
	};
	return slot;
}

static void put(struct bh_compiler *c, int slot, const char *name, int other,
		const char *like, struct bh_data content)
{
	bh_compile_step(c, BH_OP_put_file)->put_file =
		(struct bh_args_put_file){
			.root = slot,
			.path = name,
			.other = other,
			.like = like,
			.content = content,
		};
}

static void add_copy(struct bh_compiler *c, int root, int slot,
		     const struct bh_plan_copy *copy)
{
	put(c, slot, copy->name, root, copy->path, copy->content);
	bh_compile_step(c, BH_OP_make_link)->make_link =
		(struct bh_args_make_link){
			.root = slot,
			.path = copy->link,
			.target = copy->leads,
		};
}

static void redirect(struct bh_compiler *c, int root, int slot,
		     const struct bh_plan_copy *copy)
{
	bh_compile_step(c, BH_OP_redirect)->redirect =
		(struct bh_args_redirect){
			.root = root,
			.path = copy->path,
			.source = slot,
			.link = copy->link,
			.device = copy->device,
			.inode = copy->inode,
		};
}

/* In the parent, where a mount of the host can be made that stays; in a user
 * namespace everything is the child's. */
static int fill_private(struct bh_compiler *c, int root,
			const struct bh_plan_repository *repository)
{
	int slot = make_private(c, root, repository), clone;

	for (size_t i = 0; i < repository->copy_count; i++)
		add_copy(c, root, slot, &repository->copies[i]);
	if (repository->sparse.len)
		put(c, slot, "/sparse-checkout", root,
		    repository->copies[0].path, repository->sparse);
	if (repository->exclude.len)
		put(c, slot, "/exclude", root, repository->copies[0].path,
		    repository->exclude);
	if (!repository->kept || c->user)
		return slot;
	clone = bh_compile_slot(c, bh_arena_printf(&c->plan->arena, "kept:%s",
						   repository->info));
	bh_compile_step(c, BH_OP_keep)->keep = (struct bh_args_keep){
		.mount = slot,
		.entry = bh_plan_slot(
			c->plan, "entry",
			(int)(c->spec->wanted_count + BH_PRESET_ENTRY)),
		.name = repository->kept,
		.clone = clone,
	};
	return clone;
}

void bh_compile_private(struct bh_compiler *c)
{
	size_t count = 0, at = 0;

	for (size_t i = 0; i < c->in->workspace_count; i++)
		count += c->in->workspaces[i].repository_count;
	c->privates =
		bh_arena_alloc(&c->plan->arena, count * sizeof(*c->privates));
	for (size_t i = 0; i < c->in->workspace_count; i++) {
		const struct bh_plan_workspace *ws = &c->in->workspaces[i];

		for (size_t j = 0; j < ws->repository_count; j++, at++) {
			const struct bh_plan_repository *repository =
				&ws->repositories[j];

			bh_compile_why(c, ws->origin, repository->reason);
			if (!is_covered(c, ws->mount, repository->info))
				c->privates[at] = fill_private(
					c, c->trees[ws->mount], repository);
		}
	}
}

/* A mount can only be cloned once it is attached. */
static void show_private(struct bh_compiler *c, int root, int slot,
			 const struct bh_plan_repository *repository)
{
	bh_compile_attach_below(c, root, slot, repository->info);
	for (size_t i = 0; i < repository->copy_count; i++)
		redirect(c, root, slot, &repository->copies[i]);
}

/* What is mounted in a shared mount would be mounted on the host. */
static int check_propagation(struct bh_compiler *c,
			     const struct bh_plan_workspace *ws)
{
	const struct bh_mount *mount = &c->spec->mounts[ws->mount];

	if (mount->propagation != MS_SHARED ||
	    (!ws->name_count && !ws->repository_count))
		return 0;
	(void)bh_refuse(c->err,
			"compile the plan: %s: what is covered in a workspace "
			"would be covered on the host, as its propagation is "
			"shared",
			mount->origin);
	return bh_hint(c->err,
		       "let it be rslave or private, or leave workspaces "
		       "alone by policy keys workspace.inbound: show and "
		       "workspace.outbound: off");
}

static void say_unenforced(struct bh_compiler *c,
			   const struct bh_plan_workspace *ws)
{
	const char *target = c->spec->mounts[ws->mount].target;

	if (!ws->unenforced)
		return;
	bh_note(&c->plan->unenforced, &c->plan->arena, "%s", target);
	bh_note(&c->plan->notes, &c->plan->arena,
		"outbound: not enforced: %s: the container can make protected "
		"names, and walk past those that are read-only by moving a "
		"directory above them",
		target);
}

int bh_compile_workspaces(struct bh_compiler *c)
{
	size_t at = 0;

	bh_compile_at(c, BH_CHILD, BH_PHASE_MOUNTS);
	if (c->user)
		bh_compile_private(c);
	for (size_t i = 0; i < c->in->workspace_count; i++) {
		const struct bh_plan_workspace *ws = &c->in->workspaces[i];
		int r = check_propagation(c, ws);

		if (r < 0)
			return r;
		for (size_t j = 0; j < ws->repository_count; j++, at++) {
			const struct bh_plan_repository *repository =
				&ws->repositories[j];

			bh_compile_why(c, ws->origin, repository->reason);
			if (!is_covered(c, ws->mount, repository->info))
				show_private(c, c->trees[ws->mount],
					     c->privates[at], repository);
		}
		cover_names(c, ws);
		say_unenforced(c, ws);
	}
	return 0;
}
