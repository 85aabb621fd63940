/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "cli/command.h"
#include "spec/template.h"

static const struct bh_option options[] = {
	BH_VALUE("bundle", 'b', "DIR",
		 "where to write config.json; default: this directory", bundle),
	BH_FLAG("rootless", 0, "for the caller's own user, who is not root",
		for_caller),
	{ 0 },
};

static int write_config(int fd, bool rootless)
{
	bh_autofree char *text = NULL;
	size_t len;

	if (!rootless)
		return bh_write_all(fd, bh_config_template,
				    bh_config_template_len);
	text = bh_config_rootless(geteuid(), getegid(), &len);
	return bh_write_all(fd, text, len);
}

/* Never over a config.json that is there; half of one never stays. */
static int write_spec(struct bh_invocation *in, struct bh_err *err)
{
	const char *dir = in->bundle ? in->bundle : ".";
	bh_autoclose int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	bh_autoclose int fd = -1;
	int r;

	if (dir_fd < 0)
		return bh_fail(err, errno, "open the directory %s", dir);
	fd = openat(dir_fd, "config.json",
		    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (fd < 0 && errno == EEXIST)
		return bh_refuse(err,
				 "write config.json in %s: there is one "
				 "already; remove it first",
				 dir);
	if (fd < 0)
		return bh_fail(err, errno, "write config.json in %s", dir);
	r = write_config(fd, in->for_caller);
	if (r == 0)
		return 0;
	(void)unlinkat(dir_fd, "config.json", 0);
	return bh_fail(err, -r, "write config.json in %s", dir);
}

const struct bh_command bh_cmd_spec = {
	.name = "spec",
	.summary = "write a config.json to start from",
	.words = BH_NO_WORDS,
	.options = options,
	.run = write_spec,
};
