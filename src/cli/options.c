/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/mem.h"
#include "cli/options.h"

/* Does word name the option?  *ret_value points behind `=`, or at the rest of
 * `-xvalue`; NULL without one. */
static bool matches(const struct bh_option *option, const char *word,
		    const char **ret_value)
{
	size_t len = strlen(option->name);

	*ret_value = NULL;
	if (bh_starts_with(word, "--")) {
		word += 2;
		if (strncmp(word, option->name, len) != 0)
			return false;
		if (word[len] == '=')
			*ret_value = word + len + 1;
		return word[len] == '\0' || word[len] == '=';
	}
	if (!option->letter || word[1] != option->letter)
		return false;
	if (word[2])
		*ret_value = word[2] == '=' ? word + 3 : word + 2;
	return true;
}

static const struct bh_option *find(const struct bh_option *const tables[],
				    const char *word, const char **ret_value)
{
	for (; *tables; tables++)
		for (const struct bh_option *o = *tables; o->name; o++)
			if (matches(o, word, ret_value))
				return o;
	return NULL;
}

static int take_flag(const struct bh_option *option, const char *value,
		     struct bh_invocation *in, struct bh_err *err)
{
	bool *flag = (bool *)(void *)((char *)in + option->offset);

	if (value && !bh_str_eq(value, "true") && !bh_str_eq(value, "false"))
		return bh_refuse(err,
				 "read the command line: --%s takes no "
				 "value",
				 option->name);
	*flag = !bh_str_eq(value, "false");
	return 0;
}

void bh_values_add(struct bh_values *list, const char *value)
{
	list->items =
		bh_realloc(list->items, list->len + 1, sizeof(*list->items));
	list->items[list->len++] = value;
}

static int take_value(const struct bh_option *option, const char *value,
		      char **argv, int *at, struct bh_invocation *in,
		      struct bh_err *err)
{
	void *member = (char *)in + option->offset;

	if (!value)
		value = argv[++*at];
	if (!value)
		return bh_refuse(err,
				 "read the command line: --%s needs a "
				 "value, %s",
				 option->name, option->value);
	if (option->kind == BH_OPTION_LIST)
		bh_values_add(member, value);
	else
		*(const char **)member = value;
	return 0;
}

int bh_options_take(const struct bh_option *const tables[], char **argv,
		    int *at, struct bh_invocation *in, struct bh_err *err)
{
	while (argv[*at] && argv[*at][0] == '-' && argv[*at][1] &&
	       !bh_str_eq(argv[*at], "--")) {
		const char *value;
		const struct bh_option *option =
			find(tables, argv[*at], &value);
		int r;

		if (!option)
			return bh_refuse(err,
					 "read the command line: unknown "
					 "option %s",
					 argv[*at]);
		r = option->kind == BH_OPTION_FLAG ?
			    take_flag(option, value, in, err) :
			    take_value(option, value, argv, at, in, err);
		if (r < 0)
			return r;
		++*at;
	}
	return 0;
}

void bh_options_help(const struct bh_option *table, struct bh_buf *out)
{
	for (; table->name; table++) {
		bh_autobuf struct bh_buf left = { 0 };

		if (table->letter)
			bh_buf_printf(&left, "-%c, ", table->letter);
		bh_buf_printf(&left, "--%s%s%s", table->name,
			      table->value ? " " : "",
			      table->value ? table->value : "");
		bh_buf_printf(out, "  %-26s %s\n", left.data, table->help);
	}
}
