/* SPDX-License-Identifier: Apache-2.0 */
/* Which profile is chosen, and what it becomes of those that it extends. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"
#include "tap.h"

static struct bh_policy *read(const char *text)
{
	struct bh_policy *policy = NULL;
	struct bh_err err = { 0 };

	if (!ok(bh_policy_parse("p", text, strlen(text), &policy, &err) == 0,
		"%s", text))
		diag("%s", err.text);
	return policy;
}

/* Chosen of the text, "" for no policy; NULL and the message's words. */
static struct bh_profile *
choose(const char *text, struct bh_profile_choice choice, const char *refusal)
{
	struct bh_policy *policy = *text ? read(text) : NULL;
	struct bh_profile *profile = NULL;
	struct bh_err err = { 0 };
	int r = bh_policy_choose(policy, &choice, &profile, &err);

	bh_policy_free(policy);
	if (refusal)
		ok(r == -EINVAL && strstr(err.text, refusal), "refused: %s",
		   err.text);
	else if (!ok(r == 0, "chosen"))
		diag("%s", err.text);
	return r == 0 ? profile : NULL;
}

static void is_chosen(const char *text, struct bh_profile_choice choice,
		      const char *name, enum bh_rank rank)
{
	struct bh_profile *profile = choose(text, choice, NULL);

	if (!profile)
		return;
	is_str(profile->name, name, "by name");
	is_int(profile->rank, rank, "%s: by rank", name);
	bh_profile_free(profile);
}

#define BY(...) ((struct bh_profile_choice){ __VA_ARGS__ })

static void check_choice(void)
{
	static const char two[] =
		"{\"defaultProfile\":\"a\",\"profiles\":{\"a\":{\"extends\":"
		"\"b\"},\"b\":{\"extends\":\"nested\"}}}";
	static const char listed[] =
		"{\"defaultProfile\":\"nested\",\"annotationProfiles\":"
		"[\"strict\",\"agent\",\"oci\"]}";

	is_chosen("", BY(0), "agent", BH_RANK_AGENT);
	is_chosen("{}", BY(0), "agent", BH_RANK_AGENT);
	is_chosen("", BY(.flag = "strict"), "strict", BH_RANK_STRICT);
	is_chosen("", BY(.program = "oci"), "oci", BH_RANK_OCI);
	is_chosen("", BY(.flag = "strict", .program = "oci"), "strict",
		  BH_RANK_STRICT);
	is_chosen(two, BY(0), "a", BH_RANK_NESTED);
	is_chosen(two, BY(.program = "strict"), "strict", BH_RANK_STRICT);
	(void)choose("", BY(.flag = "x"), "there is no profile x");
	(void)choose(two, BY(.program = "c"), "there is no profile c");
	is_chosen(listed, BY(.annotation = "strict"), "strict", BH_RANK_STRICT);
	is_chosen(listed, BY(.annotation = "agent"), "agent", BH_RANK_AGENT);
	is_chosen(listed, BY(.annotation = "nested"), "nested", BH_RANK_NESTED);
	(void)choose(listed, BY(.annotation = "oci"), "is weaker than nested");
	(void)choose(listed, BY(.annotation = "a"), "is no built-in profile");
	(void)choose("", BY(.annotation = "strict"), "may not pick");
	(void)choose("{\"annotationProfiles\":[]}", BY(.annotation = "strict"),
		     "may not pick");
}

static void check_overlay(void)
{
	static const char text[] =
		"{\"profiles\":{\"low\":{\"extends\":\"strict\",\"capabilities\":"
		"{\"allow\":[]},\"resources\":{\"memory\":\"1GiB\"},\"mounts\":"
		"{\"types\":[\"bind\"]}},\"high\":{\"extends\":\"low\","
		"\"resources\":{\"pids\":5},\"tmpfs\":{}}}}";
	struct bh_profile *p = choose(text, BY(.flag = "high"), NULL);

	if (!p)
		return;
	ok(p->capabilities->allow.set && p->capabilities->allow.len == 0,
	   "an empty list replaces");
	is_int(p->resources->pids.value, 5, "its own member");
	is_str(p->resources->memory, "1GiB", "beside an inherited one");
	is_int(p->mounts->types.len, 1, "a list is replaced");
	ok(p->mounts->writable.len > 3, "its neighbour is not");
	is_int(p->tmpfs.len, 0, "an empty map replaces");
	is_int(p->rank, BH_RANK_STRICT, "the rank of its base");
	is_str(p->extends, "strict", "what it is kept by");
	bh_profile_free(p);
}

static void check_kept(void)
{
	struct bh_profile *p = bh_profile_builtin("nested"), *again = NULL;
	struct bh_err err = { 0 };
	size_t len = 0;
	char *text = bh_profile_print(p, &len);

	is_int(bh_profile_parse(text, len, &again, &err), 0, "read again");
	if (again) {
		size_t again_len = 0;
		char *second = bh_profile_print(again, &again_len);

		is_str(second, text, "and the same");
		is_int(again->rank, BH_RANK_NESTED, "with its rank");
		free(second);
	}
	free(text);
	bh_profile_free(again);
	bh_profile_free(p);
	ok(!bh_profile_builtin("other"), "there are four");
}

int main(void)
{
	check_choice();
	check_overlay();
	check_kept();
	return done_testing();
}
