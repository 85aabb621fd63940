/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of a repository of which a container has its own.
 *
 * The index, where a covered name is tracked: there it is marked skip-worktree, so
 * that git neither looks at it nor records it.  When git goes to another commit it
 * takes the marks from info/sparse-checkout, which lists the same names.
 */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "container/workspaces.h"
#include "trust/git-config.h"
#include "trust/git-index.h"

/* Beside copies of all of them there is room for git's own. */
#define ROOM (16u << 20)

struct marking {
	struct bh_arena *arena;
	const struct bh_plan_workspace *plan;
	const char *prefix; /* of the work tree: "" or "/sub" */
	bool *tracked;	    /* by name of the plan */
	size_t marked;
	bool sparse; /* the host's git has marks of its own */
};

/* A name as git calls it, or NULL: outside of the repository. */
static const char *name_in(const struct marking *m, size_t i)
{
	const char *path = m->plan->names[i].path;
	size_t len = strlen(m->prefix);

	if (strncmp(path, m->prefix, len) != 0 || path[len] != '/')
		return NULL;
	return path + len + 1;
}

static bool lies_in(const char *path, const char *name)
{
	size_t len = strlen(name);

	return bh_starts_with(path, name) && (path[len] == '/' || !path[len]);
}

static bool pick(const struct bh_git_entry *entry, void *data)
{
	struct marking *m = data;
	bool covered = false;

	for (size_t i = 0; i < m->plan->name_count; i++) {
		const char *name = name_in(m, i);

		if (!name || !lies_in(entry->path, name))
			continue;
		m->tracked[i] = true;
		covered = true;
	}
	m->marked += covered;
	return covered;
}

static void find_marks(const struct bh_git_entry *entry, void *data)
{
	struct marking *m = data;

	m->sparse |= entry->skip_worktree;
}

/* gitignore(5): what has a meaning in a pattern. */
static void add_pattern(struct bh_buf *out, const char *before,
			const char *name)
{
	if (strchr(name, '\n'))
		return;
	bh_buf_str(out, before);
	for (; *name; name++) {
		if (strchr("\\*?[ #!", *name))
			bh_buf_char(out, '\\');
		bh_buf_char(out, *name);
	}
	bh_buf_char(out, '\n');
}

/* Names with a line break can't be said there; the index has them all the same. */
static struct bh_data
sparse_patterns(const struct marking *m,
		const struct bh_workspace_repository *repository)
{
	bh_autobuf struct bh_buf text = { 0 };

	if (m->sparse && repository->sparse)
		bh_buf_printf(&text, "%s\n", repository->sparse);
	else
		bh_buf_str(&text, "/*\n");
	for (size_t i = 0; i < m->plan->name_count; i++)
		if (m->tracked[i])
			add_pattern(&text, "!/", name_in(m, i));
	return (struct bh_data){ text.len, bh_arena_memdup(m->arena, text.data,
							   text.len) };
}

/* What is hidden and not tracked is no file that could be added. */
static struct bh_data
exclude_patterns(const struct marking *m,
		 const struct bh_workspace_repository *repository)
{
	bh_autobuf struct bh_buf text = { 0 };
	bool any = false;

	if (repository->exclude)
		bh_buf_printf(&text, "%s\n", repository->exclude);
	for (size_t i = 0; i < m->plan->name_count; i++) {
		if (!m->plan->names[i].hidden || !name_in(m, i))
			continue;
		add_pattern(&text, "/", name_in(m, i));
		any = true;
	}
	if (!any)
		return (struct bh_data){ 0 };
	return (struct bh_data){ text.len, bh_arena_memdup(m->arena, text.data,
							   text.len) };
}

static int refuse_unmarked(const struct bh_workspace *ws,
			   const struct bh_workspace_repository *repository,
			   const char *why, struct bh_err *err)
{
	(void)bh_refuse(err,
			"hide names of the workspace %s: commits to %s would "
			"record them as emptied: %s",
			ws->path, repository->git, why);
	return bh_hint(err, "trust the workspace, or leave it as it is by "
			    "policy key workspace.inbound: show");
}

/* The index with its marks; nothing where none is needed. */
static int mark(struct marking *m, const struct bh_workspace *ws,
		const struct bh_workspace_repository *repository,
		struct bh_data *ret, struct bh_err *err)
{
	struct bh_git_index index = {
		.data = (const unsigned char *)repository->index,
		.len = repository->index_len,
	};
	bh_autobuf struct bh_buf marked = { 0 };
	struct bh_err why;
	int r;

	if (!repository->index)
		return 0;
	r = bh_git_config_hash_size(repository->config, repository->config_len,
				    &why);
	if (r >= 0) {
		index.hash_size = (size_t)r;
		r = bh_git_index_walk(&index, find_marks, m, &why);
	}
	if (r == 0)
		r = bh_git_index_hide(&index, pick, m, &marked, &why);
	if (r < 0)
		return refuse_unmarked(ws, repository, why.text, err);
	if (m->marked)
		*ret = (struct bh_data){
			marked.len,
			bh_arena_memdup(m->arena, marked.data, marked.len),
		};
	return 0;
}

static int copy_config(const struct bh_workspace_copying *copying,
		       const struct bh_workspace_repository *repository,
		       bool marked, struct bh_data *ret, struct bh_err *err)
{
	/* The last word; expectFilesOutsideOfPatterns keeps the marks although
	 * something is there. */
	static const char sparse[] =
		"\n[core]\n\tsparseCheckout = true\n"
		"\tsparseCheckoutCone = false\n"
		"[sparse]\n\texpectFilesOutsideOfPatterns = true\n";
	bh_autobuf struct bh_buf text = { 0 };
	int r = 0;

	if (copying->filter)
		r = bh_git_config_filter(repository->config,
					 repository->config_len, NULL, NULL,
					 &text, err);
	else
		bh_buf_add(&text, repository->config, repository->config_len);
	if (r < 0)
		return r;
	if (marked)
		bh_buf_str(&text, sparse);
	*ret = (struct bh_data){
		text.len,
		bh_arena_memdup(copying->arena, text.data ? text.data : "",
				text.len),
	};
	return 0;
}

static void add_copy(struct bh_arena *arena, struct bh_plan_repository *to,
		     const char *git, const char *file, struct bh_data content,
		     const uint64_t id[2])
{
	to->copies[to->copy_count++] = (struct bh_plan_copy){
		.path = bh_arena_printf(arena, "/%s/%s", git, file),
		.name = bh_arena_printf(arena, "/bulkhead-%s", file),
		.link = bh_arena_printf(arena, "/bulkhead-%s.link", file),
		.leads = bh_arena_printf(arena, "info/bulkhead-%s", file),
		.device = id[0],
		.inode = id[1],
		.content = content,
	};
}

static void fill(struct bh_arena *arena,
		 const struct bh_workspace_repository *repository,
		 struct bh_data config, struct bh_data index,
		 struct bh_plan_repository *ret)
{
	const uint64_t config_id[] = { repository->config_device,
				       repository->config_inode };
	const uint64_t index_id[] = { repository->index_device,
				      repository->index_inode };
	const char *git = repository->git;

	ret->info = bh_arena_printf(arena, "/%s/info", git);
	ret->room = bh_arena_printf(arena, "size=%zu",
				    ROOM + config.len + 4 * index.len);
	add_copy(arena, ret, git, "config", config, config_id);
	if (index.len)
		add_copy(arena, ret, git, "index", index, index_id);
}

int bh_workspace_copies(const struct bh_workspace_copying *copying,
			const struct bh_workspace_repository *repository,
			struct bh_plan_repository *ret, struct bh_err *err)
{
	struct bh_arena *arena = copying->arena;
	size_t len = strlen(repository->git) - strlen(".git");
	struct marking m = {
		.arena = arena,
		.plan = copying->plan,
		.prefix = len ? bh_arena_printf(arena, "/%.*s", (int)len - 1,
						repository->git) :
				"",
		.tracked = bh_arena_alloc(arena, copying->plan->name_count *
							 sizeof(bool)),
	};
	struct bh_data index = { 0 }, config;
	int r = mark(&m, copying->ws, repository, &index, err);

	if (r < 0)
		return r;
	if (!repository->has_info)
		return index.len && copying->filter ?
			       refuse_unmarked(copying->ws, repository,
					       "it has no directory info, "
					       "where their list goes",
					       err) :
			       0;
	r = copy_config(copying, repository, index.len, &config, err);
	if (r < 0)
		return bh_context(err, "%s/%s/config", copying->ws->path,
				  repository->git);
	fill(arena, repository, config, index, ret);
	if (index.len)
		ret->sparse = sparse_patterns(&m, repository);
	ret->exclude = exclude_patterns(&m, repository);
	return 0;
}
