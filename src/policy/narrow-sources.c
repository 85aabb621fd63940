/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of the host a container may see.  Judged is what was opened, not what it
 * was called: its path without links, and its identity and that of each
 * directory it lies in, so that another mount of the same thing is the same
 * thing.  The descriptor that was judged is what is mounted.
 */
#include <linux/mount.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/stat.h>

#include "base/str.h"
#include "host/lineage.h"
#include "policy/narrow.h"
#include "policy/paths.h"

/* A rule whose place exists on this host, and each directory above it. */
struct known {
	struct bh_file_id id;
	bool above; /* holds what the rule names */
	const struct bh_path_rule *rule;
};

struct judging {
	struct bh_narrowing *n;
	struct bh_mount_lines mounts; /* the host's; read once for all */
	size_t known_count;
	struct known *known;
};

/* One source. */
struct source {
	const char *field;
	const struct bh_host_path *host;
	struct bh_lineage lineage;
	const char **aliases; /* its other paths; NULL at the end */
	bool writable;
	bool recursive;
};

/* ---- what there is on this host -------------------------------------------------- */

static void know(struct judging *j, const char *path, bool above,
		 const struct bh_path_rule *rule)
{
	struct bh_file_id id;
	struct known *known;

	if (!bh_host_identify(j->n->host, path, &id))
		return;
	known = bh_arena_append(&j->n->spec->arena, &j->known, &j->known_count,
				sizeof(*j->known));
	*known = (struct known){ id, above, rule };
}

/* A pattern names a place as far as it has no star. */
static void know_rule(struct judging *j, const struct bh_path_rule *rule)
{
	const char *pattern = rule->pattern;
	char *copy;
	bool above = strchr(pattern, '*');

	if (pattern[0] != '/')
		return;
	copy = bh_arena_strndup(&j->n->spec->arena, pattern,
				strcspn(pattern, "*"));
	if (above)
		*(strrchr(copy, '/') + 1) = '\0';
	while (strlen(copy) > 1) {
		know(j, copy, above, rule);
		*strrchr(copy, '/') = '\0';
		above = true;
	}
	know(j, "/", true, rule);
}

/* Once, and only where something of the host is asked for. */
static void know_host(struct judging *j)
{
	if (j->known_count)
		return;
	for (size_t i = 0; i < bh_path_rule_count; i++)
		if (bh_path_rules[i].kind != BH_PATH_ENGINE)
			know_rule(j, &bh_path_rules[i]);
}

static const struct bh_path_rule *
find_id(const struct judging *j, const struct bh_file_id *id, bool itself)
{
	for (size_t i = 0; i < j->known_count; i++)
		if (j->known[i].id.device == id->device &&
		    j->known[i].id.inode == id->inode &&
		    (itself || !j->known[i].above))
			return j->known[i].rule;
	return NULL;
}

/* ---- what a source is ------------------------------------------------------------ */

static const struct bh_path_rule *find_by_path(const char *path)
{
	for (size_t i = 0; i < bh_path_rule_count; i++) {
		const struct bh_path_rule *rule = &bh_path_rules[i];

		if (rule->kind != BH_PATH_ENGINE &&
		    bh_path_relate(path, rule->pattern) != BH_UNRELATED)
			return rule;
	}
	return NULL;
}

/* What it lies in may be what a rule names, or below that. */
static const struct bh_path_rule *
find_by_parents(const struct judging *j, const struct bh_lineage *lineage)
{
	const struct bh_path_rule *rule = NULL;

	for (size_t i = 1; !rule && i < lineage->count; i++)
		rule = find_id(j, &lineage->ids[i], false);
	return rule;
}

static const struct bh_path_rule *find_below(struct judging *j,
					     const struct source *source)
{
	const struct bh_path_rule *rule = NULL;
	const char **mounts;

	if (!source->recursive)
		return NULL;
	mounts = bh_host_mounts_below(&j->mounts, source->lineage.path,
				      &j->n->spec->arena);
	for (size_t i = 0; !rule && mounts[i]; i++) {
		struct bh_file_id id;

		if (bh_host_identify(j->n->host, mounts[i], &id))
			rule = find_id(j, &id, true);
	}
	return rule;
}

/* Itself may be, or hold, what a rule names, and so may what is mounted below. */
static const struct bh_path_rule *find_by_mounts(struct judging *j,
						 const struct source *source)
{
	const struct bh_path_rule *rule = NULL;

	if (source->lineage.count)
		rule = find_id(j, &source->lineage.ids[0], true);
	return rule ? rule : find_below(j, source);
}

static bool is_bundles(const struct judging *j, const char *path)
{
	return bh_path_relate(path, j->n->spec->bundle) >= BH_SAME;
}

static void refuse(struct judging *j, const struct source *source,
		   const char *rule, const char *key)
{
	bh_narrow_refuse(j->n, source->field, source->lineage.path, rule, key);
}

static const char *words_of(enum bh_path_kind kind)
{
	switch (kind) {
	case BH_PATH_FILE:
		return "credentials, or what holds them";
	case BH_PATH_SOCKET:
		return "a socket that commands the host, or what holds it";
	default:
		return "the host's own, or what holds it";
	}
}

static void refuse_by_rule(struct judging *j, const struct source *source,
			   const struct bh_path_rule *rule)
{
	refuse(j, source, words_of(rule->kind), "mounts.allow");
}

static bool may_hold_credentials(const struct judging *j,
				 const struct bh_path_rule *rule)
{
	return rule->kind == BH_PATH_FILE &&
	       j->n->profile->credentials->paths.value ==
		       BH_CREDENTIAL_PATHS_ALLOW;
}

static bool is_default_device(const char *path)
{
	static const char *const paths[] = {
		"/dev/null",   "/dev/zero",    "/dev/full",
		"/dev/random", "/dev/urandom", "/dev/tty",
	};

	for (size_t i = 0; i < BH_COUNT(paths); i++)
		if (bh_str_eq(path, paths[i]))
			return true;
	return false;
}

/* A device by a bind mount is a device all the same. */
static bool judge_device(struct judging *j, const struct source *source)
{
	const struct oci_strings *allow = &j->n->profile->devices->allow;
	const char *path = source->lineage.path;

	if (!S_ISCHR(source->host->type) && !S_ISBLK(source->host->type))
		return false;
	if (!is_default_device(path) && !bh_narrow_matches(allow, path))
		refuse(j, source, "a device of the host", "devices.allow");
	return true;
}

static bool is_writable(const struct oci_strings *places, const char *path)
{
	return bh_path_is(path, BH_PATH_ENGINE) ||
	       bh_narrow_matches(places, path);
}

static void judge_writable(struct judging *j, const struct source *source)
{
	const struct oci_strings *writable = &j->n->profile->mounts->writable;

	bool outside = !is_writable(writable, source->lineage.path);

	/* To connect to a socket is to write, whatever the mount is. */
	if (!source->writable && !S_ISSOCK(source->host->type))
		return;
	for (const char **alias = source->aliases; *alias; alias++)
		outside |= !is_writable(writable, *alias);
	if (outside)
		refuse(j, source,
		       "outside of the places that may be written to",
		       "mounts.writable");
}

/* By the names that it has elsewhere. */
static const struct bh_path_rule *find_by_aliases(const struct source *source)
{
	const struct bh_path_rule *rule = NULL;

	for (const char **alias = source->aliases; !rule && *alias; alias++)
		if (!bh_path_is(*alias, BH_PATH_ENGINE))
			rule = find_by_path(*alias);
	return rule;
}

static bool is_private(const struct source *source)
{
	for (const char **alias = source->aliases; *alias; alias++)
		if (bh_path_is_private(*alias))
			return true;
	return bh_path_is_private(source->lineage.path);
}

static bool is_secret(const struct judging *j, const struct source *source)
{
	return is_private(source) ||
	       bh_narrow_is_linked(j->n->host, source->host);
}

static const struct bh_path_rule *find_rule(struct judging *j,
					    const struct source *source)
{
	const char *path = source->lineage.path;
	const struct bh_path_rule *rule = find_by_mounts(j, source);

	if (!rule && !is_bundles(j, path))
		rule = find_by_aliases(source);
	/* What engines keep is theirs, unless it is a mount of something else:
	 * a volume can be one of /etc. */
	if (rule || bh_path_is(path, BH_PATH_ENGINE))
		return rule;
	rule = find_by_path(path);
	if (!rule)
		rule = find_by_parents(j, &source->lineage);
	/* Engines keep bundles below /run. */
	if (rule && rule->kind == BH_PATH_SYSTEM && is_bundles(j, path))
		return NULL;
	return rule;
}

static void judge(struct judging *j, const struct source *source)
{
	const char *path = source->lineage.path;
	const struct bh_path_rule *rule;

	if (bh_narrow_matches(&j->n->profile->mounts->allow, path) ||
	    judge_device(j, source))
		return;
	know_host(j);
	rule = find_rule(j, source);
	if (rule && !may_hold_credentials(j, rule))
		refuse_by_rule(j, source, rule);
	if (rule)
		return;
	if (is_secret(j, source) && j->n->profile->credentials->paths.value !=
					    BH_CREDENTIAL_PATHS_ALLOW)
		refuse(j, source, "a home directory, or hidden in one",
		       "mounts.allow");
	else if (!is_bundles(j, path))
		judge_writable(j, source);
}

/* ---- sources ----------------------------------------------------------------------- */

static bool trace(struct judging *j, struct source *source)
{
	struct bh_arena *arena = &j->n->spec->arena;
	struct bh_err err;

	if (bh_host_lineage(j->n->host, source->host, arena, &source->lineage,
			    &err) == 0) {
		source->aliases = bh_host_aliases(&j->mounts, source->host,
						  &source->lineage, arena);
		return true;
	}
	source->lineage.path = source->host->path;
	refuse(j, source, "it can't be found out what it is", NULL);
	return false;
}

/* Tokens of the cluster's control plane come unasked. */
static bool is_service_account(const struct bh_mount *mount, const char *path)
{
	return bh_str_eq(mount->target,
			 "/var/run/secrets/kubernetes.io/serviceaccount") ||
	       bh_str_eq(mount->target,
			 "/run/secrets/kubernetes.io/serviceaccount") ||
	       bh_path_relate(path, "/var/lib/kubelet/pods/*/volumes/"
				    "kubernetes.io~projected/"
				    "kube-api-access-*") >= BH_SAME;
}

static void empty(struct judging *j, struct bh_mount *mount, const char *field)
{
	struct bh_arena *arena = &j->n->spec->arena;
	const char **options = bh_arena_alloc(arena, 3 * sizeof(*options));

	options[0] = "nr_inodes=1";
	options[1] = "mode=555";
	*mount = (struct bh_mount){
		.kind = BH_MOUNT_FS,
		.origin = mount->origin,
		.target = mount->target,
		.type = "tmpfs",
		.source = "empty",
		.set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
		       MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
		.options = options,
	};
	bh_narrow_tighten(j->n, field,
			  "the cluster's credentials are left out; policy key "
			  "mounts.allow lets them in");
}

static void judge_mount(struct judging *j, struct bh_mount *mount)
{
	struct bh_arena *arena = &j->n->spec->arena;
	const char *pointer = mount->origin;
	struct source source = {
		.host = &j->n->paths[mount->wanted],
		.writable =
			!((mount->set | mount->set_all) & MOUNT_ATTR_RDONLY),
		.recursive = mount->recursive,
	};

	if (bh_starts_with(pointer, "config "))
		pointer += strlen("config ");
	source.field = bh_arena_printf(arena, "%s/source", pointer);
	if (!trace(j, &source))
		return;
	if (is_service_account(mount, source.lineage.path) &&
	    !bh_narrow_matches(&j->n->profile->mounts->allow,
			       source.lineage.path)) {
		empty(j, mount, pointer);
		return;
	}
	judge(j, &source);
	if ((mount->propagation == MS_SHARED ||
	     mount->propagation == MS_SLAVE) &&
	    !bh_narrow_matches(&j->n->profile->mounts->propagation,
			       source.lineage.path))
		refuse(j, &source, "mounts would go from one to the other",
		       "mounts.propagation");
}

static bool is_hosts_own(const struct judging *j, const char *path)
{
	return bh_path_holds_system(path) || bh_path_is(path, BH_PATH_FILE) ||
	       (bh_path_is(path, BH_PATH_SYSTEM) &&
		!bh_path_is(path, BH_PATH_ENGINE) && !is_bundles(j, path));
}

/* By any of its names. */
static bool is_hosts_root(const struct judging *j, const struct source *source)
{
	for (const char **alias = source->aliases; *alias; alias++)
		if (is_hosts_own(j, *alias))
			return true;
	return is_hosts_own(j, source->lineage.path);
}

static void judge_root(struct judging *j)
{
	struct bh_spec *spec = j->n->spec;
	struct source source = {
		.field = "/root/path",
		.host = &j->n->paths[spec->root],
	};
	const char *path;

	if (!trace(j, &source))
		return;
	path = source.lineage.path;
	if (bh_narrow_matches(&j->n->profile->mounts->allow, path))
		return;
	if (is_hosts_root(j, &source))
		refuse(j, &source, "the host's own is no root for containers",
		       "mounts.allow");
	if ((spec->root_propagation == MS_SHARED ||
	     spec->root_propagation == MS_SLAVE) &&
	    !bh_narrow_matches(&j->n->profile->mounts->propagation, path)) {
		spec->root_propagation = MS_PRIVATE;
		bh_narrow_tighten(j->n, "/linux/rootfsPropagation",
				  "mounts of the host don't come in later");
	}
}

void bh_narrow_sources(struct bh_narrowing *n)
{
	struct judging j = { .n = n };
	struct bh_err err;

	if (!bh_narrow_has_floors(n))
		return;
	bh_narrow_joined(n);
	if (n->spec->namespaces[OCI_NS_MOUNT].by_path)
		return;
	if (bh_host_mounts(n->host, &n->spec->arena, &j.mounts, &err) < 0) {
		bh_narrow_refuse(n, "/root/path", n->paths[n->spec->root].path,
				 "it can't be found out what is mounted where",
				 NULL);
		return;
	}
	judge_root(&j);
	for (size_t i = 0; i < n->spec->mount_count; i++)
		if (n->spec->mounts[i].kind == BH_MOUNT_BIND)
			judge_mount(&j, &n->spec->mounts[i]);
}
