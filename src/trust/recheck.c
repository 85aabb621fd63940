/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "spec/spec.h"
#include "trust/recheck.h"
#include "trust/workspace-grant.h"

/* 0 or -errno. */
static int digest(const char *path, char ret[BH_DIGEST_HEX_SIZE])
{
	bh_autoclose int fd =
		open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct bh_digest bytes;
	struct bh_hash hash;
	char piece[65536];
	struct stat st;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	bh_hash_start(&hash);
	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n > 0)
			bh_hash_add(&hash, piece, (size_t)n);
	}
	bh_hash_end(&hash, &bytes);
	bh_digest_hex(&bytes, ret);
	return 0;
}

static const char *check_file(const char *path, const char *expected,
			      struct bh_arena *arena)
{
	bh_autobuf struct bh_buf text = { 0 };
	char hex[BH_DIGEST_HEX_SIZE];
	int r;

	if (!path || !expected)
		return NULL;
	r = digest(path, hex);
	if (r == 0 && bh_str_eq(hex, expected))
		return NULL;
	bh_buf_escaped(&text, path, 256);
	if (r < 0)
		bh_buf_printf(&text, ": %s", strerror(-r));
	else
		bh_buf_str(&text, " has changed");
	return bh_arena_strdup(arena, text.data);
}

/* Expired or not: that is said elsewhere. */
static const char *compare(const struct bh_host *host,
			   const struct bh_host_path *path,
			   const struct bh_grant *grant, struct bh_arena *arena)
{
	const struct bh_trust_store store = { .grants = &grant,
					      .grant_count = 1 };
	struct bh_workspace ws;
	struct bh_workspaces list = { 1, &ws };
	struct bh_err err;

	if (bh_workspace_open(host, path, arena, &ws, &err) < 0)
		return bh_arena_strdup(arena, err.text);
	bh_gate_workspaces(&list, &store, 0, arena);
	if (ws.trusted)
		return NULL;
	if (ws.broken)
		return ws.broken;
	return ws.why ? ws.why : "another path";
}

static const char *check_workspace(const struct bh_grant *grant,
				   struct bh_arena *arena)
{
	struct bh_host_path path = { .fd = -1 };
	struct bh_host host = { 0 };
	const char *why;
	struct bh_err err;
	int r = bh_host_probe(&host, &err);

	if (r == 0)
		r = bh_host_open(&host, grant->path, false, &path, &err);
	why = r < 0 ? bh_arena_strdup(arena, err.text) :
		      compare(&host, &path, grant, arena);
	bh_close(&path.fd);
	bh_host_clear(&host);
	return why;
}

const char *bh_grant_recheck(const struct bh_grant *grant,
			     struct bh_arena *arena)
{
	bool workspace = grant->kind.value == BH_GRANT_WORKSPACE;
	bool inside = grant->kind.value == BH_GRANT_HOOK &&
		      grant->stage.value == BH_START_CONTAINER;
	const char *why = NULL;

	if (workspace)
		return check_workspace(grant, arena);
	if (!inside)
		why = check_file(grant->path, grant->content, arena);
	for (size_t i = 0; !why && !inside && i < grant->interpreters.len; i++)
		why = check_file(grant->interpreters.items[i].path,
				 grant->interpreters.items[i].digest, arena);
	for (size_t i = 0; !why && i < grant->argument_files.len; i++)
		why = check_file(grant->argument_files.items[i].path,
				 grant->argument_files.items[i].digest, arena);
	return why;
}
