/* SPDX-License-Identifier: Apache-2.0 */
#include <ctype.h>
#include <stddef.h>

#include "policy/glob.h"

/* A star that can be tried again, a character further. */
struct retry {
	const char *pattern; /* behind the star; NULL: there is none */
	const char *text;
};

static bool same(char a, char b, bool nocase)
{
	if (!nocase)
		return a == b;
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

/* Go back to a star: the last `*`, or if that would pass a slash, `**`. */
static bool go_back(struct retry *one, struct retry *any, const char **pattern,
		    const char **text)
{
	struct retry *retry = one;

	if (!one->pattern || *one->text == '/' || !*one->text) {
		*one = (struct retry){ NULL, NULL };
		retry = any;
	}
	if (!retry->pattern || !*retry->text)
		return false;
	*pattern = retry->pattern;
	*text = ++retry->text;
	return true;
}

static bool match(const char *pattern, const char *text, bool nocase)
{
	struct retry one = { NULL, NULL }, any = { NULL, NULL };

	for (;;) {
		if (pattern[0] == '*' && pattern[1] == '*') {
			pattern += 2;
			any = (struct retry){ pattern, text };
			one = (struct retry){ NULL, NULL };
		} else if (pattern[0] == '*') {
			pattern++;
			one = (struct retry){ pattern, text };
		} else if (*text && same(*pattern, *text, nocase)) {
			pattern++;
			text++;
		} else if (!*pattern && !*text) {
			return true;
		} else if (!go_back(&one, &any, &pattern, &text)) {
			return false;
		}
	}
}

bool bh_glob(const char *pattern, const char *text)
{
	return match(pattern, text, false);
}

bool bh_glob_nocase(const char *pattern, const char *text)
{
	return match(pattern, text, true);
}
