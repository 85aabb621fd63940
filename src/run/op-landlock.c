/* SPDX-License-Identifier: Apache-2.0 */
/* Landlock: a ruleset is made while paths can still be opened, and binds the
 * process for good once it can't gain privileges any more. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/fd.h"
#include "base/landlock.h"
#include "base/path.h"
#include "base/sys.h"
#include "run/ops.h"

int op_landlock_make(struct bh_run *run,
		     const struct bh_args_landlock_make *args,
		     struct bh_err *err)
{
	const struct bh_landlock_ruleset ruleset = {
		.handled_access_fs = args->accesses,
		.scoped = args->scopes,
	};
	int fd = bh_sys_landlock_create(&ruleset);

	if (fd < 0)
		return bh_fail(err, -fd, "make a Landlock ruleset");
	run->slots[args->ruleset] = fd;
	return 0;
}

int op_landlock_allow(struct bh_run *run,
		      const struct bh_args_landlock_allow *args,
		      struct bh_err *err)
{
	bh_autoclose int root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	bh_autoclose int fd =
		root_fd < 0 ? -errno :
			      bh_path_open(root_fd, args->path, O_PATH, 0);
	struct bh_landlock_path path = { .allowed_access = args->accesses };
	struct stat st;
	int r;

	if (fd == -ENOTDIR)
		fd = -ENOENT;
	if (fd < 0 || fstat(fd, &st) < 0)
		return bh_fail(err, fd < 0 ? -fd : errno,
			       "open %s for a Landlock rule", args->path);
	if (!S_ISDIR(st.st_mode))
		path.allowed_access &= BH_LANDLOCK_OF_FILES;
	path.parent_fd = fd;
	r = bh_sys_landlock_allow(run->slots[args->ruleset], &path);
	return r < 0 ? bh_fail(err, -r, "make the Landlock rule of %s",
			       args->path) :
		       0;
}

int op_landlock_restrict(struct bh_run *run,
			 const struct bh_args_landlock_restrict *args,
			 struct bh_err *err)
{
	int r = bh_sys_landlock_restrict(run->slots[args->ruleset]);

	return r < 0 ? bh_fail(err, -r, "restrict the process by Landlock") : 0;
}
