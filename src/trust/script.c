/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "trust/script.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The first byte from `from` up to and with `last` that is no blank; or NULL. */
static const char *next_word(const char *from, const char *last)
{
	for (; from <= last; from++)
		if (!is_blank(*from))
			return from;
	return NULL;
}

/* The first blank or NUL there; or NULL. */
static const char *word_end(const char *from, const char *last)
{
	for (; from <= last; from++)
		if (is_blank(*from) || !*from)
			return from;
	return NULL;
}

bool bh_script_is(const char *head, size_t len)
{
	return len >= 2 && head[0] == '#' && head[1] == '!';
}

/*
 * Where the line ends; NULL where the kernel refuses it.  Without a line feed,
 * the path must be followed by something, or it may have been cut; an argument
 * may be cut.
 */
static const char *line_end(const char *head)
{
	const char *last = head + BH_SCRIPT_HEAD - 1;
	const char *end = memchr(head, '\n', BH_SCRIPT_HEAD), *name;

	if (!end) {
		name = next_word(head + 2, last);
		if (!name || !word_end(name, last))
			return NULL;
		end = last;
	}
	while (is_blank(end[-1]))
		end--;
	return end;
}

/* From `from` up to `end`, or a NUL before it. */
static void take(const char *from, const char *end, char ret[BH_SCRIPT_HEAD])
{
	size_t len = strnlen(from, (size_t)(end - from));

	memcpy(ret, from, len);
	ret[len] = '\0';
}

int bh_script_parse(const char *head, size_t len, struct bh_script *ret,
		    struct bh_err *err)
{
	char whole[BH_SCRIPT_HEAD] = { 0 };
	const char *end, *name, *separator, *option = NULL;

	/* What follows a short file in the kernel's buffer is zero. */
	memcpy(whole, head, len < sizeof(whole) ? len : sizeof(whole));
	end = line_end(whole);
	name = end ? next_word(whole + 2, end) : NULL;
	if (!name || name == end)
		return bh_refuse(err, "its first line names no interpreter, or "
				      "is longer than 255 bytes");
	separator = word_end(name, end);
	if (separator && *separator)
		option = next_word(separator, end);
	take(name, separator ? separator : end, ret->interpreter);
	if (ret->interpreter[0] != '/')
		return bh_refuse(err, "its first line names an interpreter "
				      "without an absolute path");
	ret->has_option = option;
	ret->option[0] = '\0';
	if (option)
		take(option, end, ret->option);
	return 0;
}

int bh_script_env_program(const struct bh_script *script, const char **ret,
			  struct bh_err *err)
{
	const char *program = script->option;

	if (!program[0])
		return bh_refuse(err, "its first line has env find nothing");
	if (program[0] == '-' || strpbrk(program, "= \t"))
		return bh_refuse(err, "its first line has env do more than "
				      "find a program");
	if (strchr(program, '/') && program[0] != '/')
		return bh_refuse(err, "its first line has env execute a "
				      "relative path");
	*ret = program;
	return 0;
}
