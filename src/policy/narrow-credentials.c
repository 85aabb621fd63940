/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Credentials in the environment of a program that may turn against whoever
 * gave them.  Found by name, and where a value has the form of a known one by
 * that.  A value is never shown.
 */
#include <string.h>

#include "base/str.h"
#include "policy/glob.h"
#include "policy/narrow.h"

/* No environment variable that matters has a longer name. */
#define NAME_SIZE 256

enum tier {
	NONE,
	GENERIC_TIER,
	FORGE_TIER,
	CONTROL_TIER,
};

static const struct {
	enum tier tier; /* NONE: harmless */
	const char *pattern;
} names[] = {
#define CONTROL(pattern)  { CONTROL_TIER, pattern },
#define FORGE(pattern)	  { FORGE_TIER, pattern },
#define GENERIC(pattern)  { GENERIC_TIER, pattern },
#define HARMLESS(pattern) { NONE, pattern },
#include "policy/credentials.def"
#undef CONTROL
#undef FORGE
#undef GENERIC
#undef HARMLESS
};

#define UPPER  "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define LOWER  "abcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define ALNUM  UPPER LOWER DIGITS

/* Values that say what they are: a prefix, then at least so many of these
 * characters and nothing else. */
static const struct form {
	enum tier tier;
	const char *prefix;
	const char *characters;
	size_t least;
} forms[] = {
	{ CONTROL_TIER, "AKIA", UPPER DIGITS, 16 },
	{ CONTROL_TIER, "ASIA", UPPER DIGITS, 16 },
	{ CONTROL_TIER, "dop_v1_", "abcdef" DIGITS, 64 },
	{ CONTROL_TIER, "ya29.", ALNUM "_-", 30 },
	{ CONTROL_TIER, "AIza", ALNUM "_-", 35 },
	{ FORGE_TIER, "ghp_", ALNUM, 36 },
	{ FORGE_TIER, "gho_", ALNUM, 36 },
	{ FORGE_TIER, "ghu_", ALNUM, 36 },
	{ FORGE_TIER, "ghs_", ALNUM, 36 },
	{ FORGE_TIER, "ghr_", ALNUM, 36 },
	{ FORGE_TIER, "github_pat_", ALNUM "_", 50 },
	{ FORGE_TIER, "glpat-", ALNUM "_-", 20 },
	{ FORGE_TIER, "sk-", ALNUM "_-", 32 },
	{ FORGE_TIER, "sk_live_", ALNUM, 20 },
	{ FORGE_TIER, "xoxa-", ALNUM "-", 20 },
	{ FORGE_TIER, "xoxb-", ALNUM "-", 20 },
	{ FORGE_TIER, "xoxp-", ALNUM "-", 20 },
	{ FORGE_TIER, "xoxr-", ALNUM "-", 20 },
	{ FORGE_TIER, "xoxs-", ALNUM "-", 20 },
	{ FORGE_TIER, "npm_", ALNUM, 36 },
	{ FORGE_TIER, "pypi-", ALNUM "_-", 50 },
	{ FORGE_TIER, "hf_", ALNUM, 30 },
};

static enum tier tier_of_name(const char *name)
{
	enum tier found = NONE;

	for (size_t i = 0; i < BH_COUNT(names); i++) {
		if (!bh_glob_nocase(names[i].pattern, name))
			continue;
		if (names[i].tier == NONE)
			return NONE;
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

static enum tier tier_of_value(const char *value)
{
	if (has_private_key(value))
		return CONTROL_TIER;
	for (size_t i = 0; i < BH_COUNT(forms); i++)
		if (has_form(value, &forms[i]))
			return forms[i].tier;
	return has_userinfo(value) ? GENERIC_TIER : NONE;
}

/* What a variable "NAME=VALUE" carries; its name goes to name. */
static enum tier tier_of(const char *variable, char *name)
{
	size_t len = strcspn(variable, "=");
	enum tier by_name, by_value;

	if (len >= NAME_SIZE)
		len = NAME_SIZE - 1;
	memcpy(name, variable, len);
	name[len] = '\0';
	/* Nothing is no secret. */
	if (!variable[len] || !variable[len + 1])
		return NONE;
	by_name = tier_of_name(name);
	by_value = tier_of_value(variable + len + 1);
	return by_value > by_name ? by_value : by_name;
}

static bool is_allowed(const struct bh_narrowing *n, const char *name,
		       enum tier tier)
{
	return tier != CONTROL_TIER &&
	       bh_narrow_lists(&n->profile->credentials->allow_env, name);
}

static void refuse(struct bh_narrowing *n, const char *name, enum tier tier)
{
	struct bh_arena *arena = &n->spec->arena;
	const char *shown = bh_arena_strdup(arena, name);

	if (tier == CONTROL_TIER)
		bh_narrow_refuse(n, "/process/env", shown,
				 "a credential that commands a cloud or a host",
				 "credentials.env");
	else
		bh_narrow_refuse(n, "/process/env", shown,
				 tier == FORGE_TIER ?
					 "a key of a model or a code forge" :
					 "by its name or form a credential",
				 "credentials.allowEnv");
}

/* 1: the variable goes. */
static bool judge(struct bh_narrowing *n, const char *variable)
{
	bool strict = n->profile->rank == BH_RANK_STRICT;
	int choice = n->profile->credentials->env.value;
	char name[NAME_SIZE];
	enum tier tier = tier_of(variable, name);

	if (tier == NONE || is_allowed(n, name, tier))
		return false;
	if (tier == GENERIC_TIER && !strict) {
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
