/* SPDX-License-Identifier: Apache-2.0 */
/* SELinux labels: of the program, and of file systems that are made for it. */
#include "base/str.h"
#include "plan/compiler.h"

int bh_compile_check_labels(struct bh_compiler *c)
{
	const char *label = c->spec->process.selinux_label;
	const char *field = label ? "/process/selinuxLabel" :
				    "/linux/mountLabel";

	if (c->in->host->selinux || (!label && !c->spec->mount_label))
		return 0;
	return bh_refuse(c->err,
			 "compile the plan: %s: SELinux is not enabled on this "
			 "host; remove it from the config",
			 field);
}

void bh_compile_label(struct bh_compiler *c)
{
	const char *label = c->spec->process.selinux_label;
	int procfs;

	if (!label)
		return;
	bh_compile_why(c, "config /process/selinuxLabel", NULL);
	procfs = bh_compile_child_procfs(c);
	bh_compile_step(c, BH_OP_selinux_exec)->selinux_exec =
		(struct bh_args_selinux_exec){
			.procfs = procfs,
			.label = label,
		};
}

/* The kernel's own file systems have labels of their own, and mqueue takes none. */
const char *const *bh_compile_labelled(struct bh_compiler *c, const char *type,
				       const char *const *options)
{
	struct bh_arena *arena = &c->plan->arena;
	const char **labelled;
	size_t len = 0;

	if (!c->spec->mount_label ||
	    !(bh_str_eq(type, "tmpfs") || bh_str_eq(type, "devpts")))
		return options;
	while (options && options[len])
		len++;
	labelled = bh_arena_alloc(arena, (len + 2) * sizeof(*labelled));
	for (size_t i = 0; i < len; i++)
		labelled[i] = options[i];
	labelled[len] =
		bh_arena_printf(arena, "context=%s", c->spec->mount_label);
	return labelled;
}
