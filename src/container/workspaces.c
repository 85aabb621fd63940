/* SPDX-License-Identifier: Apache-2.0 */
#include "container/workspaces.h"

#include <linux/capability.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/str.h"
#include "container/store.h"
#include "trust/git-config.h"

struct planning {
	struct bh_prepared *prepared;
	struct bh_arena *arena;
	const struct bh_workspace *ws;
	struct bh_plan_workspace *plan;
	bool hides; /* it is not trusted */
	bool guards;
};

static bool shows(const struct bh_prepared *p)
{
	return p->profile->workspace->inbound.value == BH_INBOUND_SHOW;
}

static bool lets_out(const struct bh_prepared *p)
{
	return p->profile->workspace->outbound.value == BH_OUTBOUND_OFF;
}

int bh_workspaces_look(struct bh_prepared *p, struct bh_err *err)
{
	if ((shows(p) && lets_out(p)) ||
	    p->spec.namespaces[OCI_NS_MOUNT].by_path)
		return 0;
	return bh_workspaces_find(&p->spec, &p->host, p->paths, &p->arena,
				  &p->workspaces, err);
}

/* ---- names ------------------------------------------------------------------------ */

static bool is_agents(const struct bh_workspace_name *name)
{
	return name->match.class == BH_NAME_EXEC &&
	       name->match.group == BH_NAMES_AGENTS;
}

static const char *reason_of(const struct planning *p,
			     const struct bh_workspace_name *name)
{
	const char *class = bh_name_class_name(name->match.class);
	const char *group = bh_name_group_name(name->match.group);

	if (name->broken)
		return bh_arena_printf(p->arena, "can't be trusted: %s",
				       name->broken);
	return bh_arena_printf(p->arena, "%s: %s, %s",
			       p->hides ? "the workspace is not trusted" :
					  "outbound",
			       class, group);
}

/* Git's own files that become private, and what lies in their directory. */
static bool is_private(const struct planning *p, const char *path)
{
	for (size_t i = 0; i < p->ws->repository_count; i++) {
		const struct bh_workspace_repository *repository =
			&p->ws->repositories[i];
		const char *below = path + strlen(repository->git);

		if (repository->has_info && repository->config &&
		    bh_starts_with(path, repository->git) &&
		    (bh_str_eq(below, "/config") ||
		     bh_starts_with(below, "/info/")))
			return true;
	}
	return false;
}

static void add_name(const struct planning *p, const char *path,
		     const struct bh_plan_name *name)
{
	struct bh_plan_name *item = bh_arena_append(
		p->arena, &p->plan->names, &p->plan->name_count, sizeof(*item));

	*item = *name;
	item->path = path[0] ? bh_arena_printf(p->arena, "/%s", path) : "";
}

static void add_names(const struct planning *p)
{
	for (size_t i = 0; i < p->ws->name_count; i++) {
		const struct bh_workspace_name *name = &p->ws->names[i];
		const struct bh_plan_name item = {
			.hidden = p->hides &&
				  (is_agents(name) ||
				   (name->broken && S_ISLNK(name->type))),
			.device = name->device,
			.inode = name->inode,
			.reason = reason_of(p, name),
		};

		if (!is_private(p, name->path))
			add_name(p, name->path, &item);
	}
}

/* Where one of them is in use, its git has an index of its own, in which nothing
 * is marked. */
static void add_worktrees(const struct planning *p,
			  const struct bh_workspace_repository *repository)
{
	const struct bh_plan_name item = {
		.device = repository->worktrees_device,
		.inode = repository->worktrees_inode,
		.reason = "the workspace is not trusted: commits in other work "
			  "trees would record what is hidden as emptied",
	};

	if (item.inode)
		add_name(p,
			 bh_arena_printf(p->arena, "%s/worktrees",
					 repository->git),
			 &item);
}

/* ---- repositories ----------------------------------------------------------------- */

/* What its git does to its index goes back to the host, if we can keep it. */
static const char *keep(const struct planning *p,
			const struct bh_workspace_repository *repository)
{
	struct bh_prepared *prepared = p->prepared;
	struct bh_kept_index *kept;
	struct bh_err ignored;
	int size = bh_git_config_hash_size(repository->config,
					   repository->config_len, &ignored);

	if (size < 0 || prepared->host.in_user_namespace ||
	    !bh_host_can(&prepared->host, CAP_SYS_ADMIN) ||
	    prepared->spec.namespaces[OCI_NS_USER].wanted)
		return NULL;
	kept = bh_arena_append(p->arena, &prepared->kept_indexes,
			       &prepared->kept_index_count, sizeof(*kept));
	*kept = (struct bh_kept_index){
		.git = bh_arena_printf(p->arena, "%s/%s", p->ws->path,
				       repository->git),
		.device = repository->device,
		.inode = repository->inode,
		.hash_size = (size_t)size,
		.name = bh_arena_printf(p->arena, BH_KEPT_GIT "%zu",
					prepared->kept_index_count - 1),
	};
	bh_digest_of(repository->index, repository->index_len, &kept->digest);
	return kept->name;
}

static int add_repository(const struct planning *p,
			  const struct bh_workspace_repository *repository,
			  struct bh_err *err)
{
	struct bh_plan_repository copies = {
		.reason = p->hides ? "the workspace is not trusted: git's "
				     "configuration is the container's own" :
				     "outbound: git's configuration is the "
				     "container's own",
	};
	const struct bh_workspace_copying copying = { p->arena, p->ws, p->plan,
						      p->hides };
	struct bh_plan_repository *item;
	int r;

	if (p->hides)
		add_worktrees(p, repository);
	if (!repository->config)
		return 0;
	r = bh_workspace_copies(&copying, repository, &copies, err);
	if (r < 0 || !copies.info)
		return r;
	if (copies.copy_count > 1)
		copies.kept = keep(p, repository);
	item = bh_arena_append(p->arena, &p->plan->repositories,
			       &p->plan->repository_count, sizeof(*item));
	*item = copies;
	return 0;
}

/* ---- workspaces ------------------------------------------------------------------- */

static int plan_one(struct bh_prepared *p, const struct bh_workspace *ws,
		    struct bh_plan_workspace *plan, struct bh_err *err)
{
	const struct planning planning = {
		.prepared = p,
		.arena = &p->arena,
		.ws = ws,
		.plan = plan,
		.hides = !shows(p) && (!ws->trusted || ws->broken),
		.guards = !lets_out(p) && ws->writable,
	};
	int r = 0;

	*plan = (struct bh_plan_workspace){
		.mount = ws->mount,
		.origin = bh_arena_printf(&p->arena, "profile %s",
					  p->profile->name),
		.unenforced = !lets_out(p) && ws->writable,
	};
	if (!planning.hides && !planning.guards)
		return 0;
	add_names(&planning);
	/* What is read-only as a whole needs no copies for git. */
	for (size_t i = 0; r == 0 && i < ws->repository_count; i++)
		if (ws->writable)
			r = add_repository(&planning, &ws->repositories[i],
					   err);
	return r;
}

static int check_required(const struct bh_prepared *p,
			  const struct bh_workspace *ws, const char *verb,
			  struct bh_err *err)
{
	const char *origin = p->spec.mounts[ws->mount].origin;

	if (p->profile->workspace->outbound.value != BH_OUTBOUND_REQUIRE ||
	    !ws->writable)
		return 0;
	if (bh_starts_with(origin, "config "))
		origin += strlen("config ");
	return bh_refuse(err,
			 "%s refused: %s: %s: what a container writes to "
			 "protected names of a workspace can't be kept from "
			 "this host; allow it with policy key "
			 "workspace.outbound",
			 verb, origin, ws->path);
}

int bh_workspaces_plan(struct bh_prepared *p, const char *verb,
		       struct bh_err *err)
{
	size_t count = p->workspaces.len;
	int r = 0;

	p->plan_workspaces =
		bh_arena_alloc(&p->arena, count * sizeof(*p->plan_workspaces));
	for (size_t i = 0; r == 0 && i < count; i++) {
		const struct bh_workspace *ws = &p->workspaces.items[i];

		r = check_required(p, ws, verb, err);
		if (r == 0)
			r = plan_one(p, ws, &p->plan_workspaces[i], err);
	}
	p->plan_workspace_count = r == 0 ? count : 0;
	return r;
}
