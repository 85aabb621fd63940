/* SPDX-License-Identifier: Apache-2.0 */
/* Devices, then what is covered and closed, then the way in. */
#include <linux/mount.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "plan/compiler.h"

/* config-linux.md, Default Devices. */
static const struct bh_device default_devices[] = {
	{ "/dev/null", S_IFCHR | 0666, 1, 3, 0, 0, false, "default" },
	{ "/dev/zero", S_IFCHR | 0666, 1, 5, 0, 0, false, "default" },
	{ "/dev/full", S_IFCHR | 0666, 1, 7, 0, 0, false, "default" },
	{ "/dev/random", S_IFCHR | 0666, 1, 8, 0, 0, false, "default" },
	{ "/dev/urandom", S_IFCHR | 0666, 1, 9, 0, 0, false, "default" },
	{ "/dev/tty", S_IFCHR | 0666, 5, 0, 0, 0, false, "default" },
};

/* runtime-linux.md, Dev symbolic links. */
static const struct {
	const char *path, *target;
} links[] = {
	{ "/dev/fd", "/proc/self/fd" },
	{ "/dev/stdin", "/proc/self/fd/0" },
	{ "/dev/stdout", "/proc/self/fd/1" },
	{ "/dev/stderr", "/proc/self/fd/2" },
	{ "/dev/ptmx", "pts/ptmx" },
};

/* Devices and links are made in the very mount that was put on /dev, wherever
 * the image's links may lead the path (CVE-2026-41579). */
static const char *in_dev(const char *path)
{
	return path + strlen("/dev");
}

static void add_device(struct bh_compiler *c, const struct bh_device *device)
{
	bool is_fifo = S_ISFIFO(device->mode);

	bh_compile_why(c, device->origin, NULL);
	if (c->user && !is_fifo && device->attributes)
		bh_note(&c->plan->notes, &c->plan->arena,
			"%s: in a user namespace %s is the host's own, so that "
			"fileMode, uid and gid change nothing",
			device->origin, device->path);
	/* mknod(2) of devices needs the initial user namespace. */
	if (c->user && !is_fifo)
		bh_compile_step(c, BH_OP_bind_node)->bind_node =
			(struct bh_args_bind_node){
				.root = c->dev,
				.path = in_dev(device->path),
				.source = device->path,
				.mode = device->mode,
				.major = device->major,
				.minor = device->minor,
			};
	else
		bh_compile_step(c, BH_OP_make_node)->make_node =
			(struct bh_args_make_node){
				.root = c->dev,
				.path = in_dev(device->path),
				.mode = device->mode,
				.major = device->major,
				.minor = device->minor,
				.uid = device->uid,
				.gid = device->gid,
			};
}

static const struct bh_device *config_device(const struct bh_compiler *c,
					     const char *path)
{
	for (size_t i = 0; i < c->spec->device_count; i++)
		if (bh_str_eq(c->spec->devices[i].path, path))
			return &c->spec->devices[i];
	return NULL;
}

static bool is_mounted(const struct bh_compiler *c, const char *path)
{
	for (size_t i = 0; i < c->spec->mount_count; i++)
		if (bh_str_eq(c->spec->mounts[i].target, path))
			return true;
	return false;
}

static bool dev_is_bound(const struct bh_compiler *c)
{
	bool bound = false;

	for (size_t i = 0; i < c->spec->mount_count; i++)
		if (bh_str_eq(c->spec->mounts[i].target, "/dev"))
			bound = c->spec->mounts[i].kind == BH_MOUNT_BIND;
	return bound;
}

static void add_devices(struct bh_compiler *c)
{
	for (size_t i = 0; i < BH_COUNT(default_devices); i++)
		if (!config_device(c, default_devices[i].path) &&
		    !is_mounted(c, default_devices[i].path))
			add_device(c, &default_devices[i]);
	for (size_t i = 0; i < c->spec->device_count; i++)
		add_device(c, &c->spec->devices[i]);
	bh_compile_why(c, "default", NULL);
	for (size_t i = 0; i < BH_COUNT(links); i++)
		if (!is_mounted(c, links[i].path))
			bh_compile_step(c, BH_OP_make_link)->make_link =
				(struct bh_args_make_link){
					.root = c->dev,
					.path = in_dev(links[i].path),
					.target = links[i].target,
				};
}

/* File systems that had to stay writable until all was made in them. */
static void close_mounts(struct bh_compiler *c)
{
	for (size_t i = 0; i < c->spec->mount_count; i++) {
		const struct bh_mount *mount = &c->spec->mounts[i];

		if (mount->kind != BH_MOUNT_FS ||
		    !(mount->set & MOUNT_ATTR_RDONLY) ||
		    !bh_compile_has_below(c, i))
			continue;
		bh_compile_why(c, mount->origin, NULL);
		bh_compile_step(c, BH_OP_mount_attr)->mount_attr =
			(struct bh_args_mount_attr){
				.mount = c->trees[i],
				.set = MOUNT_ATTR_RDONLY,
			};
	}
}

static void make_readonly(struct bh_compiler *c)
{
	const struct bh_spec *spec = c->spec;

	for (size_t i = 0; spec->readonly[i]; i++) {
		bh_compile_why(c,
			       i < spec->readonly_asked ?
				       "config /linux/readonlyPaths" :
				       "config /linux/readonlyPaths/-",
			       NULL);
		bh_compile_step(c, BH_OP_readonly)->readonly =
			(struct bh_args_readonly){ c->root, spec->readonly[i] };
		bh_compile_may_be_missing(c);
	}
}

void bh_compile_covers(struct bh_compiler *c)
{
	static const char *const options[] = { "nr_inodes=2", "mode=555",
					       NULL };

	if (c->null >= 0)
		return;
	c->null = bh_compile_slot(c, "null");
	bh_compile_step(c, BH_OP_null_open)->null_open.null = c->null;
	c->empty = bh_compile_slot(c, "empty");
	bh_compile_step(c, BH_OP_mount_fs)->mount_fs =
		(struct bh_args_mount_fs){
			.mount = c->empty,
			.type = "tmpfs",
			.source = "empty",
			.options = bh_compile_labelled(c, "tmpfs", options),
			.attributes = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
				      MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
		};
}

static void cover_paths(struct bh_compiler *c)
{
	const struct bh_spec *spec = c->spec;

	make_readonly(c);
	if (!spec->masked[0])
		return;
	bh_compile_why(c, "config /linux/maskedPaths", NULL);
	bh_compile_covers(c);
	for (size_t i = 0; spec->masked[i]; i++) {
		bh_compile_why(c,
			       i < spec->masked_asked ?
				       "config /linux/maskedPaths" :
				       "config /linux/maskedPaths/-",
			       NULL);
		bh_compile_step(c, BH_OP_mask)->mask = (struct bh_args_mask){
			.root = c->root,
			.null = c->null,
			.empty = c->empty,
			.path = spec->masked[i],
		};
		bh_compile_may_be_missing(c);
	}
}

void bh_compile_devices(struct bh_compiler *c)
{
	bh_compile_at(c, BH_CHILD, BH_PHASE_DEVICES);
	if (dev_is_bound(c) || c->dev < 0)
		bh_note(&c->plan->notes, &c->plan->arena,
			"/dev is a bind mount: no devices are made in it");
	else
		add_devices(c);
	/* As engines expect, the working directory is made if need be. */
	bh_compile_why(c, "config /process/cwd", NULL);
	if (!bh_str_eq(c->spec->process.cwd, "/") &&
	    !bh_starts_with(c->spec->process.cwd, "/proc/"))
		bh_compile_step(c, BH_OP_make_dir)->make_dir =
			(struct bh_args_make_dir){
				.root = c->root,
				.path = c->spec->process.cwd,
				.mode = 0755,
			};
	bh_compile_terminal(c);
	close_mounts(c);
	cover_paths(c);
}

void bh_compile_terminal(struct bh_compiler *c)
{
	const struct bh_process *process = &c->spec->process;
	/* That of the terminal which it is going to be shown on. */
	bool shown = c->in->caller.rows && c->in->caller.columns;

	if (!process->terminal)
		return;
	bh_compile_why(c, "config /process/terminal", NULL);
	c->master = bh_compile_slot(c, "terminal-master");
	c->terminal = bh_compile_slot(c, "terminal");
	bh_compile_step(c, BH_OP_terminal_open)->terminal_open =
		(struct bh_args_terminal_open){
			.master = c->master,
			.terminal = c->terminal,
			.root = c->root,
			.uid = process->uid,
			.rows = shown ? c->in->caller.rows : process->rows,
			.columns = shown ? c->in->caller.columns :
					   process->columns,
		};
	/* What joins a container leaves its console to the first program. */
	if (c->root >= 0)
		bh_compile_step(c, BH_OP_console_bind)->console_bind =
			(struct bh_args_console_bind){
				.terminal = c->terminal,
				.root = c->root,
			};
}

/* Only where pivot_root, which leaves nothing behind, does not work. */
static void move_root(struct bh_compiler *c)
{
	bh_compile_or_else(c);
	bh_compile_why(c, "caller", NULL);
	bh_compile_step(c, BH_OP_root_move)->root_move =
		(struct bh_args_root_move){ c->root, c->child_procfs };
}

void bh_compile_pivot(struct bh_compiler *c)
{
	const struct bh_spec *spec = c->spec;

	bh_compile_why(c, "config /root/readonly", NULL);
	if (spec->root_readonly)
		bh_compile_step(c, BH_OP_mount_attr)->mount_attr =
			(struct bh_args_mount_attr){
				.mount = c->root,
				.set = MOUNT_ATTR_RDONLY,
			};
	/* A procfs of our own can be made only where another one is to be
	 * seen, in a user namespace; so before the host's goes away. */
	bh_compile_why(c, "default", NULL);
	if (spec->sysctl_count || c->in->caller.no_pivot)
		(void)bh_compile_child_procfs(c);
	bh_compile_step(c, BH_OP_pivot_root)->pivot_root.root = c->root;
	if (c->in->caller.no_pivot)
		move_root(c);
	if (!spec->root_propagation)
		return;
	bh_compile_why(c, "config /linux/rootfsPropagation", NULL);
	bh_compile_step(c, BH_OP_propagation)->propagation =
		(struct bh_args_propagation){
			.propagation = spec->root_propagation,
			.recursive = spec->root_propagation_all,
		};
}
