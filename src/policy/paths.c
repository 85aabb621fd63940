/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/paths.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "policy/glob.h"

/* Room for a component of a pattern, or of a path that matches one. */
#define NAME_SIZE 256

const struct bh_path_rule bh_path_rules[] = {
#define FILE(pattern)	{ BH_PATH_FILE, pattern },
#define SOCKET(pattern) { BH_PATH_SOCKET, pattern },
#define SYSTEM(pattern) { BH_PATH_SYSTEM, pattern },
#define ENGINE(pattern) { BH_PATH_ENGINE, pattern },
#include "policy/paths.def"
#undef FILE
#undef SOCKET
#undef SYSTEM
#undef ENGINE
};

const size_t bh_path_rule_count = BH_COUNT(bh_path_rules);

/* Cut the next component off; false when there is none left. */
static bool next(const char **path, char *name)
{
	size_t len;

	*path += strspn(*path, "/");
	len = strcspn(*path, "/");
	if (len == 0)
		return false;
	if (len >= NAME_SIZE)
		len = NAME_SIZE - 1;
	memcpy(name, *path, len);
	name[len] = '\0';
	*path += strcspn(*path, "/");
	return true;
}

static enum bh_relation relate(const char *path, const char *pattern)
{
	char name[NAME_SIZE], wanted[NAME_SIZE];

	for (;;) {
		bool more = next(&path, name);

		if (!next(&pattern, wanted))
			return more ? BH_BELOW : BH_SAME;
		if (!more)
			return BH_ABOVE;
		if (!bh_glob(wanted, name))
			return BH_UNRELATED;
	}
}

enum bh_relation bh_path_relate(const char *path, const char *pattern)
{
	static const char *const homes[] = { "/home/*", "/root" };
	enum bh_relation relation = BH_UNRELATED;

	if (pattern[0] != '~')
		return relate(path, pattern);
	for (size_t i = 0; i < BH_COUNT(homes) && relation == BH_UNRELATED;
	     i++) {
		bh_autobuf struct bh_buf whole = { 0 };

		bh_buf_printf(&whole, "%s%s", homes[i], pattern + 1);
		relation = relate(path, whole.data);
	}
	return relation;
}

bool bh_path_is(const char *path, enum bh_path_kind kind)
{
	for (size_t i = 0; i < bh_path_rule_count; i++)
		if (bh_path_rules[i].kind == kind &&
		    bh_path_relate(path, bh_path_rules[i].pattern) >= BH_SAME)
			return true;
	return false;
}

bool bh_path_is_private(const char *path)
{
	return bh_path_relate(path, "~") == BH_SAME ||
	       bh_path_relate(path, "~/.*") >= BH_SAME;
}

bool bh_path_holds_system(const char *path)
{
	static const char *const directories[] = {
		"/bin",	    "/boot",	"/dev",	 "/etc", "/lib", "/lib64",
		"/proc",    "/run",	"/sbin", "/sys", "/usr", "/var/lib",
		"/var/log", "/var/run", "/home", "~",
	};

	for (size_t i = 0; i < BH_COUNT(directories); i++) {
		enum bh_relation relation =
			bh_path_relate(path, directories[i]);

		if (relation == BH_ABOVE || relation == BH_SAME)
			return true;
	}
	return false;
}
