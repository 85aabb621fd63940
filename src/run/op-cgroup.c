/* SPDX-License-Identifier: Apache-2.0 */
/* cgroup steps: what is made here is remembered for undo. */
#include "cgroup/driver.h"
#include "run/ops.h"

int op_cgroup_make(struct bh_run *run, const struct bh_args_cgroup_make *args,
		   struct bh_err *err)
{
	struct bh_made_group *made = &run->made[run->made_count];
	int fd;

	fd = bh_cgroup_make(&run->in.cgroups->items[args->hierarchy],
			    args->path, args->controllers, &made->inode, err);
	if (fd < 0)
		return fd;
	made->hierarchy = (size_t)args->hierarchy;
	made->path = args->path;
	run->made_count++;
	run->slots[args->group] = fd;
	return 0;
}

int op_cgroup_open(struct bh_run *run, const struct bh_args_cgroup_open *args,
		   struct bh_err *err)
{
	int fd = bh_cgroup_open(&run->in.cgroups->items[args->hierarchy],
				args->path, args->inode, err);

	if (fd < 0)
		return fd;
	run->slots[args->group] = fd;
	return 0;
}

int op_cgroup_below(struct bh_run *run, const struct bh_args_cgroup_below *args,
		    struct bh_err *err)
{
	int fd = bh_cgroup_open_below(run->slots[args->above], args->path, err);

	if (fd < 0)
		return fd;
	run->slots[args->group] = fd;
	return 0;
}

int op_cgroup_set(struct bh_run *run, const struct bh_args_cgroup_set *args,
		  struct bh_err *err)
{
	return bh_cgroup_write(run->slots[args->group], args->file, args->value,
			       err);
}

int op_cgroup_devices(struct bh_run *run,
		      const struct bh_args_cgroup_devices *args,
		      struct bh_err *err)
{
	return bh_cgroup_attach_devices(run->slots[args->group],
					args->program.data, args->program.count,
					err);
}

int op_cgroup_join(struct bh_run *run, const struct bh_args_cgroup_join *args,
		   struct bh_err *err)
{
	return bh_cgroup_join(run->slots[args->group], run->child, err);
}
