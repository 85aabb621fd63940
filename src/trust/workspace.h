/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Workspaces: directories of the host that a container works in, and the files in
 * them by which a tool runs code or follows instructions (names.h).
 *
 *	spec, opened host paths ── bh_workspaces_find ──► struct bh_workspaces
 *	the store of grants     ── the gate ────────────► .trusted of each
 *	                           bh_plan_compile ─────► what is hidden, read-only
 *
 * A workspace is a writable bind mount of a host's directory, or of one protected
 * file, that is no engine's; or a mount that the annotation names.  It is judged
 * by the path without links of what was opened, so that a mount of .git/hooks
 * alone is what it is.
 *
 * Everything is reached by descriptors below the one that is mounted, and no link
 * is followed but that of a protected name, within the workspace.  Everything
 * found lies in the arena.
 */
#ifndef BH_TRUST_WORKSPACE_H
#define BH_TRUST_WORKSPACE_H

#include <sys/types.h>

#include "base/digest.h"
#include "base/err.h"
#include "base/mem.h"
#include "host/host.h"
#include "spec/spec.h"
#include "trust/names.h"

#define BH_WORKSPACE_ANNOTATION "org.bulkhead.workspace"

/* What is looked at of a workspace, at most; more is refused. */
#define BH_WORKSPACE_DEPTH   64
#define BH_WORKSPACE_ENTRIES 250000
#define BH_WORKSPACE_NAMES   2000
#define BH_WORKSPACE_CONTENT (16u << 20) /* bytes of a file */

/* A file or link that is part of what is trusted. */
struct bh_workspace_file {
	const char *path; /* below the workspace; "" is itself */
	struct bh_name_match match;
	struct bh_digest digest; /* of type, mode and content */
};

/* A name that is covered in the container: a directory stands for all in it. */
struct bh_workspace_name {
	const char *path;
	struct bh_name_match match;
	mode_t type;
	uint64_t device, inode; /* what must be found there */
	/* Why it can't be trusted, whatever is granted; or NULL. */
	const char *broken;
};

/* A directory that holds the directory .git. */
struct bh_workspace_repository {
	const char *git; /* "sub/.git" */
	bool has_info;	 /* the directory .git/info, for private copies */
	uint64_t device, inode; /* of .git itself */
	/* The directory .git/worktrees; inode 0: none. */
	uint64_t worktrees_device, worktrees_inode;
	/* Of info/sparse-checkout and info/exclude; NULL where there is none. */
	const char *sparse, *exclude;
	/* Of the file config and index; NULL where there is none. */
	const char *config, *index;
	size_t config_len, index_len;
	uint64_t config_device, config_inode;
	uint64_t index_device, index_inode;
};

struct bh_workspace {
	size_t mount;	    /* index of spec->mounts */
	const char *path;   /* on the host, without links */
	const char *target; /* in the container */
	bool writable;
	size_t file_count; /* sorted by path */
	struct bh_workspace_file *files;
	struct bh_digest identity; /* of all of them */
	size_t name_count;
	struct bh_workspace_name *names;
	size_t repository_count;
	struct bh_workspace_repository *repositories;
	/* Why it can't be trusted at all: "CLAUDE.md: a link that leaves the
	 * workspace"; or NULL. */
	const char *broken;
	/* What is part of the trust and can't be looked at: "…: named by ….";
	 * NULL at the end. */
	const char **unfollowed;
	bool trusted; /* false until the gate knows better */
	const char *by;	 /* "grant 91aa..., 2026-11-23" */
	const char *why; /* not trusted: what has changed; NULL: never granted */
};

struct bh_workspaces {
	size_t len;
	struct bh_workspace *items;
};

/*
 * Find the workspaces of a spec whose wanted paths were opened.  Nothing is
 * changed.  0, or -EINVAL where the annotation names no bind mount, or a workspace
 * is larger than the bounds.
 */
int bh_workspaces_find(const struct bh_spec *spec, const struct bh_host *host,
		       const struct bh_host_path *paths, struct bh_arena *arena,
		       struct bh_workspaces *ret, struct bh_err *err);

/*
 * Look at a directory as if a container had it mounted; mount and target are of no
 * meaning.  For who grants it.
 */
int bh_workspace_open(const struct bh_host *host,
		      const struct bh_host_path *path, struct bh_arena *arena,
		      struct bh_workspace *ret, struct bh_err *err);

/* ---- for the parts ---------------------------------------------------------- */

/* workspace-walk.c: fill names, files and repositories of one, whose root is
 * opened as path. */
int bh_workspace_walk(const struct bh_host *host,
		      const struct bh_host_path *path, bool recursive,
		      struct bh_arena *arena, struct bh_workspace *ret,
		      struct bh_err *err);

/* workspace-file.c: sort the files and hash them. */
void bh_workspace_identify(struct bh_workspace *ws);

#endif
