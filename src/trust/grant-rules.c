/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a grant must have and must not leave open.  It is asked when something
 * is granted and again when a grant is read, so that a document written by hand
 * is under the same rules.
 */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "trust/grant.h"

/* ---- what is left open ------------------------------------------------------- */

static bool has_star(const char *pattern)
{
	return strchr(pattern, '*') != NULL;
}

/*
 * Which of its commands a program is to carry out: its first argument, or its
 * own name where it goes by that (dockerd as libnetwork-setkey).
 */
static bool names_command(const struct bh_grant *grant)
{
	const struct oci_strings *pattern = &grant->wide->args_pattern;
	const char *program = strrchr(grant->path, '/') + 1;
	const char *self = strrchr(pattern->items[0], '/');

	self = self ? self + 1 : pattern->items[0];
	if (strcmp(self, program) != 0)
		return true;
	return pattern->len > 1 && !has_star(pattern->items[1]);
}

static int check_pattern(const struct bh_grant *grant, struct bh_err *err)
{
	const struct oci_strings *pattern = &grant->wide->args_pattern;
	const char *reason = NULL;
	enum bh_args_rule rule = bh_args_rule(grant->path, &reason);
	bool open = false;

	for (size_t i = 0; i < pattern->len; i++)
		open |= has_star(pattern->items[i]);
	if (pattern->len == 0)
		return bh_refuse(err, "/wide/argsPattern: without a pattern no "
				      "argument matches");
	if (has_star(pattern->items[0]))
		return bh_refuse(err, "/wide/argsPattern/0: under which name a "
				      "program runs can't be left open");
	if (open && rule == BH_ARGS_EXACT)
		return bh_refuse(err,
				 "/wide/argsPattern: the arguments of %s can't "
				 "be left open: %s",
				 grant->path, reason);
	if (open && rule == BH_ARGS_PATTERN && !names_command(grant))
		return bh_refuse(
			err,
			"/wide/argsPattern/1: the first argument of %s "
			"can't be left open: %s",
			grant->path, reason);
	return 0;
}

static int check_any_args(const struct bh_grant *grant, struct bh_err *err)
{
	const char *reason = NULL;

	if (bh_args_rule(grant->path, &reason) == BH_ARGS_FREE)
		return 0;
	return bh_refuse(err,
			 "/wide/anyArgs: the arguments of %s can't be left "
			 "open: %s",
			 grant->path, reason);
}

static bool is_packaged(const char *path)
{
	return bh_starts_with(path, "/usr/") || bh_starts_with(path, "/opt/") ||
	       bh_starts_with(path, "/lib/") || bh_starts_with(path, "/lib64/");
}

static int check_package(const struct bh_grant *grant, struct bh_err *err)
{
	const char *outside = is_packaged(grant->path) ? NULL : grant->path;

	for (size_t i = 0; i < grant->interpreters.len; i++)
		if (!is_packaged(grant->interpreters.items[i].path))
			outside = grant->interpreters.items[i].path;
	if (outside)
		return bh_refuse(err,
				 "/wide/followPackage: %s is not below /usr, "
				 "/opt or /lib",
				 outside);
	if (grant->stage.value == BH_START_CONTAINER)
		return bh_refuse(err, "/wide/followPackage: a startContainer "
				      "hook is the image's, whose packages are "
				      "nobody's");
	return 0;
}

static int check_any_env(const struct bh_grant *grant, struct bh_err *err)
{
	for (size_t i = 0; i < grant->env.len; i++)
		if (!bh_env_is_code(grant->env.items[i]))
			return bh_refuse(err,
					 "/env/%zu: with anyEnv only variables "
					 "stand here that are never left open",
					 i);
	return 0;
}

static int check_wide(const struct bh_grant *grant, struct bh_err *err)
{
	const struct bh_grant_wide *wide = grant->wide;
	int r = 0;

	if (wide->any_args.value && wide->args_pattern.set)
		return bh_refuse(err, "/wide: anyArgs and argsPattern exclude "
				      "each other");
	if (wide->any_args.value)
		r = check_any_args(grant, err);
	if (r == 0 && wide->args_pattern.set)
		r = check_pattern(grant, err);
	if (r == 0 && wide->follow_package.value)
		r = check_package(grant, err);
	if (r == 0 && wide->any_env.value)
		r = check_any_env(grant, err);
	return r;
}

/* ---- which members there are ------------------------------------------------- */

struct member {
	const char *name;
	bool set, wanted;
};

/* Each member is either wanted or must not be there. */
static int check_members(const struct member *members, size_t count,
			 struct bh_err *err)
{
	for (size_t i = 0; i < count; i++) {
		if (members[i].set && !members[i].wanted)
			return bh_refuse(err,
					 "/%s: this kind of grant has no such "
					 "member",
					 members[i].name);
		if (!members[i].set && members[i].wanted)
			return bh_refuse(err, "missing member \"%s\"",
					 members[i].name);
	}
	return 0;
}

static int check_hook(const struct bh_grant *grant, struct bh_err *err)
{
	static const struct bh_grant_wide nothing;
	const struct bh_grant_wide *wide = grant->wide ? grant->wide : &nothing;
	bool package = wide->follow_package.value;
	bool any_args = wide->any_args.value;
	const struct member members[] = {
		{ "stage", grant->stage.set, true },
		{ "digest", grant->digest != NULL, !bh_grant_is_wide(grant) },
		{ "content", grant->content != NULL, !package },
		{ "args", grant->args.set,
		  !any_args && !wide->args_pattern.set },
		{ "argumentFiles", grant->argument_files.set,
		  grant->argument_files.set && !any_args },
		{ "files", grant->files.set, false },
	};
	int r = check_members(members, BH_COUNT(members), err);

	for (size_t i = 0; r == 0 && i < grant->interpreters.len; i++)
		if (!grant->interpreters.items[i].digest == !package)
			r = bh_refuse(err,
				      package ? "/interpreters/%zu/digest: "
						"followPackage has none" :
						"/interpreters/%zu: missing "
						"member \"digest\"",
				      i);
	return r == 0 && grant->wide ? check_wide(grant, err) : r;
}

static int check_workspace(const struct bh_grant *grant, struct bh_err *err)
{
	const struct member members[] = {
		{ "digest", grant->digest != NULL, true },
		{ "files", grant->files.set, true },
		{ "stage", grant->stage.set, false },
		{ "content", grant->content != NULL, false },
		{ "interpreters", grant->interpreters.set, false },
		{ "args", grant->args.set, false },
		{ "env", grant->env.set, false },
		{ "timeout", grant->timeout.set, false },
		{ "argumentFiles", grant->argument_files.set, false },
		{ "wide", grant->wide != NULL, false },
	};

	return check_members(members, BH_COUNT(members), err);
}

int bh_grant_check(const struct bh_grant *grant, struct bh_err *err)
{
	if (grant->version.value != 1)
		return bh_refuse(err,
				 "/version: %llu is none that this bulkhead "
				 "knows",
				 (unsigned long long)grant->version.value);
	return grant->kind.value == BH_GRANT_HOOK ? check_hook(grant, err) :
						    check_workspace(grant, err);
}
