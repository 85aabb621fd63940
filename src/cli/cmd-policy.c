/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/mem.h"
#include "cli/command.h"
#include "policy/cap.h"
#include "policy/edit.h"

static const struct bh_option options[] = {
	{ 0 },
};

/* No file is an error only where one was named. */
static int read_policy(const char *file, struct bh_policy **ret,
		       struct bh_err *err)
{
	int r = bh_policy_read(file ? file : BH_POLICY_FILE, ret, err);

	return r == -ENOENT && !file ? 0 : r;
}

/* Each of the user's profiles, held to the host's. */
static int check_users(const char *file, struct bh_buf *out, struct bh_err *err)
{
	struct bh_policies policies = { 0 };
	struct bh_policy *names = NULL;
	int r = bh_policies_read(NULL, file, &policies, err);

	names = bh_steal_ptr(policies.user);
	bh_policies_clear(&policies);
	if (r < 0 || !names)
		return r;
	for (size_t i = 0; r == 0 && i < names->profiles.len; i++) {
		const struct bh_profile_choice choice = {
			.flag = names->profiles.items[i].name,
		};
		struct bh_profile *profile = NULL;

		r = bh_policies_read(NULL, file, &policies, err);
		if (r == 0)
			r = bh_policies_choose(&policies, &choice, &profile,
					       err);
		if (r == 0)
			bh_profile_free(profile);
		bh_policies_clear(&policies);
	}
	if (r == 0)
		bh_buf_printf(out, "%s: %zu profile%s, %s holds\n", file,
			      names->profiles.len,
			      names->profiles.len == 1 ? "" : "s",
			      names->default_profile ? names->default_profile :
						       "the host's");
	bh_policy_free(names);
	return r;
}

/* Every profile is resolved, as when a container is made. */
static int check(const char *file, struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };
	bh_autofree char *shown = NULL;
	struct bh_policy *policy = NULL;
	struct bh_places places;
	size_t len;
	int r = read_policy(file, &policy, err);

	if (r == 0)
		r = bh_policy_show(policy, NULL, &shown, &len, err);
	if (r == 0 && !policy)
		bh_buf_printf(&text, "%s: there is none; agent holds\n",
			      BH_POLICY_FILE);
	else if (r == 0)
		bh_buf_printf(&text, "%s: %zu profile%s, %s holds\n",
			      file ? file : BH_POLICY_FILE,
			      policy->profiles.len,
			      policy->profiles.len == 1 ? "" : "s",
			      bh_policy_default(policy));
	bh_policy_free(policy);
	bh_places_find(&places);
	if (r == 0 && !file && places.policy)
		r = check_users(places.policy, &text, err);
	bh_places_clear(&places);
	return r < 0 ? r : bh_print(text.data, text.len, err);
}

/* One of the user's own, as it holds; *ret stays NULL where there is none. */
static int show_users(const struct bh_invocation *in, char **ret, size_t *len,
		      struct bh_err *err)
{
	const struct bh_profile_choice choice = { .flag = in->wishes.profile };
	struct bh_policies policies = { 0 };
	struct bh_profile *profile = NULL;
	struct bh_places places;
	int r;

	bh_places_find(&places);
	r = bh_policies_read(NULL, places.policy, &policies, err);
	if (r == 0 && policies.user &&
	    bh_policy_find(policies.user, in->wishes.profile)) {
		r = bh_policies_choose(&policies, &choice, &profile, err);
		if (r == 0)
			*ret = bh_profile_print(profile, len);
		bh_profile_free(profile);
	}
	bh_policies_clear(&policies);
	bh_places_clear(&places);
	return r;
}

static int show(const struct bh_invocation *in, const char *file,
		struct bh_err *err)
{
	bh_autofree char *text = NULL;
	struct bh_policy *policy = NULL;
	size_t len;
	int r = file || !in->wishes.profile ? 0 :
					      show_users(in, &text, &len, err);

	if (r < 0 || text)
		return r < 0 ? r : bh_print(text, len, err);
	r = read_policy(file, &policy, err);
	if (r == 0)
		r = bh_policy_show(policy, in->wishes.profile, &text, &len,
				   err);
	bh_policy_free(policy);
	return r < 0 ? r : bh_print(text, len, err);
}

static int allow_env(const struct bh_invocation *in, struct bh_err *err)
{
	const char *file = in->wishes.policy ? in->wishes.policy :
					       BH_POLICY_FILE;
	bh_autobuf struct bh_buf text = { 0 };
	bh_autofree char *profile = NULL;
	int r;

	if (!in->word)
		return bh_refuse(err, "read the command line: bulkhead policy "
				      "allow-env needs the name of a variable");
	r = bh_policy_allow_env(file, in->wishes.profile, in->word, &profile,
				err);
	if (r < 0)
		return r;
	bh_buf_printf(&text, "%s: containers of the profile %s may have %s\n",
		      file, profile, in->word);
	return bh_print(text.data, text.len, err);
}

static int work(struct bh_invocation *in, struct bh_err *err)
{
	const char *file = in->word ? in->word : in->wishes.policy;

	if (bh_str_eq(in->id, "check"))
		return check(file, err);
	if (bh_str_eq(in->id, "show"))
		return show(in, file, err);
	if (bh_str_eq(in->id, "allow-env"))
		return allow_env(in, err);
	return bh_refuse(err, "read the command line: bulkhead policy needs "
			      "check, show or allow-env");
}

const struct bh_command bh_cmd_policy = {
	.name = "policy",
	.summary = "check, show or change the host's policy",
	.words = BH_TWO_WORDS,
	.options = options,
	.run = work,
};
