/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A v1 group has a default and exceptions from it, all of the same kind
 * (Documentation/admin-guide/cgroup-v1/devices.rst).  The rules are folded into
 * that form here, as the kernel would drop some without a word: to take back
 * an exception it wants the same numbers, and a narrower rule does nothing.
 */
#include "cgroup/resources.h"

struct fold {
	struct bh_arena *arena;
	bool allow;  /* the default */
	bool stated; /* some rule said so */
	struct bh_device_rules exceptions;
};

static bool number_covers(int32_t wide, int32_t narrow)
{
	return wide == BH_DEVICE_ANY || wide == narrow;
}

static bool covers(const struct bh_device_rule *wide,
		   const struct bh_device_rule *narrow)
{
	return wide->type == narrow->type &&
	       number_covers(wide->major, narrow->major) &&
	       number_covers(wide->minor, narrow->minor);
}

static bool numbers_meet(int32_t a, int32_t b)
{
	return number_covers(a, b) || number_covers(b, a);
}

static bool meet(const struct bh_device_rule *a, const struct bh_device_rule *b)
{
	return a->type == b->type && (a->access & b->access) &&
	       numbers_meet(a->major, b->major) &&
	       numbers_meet(a->minor, b->minor);
}

static int refuse_part(const struct bh_device_rule *rule,
		       const struct bh_device_rule *exception,
		       struct bh_err *err)
{
	const char *does = rule->allow ? "allows" : "denies";

	if (rule->index == SIZE_MAX)
		(void)bh_refuse(err,
				"%s/%zu denies a device that every container "
				"has, among others, which cgroup v1 can't "
				"express",
				BH_DEVICES, exception->index);
	else
		(void)bh_refuse(err,
				"%s/%zu %s a part of what %s/%zu does not, "
				"which cgroup v1 can't express",
				BH_DEVICES, rule->index, does, BH_DEVICES,
				exception->index);
	return bh_hint(err, "name single devices, begin with a rule that "
			    "denies everything, or use cgroup v2");
}

/* The rule says what the default says: exceptions inside it end. */
static int take_back(struct fold *fold, const struct bh_device_rule *rule,
		     struct bh_err *err)
{
	size_t i;

	for (i = 0; i < fold->exceptions.len; i++) {
		struct bh_device_rule *exception = &fold->exceptions.items[i];

		if (!meet(rule, exception))
			continue;
		if (!covers(rule, exception))
			return refuse_part(rule, exception, err);
		exception->access &= ~rule->access;
	}
	return 0;
}

static void add_exception(struct fold *fold, const struct bh_device_rule *rule)
{
	struct bh_device_rule *exception;
	size_t i;

	for (i = 0; i < fold->exceptions.len; i++) {
		exception = &fold->exceptions.items[i];
		if (!covers(exception, rule))
			continue;
		if (covers(rule, exception))
			exception->access |= rule->access;
		if (!(rule->access & ~exception->access))
			return;
	}
	exception = bh_arena_append(fold->arena, &fold->exceptions.items,
				    &fold->exceptions.len, sizeof(*exception));
	*exception = *rule;
}

static int apply(struct fold *fold, const struct bh_device_rule *rule,
		 struct bh_err *err)
{
	if (rule->type == 'a') {
		fold->allow = rule->allow;
		fold->stated = true;
		fold->exceptions.len = 0;
		fold->exceptions.items = NULL;
		return 0;
	}
	if (rule->allow == fold->allow)
		return take_back(fold, rule, err);
	add_exception(fold, rule);
	return 0;
}

static const char *number_text(struct bh_arena *arena, int32_t number)
{
	return number == BH_DEVICE_ANY ? "*" :
					 bh_arena_printf(arena, "%d", number);
}

static const char *exception_text(struct bh_arena *arena,
				  const struct bh_device_rule *exception)
{
	return bh_arena_printf(arena, "%c %s:%s %s%s%s", exception->type,
			       number_text(arena, exception->major),
			       number_text(arena, exception->minor),
			       exception->access & BH_DEVICE_READ ? "r" : "",
			       exception->access & BH_DEVICE_WRITE ? "w" : "",
			       exception->access & BH_DEVICE_MKNOD ? "m" : "");
}

static int add_lines(struct bh_setting_list *list, const struct fold *fold)
{
	static const char *const files[] = { "devices.deny", "devices.allow" };
	size_t i;
	int r = 0;

	if (fold->stated)
		r = bh_settings_add(list, "devices", files[fold->allow],
				    BH_DEVICES, "a");
	for (i = 0; r == 0 && i < fold->exceptions.len; i++) {
		const struct bh_device_rule *exception =
			&fold->exceptions.items[i];

		if (exception->access)
			r = bh_settings_add(list, "devices",
					    files[!fold->allow], BH_DEVICES,
					    exception_text(list->arena,
							   exception));
	}
	return r;
}

int bh_devices_v1(struct bh_setting_list *list,
		  const struct bh_device_rules *rules)
{
	/* The root group allows everything, and so does a new one in it. */
	struct fold fold = { .arena = list->arena, .allow = true };
	size_t i;

	for (i = 0; i < rules->len; i++) {
		int r = apply(&fold, &rules->items[i], list->err);

		if (r < 0)
			return r;
	}
	return add_lines(list, &fold);
}
