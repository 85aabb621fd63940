/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Credentials in the environment of a program that may turn against whoever
 * gave them.  Found by name, and where a value has the form of a known one by
 * that.  A value is never shown.
 */
#include <string.h>

#include "base/str.h"
#include "policy/credentials.h"
#include "policy/glob.h"
#include "policy/narrow.h"

/* No environment variable that matters has a longer name. */
#define NAME_SIZE 256

static const struct {
	enum bh_credential tier; /* BH_CREDENTIAL_NONE: harmless */
	const char *pattern;
} names[] = {
#define CONTROL(pattern)  { BH_CREDENTIAL_CONTROL, pattern },
#define FORGE(pattern)	  { BH_CREDENTIAL_FORGE, pattern },
#define GENERIC(pattern)  { BH_CREDENTIAL_GENERIC, pattern },
#define HARMLESS(pattern) { BH_CREDENTIAL_NONE, pattern },
#define REDIRECT(pattern)
#include "policy/credentials.def"
#undef CONTROL
#undef FORGE
#undef GENERIC
#undef HARMLESS
#undef REDIRECT
};

static const char *const redirecting[] = {
#define CONTROL(pattern)
#define FORGE(pattern)
#define GENERIC(pattern)
#define HARMLESS(pattern)
#define REDIRECT(pattern) pattern,
#include "policy/credentials.def"
#undef CONTROL
#undef FORGE
#undef GENERIC
#undef HARMLESS
#undef REDIRECT
};

#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define ALNUM  UPPER LOWER DIGITS

/* Values that say what they are: a prefix, then at least so many of these
 * characters and nothing else. */
static const struct form {
	enum bh_credential tier;
	const char *prefix;
	const char *characters;
	size_t least;
} forms[] = {
	{ BH_CREDENTIAL_CONTROL, "AKIA", UPPER DIGITS, 16 },
	{ BH_CREDENTIAL_CONTROL, "ASIA", UPPER DIGITS, 16 },
	{ BH_CREDENTIAL_CONTROL, "dop_v1_", "abcdef" DIGITS, 64 },
	{ BH_CREDENTIAL_CONTROL, "ya29.", ALNUM "_-", 30 },
	{ BH_CREDENTIAL_CONTROL, "AIza", ALNUM "_-", 35 },
	{ BH_CREDENTIAL_FORGE, "ghp_", ALNUM, 36 },
	{ BH_CREDENTIAL_FORGE, "gho_", ALNUM, 36 },
	{ BH_CREDENTIAL_FORGE, "ghu_", ALNUM, 36 },
	{ BH_CREDENTIAL_FORGE, "ghs_", ALNUM, 36 },
	{ BH_CREDENTIAL_FORGE, "ghr_", ALNUM, 36 },
	{ BH_CREDENTIAL_FORGE, "github_pat_", ALNUM "_", 50 },
	{ BH_CREDENTIAL_FORGE, "glpat-", ALNUM "_-", 20 },
	{ BH_CREDENTIAL_FORGE, "sk-", ALNUM "_-", 32 },
	{ BH_CREDENTIAL_FORGE, "sk_live_", ALNUM, 20 },
	{ BH_CREDENTIAL_FORGE, "xoxa-", ALNUM "-", 20 },
	{ BH_CREDENTIAL_FORGE, "xoxb-", ALNUM "-", 20 },
	{ BH_CREDENTIAL_FORGE, "xoxp-", ALNUM "-", 20 },
	{ BH_CREDENTIAL_FORGE, "xoxr-", ALNUM "-", 20 },
	{ BH_CREDENTIAL_FORGE, "xoxs-", ALNUM "-", 20 },
	{ BH_CREDENTIAL_FORGE, "npm_", ALNUM, 36 },
	{ BH_CREDENTIAL_FORGE, "pypi-", ALNUM "_-", 50 },
	{ BH_CREDENTIAL_FORGE, "hf_", ALNUM, 30 },
};

enum bh_credential bh_credential_of(const char *name)
{
	enum bh_credential found = BH_CREDENTIAL_NONE;

	for (size_t i = 0; i < BH_COUNT(names); i++) {
		if (!bh_glob_nocase(names[i].pattern, name))
			continue;
		if (names[i].tier == BH_CREDENTIAL_NONE)
			return BH_CREDENTIAL_NONE;
		if (names[i].tier > found)
			found = names[i].tier;
	}
	return found;
}

static bool has_form(const char *value, const struct form *form)
{
	size_t len;

	if (!bh_starts_with(value, form->prefix))
		return false;
	value += strlen(form->prefix);
	len = strspn(value, form->characters);
	return len >= form->least && !value[len];
}

/* "scheme://user:password@host" */
static bool has_userinfo(const char *value)
{
	const char *at = strstr(value, "://");

	if (!at || at == value)
		return false;
	at += strlen("://");
	return at[strcspn(at, "@/?#")] == '@';
}

static bool has_private_key(const char *value)
{
	const char *at = strstr(value, "-----BEGIN ");

	return at && strstr(at, "PRIVATE KEY-----");
}

static enum bh_credential tier_of_value(const char *value)
{
	if (has_private_key(value))
		return BH_CREDENTIAL_CONTROL;
	for (size_t i = 0; i < BH_COUNT(forms); i++)
		if (has_form(value, &forms[i]))
			return forms[i].tier;
	return has_userinfo(value) ? BH_CREDENTIAL_GENERIC : BH_CREDENTIAL_NONE;
}

/* What a variable "NAME=VALUE" carries; its name goes to name. */
static enum bh_credential tier_of(const char *variable, char *name)
{
	size_t len = strcspn(variable, "=");
	enum bh_credential by_name, by_value;

	if (len >= NAME_SIZE)
		len = NAME_SIZE - 1;
	memcpy(name, variable, len);
	name[len] = '\0';
	/* Nothing is no secret. */
	if (!variable[len] || !variable[len + 1])
		return BH_CREDENTIAL_NONE;
	by_name = bh_credential_of(name);
	by_value = tier_of_value(variable + len + 1);
	return by_value > by_name ? by_value : by_name;
}

static bool is_allowed(const struct bh_narrowing *n, const char *name,
		       enum bh_credential tier)
{
	return tier != BH_CREDENTIAL_CONTROL &&
	       bh_narrow_lists(&n->profile->credentials->allow_env, name);
}

static void refuse(struct bh_narrowing *n, const char *name,
		   enum bh_credential tier)
{
	struct bh_arena *arena = &n->spec->arena;
	const char *shown = bh_arena_strdup(arena, name);

	if (tier == BH_CREDENTIAL_CONTROL)
		bh_narrow_refuse(n, "/process/env", shown,
				 "a credential that commands a cloud or a host",
				 "credentials.env");
	else
		bh_narrow_refuse(n, "/process/env", shown,
				 tier == BH_CREDENTIAL_FORGE ?
					 "a key of a model or a code forge" :
					 "by its name or form a credential",
				 bh_arena_printf(arena,
						 "credentials.allowEnv, or by "
						 "`bulkhead policy allow-env "
						 "%s`",
						 shown));
}

/* An endpoint, proxy or authority of the bundle's gets what the program sends
 * (CVE-2026-21852). */
static void note_redirection(struct bh_narrowing *n, const char *name)
{
	for (size_t i = 0; i < BH_COUNT(redirecting); i++) {
		if (!bh_glob_nocase(redirecting[i], name))
			continue;
		bh_note(&n->spec->notes, &n->spec->arena,
			"/process/env: %s redirects what the program connects "
			"to",
			name);
		return;
	}
}

/* 1: the variable goes. */
static bool judge(struct bh_narrowing *n, const char *variable)
{
	bool strict = n->profile->rank == BH_RANK_STRICT;
	int choice = n->profile->credentials->env.value;
	char name[NAME_SIZE];
	enum bh_credential tier = tier_of(variable, name);

	note_redirection(n, name);
	if (tier == BH_CREDENTIAL_NONE || is_allowed(n, name, tier))
		return false;
	if (tier == BH_CREDENTIAL_GENERIC && !strict) {
		bh_note(&n->spec->notes, &n->spec->arena,
			"/process/env: %s is by its name or form a credential",
			name);
		return false;
	}
	if (choice == BH_ENV_REFUSE)
		refuse(n, name, tier);
	return choice == BH_ENV_STRIP;
}

void bh_narrow_credentials(struct bh_narrowing *n)
{
	const char **env = n->spec->process.env;
	const char **kept;
	size_t count = 0, len = 0;

	if (n->profile->credentials->env.value == BH_ENV_ALLOW)
		return;
	while (env[len])
		len++;
	kept = bh_arena_alloc(&n->spec->arena, (len + 1) * sizeof(*kept));
	for (size_t i = 0; i < len; i++)
		if (!judge(n, env[i]))
			kept[count++] = env[i];
	if (count < len)
		bh_narrow_tighten(n, "/process/env",
				  "without credentials; policy key "
				  "credentials.allowEnv names what may be "
				  "handed on");
	n->spec->process.env = kept;
}
