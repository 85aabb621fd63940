/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "ocispec.h"
#include "spec/bundle.h"

static int open_failed(const char *dir, const char *config, struct bh_err *err)
{
	bh_fail(err, errno, "open %s in the bundle %s", config, dir);
	if (err->errnum == ENOENT && bh_str_eq(config, BH_CONFIG))
		return bh_hint(err, "`bulkhead spec --bundle %s` writes one",
			       dir);
	return -err->errnum;
}

static int read_config(int dir_fd, const char *dir, const char *config,
		       struct bh_buf *text, struct bh_err *err)
{
	/* O_NONBLOCK: not to hang on a FIFO; a regular file ignores it. */
	bh_autoclose int fd = openat(
		dir_fd, config, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int r;

	if (fd < 0)
		return open_failed(dir, config, err);
	if (fstat(fd, &st) < 0)
		return bh_fail(err, errno, "stat %s in the bundle %s", config,
			       dir);
	if (!S_ISREG(st.st_mode))
		return bh_refuse(err,
				 "open %s in the bundle %s: it is no regular "
				 "file",
				 config, dir);
	r = bh_read_all(fd, OCI_MAX_SIZE, text);
	if (r < 0)
		return bh_fail(err, -r, "read %s in the bundle %s", config,
			       dir);
	return 0;
}

int bh_bundle_open(const char *dir, const char *config, struct bh_bundle *ret,
		   struct bh_err *err)
{
	bh_autoclose int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	bh_autobuf struct bh_buf text = { 0 };
	char *path;
	int r;

	if (dir_fd < 0)
		return bh_fail(err, errno, "open the bundle %s", dir);
	r = read_config(dir_fd, dir, config ? config : BH_CONFIG, &text, err);
	if (r < 0)
		return r;
	path = realpath(dir, NULL);
	if (!path)
		return bh_fail(err, errno, "find the path of the bundle %s",
			       dir);
	ret->path = path;
	ret->config = text;
	text = (struct bh_buf){ 0 };
	return 0;
}

void bh_bundle_clear(struct bh_bundle *bundle)
{
	free(bundle->path);
	bh_buf_clear(&bundle->config);
	*bundle = (struct bh_bundle){ 0 };
}
