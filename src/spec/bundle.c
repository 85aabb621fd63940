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

static int read_config(int dir_fd, const char *dir, struct bh_buf *text,
		       struct bh_err *err)
{
	/* O_NONBLOCK: not to hang on a FIFO; a regular file ignores it. */
	bh_autoclose int fd =
		openat(dir_fd, "config.json",
		       O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	int r;

	if (fd < 0) {
		bh_fail(err, errno, "open config.json in the bundle %s", dir);
		if (err->errnum == ENOENT)
			bh_hint(err, "`bulkhead spec --bundle %s` writes one",
				dir);
		return -err->errnum;
	}
	if (fstat(fd, &st) < 0)
		return bh_fail(err, errno, "stat config.json in the bundle %s",
			       dir);
	if (!S_ISREG(st.st_mode))
		return bh_refuse(err,
				 "open config.json in the bundle %s: it "
				 "is no regular file",
				 dir);
	r = bh_read_all(fd, OCI_MAX_SIZE, text);
	if (r < 0)
		return bh_fail(err, -r, "read config.json in the bundle %s",
			       dir);
	return 0;
}

int bh_bundle_open(const char *dir, struct bh_bundle *ret, struct bh_err *err)
{
	bh_autoclose int dir_fd = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	bh_autobuf struct bh_buf text = { 0 };
	char *path;
	int r;

	if (dir_fd < 0)
		return bh_fail(err, errno, "open the bundle %s", dir);
	r = read_config(dir_fd, dir, &text, err);
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
