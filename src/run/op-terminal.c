/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A terminal in the container's own devpts (pts(4)).  Its other end is asked for
 * by TIOCGPTPEER and never looked up by a path, which the container or who
 * shares its /dev might have changed (CVE-2025-52565).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <termios.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/sys.h"
#include "run/ops.h"

#define NO_LINKS (RESOLVE_NO_SYMLINKS)

/* The multiplexer of the devpts on /dev/pts. */
static int open_master(int root_fd, struct bh_err *err)
{
	bh_autoclose int slash_fd =
		root_fd < 0 ? open("/", O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
	bh_autoclose int pts_fd = bh_path_open(root_fd < 0 ? slash_fd : root_fd,
					       "/dev/pts", O_PATH | O_DIRECTORY,
					       NO_LINKS);
	bh_autoclose int fd = -1;
	struct statfs fs;
	struct stat st;

	if (pts_fd < 0 || fstatfs(pts_fd, &fs) < 0) {
		(void)bh_fail(err, pts_fd < 0 ? -pts_fd : errno,
			      "open the container's /dev/pts");
		return bh_hint(err, "a terminal needs a mount of type devpts "
				    "there");
	}
	if (fs.f_type != DEVPTS_SUPER_MAGIC)
		return bh_refuse(err,
				 "allocate a terminal: what is on /dev/pts "
				 "of the container is no devpts; it needs "
				 "a mount of type devpts there");
	fd = openat(pts_fd, "ptmx", O_RDWR | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return bh_fail(err, errno,
			       "open ptmx of the container's "
			       "/dev/pts");
	if (!S_ISCHR(st.st_mode) || st.st_rdev != makedev(5, 2))
		return bh_refuse(err, "allocate a terminal: /dev/pts/ptmx of "
				      "the container is no terminal "
				      "multiplexer, character 5:2");
	return bh_steal_fd(&fd);
}

static int open_peer(int master_fd)
{
	int unlock = 0, fd;

	if (ioctl(master_fd, TIOCSPTLCK, &unlock) < 0)
		return -errno;
	fd = ioctl(master_fd, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* Lines end in LF alone, since what is logged is not shown on a screen. */
static int set_modes(int fd, const struct bh_args_terminal_open *args)
{
	struct winsize size = {
		.ws_row = (unsigned short)args->rows,
		.ws_col = (unsigned short)args->columns,
	};
	struct termios modes;

	if (tcgetattr(fd, &modes) < 0)
		return -errno;
	modes.c_oflag &= ~(tcflag_t)ONLCR;
	if (tcsetattr(fd, TCSANOW, &modes) < 0)
		return -errno;
	if (args->rows && args->columns && ioctl(fd, TIOCSWINSZ, &size) < 0)
		return -errno;
	/* The group is the mount's option gid. */
	return fchown(fd, args->uid, (gid_t)-1) < 0 ? -errno : 0;
}

int op_terminal_open(struct bh_run *run,
		     const struct bh_args_terminal_open *args,
		     struct bh_err *err)
{
	bh_autoclose int master_fd =
		open_master(bh_slot_fd(run, args->root), err);
	bh_autoclose int fd = -1;
	int r;

	if (master_fd < 0)
		return master_fd;
	fd = open_peer(master_fd);
	r = fd < 0 ? fd : set_modes(fd, args);
	if (r < 0)
		return bh_fail(err, -r, "set up the terminal");
	run->slots[args->master] = bh_steal_fd(&master_fd);
	run->slots[args->terminal] = bh_steal_fd(&fd);
	return 0;
}

int op_console_bind(struct bh_run *run, const struct bh_args_console_bind *args,
		    struct bh_err *err)
{
	bh_autoclose int at = bh_path_make(run->slots[args->root],
					   "/dev/console", S_IFREG, 0600,
					   NO_LINKS, run->scratch);
	bh_autoclose int tree_fd = -1;
	int r;

	if (at == -ELOOP)
		return bh_refuse(err, "make /dev/console: it is or lies behind "
				      "a symbolic link in the rootfs, which "
				      "would lead it elsewhere");
	if (at < 0)
		return bh_fail(err, -at, "make /dev/console");
	tree_fd = bh_sys_open_tree(run->slots[args->terminal], "",
				   OPEN_TREE_CLONE | AT_EMPTY_PATH);
	r = tree_fd < 0 ?
		    tree_fd :
		    bh_sys_move_mount(tree_fd, at, "", MOVE_MOUNT_T_EMPTY_PATH);
	return r < 0 ? bh_fail(err, -r, "bind the terminal on /dev/console") :
		       0;
}

/* One message, one byte, one descriptor: what engines read. */
int op_terminal_send(struct bh_run *run,
		     const struct bh_args_terminal_send *args,
		     struct bh_err *err)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	char byte = 0;
	struct iovec data = { &byte, 1 };
	struct msghdr message = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &run->slots[args->master], sizeof(int));
	if (sendmsg(run->slots[args->console], &message, MSG_NOSIGNAL) != 1)
		return bh_fail(err, errno,
			       "send the terminal to the console socket");
	return 0;
}

int op_terminal_take(struct bh_run *run,
		     const struct bh_args_terminal_take *args,
		     struct bh_err *err)
{
	int fd = run->slots[args->terminal];

	if (ioctl(fd, TIOCSCTTY, 0) < 0)
		return bh_fail(err, errno,
			       "take the terminal as controlling "
			       "terminal");
	for (int to = 0; to < 3; to++)
		if (dup2(fd, to) < 0)
			return bh_fail(err, errno,
				       "take the terminal as "
				       "standard streams");
	return 0;
}
