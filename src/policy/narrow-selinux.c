/* SPDX-License-Identifier: Apache-2.0 */
/* Labels of a config: USER:ROLE:TYPE:LEVEL, of which the type says what is allowed. */
#include <string.h>

#include "base/str.h"
#include "policy/narrow.h"

/* The part behind two colons, up to the next. */
static const char *type_of(struct bh_narrowing *n, const char *label)
{
	const char *at = strchr(label, ':');

	at = at ? strchr(at + 1, ':') : NULL;
	if (!at)
		return "";
	return bh_arena_strndup(&n->spec->arena, at + 1, strcspn(at + 1, ":"));
}

/* Those that policies have for containers and virtual machines: container_t and
 * others, svirt_lxc_net_t.  Engines' own are not among them. */
static bool is_for_containers(const char *type)
{
	if (bh_starts_with(type, "container_runtime"))
		return false;
	return bh_starts_with(type, "container_") ||
	       bh_starts_with(type, "svirt_");
}

static void check(struct bh_narrowing *n, const char *field, const char *label)
{
	if (label && !is_for_containers(type_of(n, label)))
		bh_narrow_refuse(n, field, label,
				 "its type is none of a container's",
				 "selinux.label");
}

void bh_narrow_selinux(struct bh_narrowing *n)
{
	if (n->profile->selinux->label.value == BH_LABEL_AS_CONFIGURED)
		return;
	check(n, "/process/selinuxLabel", n->spec->process.selinux_label);
	check(n, "/linux/mountLabel", n->spec->mount_label);
}
