/* SPDX-License-Identifier: Apache-2.0 */
/* The cgroup hierarchies of machines of many kinds, from texts. */
#include <errno.h>
#include <string.h>

#include "host/cgroups.h"
#include "tap.h"

#define MAX_EXPECTED 10

struct machine {
	const char *title;
	const char *mountinfo;
	const char *cgroup;
	enum bh_cgroup_layout layout;
	/* each "name mount root own", the first ones v1, v2's name is "v2" */
	const char *expected[MAX_EXPECTED];
};

#define ROOTS                                              \
	"22 27 0:21 / /proc rw,relatime - proc proc rw\n"  \
	"23 27 0:22 / /sys rw,relatime - sysfs sysfs rw\n" \
	"27 1 254:0 / / rw shared:1 - ext4 /dev/vda rw\n"

static const struct machine machines[] = {
	{
		"v1 with a v2 hierarchy beside",
		ROOTS
		"31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n"
		"32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
		"35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup "
		"rw,memory\n"
		"40 31 0:37 / /sys/fs/cgroup/systemd rw - cgroup cgroup "
		"rw,name=systemd\n"
		"41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
		"9:name=systemd:/\n4:memory:/process_api/1be9\n1:cpu:/\n0::/\n",
		BH_CGROUP_V1,
		{ "name=systemd /sys/fs/cgroup/systemd / /",
		  "memory /sys/fs/cgroup/memory / /process_api/1be9",
		  "cpu /sys/fs/cgroup/cpu / /",
		  "v2 /sys/fs/cgroup/unified / /" },
	},
	{
		"systemd, v2",
		ROOTS
		"30 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec shared:4 - "
		"cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n",
		"0::/user.slice/user-1000.slice/session-2.scope\n",
		BH_CGROUP_V2,
		{ "v2 /sys/fs/cgroup / "
		  "/user.slice/user-1000.slice/session-2.scope" },
	},
	{
		"systemd, hybrid, joined controllers in another order",
		ROOTS
		"30 23 0:26 / /sys/fs/cgroup ro shared:9 - tmpfs tmpfs ro\n"
		"31 30 0:27 / /sys/fs/cgroup/unified rw shared:10 - cgroup2 "
		"cgroup2 rw\n"
		"32 30 0:28 / /sys/fs/cgroup/systemd rw shared:11 - cgroup "
		"cgroup rw,xattr,name=systemd\n"
		"36 30 0:32 / /sys/fs/cgroup/cpu,cpuacct rw shared:16 - cgroup "
		"cgroup rw,cpu,cpuacct\n",
		"4:cpuacct,cpu:/user.slice\n1:name=systemd:/user.slice/u.scope\n"
		"0::/user.slice/u.scope",
		BH_CGROUP_V1,
		{ "cpuacct,cpu /sys/fs/cgroup/cpu,cpuacct / /user.slice",
		  "name=systemd /sys/fs/cgroup/systemd / /user.slice/u.scope",
		  "v2 /sys/fs/cgroup/unified / /user.slice/u.scope" },
	},
	{
		"v1 without v2, one hierarchy not mounted",
		ROOTS "36 23 0:32 / /cg/freezer rw - cgroup none rw,freezer\n",
		"3:freezer:/\n2:devices:/\n",
		BH_CGROUP_V1,
		{ "freezer /cg/freezer / /" },
	},
	{
		"nothing mounted",
		ROOTS,
		"3:freezer:/\n2:devices:/\n0::/\n",
		BH_CGROUP_NONE,
		{ NULL },
	},
	{ "no cgroups in the kernel", ROOTS, "", BH_CGROUP_NONE, { NULL } },
	{ "no texts at all", "", "", BH_CGROUP_NONE, { NULL } },
	{
		"named hierarchy alone",
		ROOTS "36 23 0:32 / /cg rw - cgroup none rw,name=mine\n",
		"1:name=mine:/a\n",
		BH_CGROUP_V1,
		{ "name=mine /cg / /a" },
	},
	{
		"named hierarchy does not make v2 less so",
		ROOTS "36 23 0:32 / /cg rw - cgroup none rw,name=mine\n"
		      "37 23 0:33 / /sys/fs/cgroup rw - cgroup2 none rw\n",
		"1:name=mine:/a\n0::/b\n",
		BH_CGROUP_V2,
		{ "name=mine /cg / /a", "v2 /sys/fs/cgroup / /b" },
	},
	{
		"inside a container without a cgroup namespace",
		"500 400 0:99 / / rw,relatime - overlay overlay rw\n"
		"520 500 0:28 /docker/c1 /sys/fs/cgroup/memory ro master:8 - "
		"cgroup cgroup rw,memory\n",
		"4:memory:/docker/c1\n",
		BH_CGROUP_V1,
		{ "memory /sys/fs/cgroup/memory /docker/c1 /docker/c1" },
	},
	{
		"group outside of the cgroup namespace",
		ROOTS
		"30 23 0:26 /../.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
		"0::/../../x\n",
		BH_CGROUP_V2,
		{ "v2 /sys/fs/cgroup /../.. /../../x" },
	},
	{
		"several mounts: the one with the whole tree",
		ROOTS "30 23 0:26 /part /a rw - cgroup2 cgroup2 rw\n"
		      "31 23 0:26 / /b rw - cgroup2 cgroup2 rw\n"
		      "32 23 0:26 / /c rw - cgroup2 cgroup2 rw\n",
		"0::/\n",
		BH_CGROUP_V2,
		{ "v2 /b / /" },
	},
	{
		"several mounts, none with the whole tree: the first",
		ROOTS "30 23 0:26 /part /a rw - cgroup2 cgroup2 rw\n"
		      "31 23 0:26 /other /b rw - cgroup2 cgroup2 rw\n",
		"0::/part\n",
		BH_CGROUP_V2,
		{ "v2 /a /part /part" },
	},
	{
		"a mount that another one covers",
		ROOTS "30 23 0:26 / /a rw - cgroup2 cgroup2 rw\n"
		      "31 23 0:26 / /b rw - cgroup2 cgroup2 rw\n"
		      "32 23 0:40 / /a rw - tmpfs tmpfs rw\n",
		"0::/\n",
		BH_CGROUP_V2,
		{ "v2 /b / /" },
	},
	{
		"escapes in paths, colons and blanks in groups",
		ROOTS
		"30 23 0:26 /x\\134y /mnt/my\\040cg\\011 rw - cgroup2 none rw\n",
		"0::/my group: a:b\n",
		BH_CGROUP_V2,
		{ "v2 /mnt/my cg\t /x\\y /my group: a:b" },
	},
	{
		"optional fields, an empty source",
		ROOTS
		"30 23 0:26 / /cg rw shared:1 master:2 propagate_from:3 - "
		"cgroup2  rw\n",
		"0::/\n",
		BH_CGROUP_V2,
		{ "v2 /cg / /" },
	},
};

static void check_machine(const struct machine *machine)
{
	bh_autoarena struct bh_arena arena = { 0 };
	struct bh_cgroups cgroups = { 0 };
	struct bh_err err = { 0 };
	size_t expected = 0, i;

	while (machine->expected[expected])
		expected++;
	if (!is_int(bh_cgroups_parse(machine->mountinfo, machine->cgroup,
				     &arena, &cgroups, &err),
		    0, "%s", machine->title)) {
		diag("%s", err.text);
		return;
	}
	is_int(cgroups.layout, machine->layout, "%s: layout", machine->title);
	if (!is_int(cgroups.len, expected, "%s: hierarchies", machine->title))
		return;
	for (i = 0; i < expected; i++) {
		const struct bh_hierarchy *item = &cgroups.items[i];
		const char *name = item->v2 ? "v2" : item->name;

		is_str(bh_arena_printf(&arena, "%s %s %s %s", name, item->mount,
				       item->mount_root, item->own),
		       machine->expected[i], "%s: hierarchy %zu",
		       machine->title, i);
		if (item->v2)
			is_str(item->name, "", "%s: v2 has no name",
			       machine->title);
	}
}

static const struct {
	const char *title;
	const char *mountinfo;
	const char *cgroup;
	const char *text;
} refusals[] = {
	{ "mountinfo cut short", ROOTS "30 23 0:26 / /cg\n", "0::/\n",
	  "mountinfo: line 4 is malformed" },
	{ "mountinfo without a hyphen", "30 23 0:26 / /cg rw cgroup2 a rw\n",
	  "0::/\n", "mountinfo: line 1 is malformed" },
	{ "mountinfo with an empty line", "\n" ROOTS, "0::/\n",
	  "mountinfo: line 1 is malformed" },
	{ "mount point not absolute", "30 23 0:26 / cg rw - cgroup2 a rw\n",
	  "0::/\n", "mountinfo: line 1 is malformed" },
	{ "escape cut short", "30 23 0:26 / /cg\\04 rw - cgroup2 a rw\n",
	  "0::/\n",
	  "mountinfo: malformed escape in the mount of a cgroup hierarchy" },
	{ "escape not octal", "30 23 0:26 / /cg\\089 rw - cgroup2 a rw\n",
	  "0::/\n",
	  "mountinfo: malformed escape in the mount of a cgroup hierarchy" },
	{ "escape of NUL", "30 23 0:26 / /cg\\000 rw - cgroup2 a rw\n",
	  "0::/\n",
	  "mountinfo: malformed escape in the mount of a cgroup hierarchy" },
	{ "escape above a byte", "30 23 0:26 / /cg\\777 rw - cgroup2 a rw\n",
	  "0::/\n",
	  "mountinfo: malformed escape in the mount of a cgroup hierarchy" },
	{ "cgroup without a path", ROOTS, "1:cpu:/\n2:memory\n",
	  "/proc/self/cgroup: line 2 is malformed" },
	{ "cgroup with a relative path", ROOTS, "1:cpu:a\n",
	  "/proc/self/cgroup: line 1 is malformed" },
	{ "cgroup without a number", ROOTS, ":cpu:/\n",
	  "/proc/self/cgroup: line 1 is malformed" },
	{ "cgroup with a bad number", ROOTS, "-1:cpu:/\n",
	  "/proc/self/cgroup: line 1 is malformed" },
	{ "cgroup with a long number", ROOTS, "99999999999999999999:cpu:/\n",
	  "/proc/self/cgroup: line 1 is malformed" },
	{ "v1 without a name", ROOTS, "3::/\n",
	  "/proc/self/cgroup: line 1 is malformed" },
	{ "v2 with a name", ROOTS, "0:cpu:/\n",
	  "/proc/self/cgroup: line 1 is malformed" },
	{ "empty line in cgroup", ROOTS, "1:cpu:/\n\n0::/\n",
	  "/proc/self/cgroup: line 2 is malformed" },
};

static void check_refusals(void)
{
	size_t i;

	for (i = 0; i < BH_COUNT(refusals); i++) {
		bh_autoarena struct bh_arena arena = { 0 };
		struct bh_cgroups cgroups = { 0 };
		struct bh_err err = { 0 };

		is_int(bh_cgroups_parse(refusals[i].mountinfo,
					refusals[i].cgroup, &arena, &cgroups,
					&err),
		       -EINVAL, "%s", refusals[i].title);
		is_str(err.text, refusals[i].text, "%s: message",
		       refusals[i].title);
	}
}

static void check_has(void)
{
	struct bh_hierarchy joined = { .name = "cpu,cpuacct" };
	struct bh_hierarchy v2 = { .v2 = true, .name = "" };

	ok(bh_hierarchy_has(&joined, "cpu"), "the first controller");
	ok(bh_hierarchy_has(&joined, "cpuacct"), "the last controller");
	ok(!bh_hierarchy_has(&joined, "cpua"), "not a part of a name");
	ok(!bh_hierarchy_has(&joined, "cpu,cpuacct"), "not two at once");
	ok(!bh_hierarchy_has(&joined, ""), "not an empty name");
	ok(!bh_hierarchy_has(&v2, "cpu"), "v2 lists none");
	ok(!bh_hierarchy_has(&v2, ""), "v2 lists not even an empty one");
}

int main(void)
{
	size_t i;

	for (i = 0; i < BH_COUNT(machines); i++)
		check_machine(&machines[i]);
	check_refusals();
	check_has();
	return done_testing();
}
