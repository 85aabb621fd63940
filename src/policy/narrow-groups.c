/* SPDX-License-Identifier: Apache-2.0 */
/* Groups that reach what only root should: disks and passwords by their fixed
 * numbers (Debian's base-passwd), others by what the host calls them. */
#include <fcntl.h>
#include <string.h>

#include "base/fd.h"
#include "base/str.h"
#include "policy/narrow.h"

/* Nobody has a longer one. */
#define MAX_FILE (16u << 20)

static const struct {
	uint32_t gid;
	const char *name;
} numbers[] = {
	{ 6, "disk" },
	{ 42, "shadow" },
};

static const char *const names[] = {
	"disk", "docker", "incus", "incus-admin", "kmem", "kvm",   "libvirt",
	"lxd",	"podman", "root",  "shadow",	  "sudo", "wheel",
};

static bool is_asked(const struct bh_narrowing *n, uint64_t gid)
{
	const struct bh_process *process = &n->spec->process;

	for (size_t i = 0; i < process->group_count; i++)
		if (process->groups[i] == gid)
			return true;
	return false;
}

static void refuse(struct bh_narrowing *n, const char *name)
{
	bh_narrow_refuse(n, "/process/user/additionalGids",
			 bh_arena_strdup(&n->spec->arena, name),
			 "a group that reaches what only root should", NULL);
}

static bool has_number(const char *name)
{
	for (size_t i = 0; i < BH_COUNT(numbers); i++)
		if (bh_str_eq(numbers[i].name, name))
			return true;
	return false;
}

/* "docker:x:998:", group(5). */
static void judge_line(struct bh_narrowing *n, char *line)
{
	const char *name = strsep(&line, ":"), *gid_text;
	uint64_t gid;

	(void)strsep(&line, ":");
	gid_text = strsep(&line, ":");
	if (!gid_text || bh_parse_u64(gid_text, UINT32_MAX, &gid) < 0 ||
	    gid == 0 || !is_asked(n, gid))
		return;
	for (size_t i = 0; i < BH_COUNT(names); i++)
		if (bh_str_eq(names[i], name) && !has_number(name))
			refuse(n, name);
}

void bh_narrow_groups(struct bh_narrowing *n)
{
	bh_autobuf struct bh_buf text = { 0 };
	bh_autoclose int fd = -1;
	char *rest, *line;

	if (!bh_narrow_has_floors(n) || !n->spec->process.group_count)
		return;
	for (size_t i = 0; i < BH_COUNT(numbers); i++)
		if (is_asked(n, numbers[i].gid))
			refuse(n, numbers[i].name);
	if (n->host && n->host->fake)
		return;
	/* A host without the file gives its groups no names. */
	fd = open("/etc/group", O_RDONLY | O_NOCTTY | O_CLOEXEC);
	if (fd < 0 || bh_read_all(fd, MAX_FILE, &text) < 0)
		return;
	bh_buf_str(&text, "");
	rest = text.data;
	while ((line = strsep(&rest, "\n")))
		judge_line(n, line);
}
