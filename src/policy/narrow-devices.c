/* SPDX-License-Identifier: Apache-2.0 */
/* Which devices there are; the rules of the cgroup follow from them. */
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/fd.h"
#include "base/str.h"
#include "base/sys.h"
#include "host/host.h"
#include "policy/narrow.h"

/* Those that every container has, config-linux.md: listed once more they do no
 * harm, if they are what they are called. */
static const struct {
	const char *path;
	unsigned int major, minor;
} defaults[] = {
	{ "/dev/null", 1, 3 },	  { "/dev/zero", 1, 5 },
	{ "/dev/full", 1, 7 },	  { "/dev/random", 1, 8 },
	{ "/dev/urandom", 1, 9 }, { "/dev/tty", 5, 0 },
	{ "/dev/ptmx", 5, 2 },	  { "/dev/console", 5, 1 },
};

static bool is_default(const struct bh_device *device)
{
	for (size_t i = 0; i < BH_COUNT(defaults); i++)
		if (bh_str_eq(device->path, defaults[i].path))
			return S_ISCHR(device->mode) &&
			       device->major == defaults[i].major &&
			       device->minor == defaults[i].minor;
	return false;
}

/* "a" in the rules of a privileged container. */
static bool allows_all(const struct oci_device_rule *rule)
{
	return rule->allow.value && (!rule->type || bh_str_eq(rule->type, "a"));
}

/* Rules for what there is, instead of those of the config. */
static void rebuild_rules(struct bh_narrowing *n)
{
	const struct oci_resources *resources = n->spec->resources;

	n->spec->own_device_rules = true;
	if (resources && resources->devices.len)
		bh_narrow_tighten(n, "/linux/resources/devices",
				  "rules for the devices that there are, and "
				  "no others");
	for (size_t i = 0; resources && i < resources->devices.len; i++)
		if (allows_all(&resources->devices.items[i]))
			bh_narrow_refuse(n, "/linux/resources/devices",
					 "allow a", "every device of the host",
					 NULL);
}

/* What lies at the device's path on the host, behind no link. */
static bool is_node(const struct bh_device *device)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	bh_autoclose int fd = bh_sys_openat2(AT_FDCWD, device->path, &how);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 &&
	       (st.st_mode & S_IFMT) == (device->mode & S_IFMT) &&
	       st.st_rdev == makedev((unsigned int)device->major,
				     (unsigned int)device->minor);
}

static const char *field_of(struct bh_narrowing *n, size_t index)
{
	return bh_arena_printf(&n->spec->arena, "/linux/devices/%zu", index);
}

/* A name that the policy allows is not enough: 1:1 under any name is the host's
 * memory. */
void bh_narrow_device_nodes(struct bh_narrowing *n)
{
	if (!bh_narrow_has_floors(n) || n->host->fake)
		return;
	for (size_t i = 0; i < n->spec->device_count; i++) {
		const struct bh_device *device = &n->spec->devices[i];

		if (is_default(device) || S_ISFIFO(device->mode) ||
		    is_node(device))
			continue;
		bh_narrow_refuse(
			n, field_of(n, i), device->path,
			bh_arena_printf(&n->spec->arena,
					"the host has no device %llu:%llu at "
					"this path",
					(unsigned long long)device->major,
					(unsigned long long)device->minor),
			NULL);
	}
}

void bh_narrow_devices(struct bh_narrowing *n)
{
	const struct oci_strings *allow = &n->profile->devices->allow;

	if (!bh_narrow_has_floors(n))
		return;
	for (size_t i = 0; i < n->spec->device_count; i++) {
		const struct bh_device *device = &n->spec->devices[i];

		if (is_default(device) || S_ISFIFO(device->mode) ||
		    bh_narrow_matches(allow, device->path))
			continue;
		bh_narrow_refuse(n, field_of(n, i), device->path,
				 "a device of the host", "devices.allow");
	}
	rebuild_rules(n);
}
