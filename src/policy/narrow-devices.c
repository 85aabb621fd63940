/* SPDX-License-Identifier: Apache-2.0 */
/* Which devices there are; the rules of the cgroup follow from them. */
#include <sys/stat.h>

#include "base/str.h"
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
		bh_narrow_refuse(n,
				 bh_arena_printf(&n->spec->arena,
						 "/linux/devices/%zu", i),
				 device->path, "a device of the host",
				 "devices.allow");
	}
	rebuild_rules(n);
}
