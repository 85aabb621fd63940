/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/str.h"
#include "host/guarded.h"
#include "policy/policy.h"
#include "policy/profile-table.h"

/* Nobody writes a longer one. */
#define MAX_POLICY (1u << 20)

#define DEFAULT_PROFILE "agent"

#define SELF struct bh_policy
static const struct oci_row policy_rows[] = {
	STRING("defaultProfile", default_profile, INERT),
	STRINGS("annotationProfiles", annotation_profiles, INERT),
	{ OCI_ROW("profiles", MAP, INERT,
		  OCI_LIST_AT(profiles, struct bh_profile)),
	  .table = &bh_profile_table },
	{ OCI_ROW("agentHooks", OBJECT, INERT,
		  OCI_AT(agent_hooks, struct bh_agent_hooks *)),
	  .table = &bh_agent_hooks_table },
};
#undef SELF

static const struct oci_table policy_table = {
	sizeof(struct bh_policy),
	BH_COUNT(policy_rows),
	policy_rows,
};

bool bh_profile_is_builtin(const char *name)
{
	return bh_str_eq(name, "agent") || bh_str_eq(name, "strict") ||
	       bh_str_eq(name, "nested") || bh_str_eq(name, "oci");
}

struct bh_profile *bh_policy_find(const struct bh_policy *policy,
				  const char *name)
{
	for (size_t i = 0; policy && i < policy->profiles.len; i++)
		if (bh_str_eq(policy->profiles.items[i].name, name))
			return &policy->profiles.items[i];
	return NULL;
}

static const char *extended(const struct bh_profile *profile)
{
	return profile->extends ? profile->extends : DEFAULT_PROFILE;
}

/* The built-in profile that a name ends in; NULL with err. */
static const char *find_base(const struct bh_policy *policy, const char *name,
			     struct bh_err *err)
{
	const char *at = name;

	for (size_t i = 0; i <= (policy ? policy->profiles.len : 0); i++) {
		const struct bh_profile *profile;

		if (bh_profile_is_builtin(at))
			return at;
		profile = bh_policy_find(policy, at);
		if (!profile) {
			(void)bh_refuse(err, "there is no profile %s", at);
			(void)bh_hint(err, "built-in are agent, strict, nested "
					   "and oci; a policy has others in "
					   "profiles");
			return NULL;
		}
		at = extended(profile);
	}
	(void)bh_refuse(err, "the profile %s extends itself in a circle", name);
	return NULL;
}

static int check(const struct bh_policy *policy, struct bh_err *err)
{
	for (size_t i = 0; i < policy->profiles.len; i++) {
		const char *name = policy->profiles.items[i].name;

		if (bh_profile_is_builtin(name))
			return bh_refuse(err,
					 "/profiles/%s: that is a built-in "
					 "profile; choose another name and let "
					 "it extend %s",
					 name, name);
		if (!find_base(policy, name, err))
			return bh_context(err, "/profiles/%s", name);
	}
	for (size_t i = 0; i < policy->annotation_profiles.len; i++)
		if (!bh_profile_is_builtin(
			    policy->annotation_profiles.items[i]))
			return bh_refuse(err,
					 "/annotationProfiles/%zu: %s is no "
					 "built-in profile, and an annotation "
					 "can pick no other",
					 i,
					 policy->annotation_profiles.items[i]);
	if (policy->default_profile &&
	    !find_base(policy, policy->default_profile, err))
		return bh_context(err, "/defaultProfile");
	return 0;
}

int bh_policy_parse(const char *file, const char *text, size_t len,
		    struct bh_policy **ret, struct bh_err *err)
{
	struct oci_error error;
	void *object;
	int r;

	if (oci_table_read_strict(&policy_table, text, len, &object, &error) <
	    0)
		return bh_refuse(err,
				 "read the policy %s: line %zu, column %zu: "
				 "%s%s%s",
				 file, error.line, error.column, error.pointer,
				 error.pointer[0] ? ": " : "", error.message);
	r = check(object, err);
	if (r < 0) {
		bh_policy_free(object);
		return bh_context(err, "read the policy %s", file);
	}
	*ret = object;
	return 0;
}

int bh_policy_read(const char *file, struct bh_policy **ret, struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };
	bh_autoclose int fd = bh_guarded_open("policy", file, err);
	int r;

	if (fd < 0)
		return fd;
	r = bh_read_all(fd, MAX_POLICY, &text);
	if (r < 0)
		return bh_fail(err, -r, "read the policy %s", file);
	return bh_policy_parse(file, text.data ? text.data : "", text.len, ret,
			       err);
}

char *bh_policy_print(const struct bh_policy *policy, size_t *ret_len)
{
	return oci_table_write(&policy_table, policy, ret_len);
}

struct bh_policy *bh_policy_copy(const struct bh_policy *policy)
{
	bh_autofree char *text = NULL;
	struct oci_error error;
	void *object;
	size_t len;

	text = bh_policy_print(policy, &len);
	/* What was read once can be read again. */
	if (oci_table_read_strict(&policy_table, text, len, &object, &error) <
	    0)
		abort();
	return object;
}

void bh_policy_free(struct bh_policy *policy)
{
	if (policy)
		oci_table_free(&policy_table, policy);
}

/* ---- choosing ---------------------------------------------------------------- */

/* From the built-in one upwards; what it takes from the policy is gone there. */
static struct bh_profile *resolve(const struct bh_policy *policy,
				  const char *name)
{
	struct bh_profile *own = bh_policy_find(policy, name), *profile;
	char *base;

	if (!own)
		return bh_profile_builtin(name);
	profile = resolve(policy, extended(own));
	base = profile->extends;
	profile->extends = NULL;
	bh_profile_overlay(profile, own);
	/* The overlay has exchanged these, too. */
	free(profile->extends);
	profile->extends = base;
	free(profile->name);
	profile->name = bh_strdup(name);
	return profile;
}

/* Swap is limited together with memory (config-linux.md): alone it would hold for
 * some containers only. */
static int check_limits(const struct bh_profile *profile, struct bh_err *err)
{
	const struct bh_profile_resources *resources = profile->resources;

	if (!resources->swap || resources->memory)
		return 0;
	(void)bh_refuse(err,
			"the profile %s: resources.swap does not hold for a "
			"container without a limit of memory",
			profile->name);
	return bh_hint(err, "give resources.memory, too");
}

static int check_annotation(const struct bh_policy *policy,
			    const struct bh_profile *chosen,
			    const struct bh_profile *wanted, struct bh_err *err)
{
	bool listed = false;

	for (size_t i = 0; policy && i < policy->annotation_profiles.len; i++)
		listed |= bh_str_eq(policy->annotation_profiles.items[i],
				    wanted->name);
	if (!listed) {
		(void)bh_refuse(err,
				"/annotations/%s: the annotation may not pick "
				"the profile %s",
				BH_PROFILE_ANNOTATION, wanted->name);
		return bh_hint(err, "allow it with policy key "
				    "annotationProfiles");
	}
	if (wanted->rank < chosen->rank)
		return bh_refuse(err,
				 "/annotations/%s: the profile %s is weaker "
				 "than %s",
				 BH_PROFILE_ANNOTATION, wanted->name,
				 chosen->name);
	return 0;
}

static int apply_annotation(const struct bh_policy *policy, const char *name,
			    struct bh_profile **chosen, struct bh_err *err)
{
	struct bh_profile *wanted;
	int r;

	if (!name || bh_str_eq(name, (*chosen)->name))
		return 0;
	wanted = bh_profile_builtin(name);
	if (!wanted)
		return bh_refuse(err,
				 "/annotations/%s: %s is no built-in profile, "
				 "and an annotation can pick no other",
				 BH_PROFILE_ANNOTATION, name);
	r = check_annotation(policy, *chosen, wanted, err);
	if (r < 0) {
		bh_profile_free(wanted);
		return r;
	}
	bh_profile_free(*chosen);
	*chosen = wanted;
	return 0;
}

const char *bh_policy_default(const struct bh_policy *policy)
{
	return policy && policy->default_profile ? policy->default_profile :
						   DEFAULT_PROFILE;
}

int bh_policy_choose(const struct bh_policy *policy,
		     const struct bh_profile_choice *choice,
		     struct bh_profile **ret, struct bh_err *err)
{
	const char *name = bh_policy_default(policy);
	struct bh_profile *profile;
	int r;

	if (choice->flag)
		name = choice->flag;
	else if (choice->program)
		name = choice->program;
	if (!find_base(policy, name, err))
		return bh_context(err, "choose a profile");
	profile = resolve(policy, name);
	r = check_limits(profile, err);
	if (r == 0)
		r = apply_annotation(policy, choice->annotation, &profile, err);
	if (r < 0)
		bh_profile_free(profile);
	else
		*ret = profile;
	return r;
}
