/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "base/mem.h"
#include "cli/command.h"
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

/* Every profile is resolved, as when a container is made. */
static int check(const char *file, struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };
	bh_autofree char *shown = NULL;
	struct bh_policy *policy = NULL;
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
	return r < 0 ? r : bh_print(text.data, text.len, err);
}

static int show(const struct bh_invocation *in, const char *file,
		struct bh_err *err)
{
	bh_autofree char *text = NULL;
	struct bh_policy *policy = NULL;
	size_t len;
	int r = read_policy(file, &policy, err);

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
