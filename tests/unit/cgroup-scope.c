/* SPDX-License-Identifier: Apache-2.0 */
/* Names of scopes, and their limits as systemd's properties. */
#include <errno.h>
#include <string.h>

#include "base/str.h"
#include "cgroup/scope.h"
#include "tap.h"

static const struct {
	const char *path, *unit, *slice, *where; /* unit NULL: refused */
} names[] = {
	{ "machine.slice:libpod:abc", "libpod-abc.scope", "machine.slice",
	  "/machine.slice/libpod-abc.scope" },
	{ "a-b-c.slice:x:y", "x-y.scope", "a-b-c.slice",
	  "/a.slice/a-b.slice/a-b-c.slice/x-y.scope" },
	{ "::y", "y.scope", "system.slice", "/system.slice/y.scope" },
	{ ":x:y", "x-y.scope", "system.slice", "/system.slice/x-y.scope" },
	{ "-.slice:x:y", "x-y.scope", "-.slice", "/x-y.scope" },
	{ NULL, "bulkhead-id+1.scope", "system.slice", NULL },
	{ "s.slice:x:a+b c", "x-a\\x2bb\\x20c.scope", "s.slice",
	  "/s.slice/x-a\\x2bb\\x20c.scope" },
	{ "/a/b", NULL, NULL, NULL },
	{ "", NULL, NULL, NULL },
	{ "a.slice", NULL, NULL, NULL },
	{ "a.slice:b", NULL, NULL, NULL },
	{ "a.slice:b:", NULL, NULL, NULL },
	{ "a.slice:b:c:d", NULL, NULL, NULL },
	{ "a.slice:b:c/d", NULL, NULL, NULL },
	{ "a:b:c", NULL, NULL, NULL },
	{ ".slice:b:c", NULL, NULL, NULL },
	{ "a--b.slice:b:c", NULL, NULL, NULL },
	{ "-a.slice:b:c", NULL, NULL, NULL },
	{ "a-.slice:b:c", NULL, NULL, NULL },
	{ "a b.slice:b:c", NULL, NULL, NULL },
};

static void test_names(void)
{
	for (size_t i = 0; i < BH_COUNT(names); i++) {
		bh_autoarena struct bh_arena arena = { 0 };
		const char *shown = names[i].path ? names[i].path : "none";
		struct bh_scope scope;
		struct bh_err err;
		int r = bh_scope_parse(names[i].path, "id+1", &arena, &scope,
				       &err);

		if (!names[i].unit) {
			is_int(r, -EINVAL, "%s: refused", shown);
			continue;
		}
		is_int(r, 0, "%s", shown);
		if (r < 0 || !names[i].where)
			continue;
		is_str(scope.unit, names[i].unit, "%s: unit", shown);
		is_str(scope.slice, names[i].slice, "%s: slice", shown);
		is_str(scope.path, names[i].where, "%s: path", shown);
	}
}

static void test_long(void)
{
	bh_autoarena struct bh_arena arena = { 0 };
	bh_autobuf struct bh_buf text = { 0 };
	struct bh_scope scope;
	struct bh_err err;

	bh_buf_str(&text, "s.slice::");
	for (int i = 0; i < 249; i++)
		bh_buf_char(&text, 'x');
	is_int(bh_scope_parse(text.data, "id", &arena, &scope, &err), 0,
	       "a unit's name of 255 bytes");
	bh_buf_char(&text, 'x');
	is_int(bh_scope_parse(text.data, "id", &arena, &scope, &err), -EINVAL,
	       "a byte more");
}

static const struct {
	const char *file, *value, *property; /* NULL: systemd has none */
} limits[] = {
	{ "memory.max", "4096", "MemoryMax=4096" },
	{ "memory.max", "max", "MemoryMax=infinity" },
	{ "memory.swap.max", "0", "MemorySwapMax=0" },
	{ "memory.low", "1", "MemoryLow=1" },
	{ "pids.max", "7", "TasksMax=7" },
	{ "cpu.weight", "59", "CPUWeight=59" },
	{ "cpu.max", "50000 100000", "CPUQuotaPerSecUSec=500000" },
	{ "cpu.max", "max 100000", "CPUQuotaPerSecUSec=infinity" },
	{ "cpu.max", "50000", "CPUQuotaPerSecUSec=500000" },
	{ "cpu.max", "1000 100000", "CPUQuotaPerSecUSec=10000" },
	/* Never less than what was asked for. */
	{ "cpu.max", "1001 100000", "CPUQuotaPerSecUSec=20000" },
	{ "cpuset.cpus", "0-1,3", "AllowedCPUs=0-1,3" },
	{ "cpuset.mems", "0", "AllowedMemoryNodes=0" },
	{ "cpu.idle", "1", NULL },
	{ "memory.oom.group", "1", NULL },
};

static void test_properties(void)
{
	for (size_t i = 0; i < BH_COUNT(limits); i++) {
		bh_autoarena struct bh_arena arena = { 0 };
		const struct bh_cgroup_setting setting = {
			.file = limits[i].file,
			.value = limits[i].value,
		};
		const char *const *found =
			bh_scope_properties(&setting, 1, &arena);

		is_str(found[0], limits[i].property, "%s = %s", setting.file,
		       setting.value);
		ok(!found[0] || !found[1], "and nothing else");
	}
}

static void test_period(void)
{
	bh_autoarena struct bh_arena arena = { 0 };
	const struct bh_cgroup_setting setting = {
		.file = "cpu.max",
		.value = "5000 10000",
	};
	const char *const *found = bh_scope_properties(&setting, 1, &arena);

	is_str(found[0], "CPUQuotaPerSecUSec=500000", "a share of the time");
	is_str(found[1], "CPUQuotaPeriodUSec=10000", "and its period");
	is_str(bh_scope_properties(NULL, 0, &arena)[0], NULL, "no settings");
}

static const struct {
	const char *key, *value, *property; /* NULL: refused; "": nothing */
} annotations[] = {
	{ "KillSignal", "15", "KillSignal=15" },
	{ "KillSignal", "int32 9", "KillSignal=9" },
	{ "KillSignal", "0", NULL },
	{ "KillSignal", "65", NULL },
	{ "KillSignal", "'TERM'", NULL },
	{ "TimeoutStopUSec", "uint64 10000000", "TimeoutStopUSec=10000000" },
	{ "TimeoutStopUSec", "10", "TimeoutStopUSec=10" },
	{ "TimeoutStopUSec", "uint64 -1", NULL },
	{ "CollectMode", "'inactive-or-failed'", "" },
	{ "CollectMode", "'inactive'", NULL },
};

static void test_annotations(void)
{
	static const char *const more[] = { "TasksMax=1", NULL };

	for (size_t i = 0; i < BH_COUNT(annotations); i++) {
		bh_autoarena struct bh_arena arena = { 0 };
		struct oci_pair pair = {
			.key = bh_arena_printf(&arena, BH_SCOPE_ANNOTATION "%s",
					       annotations[i].key),
			.value = bh_arena_strdup(&arena, annotations[i].value),
		};
		const struct oci_pairs pairs = { true, 1, &pair };
		const char *const *found;
		const char *want = annotations[i].property;
		struct bh_err err;
		int r = bh_scope_annotations(&pairs, more, &arena, &found,
					     &err);

		is_int(r, want ? 0 : -EINVAL, "%s = %s", pair.key, pair.value);
		if (!want)
			continue;
		is_str(found[0], "TasksMax=1", "behind the settings");
		is_str(found[1], want[0] ? want : NULL, "%s", pair.key);
	}
}

int main(void)
{
	test_names();
	test_long();
	test_properties();
	test_period();
	test_annotations();
	return done_testing();
}
