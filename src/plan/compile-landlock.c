/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Landlock: everything may be read and executed, and written is only what the
 * plan's mounts leave writable; devices are made nowhere.  A second bound, which
 * holds where a mount would not.
 */
#include <linux/mount.h>
#include <string.h>

#include "base/landlock.h"
#include "base/str.h"
#include "plan/compiler.h"

/* Before the second version a file could not be moved to another directory:
 * nothing that packages or compiles would work. */
#define LEAST_ABI 2

#define READING \
	(BH_LANDLOCK_EXECUTE | BH_LANDLOCK_READ_FILE | BH_LANDLOCK_READ_DIR)

static uint64_t accesses_of(unsigned int abi)
{
	uint64_t accesses = BH_LANDLOCK_REFER | (BH_LANDLOCK_REFER - 1);

	if (abi >= 3)
		accesses |= BH_LANDLOCK_TRUNCATE;
	if (abi >= 5)
		accesses |= BH_LANDLOCK_IOCTL_DEV;
	return accesses;
}

/* Where a namespace is shared, and only there. */
static uint64_t scopes_of(const struct bh_compiler *c, unsigned int abi)
{
	const struct bh_namespace *ns = c->spec->namespaces;
	uint64_t scopes = 0;

	if (abi < 6)
		return 0;
	if (!ns[OCI_NS_NETWORK].wanted)
		scopes |= BH_LANDLOCK_SCOPE_ABSTRACT;
	if (!ns[OCI_NS_PID].wanted)
		scopes |= BH_LANDLOCK_SCOPE_SIGNAL;
	return scopes;
}

static bool lies_below(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return bh_starts_with(path, dir) && (path[len] == '/' || !path[len]);
}

static void allow(struct bh_compiler *c, const char *path, uint64_t accesses)
{
	bh_compile_step(c, BH_OP_landlock_allow)->landlock_allow =
		(struct bh_args_landlock_allow){
			.ruleset = c->ruleset,
			.path = path,
			.accesses = accesses,
		};
	bh_compile_may_be_missing(c);
}

/* By what the mounts of this plan, or of the container that is joined, are. */
static void allow_writing(struct bh_compiler *c, uint64_t accesses)
{
	const struct bh_spec *spec = c->spec;
	const char *const *joined = c->in->writable;

	for (; c->in->joins && joined && *joined; joined++)
		allow(c, *joined, accesses);
	if (c->in->joins)
		return;
	if (!spec->root_readonly)
		allow(c, "/", accesses);
	/* The container's own, whoever asked for it. */
	allow(c, "/dev", accesses);
	for (size_t i = 0; i < spec->mount_count; i++)
		if (!((spec->mounts[i].set | spec->mounts[i].set_all) &
		      MOUNT_ATTR_RDONLY) &&
		    !lies_below(spec->mounts[i].target, "/dev"))
			allow(c, spec->mounts[i].target, accesses);
	for (const char **path = spec->writable; path && *path; path++)
		allow(c, *path, accesses);
}

int bh_compile_landlock(struct bh_compiler *c)
{
	unsigned int abi = c->in->host->landlock_abi;
	uint64_t accesses = accesses_of(abi);
	uint64_t devices = BH_LANDLOCK_MAKE_CHAR | BH_LANDLOCK_MAKE_BLOCK;

	if (!c->spec->landlock)
		return 0;
	if (abi < LEAST_ABI && c->spec->landlock_required) {
		(void)bh_refuse(c->err,
				"compile the plan: the policy key landlock "
				"requires it, and this kernel has %s",
				abi ? "only its first version" : "none");
		return bh_hint(c->err, "boot with landlock in lsm=, or allow "
				       "\"bestEffort\"");
	}
	if (abi < LEAST_ABI) {
		bh_note(&c->plan->notes, &c->plan->arena,
			"landlock: not enforced, this kernel has %s",
			abi ? "only its first version" : "none");
		return 0;
	}
	bh_compile_why(c, c->in->builtin_origin, NULL);
	c->ruleset = bh_compile_slot(c, "landlock");
	bh_compile_step(c, BH_OP_landlock_make)->landlock_make =
		(struct bh_args_landlock_make){
			.ruleset = c->ruleset,
			.accesses = accesses,
			.scopes = scopes_of(c, abi),
		};
	allow(c, "/", READING);
	allow_writing(c, accesses & ~devices);
	return 0;
}

void bh_compile_landlock_restrict(struct bh_compiler *c)
{
	if (c->ruleset < 0)
		return;
	bh_compile_why(c, c->in->builtin_origin, NULL);
	bh_compile_step(c, BH_OP_landlock_restrict)->landlock_restrict.ruleset =
		c->ruleset;
}
