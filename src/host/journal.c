/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/str.h"
#include "host/guarded.h"
#include "host/journal.h"

#define SHOWN 256

/* ---- the entry --------------------------------------------------------------- */

/* Values are escaped, so that none has a line's end in it and the short form,
 * NAME=value, holds for all. */
static void add_field(struct bh_buf *entry, const char *name, const char *value)
{
	bh_buf_printf(entry, "%s=", name);
	bh_buf_escaped(entry, value, SHOWN);
	bh_buf_char(entry, '\n');
}

/* containerId becomes BULKHEAD_CONTAINER_ID. */
static void add_own(struct bh_buf *entry, const char *name, const char *value)
{
	bh_autobuf struct bh_buf upper = { 0 };

	bh_buf_str(&upper, "BULKHEAD_");
	for (const char *c = name; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			bh_buf_char(&upper, '_');
		bh_buf_char(&upper, *c >= 'a' && *c <= 'z' ?
					    (char)(*c - 'a' + 'A') :
					    *c);
	}
	add_field(entry, upper.data, value);
}

static void make_entry(const struct bh_event *event, int64_t login_uid,
		       struct bh_buf *entry)
{
	char number[24];

	(void)snprintf(number, sizeof(number), "%d", event->priority);
	add_field(entry, "MESSAGE", event->text);
	add_field(entry, "PRIORITY", number);
	add_field(entry, "SYSLOG_IDENTIFIER", "bulkhead");
	add_own(entry, "event", event->name);
	(void)snprintf(number, sizeof(number), "%u", (unsigned int)getuid());
	add_own(entry, "uid", number);
	if (login_uid >= 0) {
		(void)snprintf(number, sizeof(number), "%" PRId64, login_uid);
		add_own(entry, "loginUid", number);
	}
	for (const struct bh_event_field *i = event->fields; i && i->name; i++)
		if (i->value)
			add_own(entry, i->name, i->value);
}

/* ---- the socket -------------------------------------------------------------- */

/* Nobody but root has put it there. */
static int check_socket(const char *journal)
{
	bh_autofree char *parent = bh_strdup(journal);
	char *name = strrchr(parent, '/');
	struct bh_guarded_dir dir = { .fd = -1 };
	struct bh_err ignored;
	struct stat st, dir_st;
	int r;

	if (!name || name == parent)
		return -EINVAL;
	*name++ = '\0';
	r = bh_guarded_dir_open("journal", parent, &dir, &ignored);
	if (r < 0)
		return r == -ENOENT ? r : -EPERM;
	if (fstat(dir.fd, &dir_st) < 0 ||
	    fstatat(dir.fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		r = -errno;
	else if (!S_ISSOCK(st.st_mode) || !bh_guarded_is_root(journal, &st) ||
		 !bh_guarded_is_root(parent, &dir_st))
		r = -EPERM;
	bh_close(&dir.fd);
	return r;
}

/* Too long for a datagram: sealed in memory, whose descriptor is sent. */
static int send_memory(int fd, const struct bh_buf *entry)
{
	const int seals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE |
			  F_SEAL_SEAL;
	bh_autoclose int memory_fd =
		memfd_create("journal", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	union {
		char buffer[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control = { 0 };
	struct msghdr message = {
		.msg_control = control.buffer,
		.msg_controllen = sizeof(control.buffer),
	};
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);
	int r;

	if (memory_fd < 0)
		return -errno;
	r = bh_write_all(memory_fd, entry->data, entry->len);
	if (r < 0)
		return r;
	if (fcntl(memory_fd, F_ADD_SEALS, seals) < 0)
		return -errno;
	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &memory_fd, sizeof(int));
	return sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno :
									0;
}

int bh_journal_send(const char *journal, const struct bh_event *event,
		    int64_t login_uid)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	bh_autobuf struct bh_buf entry = { 0 };
	bh_autoclose int fd = -1;
	int r = check_socket(journal);

	if (r < 0)
		return r;
	if (strlen(journal) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, journal, strlen(journal) + 1);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -errno;
	make_entry(event, login_uid, &entry);
	if (send(fd, entry.data, entry.len, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
		return 0;
	return errno == EMSGSIZE || errno == ENOBUFS ? send_memory(fd, &entry) :
						       -errno;
}
