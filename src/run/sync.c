/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The protocol, derived from the plan.  Both processes walk the same steps:
 *
 *	parent                              child
 *	steps of PARENT ... clone ────────► starts behind the clone
 *	steps of PARENT
 *	   next step is CHILD: TURN n ────► was waiting for n
 *	   waits for the next PARENT step   steps of CHILD
 *	                       ◄──── TURN m  next step is PARENT
 *	steps of PARENT from m              waits
 *	   ...
 *	waits for the end      ◄────── EOF  execve closes the socket
 *
 * A TURN is the number of the step that follows, four bytes on a SEQPACKET
 * socket; any other number than the receiver's own is a broken protocol.
 *
 * Failure needs no message: the child fills the shared page and leaves, the
 * parent finds the socket closed and reads the page.  So a failure is told even
 * where the container's own filter forbids write(2), and a child that was
 * killed is placed at its step.
 */
#include <errno.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "base/fd.h"
#include "run/sync.h"

int bh_sync_open(struct bh_run *run, struct bh_err *err)
{
	void *page;
	int pair[2];

	page = mmap(NULL, sizeof(struct bh_shared), PROT_READ | PROT_WRITE,
		    MAP_SHARED | (run->in.shared_fd < 0 ? MAP_ANONYMOUS : 0),
		    run->in.shared_fd, 0);
	if (page == MAP_FAILED)
		return bh_fail(err, errno, "map a page shared with the child");
	run->shared = page;
	run->shared->steps = run->in.plan->len;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return bh_fail(err, errno, "make the sockets to the child");
	run->sync_fd = pair[0];
	run->peer_fd = pair[1];
	return 0;
}

void bh_sync_split(struct bh_run *run)
{
	if (run->lane == BH_CHILD) {
		bh_close(&run->sync_fd);
		run->sync_fd = bh_steal_fd(&run->peer_fd);
	}
	bh_close(&run->peer_fd);
}

int bh_sync_give(struct bh_run *run, size_t at, struct bh_err *err)
{
	uint32_t number = (uint32_t)at;
	ssize_t n;

	do
		n = send(run->sync_fd, &number, sizeof(number), MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return bh_fail(err, errno == ECONNRESET ? EPIPE : errno,
			       "give the turn for step %zu", at);
	return 0;
}

int bh_sync_take(struct bh_run *run, size_t at, struct bh_err *err)
{
	uint32_t number;
	ssize_t n;

	do
		n = recv(run->sync_fd, &number, sizeof(number), MSG_TRUNC);
	while (n < 0 && errno == EINTR);
	if (n == 0 || (n < 0 && errno == ECONNRESET))
		return bh_fail(err, EPIPE, "wait for the turn of step %zu", at);
	if (n < 0)
		return bh_fail(err, errno, "wait for the turn of step %zu", at);
	if (n != sizeof(number) || number != (uint32_t)at)
		return bh_refuse(err,
				 "wait for the turn of step %zu: "
				 "the message is not this step's",
				 at);
	return 0;
}

int bh_sync_wait_end(struct bh_run *run, struct bh_err *err)
{
	char byte;
	ssize_t n;

	do
		n = recv(run->sync_fd, &byte, 1, 0);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		return bh_refuse(err, "wait for the program to be executed: "
				      "a message where none can be");
	if (n < 0 && errno != ECONNRESET)
		return bh_fail(err, errno,
			       "wait for the program to be executed");
	return 0;
}
