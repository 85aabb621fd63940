/* SPDX-License-Identifier: Apache-2.0 */
/* What the program itself may be and do; the same for exec. */
#include <linux/capability.h>
#include <string.h>
#include <sys/resource.h>

#include "policy/narrow.h"
#include "spec/names.h"

#define BIT(cap) (1ull << (cap))

/* What engines grant by default, and an agent has no use for: dropped without a
 * refusal. */
#define DEFAULT_BEYOND                                            \
	(BIT(CAP_SETPCAP) | BIT(CAP_SETFCAP) | BIT(CAP_NET_RAW) | \
	 BIT(CAP_MKNOD) | BIT(CAP_AUDIT_WRITE))

static uint64_t allowed_caps(const struct bh_narrowing *n)
{
	const struct oci_strings *names = &n->profile->capabilities->allow;
	uint64_t allowed = 0, number;

	for (size_t i = 0; i < names->len; i++)
		if (bh_name_value(bh_capability_names, names->items[i],
				  &number))
			allowed |= BIT(number);
	return allowed;
}

static void refuse_caps(struct bh_narrowing *n, uint64_t beyond)
{
	bh_autobuf struct bh_buf names = { 0 };

	for (unsigned int cap = 0; cap < 64; cap++)
		if (beyond & BIT(cap))
			bh_buf_printf(&names, "%s%s", names.len ? "," : "",
				      bh_value_name(bh_capability_names, cap));
	bh_narrow_refuse(n, "/process/capabilities",
			 bh_arena_strdup(&n->spec->arena, names.data),
			 "more than the profile grants", "capabilities.allow");
}

static void narrow_caps(struct bh_narrowing *n)
{
	struct bh_caps *caps = &n->spec->process.caps;
	uint64_t allowed = allowed_caps(n);
	uint64_t asked = caps->bounding | caps->permitted | caps->effective |
			 caps->inheritable | caps->ambient;
	uint64_t beyond = asked & ~(allowed | DEFAULT_BEYOND);

	if (beyond)
		refuse_caps(n, beyond);
	if (asked & ~allowed || caps->inheritable || caps->ambient)
		bh_narrow_tighten(n, "/process/capabilities",
				  "at most those of the profile, none of them "
				  "inheritable or ambient");
	caps->bounding &= allowed;
	caps->permitted &= allowed;
	caps->effective &= allowed;
	caps->inheritable = 0;
	caps->ambient = 0;
}

static void narrow_core(struct bh_narrowing *n)
{
	struct bh_process *process = &n->spec->process;
	const struct bh_rlimit none = {
		.resource = RLIMIT_CORE,
		.origin = bh_arena_printf(&n->spec->arena, "profile %s",
					  n->profile->name),
	};

	for (size_t i = 0; i < process->rlimit_count; i++) {
		struct bh_rlimit *limit = &process->rlimits[i];

		if (limit->resource != RLIMIT_CORE)
			continue;
		if (limit->hard)
			*limit = none;
		return;
	}
	*(struct bh_rlimit *)bh_arena_append(&n->spec->arena, &process->rlimits,
					     &process->rlimit_count,
					     sizeof(none)) = none;
}

/* Speculation is what the kernel holds back in filtered programs. */
static void check_filter_flags(struct bh_narrowing *n)
{
	const struct oci_seccomp *seccomp = n->spec->seccomp;

	for (size_t i = 0; seccomp && i < seccomp->flags.len; i++)
		if (seccomp->flags.items[i] == OCI_SECCOMP_FLAG_SPEC_ALLOW)
			bh_narrow_refuse(
				n,
				bh_arena_printf(&n->spec->arena,
						"/linux/seccomp/flags/%zu", i),
				"SECCOMP_FILTER_FLAG_SPEC_ALLOW",
				"it takes a protection of the kernel's away",
				NULL);
}

/* Mount calls fail under it, which nested containers need. */
static void set_landlock(struct bh_narrowing *n)
{
	int choice = n->profile->landlock.value;

	n->spec->landlock = choice != BH_LANDLOCK_OFF &&
			    n->profile->rank != BH_RANK_NESTED;
	n->spec->landlock_required = choice == BH_LANDLOCK_REQUIRE;
}

void bh_narrow_process(struct bh_narrowing *n)
{
	struct bh_process *process = &n->spec->process;

	if (n->profile->run_as_non_root.value && process->uid == 0)
		bh_narrow_refuse(n, "/process/user/uid", "0",
				 "the policy lets no program run as root",
				 "runAsNonRoot");
	set_landlock(n);
	if (!bh_narrow_has_floors(n))
		return;
	if (!process->no_new_privs)
		bh_narrow_tighten(n, "/process/noNewPrivileges",
				  "no program gains privileges by being "
				  "executed");
	process->no_new_privs = true;
	check_filter_flags(n);
	bh_narrow_selinux(n);
	narrow_caps(n);
	narrow_core(n);
	if (process->oom_set && process->oom_score_adj < 0) {
		bh_narrow_tighten(n, "/process/oomScoreAdj",
				  "the host's own programs outlive it");
		process->oom_score_adj = 0;
	}
}
