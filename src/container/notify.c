/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "container/notify.h"
#include "plan/compile.h"

/* What sd_notify(3) sends is short; more is cut off. */
#define MAX_MESSAGE 4096

int bh_notify_make(const struct bh_entry *entry, struct bh_err *err)
{
	int fd = -1;

	/* The container's users come to it by the mount; ours bars others. */
	if (mkdirat(entry->fd, BH_NOTIFY_DIR, 0755) == 0)
		fd = openat(entry->fd, BH_NOTIFY_DIR,
			    O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return bh_fail(err, errno,
			       "make the notify directory of container %s",
			       entry->id);
	return fd;
}

static int connect_host(const char *path, struct bh_err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(path);
	socklen_t size =
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	bh_autoclose int fd = -1;

	/* sd_notify(3): a path, or an abstract name behind @. */
	if ((path[0] != '/' && path[0] != '@') ||
	    len >= sizeof(address.sun_path))
		return bh_refuse(err,
				 "connect to the service manager: "
				 "$NOTIFY_SOCKET is \"%s\", which is no "
				 "absolute path of less than %zu bytes",
				 path, sizeof(address.sun_path));
	memcpy(address.sun_path, path, len);
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    connect(fd, (const struct sockaddr *)&address, size) < 0) {
		(void)bh_fail(err, errno,
			      "connect to the service manager at %s", path);
		return bh_hint(err, "it is $NOTIFY_SOCKET; unset it if "
				    "nobody waits there");
	}
	return bh_steal_fd(&fd);
}

/* The name of a socket has to be short, and the entry's may be long. */
static int listen_in(int dir_fd, struct bh_err *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	bh_autoclose int fd =
		socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)snprintf(address.sun_path, sizeof(address.sun_path),
		       "/proc/self/fd/%d/" BH_NOTIFY_NAME, dir_fd);
	if (fd < 0 ||
	    (unlinkat(dir_fd, BH_NOTIFY_NAME, 0) < 0 && errno != ENOENT) ||
	    bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
	    fchmodat(dir_fd, BH_NOTIFY_NAME, 0666, 0) < 0)
		return bh_fail(err, errno, "make the program's notify socket");
	return bh_steal_fd(&fd);
}

int bh_notify_open(const struct bh_entry *entry, const char *host,
		   struct bh_notify *ret, struct bh_err *err)
{
	bh_autoclose int dir_fd =
		openat(entry->fd, BH_NOTIFY_DIR,
		       O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	bh_autoclose int host_fd = -1;
	int fd;

	*ret = BH_NO_NOTIFY;
	if (dir_fd < 0 || !host)
		return 0;
	host_fd = connect_host(host, err);
	if (host_fd < 0)
		return host_fd;
	fd = listen_in(dir_fd, err);
	if (fd < 0)
		return fd;
	ret->fd = fd;
	ret->host_fd = bh_steal_fd(&host_fd);
	return 0;
}

/* Whether READY=1 is a line of the message. */
static bool is_ready(char *message)
{
	char *rest = message, *line;

	while ((line = strsep(&rest, "\n")))
		if (bh_str_eq(line, "READY=1"))
			return true;
	return false;
}

static void tell(const struct bh_notify *notify)
{
	char text[64] = "READY=1";

	if (notify->main)
		(void)snprintf(text, sizeof(text), "MAINPID=%d\nREADY=1",
			       (int)notify->main);
	/* A service manager that is gone by now needs to know nothing. */
	(void)send(notify->host_fd, text, strlen(text), MSG_NOSIGNAL);
}

void bh_notify_take(struct bh_notify *notify)
{
	char message[MAX_MESSAGE + 1];
	/* Without room for descriptors, those that come along are closed. */
	ssize_t n = recv(notify->fd, message, MAX_MESSAGE, 0);

	if (n <= 0)
		return;
	message[n] = '\0';
	if (notify->host_fd < 0 || !is_ready(message))
		return;
	tell(notify);
	bh_close(&notify->host_fd);
}

int bh_notify_wait(struct bh_notify *notify, int pidfd, struct bh_err *err)
{
	while (notify->host_fd >= 0) {
		struct pollfd polls[] = {
			{ .fd = notify->fd, .events = POLLIN },
			{ .fd = pidfd, .events = POLLIN },
		};

		if (poll(polls, BH_COUNT(polls), -1) < 0) {
			if (errno == EINTR)
				continue;
			return bh_fail(err, errno,
				       "wait for the program to be ready");
		}
		/* What it said before its end counts. */
		if (polls[0].revents)
			bh_notify_take(notify);
		else if (polls[1].revents)
			return 0;
	}
	return 0;
}

void bh_notify_close(struct bh_notify *notify)
{
	bh_close(&notify->fd);
	bh_close(&notify->host_fd);
}
