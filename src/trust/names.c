/* SPDX-License-Identifier: Apache-2.0 */
#include "trust/names.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/str.h"

/* Longer components than NAME_MAX don't exist; of one that does all the same the
 * rest is cut off. */
#define NAME_SIZE 256

struct rule {
	enum bh_name_class class;
	enum bh_name_group group;
	const char *pattern;
};

static const struct rule rules[] = {
#define NAME(class, group, pattern) \
	{ BH_NAME_##class, BH_NAMES_##group, pattern },
#include "trust/names.def"
#undef NAME
};

/* ---- spelling ------------------------------------------------------------------ */

/* The next character of well-formed UTF-8, or the byte itself. */
static uint32_t next_char(const unsigned char **at)
{
	const unsigned char *s = *at;
	size_t more = s[0] >= 0xf0 ? 3 : s[0] >= 0xe0 ? 2 : s[0] >= 0xc0;
	uint32_t c = more == 3 ? s[0] & 0x07u :
		     more == 2 ? s[0] & 0x0fu :
		     more      ? s[0] & 0x1fu :
				 s[0];

	for (size_t i = 1; i <= more; i++) {
		if ((s[i] & 0xc0) != 0x80) {
			*at = s + 1;
			return s[0];
		}
		c = c << 6 | (s[i] & 0x3fu);
	}
	*at = s + more + 1;
	return c;
}

/* HFS+ leaves these out when it compares names. */
static bool is_ignorable(uint32_t c)
{
	return (c >= 0x200b && c <= 0x200f) || (c >= 0x202a && c <= 0x202e) ||
	       (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || c == 0xad;
}

static uint32_t fold_char(uint32_t c)
{
	if (c >= 0xff01 && c <= 0xff5e)
		c -= 0xff01 - 0x21;
	if (c == 0x17f)
		return 's';
	if (c == 0x212a)
		return 'k';
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* One component in the form that is compared.  What is no ASCII then keeps its
 * bytes: no name of ours has any. */
static void fold(const char *component, size_t len, char ret[NAME_SIZE])
{
	const unsigned char *at = (const unsigned char *)component;
	const unsigned char *end = at + len;
	size_t used = 0;

	while (at < end && used < NAME_SIZE - 5) {
		const unsigned char *start = at;
		uint32_t c = fold_char(next_char(&at));

		if (at > end)
			at = end;
		if (is_ignorable(c))
			continue;
		if (c < 0x80) {
			ret[used++] = (char)c;
			continue;
		}
		memcpy(ret + used, start, (size_t)(at - start));
		used += (size_t)(at - start);
	}
	while (used && (ret[used - 1] == ' ' || ret[used - 1] == '.'))
		used--;
	ret[used] = '\0';
	if (bh_str_eq(ret, "git~1"))
		memcpy(ret, ".git", sizeof(".git"));
}

/* A star stands for any text; there is no slash in either.  The pattern's letters
 * may be large, those of what was folded are small. */
static bool is_like(const char *pattern, size_t len, const char *name)
{
	for (; len; pattern++, len--, name++) {
		if (*pattern == '*') {
			for (size_t i = 0; i <= strlen(name); i++)
				if (is_like(pattern + 1, len - 1, name + i))
					return true;
			return false;
		}
		if (fold_char((unsigned char)*pattern) != (unsigned char)*name)
			return false;
	}
	return !*name;
}

/* ---- paths --------------------------------------------------------------------- */

/* The components of a path, folded. */
struct components {
	size_t count;
	char **names;
	char *room;
};

/* Go over slashes and `.` to the next component; its length, 0 at the end. */
static size_t next_component(const char **at)
{
	for (;;) {
		*at += strspn(*at, "/");
		if ((*at)[0] != '.' || ((*at)[1] != '/' && (*at)[1]))
			return strcspn(*at, "/");
		(*at)++;
	}
}

static void components_init(const char *path, struct components *ret)
{
	size_t size = strlen(path), len;
	char *room = bh_calloc(size + 2, 1);

	*ret = (struct components){
		.room = room,
		.names = bh_calloc(size / 2 + 2, sizeof(*ret->names)),
	};
	for (; (len = next_component(&path)); path += len) {
		char name[NAME_SIZE];

		fold(path, len, name);
		ret->names[ret->count++] = room;
		memcpy(room, name, strlen(name) + 1);
		room += strlen(name) + 1;
	}
}

static void components_clear(struct components *components)
{
	free(components->names);
	free(components->room);
}

static bool is_tree(const char *pattern)
{
	return pattern[strlen(pattern) - 1] == '/';
}

/* Whether the first count components end in the pattern's, compared from the last
 * one on, in which most differ. */
static bool ends_like(const struct components *path, size_t count,
		      const char *pattern)
{
	size_t end = strlen(pattern) - is_tree(pattern);

	for (; count; count--) {
		size_t start = end;

		while (start && pattern[start - 1] != '/')
			start--;
		if (!is_like(pattern + start, end - start,
			     path->names[count - 1]))
			return false;
		if (!start)
			return true;
		end = start - 1;
	}
	return false;
}

/* A directory can't be read as a file, and a name that is below something is what
 * that is. */
static bool can_be(const struct rule *rule, bool directory)
{
	return !directory || is_tree(rule->pattern);
}

static void match_end(const struct components *path, size_t count,
		      bool directory, struct bh_name_match *worst)
{
	bool below = count < path->count;

	for (size_t i = 0; i < BH_COUNT(rules); i++)
		if ((rules[i].class > worst->class ||
		     (rules[i].class == worst->class && worst->below &&
		      !below)) &&
		    can_be(&rules[i], directory) &&
		    ends_like(path, count, rules[i].pattern))
			*worst = (struct bh_name_match){
				rules[i].class,
				rules[i].group,
				rules[i].pattern,
				below,
			};
}

bool bh_names_match(const char *path, bool directory, struct bh_name_match *ret)
{
	struct bh_name_match worst = { 0 };
	struct components components;

	components_init(path, &components);
	for (size_t i = 1; i <= components.count; i++)
		match_end(&components, i, directory || i < components.count,
			  &worst);
	components_clear(&components);
	*ret = worst;
	return worst.class != BH_NAME_NONE;
}

bool bh_names_match_in(const struct bh_name_match *above, const char *path,
		       bool directory, struct bh_name_match *ret)
{
	struct bh_name_match worst = *above;
	struct components components;

	components_init(path, &components);
	worst.below = true;
	match_end(&components, components.count, directory, &worst);
	components_clear(&components);
	*ret = worst;
	return worst.class != BH_NAME_NONE;
}

static bool is_called(const char *component, const char *const *names,
		      size_t count)
{
	char name[NAME_SIZE];

	fold(component, strlen(component), name);
	for (size_t i = 0; i < count; i++)
		if (bh_str_eq(name, names[i]))
			return true;
	return false;
}

bool bh_names_is_git(const char *component)
{
	static const char *const names[] = { ".git" };

	return is_called(component, names, BH_COUNT(names));
}

bool bh_names_is_ignored(const char *component)
{
	static const char *const names[] = {
		"node_modules",
		".venv",
		"vendor",
		"target",
	};

	return is_called(component, names, BH_COUNT(names));
}

const char *bh_name_class_name(enum bh_name_class class)
{
	static const char *const names[] = { "none", "build", "steer", "exec" };

	return names[class];
}

const char *bh_name_group_name(enum bh_name_group group)
{
	static const char *const names[] = {
		"other", "agents",     "editors", "git",    "gitfile", "shell",
		"ci",	 "javascript", "python",  "native", "jvm",
	};

	return names[group];
}
