/* SPDX-License-Identifier: Apache-2.0 */
/* systemd.unit(5), systemd.slice(5), systemd.resource-control(5) */
#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "cgroup/scope.h"

/* UNIT_NAME_MAX, without its NUL. */
#define UNIT_MAX 255

/* systemd's own period where nothing else is said. */
#define CPU_PERIOD_US 100000u

/* So that what systemd makes of it is never less (it counts in 10 ms). */
#define CPU_STEP_US 10000u

static int refuse(struct bh_err *err, const char *path, const char *why)
{
	(void)bh_refuse(err, "compile the plan: /linux/cgroupsPath: %.256s: %s",
			path, why);
	return bh_hint(err, "with --systemd-cgroup it is slice:prefix:name, as "
			    "in system.slice:engine:NAME");
}

/* ---- names ----------------------------------------------------------------------- */

static bool is_unit_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || strchr(":_.-", c);
}

static void add_escaped(struct bh_buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] && is_unit_char(text[i]))
			bh_buf_char(out, text[i]);
		else
			bh_buf_printf(out, "\\x%02x", (unsigned char)text[i]);
}

static bool has_suffix(const char *text, size_t len, const char *suffix)
{
	size_t suffix_len = strlen(suffix);

	return len > suffix_len && bh_str_eq(text + len - suffix_len, suffix);
}

/* Dashes stand for the slices above it: a.slice of a-b.slice. */
static bool is_slice(const char *slice)
{
	size_t len = strlen(slice);

	if (!has_suffix(slice, len, ".slice") || len > UNIT_MAX)
		return false;
	if (bh_str_eq(slice, "-.slice"))
		return true;
	for (size_t i = 0; i < len; i++)
		if (!is_unit_char(slice[i]))
			return false;
	return slice[0] != '-' && !has_suffix(slice, len, "-.slice") &&
	       !strstr(slice, "--");
}

static void add_slice_path(struct bh_buf *out, const char *slice)
{
	if (bh_str_eq(slice, "-.slice"))
		return;
	for (const char *dash = strchr(slice, '-'); dash;
	     dash = strchr(dash + 1, '-'))
		bh_buf_printf(out, "/%.*s.slice", (int)(dash - slice), slice);
	bh_buf_printf(out, "/%s", slice);
}

static int finish(const char *shown, struct bh_buf *unit, const char *slice,
		  struct bh_arena *arena, struct bh_scope *ret,
		  struct bh_err *err)
{
	bh_autobuf struct bh_buf path = { 0 };

	bh_buf_str(unit, ".scope");
	if (unit->len > UNIT_MAX)
		return refuse(err, shown, "the unit's name is too long");
	if (!is_slice(slice))
		return refuse(err, shown, "its first part is no slice's name");
	add_slice_path(&path, slice);
	bh_buf_printf(&path, "/%s", unit->data);
	ret->unit = bh_arena_strdup(arena, unit->data);
	ret->slice = bh_arena_strdup(arena, slice);
	ret->path = bh_arena_strdup(arena, path.data);
	return 0;
}

int bh_scope_parse(const char *cgroups_path, const char *id,
		   struct bh_arena *arena, struct bh_scope *ret,
		   struct bh_err *err)
{
	const char *text = cgroups_path ?
				   cgroups_path :
				   bh_arena_printf(arena, ":bulkhead:%s", id);
	const char *prefix = strchr(text, ':');
	const char *name = prefix ? strchr(prefix + 1, ':') : NULL;
	bh_autobuf struct bh_buf unit = { 0 };
	const char *slice = "system.slice";

	if (!name || strchr(name + 1, ':') || !name[1] || strchr(text, '/'))
		return refuse(err, text, "not of the form slice:prefix:name");
	if (prefix > text)
		slice = bh_arena_strndup(arena, text, (size_t)(prefix - text));
	if (name > prefix + 1) {
		add_escaped(&unit, prefix + 1, (size_t)(name - prefix - 1));
		bh_buf_char(&unit, '-');
	}
	add_escaped(&unit, name + 1, strlen(name + 1));
	return finish(text, &unit, slice, arena, ret, err);
}

/* ---- properties ------------------------------------------------------------------ */

static const struct property {
	const char *file, *name;
} properties[] = {
	{ "memory.max", "MemoryMax" },
	{ "memory.high", "MemoryHigh" },
	{ "memory.low", "MemoryLow" },
	{ "memory.min", "MemoryMin" },
	{ "memory.swap.max", "MemorySwapMax" },
	{ "pids.max", "TasksMax" },
	{ "cpu.weight", "CPUWeight" },
	{ "cpuset.cpus", "AllowedCPUs" },
	{ "cpuset.mems", "AllowedMemoryNodes" },
};

struct list {
	struct bh_arena *arena;
	const char **items;
	size_t len;
};

/* A number behind the type that it may have. */
static int read_number(const char *text, const char *type, uint64_t max,
		       uint64_t *ret)
{
	size_t len = strlen(type);

	if (bh_starts_with(text, type) && text[len] == ' ')
		text += len + 1;
	return bh_parse_u64(text, max, ret);
}

static int refuse_property(struct bh_err *err, const struct oci_pair *pair)
{
	(void)bh_refuse(err,
			"compile the plan: /annotations/%s: %.256s is no "
			"value of it",
			pair->key, pair->value);
	return bh_hint(err, "KillSignal is a number from 1 to 64, "
			    "TimeoutStopUSec one of microseconds, CollectMode "
			    "'inactive-or-failed'");
}

static void add(struct list *list, const char *name, const char *value)
{
	const char **item = bh_arena_append(list->arena, &list->items,
					    &list->len, sizeof(*item));

	*item = bh_arena_printf(list->arena, "%s=%s", name,
				bh_str_eq(value, "max") ? "infinity" : value);
}

/* "QUOTA [PERIOD]", in microseconds. */
static void add_cpu_max(struct list *list, const char *value)
{
	size_t len = strcspn(value, " ");
	const char *text = bh_arena_strndup(list->arena, value, len);
	uint64_t quota, period = CPU_PERIOD_US, share;

	if (value[len] && bh_parse_u64(value + len + 1, 1000000, &period) < 0)
		return;
	if (bh_str_eq(text, "max")) {
		add(list, "CPUQuotaPerSecUSec", "infinity");
		return;
	}
	if (bh_parse_u64(text, UINT64_MAX / 2000000, &quota) < 0 || !period)
		return;
	share = (quota * 1000000 + period - 1) / period;
	share = (share + CPU_STEP_US - 1) / CPU_STEP_US * CPU_STEP_US;
	add(list, "CPUQuotaPerSecUSec",
	    bh_arena_printf(list->arena, "%" PRIu64, share));
	if (period != CPU_PERIOD_US)
		add(list, "CPUQuotaPeriodUSec",
		    bh_arena_printf(list->arena, "%" PRIu64, period));
}

static int add_annotation(struct list *list, const struct oci_pair *pair,
			  struct bh_err *err)
{
	const char *name = pair->key + strlen(BH_SCOPE_ANNOTATION);
	uint64_t number;

	/* That of every scope of ours. */
	if (bh_str_eq(name, "CollectMode"))
		return bh_str_eq(pair->value, "'inactive-or-failed'") ?
			       0 :
			       refuse_property(err, pair);
	if (bh_str_eq(name, "KillSignal")) {
		if (read_number(pair->value, "int32", 64, &number) < 0 ||
		    !number)
			return refuse_property(err, pair);
	} else if (read_number(pair->value, "uint64", UINT64_MAX, &number) <
		   0) {
		return refuse_property(err, pair);
	}
	add(list, name, bh_arena_printf(list->arena, "%" PRIu64, number));
	return 0;
}

int bh_scope_annotations(const struct oci_pairs *annotations,
			 const char *const *more, struct bh_arena *arena,
			 const char *const **ret, struct bh_err *err)
{
	struct list list = { .arena = arena };
	const char **end;
	int r = 0;

	for (; *more; more++)
		*(const char **)bh_arena_append(arena, &list.items, &list.len,
						sizeof(*more)) = *more;
	for (size_t i = 0; r == 0 && i < annotations->len; i++)
		if (bh_starts_with(annotations->items[i].key,
				   BH_SCOPE_ANNOTATION))
			r = add_annotation(&list, &annotations->items[i], err);
	end = bh_arena_append(arena, &list.items, &list.len, sizeof(*end));
	*end = NULL;
	*ret = list.items;
	return r;
}

const char *const *bh_scope_properties(const struct bh_cgroup_setting *settings,
				       size_t len, struct bh_arena *arena)
{
	struct list list = { .arena = arena };
	const char **end;

	for (size_t i = 0; i < len; i++) {
		const struct bh_cgroup_setting *setting = &settings[i];

		if (bh_str_eq(setting->file, "cpu.max"))
			add_cpu_max(&list, setting->value);
		for (size_t k = 0; k < BH_COUNT(properties); k++)
			if (bh_str_eq(setting->file, properties[k].file))
				add(&list, properties[k].name, setting->value);
	}
	end = bh_arena_append(arena, &list.items, &list.len, sizeof(*end));
	*end = NULL;
	return list.items;
}
