/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "policy/glob.h"
#include "trust/match.h"

/* How much of a digest, and of an argument, people compare. */
#define SHORT_DIGEST 12
#define SHOWN	     80

/* What differs: "its content and its arguments", and how, in the same order. */
struct changes {
	const struct bh_item *item;
	const struct bh_grant *grant;
	size_t count;
	bool plural; /* of the only one */
	const char *last;
	struct bh_buf parts;   /* all but the last, which "and" is before */
	struct bh_buf details; /* joined by ", " */
};

static void clear_changes(struct changes *changes)
{
	bh_buf_clear(&changes->parts);
	bh_buf_clear(&changes->details);
}

/* Note a part; its detail is appended to what is returned. */
static struct bh_buf *note(struct changes *changes, const char *part,
			   bool plural)
{
	if (changes->last)
		bh_buf_printf(&changes->parts, "%s%s",
			      changes->parts.len ? ", " : "", changes->last);
	if (changes->details.len)
		bh_buf_str(&changes->details, ", ");
	changes->last = part;
	changes->plural = plural;
	changes->count++;
	return &changes->details;
}

/* ---- texts ------------------------------------------------------------------- */

static void add_quoted(struct bh_buf *out, const char *text)
{
	bh_buf_char(out, '"');
	bh_buf_escaped(out, text, SHOWN);
	bh_buf_char(out, '"');
}

static void add_digests(struct bh_buf *out, const struct bh_digest *is,
			const char *was)
{
	char hex[BH_DIGEST_HEX_SIZE];

	bh_digest_hex(is, hex);
	bh_buf_printf(out, "sha256:%.*s instead of %.*s", SHORT_DIGEST, hex,
		      SHORT_DIGEST, was);
}

static bool is_digest(const struct bh_digest *digest, const char *hex)
{
	struct bh_digest wanted;

	return hex && bh_digest_parse(hex, &wanted) == 0 &&
	       bh_digest_equal(digest, &wanted);
}

/* ---- files ------------------------------------------------------------------- */

static bool follows_package(const struct bh_grant *grant)
{
	return grant->wide && grant->wide->follow_package.value;
}

static void compare_content(struct changes *changes)
{
	const struct bh_item *item = changes->item;
	const struct bh_grant *grant = changes->grant;

	if (follows_package(grant)) {
		if (!item->file.fixed)
			bh_buf_str(note(changes, "its place", false),
				   "others than root can change or replace it");
	} else if (!is_digest(&item->file.digest, grant->content)) {
		add_digests(note(changes, "its content", false),
			    &item->file.digest, grant->content);
	}
}

static void compare_interpreter(struct changes *changes,
				const struct bh_item_file *is,
				const struct bh_grant_file *was)
{
	bool fits = follows_package(changes->grant) ?
			    is->fixed :
			    is_digest(&is->digest, was->digest);
	struct bh_buf *out;

	if (strcmp(is->path, was->path) == 0 && fits)
		return;
	out = note(changes, "its interpreter", false);
	bh_buf_escaped(out, is->path, SHOWN);
	if (strcmp(is->path, was->path) == 0) {
		bh_buf_str(out, follows_package(changes->grant) ?
					" can be changed by others than root" :
					" is another one");
		return;
	}
	bh_buf_str(out, " instead of ");
	bh_buf_escaped(out, was->path, SHOWN);
}

static void compare_interpreters(struct changes *changes)
{
	const struct bh_item *item = changes->item;
	const struct bh_grant *grant = changes->grant;

	if (item->interpreter_count != grant->interpreters.len) {
		bh_buf_printf(note(changes, "its interpreters", true),
			      "%zu instead of %zu", item->interpreter_count,
			      grant->interpreters.len);
		return;
	}
	for (size_t i = 0; i < item->interpreter_count; i++)
		compare_interpreter(changes, &item->interpreters[i],
				    &grant->interpreters.items[i]);
}

/* ---- arguments --------------------------------------------------------------- */

static size_t count_strings(const char *const *strings)
{
	size_t count = 0;

	while (strings[count])
		count++;
	return count;
}

static void compare_args(struct changes *changes)
{
	const struct bh_grant_wide *wide = changes->grant->wide;
	bool by_pattern = wide && wide->args_pattern.set;
	const struct oci_strings *were = by_pattern ? &wide->args_pattern :
						      &changes->grant->args;
	const char **are = changes->item->hook->args;
	size_t count = count_strings((const char *const *)are);
	struct bh_buf *out;

	if (wide && wide->any_args.value)
		return;
	if (count != were->len) {
		bh_buf_printf(note(changes, "its arguments", true),
			      "%zu instead of %zu", count, were->len);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		if (by_pattern ? bh_glob(were->items[i], are[i]) :
				 strcmp(were->items[i], are[i]) == 0)
			continue;
		out = note(changes, "its arguments", true);
		bh_buf_printf(out, "argument %zu is ", i);
		add_quoted(out, are[i]);
		bh_buf_str(out, " instead of ");
		add_quoted(out, were->items[i]);
		return;
	}
}

/* Whether a word is left open, so that no file of that name counts. */
static bool is_open(const struct bh_grant *grant, size_t index)
{
	const struct oci_strings *pattern;

	if (!grant->wide)
		return false;
	pattern = &grant->wide->args_pattern;
	return grant->wide->any_args.value ||
	       (pattern->set &&
		(index >= pattern->len || strchr(pattern->items[index], '*')));
}

static void note_file(struct changes *changes, uint64_t index, const char *path,
		      const char *how)
{
	struct bh_buf *out = note(changes, "the file of an argument", false);

	bh_buf_printf(out, "argument %" PRIu64 ", ", index);
	bh_buf_escaped(out, path, SHOWN);
	bh_buf_printf(out, ", %s", how);
}

static const struct bh_grant_argument *
find_granted(const struct bh_grant *grant, size_t index)
{
	for (size_t i = 0; i < grant->argument_files.len; i++)
		if (grant->argument_files.items[i].index.value == index)
			return &grant->argument_files.items[i];
	return NULL;
}

static bool has_argument(const struct bh_item *item, uint64_t index)
{
	for (size_t i = 0; i < item->argument_count; i++)
		if (item->arguments[i].index == index)
			return true;
	return false;
}

static void compare_argument_files(struct changes *changes)
{
	const struct bh_item *item = changes->item;
	const struct bh_grant *grant = changes->grant;

	for (size_t i = 0; i < item->argument_count; i++) {
		const struct bh_item_argument *is = &item->arguments[i];
		const struct bh_grant_argument *was =
			find_granted(grant, is->index);

		if (is_open(grant, is->index))
			continue;
		if (!was)
			note_file(changes, is->index, is->file.path,
				  "was none that others could change");
		else if (strcmp(is->file.path, was->path) != 0 ||
			 !is_digest(&is->file.digest, was->digest))
			note_file(changes, is->index, is->file.path,
				  "is another one");
	}
	for (size_t i = 0; i < grant->argument_files.len; i++) {
		const struct bh_grant_argument *was =
			&grant->argument_files.items[i];

		if (!has_argument(item, was->index.value))
			note_file(changes, was->index.value, was->path,
				  "is none any more that others can change");
	}
}

/* ---- environment and timeout ------------------------------------------------- */

static void note_env(struct changes *changes, const char *entry,
		     const char *how)
{
	struct bh_buf *out = note(changes, "its environment", false);
	bh_autobuf struct bh_buf name = { 0 };

	/* What a variable holds may be a secret. */
	bh_buf_add(&name, entry, strcspn(entry, "="));
	add_quoted(out, name.data ? name.data : "");
	bh_buf_printf(out, " %s", how);
}

static void compare_env(struct changes *changes)
{
	const struct oci_strings *were = &changes->grant->env;
	const struct bh_hook *hook = changes->item->hook;
	const struct bh_grant_wide *wide = changes->grant->wide;
	bool inside = hook->stage == BH_START_CONTAINER;
	bool any = wide && wide->any_env.value;
	size_t next = 0;

	/* Without one of its own it has the process's, inside. */
	if (inside && hook->env_set != were->set) {
		bh_buf_str(note(changes, "its environment", false),
			   hook->env_set ? "it has one of its own" :
					   "it has none of its own");
		return;
	}
	for (size_t i = 0; hook->env && hook->env[i]; i++) {
		if (any && !bh_env_is_code(hook->env[i]))
			continue;
		if (next >= were->len ||
		    strcmp(hook->env[i], were->items[next]) != 0) {
			note_env(changes, hook->env[i],
				 "is new, moved or has another value");
			return;
		}
		next++;
	}
	if (next < were->len)
		note_env(changes, were->items[next], "is missing");
}

static void add_timeout(struct bh_buf *out, uint64_t timeout)
{
	if (timeout)
		bh_buf_printf(out, "%" PRIu64 " s", timeout);
	else
		bh_buf_str(out, "none");
}

static void compare_timeout(struct changes *changes)
{
	uint64_t is = changes->item->hook->timeout;
	uint64_t was = changes->grant->timeout.value;
	struct bh_buf *out;

	if (is == was)
		return;
	out = note(changes, "its timeout", false);
	add_timeout(out, is);
	bh_buf_str(out, " instead of ");
	add_timeout(out, was);
}

/* ---- all of it --------------------------------------------------------------- */

static void compare(struct changes *changes)
{
	const struct bh_item *item = changes->item;
	const struct bh_grant *grant = changes->grant;

	if (item->hashed) {
		compare_content(changes);
		compare_interpreters(changes);
	}
	compare_args(changes);
	if (item->hashed)
		compare_argument_files(changes);
	compare_env(changes);
	compare_timeout(changes);
	/* The parts explain; the identity decides. */
	if (item->hashed && changes->count == 0 && !bh_grant_is_wide(grant) &&
	    !is_digest(&item->identity, grant->digest))
		add_digests(note(changes, "its identity", false),
			    &item->identity, grant->digest);
}

static void add_grant(struct bh_buf *out, const struct bh_grant *grant)
{
	if (grant->day[0])
		bh_buf_printf(out, "the grant of %s", grant->day);
	else
		bh_buf_printf(out, "the grant %.*s", SHORT_DIGEST, grant->id);
}

static const char *say(const struct changes *changes, struct bh_arena *arena)
{
	bh_autobuf struct bh_buf out = { 0 };
	bool plural = changes->count > 1 || changes->plural;

	if (changes->count == 0) {
		add_grant(&out, changes->grant);
		bh_buf_printf(&out, " has expired on %.10s",
			      changes->grant->expires);
		return bh_arena_strdup(arena, out.data);
	}
	if (changes->parts.len)
		bh_buf_printf(&out, "%s and ", changes->parts.data);
	bh_buf_printf(&out, "%s %s from ", changes->last,
		      plural ? "differ" : "differs");
	add_grant(&out, changes->grant);
	bh_buf_printf(&out, ": %s", changes->details.data);
	return bh_arena_strdup(arena, out.data);
}

/* As bh_match, and by how many parts it differs. */
static enum bh_match weigh(const struct bh_item *item,
			   const struct bh_grant *grant, int64_t now,
			   struct bh_arena *arena, const char **ret_why,
			   size_t *ret_count)
{
	struct changes changes = { .item = item, .grant = grant };
	bool expired = bh_grant_is_expired(grant, now);

	if (grant->kind.value != BH_GRANT_HOOK ||
	    grant->stage.value != (int)item->hook->stage ||
	    strcmp(grant->path, item->file.path) != 0)
		return BH_OTHER;
	compare(&changes);
	*ret_count = changes.count;
	if (changes.count > 0 || expired)
		*ret_why = say(&changes, arena);
	clear_changes(&changes);
	/* Nobody has looked at one that lies on the host: nothing to trust. */
	if (!item->hashed && !item->inside)
		return BH_OTHER;
	return *ret_count > 0 || expired ? BH_CHANGED : BH_MATCH;
}

enum bh_match bh_match(const struct bh_item *item, const struct bh_grant *grant,
		       int64_t now, struct bh_arena *arena,
		       const char **ret_why)
{
	size_t count;

	if (item->broken)
		return BH_OTHER;
	return weigh(item, grant, now, arena, ret_why, &count);
}

static void add_expected(struct bh_verdict *verdict,
			 const struct bh_grant *grant)
{
	struct bh_digest digest;

	/* A grant of an image's program always has it: grant-rules.c. */
	if (!grant->content || bh_digest_parse(grant->content, &digest) < 0)
		return;
	for (size_t i = 0; i < verdict->digest_count; i++)
		if (bh_digest_equal(&verdict->digests[i], &digest))
			return;
	if (verdict->digest_count < BH_MATCH_DIGESTS)
		verdict->digests[verdict->digest_count++] = digest;
}

void bh_match_best(const struct bh_item *item,
		   const struct bh_grant *const *grants, size_t count,
		   int64_t now, struct bh_arena *arena, struct bh_verdict *ret)
{
	struct bh_verdict verdict = { .why = item->broken };
	size_t fewest = SIZE_MAX;

	for (size_t i = 0; !item->broken && i < count; i++) {
		const char *why = NULL;
		size_t parts = 0;
		enum bh_match match =
			weigh(item, grants[i], now, arena, &why, &parts);

		if (match == BH_MATCH && !item->hashed)
			add_expected(&verdict, grants[i]);
		if (match == BH_MATCH && !verdict.trusted) {
			verdict.trusted = true;
			verdict.grant = grants[i];
			verdict.why = NULL;
		}
		if (match == BH_CHANGED && !verdict.trusted && parts < fewest) {
			fewest = parts;
			verdict.grant = grants[i];
			verdict.why = why;
		}
	}
	*ret = verdict;
}
