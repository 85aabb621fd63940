/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/str.h"
#include "policy/cap.h"
#include "policy/glob.h"
#include "policy/sizes.h"

struct capping {
	const struct bh_profile *ceiling;
	const struct bh_profile *profile;
	struct bh_err *err;
};

static int refuse(const struct capping *c, const char *key, const char *value)
{
	(void)bh_refuse(c->err,
			"the profile %s: %s: %s is more than the host's "
			"profile %s allows",
			c->profile->name, key, value, c->ceiling->name);
	return bh_hint(c->err, "a user's policy can only be stricter; the "
			       "host's is " BH_POLICY_FILE);
}

/* ---- lists ----------------------------------------------------------------------- */

/* Whether all that wanted matches is matched by allowed; rather no than too much. */
static bool covers(const char *allowed, const char *wanted)
{
	size_t len = strlen(allowed), head = strcspn(allowed, "*");
	bool open_end = len >= 2 && head == len - 2 &&
			bh_str_eq(allowed + head, "**");

	if (bh_str_eq(allowed, wanted) || bh_str_eq(allowed, "**"))
		return true;
	if (!strchr(wanted, '*'))
		return bh_glob(allowed, wanted);
	return open_end && strncmp(allowed, wanted, head) == 0 &&
	       strcspn(wanted, "*") >= head;
}

static bool has(const struct oci_strings *list, const char *wanted, bool globs)
{
	for (size_t i = 0; i < list->len; i++)
		if (globs ? covers(list->items[i], wanted) :
			    bh_str_eq(list->items[i], wanted) ||
				    bh_str_eq(list->items[i], "*"))
			return true;
	return false;
}

static int cap_lists(const struct capping *c)
{
	const struct bh_profile *p = c->profile, *top = c->ceiling;
	const struct {
		const char *key;
		const struct oci_strings *list, *ceiling;
		bool globs;
	} lists[] = {
		{ "capabilities.allow", &p->capabilities->allow,
		  &top->capabilities->allow, false },
		{ "seccomp.allow", &p->seccomp->allow, &top->seccomp->allow,
		  false },
		{ "writable", &p->writable, &top->writable, false },
		{ "namespaces.host", &p->namespaces->host,
		  &top->namespaces->host, false },
		{ "mounts.allow", &p->mounts->allow, &top->mounts->allow,
		  true },
		{ "mounts.writable", &p->mounts->writable,
		  &top->mounts->writable, true },
		{ "mounts.types", &p->mounts->types, &top->mounts->types,
		  false },
		{ "mounts.propagation", &p->mounts->propagation,
		  &top->mounts->propagation, true },
		{ "devices.allow", &p->devices->allow, &top->devices->allow,
		  true },
		{ "sysctl.allow", &p->sysctl->allow, &top->sysctl->allow,
		  true },
		{ "credentials.allowEnv", &p->credentials->allow_env,
		  &top->credentials->allow_env, false },
	};

	for (size_t i = 0; i < BH_COUNT(lists); i++)
		for (size_t k = 0; k < lists[i].list->len; k++)
			if (!has(lists[i].ceiling, lists[i].list->items[k],
				 lists[i].globs))
				return refuse(c, lists[i].key,
					      lists[i].list->items[k]);
	return 0;
}

/* ---- choices ---------------------------------------------------------------------- */

/* From the strictest on: how much each value allows. */
static int cap_choices(const struct capping *c)
{
	static const int in_order[] = { 0, 1, 2 };
	static const int userns[] = {
		[BH_USERNS_AUTO] = 0, [BH_USERNS_AS_CONFIGURED] = 1
	};
	static const int landlock[] = { [BH_LANDLOCK_REQUIRE] = 0,
					[BH_LANDLOCK_BEST_EFFORT] = 1,
					[BH_LANDLOCK_OFF] = 2 };
	static const int hooks[] = {
		[BH_HOOKS_REFUSE] = 0, [BH_HOOKS_TRUSTED] = 1, [BH_HOOKS_ANY] = 2
	};
	static const int outbound[] = { [BH_OUTBOUND_REQUIRE] = 0,
					[BH_OUTBOUND_ENFORCE] = 1,
					[BH_OUTBOUND_OFF] = 2 };
	const struct bh_profile *p = c->profile, *top = c->ceiling;
	const struct {
		const char *key;
		int value, ceiling;
		const int *order;
	} choices[] = {
		{ "seccomp.filter", p->seccomp->filter.value,
		  top->seccomp->filter.value, in_order },
		{ "rootfs", p->rootfs.value, top->rootfs.value, in_order },
		{ "credentials.env", p->credentials->env.value,
		  top->credentials->env.value, in_order },
		{ "credentials.paths", p->credentials->paths.value,
		  top->credentials->paths.value, in_order },
		{ "userns", p->userns.value, top->userns.value, userns },
		{ "landlock", p->landlock.value, top->landlock.value,
		  landlock },
		{ "hooks", p->hooks.value, top->hooks.value, hooks },
		{ "selinux.label", p->selinux->label.value,
		  top->selinux->label.value, in_order },
		{ "workspace.inbound", p->workspace->inbound.value,
		  top->workspace->inbound.value, in_order },
		{ "workspace.outbound", p->workspace->outbound.value,
		  top->workspace->outbound.value, outbound },
		{ "runAsNonRoot", !p->run_as_non_root.value,
		  !top->run_as_non_root.value, in_order },
	};

	for (size_t i = 0; i < BH_COUNT(choices); i++)
		if (choices[i].order[choices[i].value] >
		    choices[i].order[choices[i].ceiling])
			return refuse(c, choices[i].key, "what it has");
	return 0;
}

/* ---- numbers ------------------------------------------------------------------------ */

/* No ceiling is 0, and so is none at all. */
static int cap_number(const struct capping *c, const char *key, uint64_t value,
		      uint64_t ceiling)
{
	if (!ceiling || (value && value <= ceiling))
		return 0;
	return refuse(c, key, value ? "what it has" : "no limit");
}

static int cap_size(const struct capping *c, const char *key, const char *value,
		    const char *ceiling)
{
	uint64_t number = 0, top = 0;

	/* Both were checked when they were read. */
	if (value)
		(void)bh_size_parse(value, &number);
	if (ceiling)
		(void)bh_size_parse(ceiling, &top);
	return ceiling && (!value || number > top) ?
		       refuse(c, key, value ? value : "no limit") :
		       0;
}

static int cap_resources(const struct capping *c)
{
	const struct bh_profile_resources *p = c->profile->resources;
	const struct bh_profile_resources *top = c->ceiling->resources;
	int r = cap_number(c, "resources.pids", p->pids.value, top->pids.value);

	if (r == 0)
		r = cap_size(c, "resources.memory", p->memory, top->memory);
	if (r == 0)
		r = cap_size(c, "resources.swap", p->swap, top->swap);
	if (r == 0)
		r = cap_number(c, "resources.cpus", p->cpus.value,
			       top->cpus.value);
	return r < 0 ? r :
		       cap_number(c, "resources.deadline", p->deadline.value,
				  top->deadline.value);
}

static int cap_tmpfs(const struct capping *c)
{
	for (size_t i = 0; i < c->profile->tmpfs.len; i++) {
		const struct oci_pair *wanted = &c->profile->tmpfs.items[i];
		const char *top = NULL;
		int r;

		for (size_t k = 0; k < c->ceiling->tmpfs.len; k++)
			if (bh_str_eq(c->ceiling->tmpfs.items[k].key,
				      wanted->key))
				top = c->ceiling->tmpfs.items[k].value;
		r = top ? cap_size(c, "tmpfs", wanted->value, top) :
			  refuse(c, "tmpfs", wanted->key);
		if (r < 0)
			return r;
	}
	return 0;
}

/* ---- all of it ---------------------------------------------------------------------- */

static void add_missing(struct oci_strings *list,
			const struct oci_strings *ceiling)
{
	for (size_t i = 0; i < ceiling->len; i++) {
		if (has(list, ceiling->items[i], false))
			continue;
		list->items = bh_realloc(list->items, list->len + 1,
					 sizeof(*list->items));
		list->items[list->len++] = bh_strdup(ceiling->items[i]);
		list->set = true;
	}
}

int bh_profile_cap(struct bh_profile *profile, const struct bh_profile *ceiling,
		   struct bh_err *err)
{
	const struct capping c = { ceiling, profile, err };
	int r = cap_lists(&c);

	if (r == 0)
		r = cap_choices(&c);
	if (r == 0)
		r = cap_resources(&c);
	/* A root that is as configured needs no room in memory. */
	if (r == 0 && ceiling->rootfs.value != BH_ROOTFS_AS_CONFIGURED)
		r = cap_tmpfs(&c);
	if (r < 0)
		return r;
	add_missing(&profile->masked_paths, &ceiling->masked_paths);
	add_missing(&profile->readonly_paths, &ceiling->readonly_paths);
	if (profile->rank < ceiling->rank)
		profile->rank = ceiling->rank;
	return 0;
}

/* A home that is not the caller's own, as for root of a user namespace, has no policy
 * of hers. */
static bool is_there(const char *file)
{
	return access(file, F_OK) == 0 ||
	       (errno != ENOENT && errno != EACCES && errno != ENOTDIR);
}

/* ---- both files ---------------------------------------------------------------------- */

int bh_policies_read(const char *named, const char *users,
		     struct bh_policies *ret, struct bh_err *err)
{
	int r = bh_policy_read(named ? named : BH_POLICY_FILE, &ret->host, err);

	if (r == -ENOENT && !named)
		r = 0;
	if (r < 0 || named || !users || !is_there(users))
		return r;
	r = bh_policy_read(users, &ret->user, err);
	return r == -ENOENT ? 0 : r;
}

void bh_policies_clear(struct bh_policies *policies)
{
	bh_policy_free(policies->host);
	bh_policy_free(policies->user);
	*policies = (struct bh_policies){ 0 };
}

/* Whether it is the user's policy that has the profile that is wanted. */
static bool is_users(const struct bh_policies *policies,
		     const struct bh_profile_choice *choice)
{
	const char *name = choice->flag ? choice->flag : choice->program;

	if (!policies->user)
		return false;
	if (!name)
		return policies->user->default_profile;
	return bh_policy_find(policies->user, name);
}

int bh_policies_choose(const struct bh_policies *policies,
		       const struct bh_profile_choice *choice,
		       struct bh_profile **ret, struct bh_err *err)
{
	const struct bh_profile_choice none = { 0 };
	struct bh_profile *ceiling = NULL, *profile = NULL;
	int r;

	if (!is_users(policies, choice))
		return bh_policy_choose(policies->host, choice, ret, err);
	r = bh_policy_choose(policies->user, choice, &profile, err);
	if (r == 0)
		r = bh_policy_choose(policies->host, &none, &ceiling, err);
	if (r == 0)
		r = bh_profile_cap(profile, ceiling, err);
	bh_profile_free(ceiling);
	if (r < 0)
		bh_profile_free(profile);
	else
		*ret = profile;
	return r < 0 ? bh_context(err, "choose a profile") : 0;
}
