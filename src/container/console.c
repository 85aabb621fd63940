/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "container/console.h"

int bh_console_connect(const char *path, struct bh_err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	bh_autoclose int fd = -1;

	/* An empty one would be an abstract socket (CVE-2020-15257). */
	if (!path[0] || strlen(path) >= sizeof(address.sun_path)) {
		(void)bh_refuse(err,
				"connect to the console socket %s: its "
				"path is empty or too long",
				path);
		return bh_hint(err,
			       "at most %zu bytes; a shorter link to its "
			       "directory will do",
			       sizeof(address.sun_path) - 1);
	}
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return bh_fail(err, errno, "connect to the console socket %s",
			       path);
	return bh_steal_fd(&fd);
}
