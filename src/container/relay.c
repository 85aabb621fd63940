/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/fd.h"
#include "container/relay.h"

/* End of input, as it is typed: VEOF of a new terminal. */
#define END_OF_INPUT '\004'

enum {
	POLL_INPUT,
	POLL_OUTPUT,
	POLL_MASTER,
};

int bh_relay_open(struct bh_relay *ret, struct bh_err *err)
{
	int fds[2];

	*ret = BH_NO_RELAY;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return bh_fail(err, errno, "make a socket for the terminal");
	ret->socket_fd = fds[0];
	ret->peer_fd = fds[1];
	return 0;
}

static int receive(int socket_fd)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	char byte;
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	const struct cmsghdr *header;
	int fd;

	if (recvmsg(socket_fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT) < 0)
		return -errno;
	header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_level != SOL_SOCKET ||
	    header->cmsg_type != SCM_RIGHTS ||
	    header->cmsg_len != CMSG_LEN(sizeof(int)))
		return -EPROTO;
	memcpy(&fd, CMSG_DATA(header), sizeof(int));
	return fd;
}

/* Keys go to the program as they are, ^C too.  Output is processed still, since
 * the program's own terminal does not make CR LF of LF. */
static int set_raw(struct bh_relay *relay)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &relay->saved) < 0)
		return errno == ENOTTY ? 0 : -errno;
	raw = relay->saved;
	cfmakeraw(&raw);
	raw.c_oflag |= OPOST;
	if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) < 0)
		return -errno;
	relay->raw = true;
	return 0;
}

int bh_relay_start(struct bh_relay *relay, struct bh_err *err)
{
	int r;

	bh_close(&relay->peer_fd);
	relay->master_fd = receive(relay->socket_fd);
	if (relay->master_fd < 0) {
		r = relay->master_fd;
		relay->master_fd = -1;
		return bh_fail(err, -r, "take the program's terminal");
	}
	bh_relay_resize(relay);
	r = set_raw(relay);
	if (r < 0)
		return bh_fail(err, -r,
			       "put the caller's terminal into raw "
			       "mode");
	relay->reads = true;
	return 0;
}

bool bh_relay_size(struct winsize *ret)
{
	return ioctl(STDIN_FILENO, TIOCGWINSZ, ret) == 0 ||
	       ioctl(STDOUT_FILENO, TIOCGWINSZ, ret) == 0;
}

void bh_relay_resize(const struct bh_relay *relay)
{
	struct winsize size;

	/* Who has no terminal has no size to give. */
	if (bh_relay_size(&size))
		(void)ioctl(relay->master_fd, TIOCSWINSZ, &size);
}

static bool is_empty(const struct bh_relay_buffer *buffer)
{
	return buffer->at == buffer->len;
}

/* Something is read only when all before it was written. */
void bh_relay_wait_for(const struct bh_relay *relay, struct pollfd *polls)
{
	bool in = relay->reads && is_empty(&relay->in);
	bool out = !is_empty(&relay->out);
	short master = 0;

	if (!out)
		master |= POLLIN;
	if (!is_empty(&relay->in))
		master |= POLLOUT;
	polls[POLL_INPUT] =
		(struct pollfd){ in ? STDIN_FILENO : -1, POLLIN, 0 };
	polls[POLL_OUTPUT] =
		(struct pollfd){ out ? STDOUT_FILENO : -1, POLLOUT, 0 };
	polls[POLL_MASTER] =
		(struct pollfd){ master ? relay->master_fd : -1, master, 0 };
}

/* false at the end, or when nothing can be read. */
static bool fill(struct bh_relay_buffer *buffer, int fd)
{
	ssize_t n;

	do
		n = read(fd, buffer->data, sizeof(buffer->data));
	while (n < 0 && errno == EINTR);
	buffer->at = 0;
	buffer->len = n > 0 ? (size_t)n : 0;
	return n > 0 || (n < 0 && errno == EAGAIN);
}

/* What can't be written any more, since nobody reads, is dropped. */
static void flush(struct bh_relay_buffer *buffer, int fd)
{
	ssize_t n =
		write(fd, buffer->data + buffer->at, buffer->len - buffer->at);

	if (n >= 0)
		buffer->at += (size_t)n;
	else if (errno != EINTR && errno != EAGAIN)
		buffer->at = buffer->len;
}

void bh_relay_work(struct bh_relay *relay, const struct pollfd *polls)
{
	if (polls[POLL_INPUT].revents && !fill(&relay->in, STDIN_FILENO)) {
		relay->in.data[0] = END_OF_INPUT;
		relay->in.len = 1;
		relay->reads = false;
	}
	if (polls[POLL_OUTPUT].revents)
		flush(&relay->out, STDOUT_FILENO);
	if (polls[POLL_MASTER].revents & POLLOUT)
		flush(&relay->in, relay->master_fd);
	/* EIO: nobody has the terminal open any more. */
	if (polls[POLL_MASTER].revents & (POLLIN | POLLHUP | POLLERR) &&
	    is_empty(&relay->out) && !fill(&relay->out, relay->master_fd))
		bh_close(&relay->master_fd);
}

void bh_relay_drain(struct bh_relay *relay)
{
	for (;;) {
		struct pollfd poll_fd = { relay->master_fd, POLLIN, 0 };

		while (!is_empty(&relay->out))
			flush(&relay->out, STDOUT_FILENO);
		/* Others in the container may have it still: no waiting. */
		if (relay->master_fd < 0 || poll(&poll_fd, 1, 0) != 1 ||
		    !(poll_fd.revents & POLLIN) ||
		    !fill(&relay->out, relay->master_fd))
			return;
	}
}

void bh_relay_close(struct bh_relay *relay)
{
	/* Not waiting for output: the terminal may have been stopped (^S). */
	if (relay->raw)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &relay->saved);
	relay->raw = false;
	bh_close(&relay->socket_fd);
	bh_close(&relay->peer_fd);
	bh_close(&relay->master_fd);
}
