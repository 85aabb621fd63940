/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The host's policy, bulkhead-policy(5): which profile a container gets, and profiles of
 * the host's own.
 */
#ifndef BH_POLICY_POLICY_H
#define BH_POLICY_POLICY_H

#include "base/err.h"
#include "policy/profile.h"

#define BH_POLICY_FILE "/etc/bulkhead/policy.json"

/* A program of the host's own at the gate, bulkhead-policy(5). */
struct bh_agent_hook {
	char *path; /* absolute */
	struct oci_strings args; /* behind argv[0] */
	struct oci_u64 timeout;	 /* seconds; not set: BH_AGENT_TIMEOUT */
};

#define BH_AGENT_TIMEOUT 60

struct bh_agent_hooks {
	struct bh_agent_hook *before_trust, *on_refusal, *on_start, *on_exit;
};

struct bh_policy {
	char *default_profile; /* NULL: agent */
	struct oci_strings annotation_profiles;
	OCI_LIST(struct bh_profile) profiles; /* as written, not resolved */
	struct bh_agent_hooks *agent_hooks;   /* or NULL */
};

/*
 * Read a policy.  A file that others could have changed is refused, and so is
 * one with a word that nobody knows, a profile that extends none, a circle.
 * Free what was read.  -ENOENT without a message where there is no file.
 */
int bh_policy_read(const char *file, struct bh_policy **ret,
		   struct bh_err *err);
void bh_policy_free(struct bh_policy *policy);

/* The same from text; file is what messages call it. */
int bh_policy_parse(const char *file, const char *text, size_t len,
		    struct bh_policy **ret, struct bh_err *err);

/* The agent hooks on their own, as they are kept with a container: owned text,
 * and back.  NULL is {}. */
char *bh_agent_hooks_print(const struct bh_agent_hooks *hooks, size_t *ret_len);
int bh_agent_hooks_parse(const char *text, size_t len,
			 struct bh_agent_hooks **ret, struct bh_err *err);
void bh_agent_hooks_free(struct bh_agent_hooks *hooks);

/* A copy of its own; and its text, owned by the caller. */
struct bh_policy *bh_policy_copy(const struct bh_policy *policy);
char *bh_policy_print(const struct bh_policy *policy, size_t *ret_len);

/* The name of the profile that holds where nothing else is chosen; the policy's
 * own profile of a name, or NULL.  policy may be NULL. */
const char *bh_policy_default(const struct bh_policy *policy);
struct bh_profile *bh_policy_find(const struct bh_policy *policy,
				  const char *name);
bool bh_profile_is_builtin(const char *name);

/* Who asks for a profile; each may be NULL. */
struct bh_profile_choice {
	const char *flag;	/* --profile */
	const char *program;	/* X of a program called bulkhead-X */
	const char *annotation; /* org.bulkhead.profile */
};

#define BH_PROFILE_ANNOTATION "org.bulkhead.profile"

/*
 * Choose and resolve a profile: the flag's, the program's, the policy's default,
 * agent.  The annotation may pick a built-in one that the policy lists, and none
 * that is weaker.  policy may be NULL; what the profile takes of it is gone there.
 * Free it.  -EINVAL for a name that there is not, or that the annotation may not
 * pick.
 */
int bh_policy_choose(const struct bh_policy *policy,
		     const struct bh_profile_choice *choice,
		     struct bh_profile **ret, struct bh_err *err);

#endif
