/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/mem.h"
#include "base/str.h"
#include "policy/credentials.h"
#include "policy/edit.h"

/* What allow-env adds where the default profile is built in. */
#define LOCAL_PROFILE "local"

#define FILE_MODE 0644
#define DIR_MODE  0755

/* ---- showing ------------------------------------------------------------------ */

/* Put the profile of a name, whole, at the end of effective's. */
static int add_resolved(const struct bh_policy *policy, const char *name,
			struct bh_policy *effective, struct bh_err *err)
{
	const struct bh_profile_choice choice = { .flag = name };
	struct bh_policy *copy = policy ? bh_policy_copy(policy) : NULL;
	struct bh_profile *profile;
	int r = bh_policy_choose(copy, &choice, &profile, err);

	bh_policy_free(copy);
	if (r < 0)
		return r;
	effective->profiles.items = bh_realloc(effective->profiles.items,
					       effective->profiles.len + 1,
					       sizeof(*profile));
	effective->profiles.items[effective->profiles.len++] = *profile;
	effective->profiles.set = true;
	free(profile);
	return 0;
}

static int add_all(const struct bh_policy *policy, struct bh_policy *effective,
		   struct bh_err *err)
{
	static const char *const builtin[] = { "agent", "strict", "nested",
					       "oci" };
	int r = 0;

	for (size_t i = 0; r == 0 && i < BH_COUNT(builtin); i++)
		r = add_resolved(policy, builtin[i], effective, err);
	for (size_t i = 0; r == 0 && policy && i < policy->profiles.len; i++)
		r = add_resolved(policy, policy->profiles.items[i].name,
				 effective, err);
	return r;
}

static void copy_strings(const struct oci_strings *from, struct oci_strings *to)
{
	to->set = true;
	to->items = bh_calloc(from->len, sizeof(*to->items));
	for (; to->len < from->len; to->len++)
		to->items[to->len] = bh_strdup(from->items[to->len]);
}

static struct bh_agent_hooks *copy_agent_hooks(const struct bh_policy *policy)
{
	struct bh_agent_hooks *copy = NULL;
	bh_autofree char *text = NULL;
	struct bh_err ignored;
	size_t len;

	if (!policy || !policy->agent_hooks)
		return NULL;
	text = bh_agent_hooks_print(policy->agent_hooks, &len);
	/* What was read once can be read again. */
	(void)bh_agent_hooks_parse(text, len, &copy, &ignored);
	return copy;
}

int bh_policy_show(const struct bh_policy *policy, const char *name, char **ret,
		   size_t *ret_len, struct bh_err *err)
{
	static const struct oci_strings none = { 0 };
	struct bh_policy *effective = bh_calloc(1, sizeof(*effective));
	int r;

	effective->default_profile = bh_strdup(bh_policy_default(policy));
	copy_strings(policy ? &policy->annotation_profiles : &none,
		     &effective->annotation_profiles);
	effective->agent_hooks = copy_agent_hooks(policy);
	r = name ? add_resolved(policy, name, effective, err) :
		   add_all(policy, effective, err);
	if (r == 0)
		*ret = bh_policy_print(effective, ret_len);
	bh_policy_free(effective);
	return r;
}

/* ---- changing ------------------------------------------------------------------ */

static struct bh_profile *add_profile(struct bh_policy *policy,
				      const char *name, const char *extends)
{
	struct bh_profile *profile;

	policy->profiles.items = bh_realloc(policy->profiles.items,
					    policy->profiles.len + 1,
					    sizeof(*policy->profiles.items));
	profile = &policy->profiles.items[policy->profiles.len++];
	*profile = (struct bh_profile){
		.name = bh_strdup(name),
		.extends = bh_strdup(extends),
	};
	policy->profiles.set = true;
	return profile;
}

static int refuse_builtin(const char *name, struct bh_err *err)
{
	(void)bh_refuse(err,
			"change the policy: the profile %s is built in and "
			"can't be changed",
			name);
	return bh_hint(err, "add a profile that extends it, and name that; see "
			    "bulkhead-policy(5)");
}

/* The profile to be changed, of the policy's own; NULL with err. */
static struct bh_profile *find_own(struct bh_policy *policy, const char *name,
				   struct bh_err *err)
{
	const char *wanted = name ? name : bh_policy_default(policy);
	struct bh_profile *profile = bh_policy_find(policy, wanted);

	if (profile)
		return profile;
	if (name && bh_profile_is_builtin(name)) {
		(void)refuse_builtin(name, err);
		return NULL;
	}
	if (name) {
		(void)bh_refuse(
			err, "change the policy: there is no profile %s", name);
		return NULL;
	}
	if (bh_policy_find(policy, LOCAL_PROFILE)) {
		(void)bh_refuse(err,
				"change the policy: the default profile is "
				"%s, and there is a profile %s already",
				wanted, LOCAL_PROFILE);
		(void)bh_hint(err, "name the profile to be changed by "
				   "--profile");
		return NULL;
	}
	profile = add_profile(policy, LOCAL_PROFILE, wanted);
	free(policy->default_profile);
	policy->default_profile = bh_strdup(LOCAL_PROFILE);
	return profile;
}

/* The list is replaced, not added to, so that it begins with what holds now. */
static int inherit_list(const struct bh_policy *policy,
			struct bh_profile *profile, struct bh_err *err)
{
	const struct bh_profile_choice choice = { .flag = profile->name };
	struct bh_policy *copy = bh_policy_copy(policy);
	struct bh_profile *whole;
	int r = bh_policy_choose(copy, &choice, &whole, err);

	bh_policy_free(copy);
	if (r < 0)
		return r;
	if (!profile->credentials)
		profile->credentials =
			bh_calloc(1, sizeof(*profile->credentials));
	if (!profile->credentials->allow_env.set)
		copy_strings(&whole->credentials->allow_env,
			     &profile->credentials->allow_env);
	bh_profile_free(whole);
	return 0;
}

static int add_name(struct bh_policy *policy, struct bh_profile *profile,
		    const char *name, struct bh_err *err)
{
	struct oci_strings *list;
	int r = inherit_list(policy, profile, err);

	if (r < 0)
		return r;
	list = &profile->credentials->allow_env;
	for (size_t i = 0; i < list->len; i++)
		if (bh_str_eq(list->items[i], name))
			return 0;
	list->items =
		bh_realloc(list->items, list->len + 1, sizeof(*list->items));
	list->items[list->len++] = bh_strdup(name);
	return 0;
}

static int check_name(const char *name, struct bh_err *err)
{
	if (!*name || strchr(name, '='))
		return bh_refuse(err,
				 "change the policy: \"%s\" is no name of an "
				 "environment variable",
				 name);
	if (bh_credential_of(name) != BH_CREDENTIAL_CONTROL)
		return 0;
	(void)bh_refuse(err,
			"change the policy: %s commands a cloud or a host, and "
			"no list allows it",
			name);
	return bh_hint(err, "if a container must have it, give it a profile "
			    "with \"credentials\": {\"env\": \"allow\"}");
}

/* ---- the file -------------------------------------------------------------------- */

/* A name of our own beside the file; then it is the file, at once. */
static int replace(int dir_fd, const char *name, const char *text, size_t len,
		   const struct stat *old)
{
	bh_autobuf struct bh_buf temporary = { 0 };
	bh_autoclose int fd = -1;
	int r;

	bh_buf_printf(&temporary, ".%s.%d.new", name, (int)getpid());
	(void)unlinkat(dir_fd, temporary.data, 0);
	fd = openat(dir_fd, temporary.data,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    FILE_MODE);
	if (fd < 0)
		return -errno;
	r = bh_write_all(fd, text, len);
	if (r == 0 && old->st_ino &&
	    (fchown(fd, old->st_uid, old->st_gid) < 0 ||
	     fchmod(fd, old->st_mode & 07777) < 0))
		r = -errno;
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	if (r == 0 && renameat(dir_fd, temporary.data, dir_fd, name) < 0)
		r = -errno;
	if (r < 0)
		(void)unlinkat(dir_fd, temporary.data, 0);
	return r < 0 || fsync(dir_fd) == 0 ? r : -errno;
}

/* The directory of a file, made if only it is missing, and locked until its
 * descriptor is closed; *ret_name is the rest. */
static int open_dir(const char *file, const char **ret_name, struct bh_err *err)
{
	const char *slash = strrchr(file, '/');
	bh_autofree char *dir = bh_strdup(slash ? file : ".");
	bh_autoclose int fd = -1;

	if (slash)
		dir[slash == file ? 1 : slash - file] = '\0';
	*ret_name = slash ? slash + 1 : file;
	if (mkdir(dir, DIR_MODE) < 0 && errno != EEXIST)
		return bh_fail(err, errno, "make the directory %s", dir);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || flock(fd, LOCK_EX) < 0)
		return bh_fail(err, errno, "open the directory %s", dir);
	return bh_steal_fd(&fd);
}

static int read_or_begin(const char *file, struct bh_policy **ret,
			 struct bh_err *err)
{
	int r = bh_policy_read(file, ret, err);

	if (r != -ENOENT)
		return r;
	*ret = bh_calloc(1, sizeof(**ret));
	return 0;
}

static int change(struct bh_policy *policy, const char *profile_name,
		  const char *name, char **ret_profile, struct bh_err *err)
{
	struct bh_profile *profile = find_own(policy, profile_name, err);
	int r = profile ? add_name(policy, profile, name, err) : -err->errnum;

	if (r == 0)
		*ret_profile = bh_strdup(profile->name);
	return r;
}

static int change_file(int dir_fd, const char *base, const char *file,
		       struct bh_policy *policy, struct bh_err *err)
{
	bh_autofree char *text = NULL;
	struct stat old = { 0 };
	size_t len;
	int r;

	text = bh_policy_print(policy, &len);
	(void)fstatat(dir_fd, base, &old, 0);
	r = replace(dir_fd, base, text, len, &old);
	return r < 0 ? bh_fail(err, -r, "write the policy %s", file) : 0;
}

int bh_policy_allow_env(const char *file, const char *profile, const char *name,
			char **ret_profile, struct bh_err *err)
{
	/* Behind links: what they stand for is replaced, not they. */
	bh_autofree char *whole = realpath(file, NULL);
	const char *path = whole ? whole : file, *base;
	struct bh_policy *policy = NULL;
	bh_autoclose int dir_fd = -1;
	char *changed = NULL;
	int r = check_name(name, err);

	if (r < 0)
		return r;
	dir_fd = open_dir(path, &base, err);
	r = dir_fd < 0 ? dir_fd : read_or_begin(path, &policy, err);
	if (r == 0)
		r = change(policy, profile, name, &changed, err);
	if (r == 0)
		r = change_file(dir_fd, base, file, policy, err);
	bh_policy_free(policy);
	if (r < 0)
		free(changed);
	else
		*ret_profile = changed;
	return r;
}
