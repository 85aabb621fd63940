/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Between the caller's terminal and that of a program in the foreground: what
 * an engine does behind a console socket, done by `run` and `exec` themselves.
 *
 *	caller's input ──► master ═ terminal of the program
 *	caller's output ◄── master
 */
#ifndef BH_CONTAINER_RELAY_H
#define BH_CONTAINER_RELAY_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "base/err.h"

/* A pipe takes as much in one write after POLLOUT (PIPE_BUF, pipe(7)). */
#define BH_RELAY_ROOM 4096

#define BH_RELAY_POLLS 3

struct bh_relay_buffer {
	char data[BH_RELAY_ROOM];
	size_t at, len; /* what is to be written */
};

struct bh_relay {
	int socket_fd; /* where the master comes from */
	int peer_fd;   /* the console socket, for the child */
	int master_fd; /* -1: has hung up */
	bool reads;    /* the caller's input has not ended */
	bool raw;      /* the caller's terminal was changed; this was before: */
	struct termios saved;
	struct bh_relay_buffer in, out;
};

#define BH_NO_RELAY                                              \
	(struct bh_relay)                                        \
	{                                                        \
		.socket_fd = -1, .peer_fd = -1, .master_fd = -1, \
	}

/* Make a socket for the terminal that a plan is going to open. */
int bh_relay_open(struct bh_relay *ret, struct bh_err *err);

/* Take the terminal, which has been sent; and put the caller's, if he has one
 * as standard input, into raw mode. */
int bh_relay_start(struct bh_relay *relay, struct bh_err *err);

/* What to wait for: BH_RELAY_POLLS entries; and what to do then. */
void bh_relay_wait_for(const struct bh_relay *relay, struct pollfd *polls);
void bh_relay_work(struct bh_relay *relay, const struct pollfd *polls);

/* The size of the caller's terminal; false: he has none. */
bool bh_relay_size(struct winsize *ret);

/* Give the program's terminal the size of the caller's. */
void bh_relay_resize(const struct bh_relay *relay);

/* Print what the program, which has ended, has left. */
void bh_relay_drain(struct bh_relay *relay);

/* Give the caller's terminal its modes back.  Also after a failure. */
void bh_relay_close(struct bh_relay *relay);

#endif
