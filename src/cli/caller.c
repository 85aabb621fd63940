/* SPDX-License-Identifier: Apache-2.0 */
/* What the caller gives a container beside its config. */
#include <stdlib.h>

#include "base/str.h"
#include "cli/command.h"
#include "container/kept.h"
#include "container/relay.h"

/* Nobody can have more open: fs.nr_open. */
#define MAX_FDS (1u << 20)

static int parse_count(const char *text, const char *what, unsigned int *ret,
		       struct bh_err *err)
{
	uint64_t number;

	if (bh_parse_u64(text, MAX_FDS, &number) < 0)
		return bh_refuse(err,
				 "hand descriptors on: %s: \"%s\" is not a "
				 "number from 0 to %u",
				 what, text, MAX_FDS);
	*ret = (unsigned int)number;
	return 0;
}

/* Whoever calls an engine has made $LISTEN_PID the engine's: it is not asked. */
static int read_sockets(struct bh_caller *caller, struct bh_err *err)
{
	const char *count = getenv("LISTEN_FDS");

	if (!count || !*count)
		return 0;
	caller->listen_names = getenv("LISTEN_FDNAMES");
	return parse_count(count, "$LISTEN_FDS", &caller->listen_count, err);
}

int bh_caller_read(const struct bh_invocation *in, bool sockets,
		   struct bh_caller *ret, struct bh_err *err)
{
	struct bh_caller caller = {
		.no_new_keyring = in->no_new_keyring,
		.no_pivot = in->no_pivot,
		.no_cgroups = bh_str_eq(in->cgroup_manager, "disabled"),
		.systemd = in->systemd_cgroup ||
			   bh_str_eq(in->cgroup_manager, "systemd"),
	};
	unsigned int preserved = 0;
	int r = sockets ? read_sockets(&caller, err) : 0;

	if (r == 0 && in->preserve_fds)
		r = parse_count(in->preserve_fds, "--preserve-fds", &preserved,
				err);
	caller.kept_count = caller.listen_count + preserved;
	if (r == 0)
		r = bh_kept_check(caller.kept_count, err);
	if (r == 0)
		*ret = caller;
	return r;
}

void bh_caller_look(struct bh_caller *caller)
{
	struct winsize size;

	if (!bh_relay_size(&size))
		return;
	caller->rows = size.ws_row;
	caller->columns = size.ws_col;
}

const char *bh_notify_socket(void)
{
	const char *path = getenv("NOTIFY_SOCKET");

	return path && *path ? path : NULL;
}

char *bh_caller_notify(const char *root, const char *id,
		       struct bh_caller *caller)
{
	struct bh_buf path = { 0 };

	if (!bh_notify_socket())
		return NULL;
	bh_buf_printf(&path, "%s/%s/" BH_NOTIFY_DIR, root, id);
	caller->notify_path = path.data;
	return path.data;
}
