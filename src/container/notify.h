/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between a program that says when it is ready, sd_notify(3), and the service
 * manager that started us: $NOTIFY_SOCKET.  The program gets a socket of its
 * own, in a directory of the container's entry that is mounted for it, and of
 * what it says nothing but READY=1 goes on to the host.
 */
#ifndef BH_CONTAINER_NOTIFY_H
#define BH_CONTAINER_NOTIFY_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"
#include "container/store.h"

struct bh_notify {
	int fd;	     /* where the program's messages arrive; -1: none do */
	int host_fd; /* to the service manager; -1: it knows, or needs not */
	pid_t main;  /* the service's main process from now on; 0: we are */
};

#define BH_NO_NOTIFY                     \
	(struct bh_notify)               \
	{                                \
		.fd = -1, .host_fd = -1, \
	}

/* Make the directory in the entry; a descriptor of it or -errno. */
int bh_notify_make(const struct bh_entry *entry, struct bh_err *err);

/*
 * Connect to the service manager at host, $NOTIFY_SOCKET, and make the program's
 * socket; nothing without host (NULL), or without that directory.  Before the
 * program is there.  0 or -errno.
 */
int bh_notify_open(const struct bh_entry *entry, const char *host,
		   struct bh_notify *ret, struct bh_err *err);

/* Take one message; the first that says so makes the program ready. */
void bh_notify_take(struct bh_notify *notify);

/* Take messages until the program is ready or its process has ended. */
int bh_notify_wait(struct bh_notify *notify, int pidfd, struct bh_err *err);

void bh_notify_close(struct bh_notify *notify);

#endif
