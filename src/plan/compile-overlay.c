/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A root whose changes are thrown away: in a file system in memory lie lower (the
 * rootfs), upper and work; an overlay of them is the container's root.  After
 * pivot_root nothing but the overlay holds them.
 *
 *	root.path ── tmpfs ─┬─ lower: the rootfs, read-only
 *			    ├─ upper, work
 *			    └─ root: the overlay
 */
#include <linux/mount.h>

#include "plan/compiler.h"

int bh_compile_layers(struct bh_compiler *c)
{
	struct bh_arena *arena = &c->plan->arena;
	const char **options = bh_arena_alloc(arena, 5 * sizeof(*options));
	int layers = bh_compile_slot(c, "layers");

	options[0] = bh_arena_printf(arena, "size=%llu",
				     (unsigned long long)c->spec->root_room);
	options[1] = "mode=755";
	/* Whoever makes it may be nobody there yet. */
	options[2] = c->user ? "uid=0" : NULL;
	options[3] = c->user ? "gid=0" : NULL;
	bh_compile_why(c, "config /root/readonly", NULL);
	bh_compile_step(c, BH_OP_mount_fs)->mount_fs =
		(struct bh_args_mount_fs){
			.mount = layers,
			.type = "tmpfs",
			.source = "layers",
			.options = bh_compile_labelled(c, "tmpfs", options),
		};
	return layers;
}

void bh_compile_overlay(struct bh_compiler *c, int layers)
{
	/* Without it an overlay of a user namespace could note no removals of
	 * directories: it may not set xattrs of the other kind. */
	static const char *const user_options[] = { "userxattr", NULL };

	bh_compile_why(c, "config /root/readonly", NULL);
	bh_compile_step(c, BH_OP_mount_attr)->mount_attr =
		(struct bh_args_mount_attr){
			.mount = c->root,
			.set = MOUNT_ATTR_RDONLY,
		};
	bh_compile_attach_below(c, layers, c->root, "/lower");
	c->root = bh_compile_slot(c, "overlay");
	bh_compile_step(c, BH_OP_overlay)->overlay = (struct bh_args_overlay){
		.layers = layers,
		.mount = c->root,
		.options = c->user ? user_options : NULL,
	};
	bh_compile_attach_below(c, layers, c->root, "/root");
}
