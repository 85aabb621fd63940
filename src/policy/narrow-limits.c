/* SPDX-License-Identifier: Apache-2.0 */
/* Ceilings of the policy over the limits of the config. */
#include <inttypes.h>

#include "base/str.h"
#include "policy/narrow.h"
#include "policy/sizes.h"

#define RESOURCES "/linux/resources"

/* By which a config can have it sooner than the policy says. */
#define BH_DEADLINE_ANNOTATION "org.bulkhead.deadline"

/* In seconds, 68 years. */
#define MAX_DEADLINE INT32_MAX

/* The engines' own period. */
#define PERIOD 100000

/* The config's, to be changed: the parts are copied where they are. */
static struct oci_resources *own_resources(struct bh_narrowing *n)
{
	struct bh_arena *arena = &n->spec->arena;
	struct oci_resources *own = bh_arena_alloc(arena, sizeof(*own));

	if (n->spec->resources)
		*own = *n->spec->resources;
	n->spec->resources = own;
	return own;
}

static void *own_part(struct bh_narrowing *n, const void *part, size_t size)
{
	return part ? bh_arena_memdup(&n->spec->arena, part, size) :
		      bh_arena_alloc(&n->spec->arena, size);
}

/* Lower *limit to the ceiling: none, -1, and what is above it. */
static void lower(struct bh_narrowing *n, struct oci_i64 *limit,
		  uint64_t ceiling, const char *field)
{
	if (ceiling == 0 || ceiling > INT64_MAX ||
	    (n->given_only && !limit->set))
		return;
	if (limit->set && limit->value >= 0 &&
	    (uint64_t)limit->value <= ceiling)
		return;
	*limit = (struct oci_i64){ true, (int64_t)ceiling };
	bh_narrow_tighten(n, field, "the policy's ceiling");
}

static uint64_t size_of(const char *text)
{
	uint64_t size = 0;

	if (text)
		(void)bh_size_parse(text, &size);
	return size;
}

static void lower_pids(struct bh_narrowing *n, struct oci_resources *resources)
{
	uint64_t ceiling = n->profile->resources->pids.value;

	if (!ceiling || (n->given_only && !resources->pids))
		return;
	resources->pids =
		own_part(n, resources->pids, sizeof(*resources->pids));
	lower(n, &resources->pids->limit, ceiling, RESOURCES "/pids/limit");
}

/* memory.swap counts memory as well, runtime-spec config-linux.md: at most as
 * much swap as memory, and what the policy says. */
static void lower_swap(struct bh_narrowing *n, struct oci_memory *memory)
{
	const char *text = n->profile->resources->swap;
	uint64_t limit =
		memory->limit.value > 0 ? (uint64_t)memory->limit.value : 0;
	uint64_t swap = text && size_of(text) < limit ? size_of(text) : limit;

	if (limit && (text || memory->swap.set))
		lower(n, &memory->swap, limit + swap, RESOURCES "/memory/swap");
}

static void lower_memory(struct bh_narrowing *n,
			 struct oci_resources *resources)
{
	uint64_t ceiling = size_of(n->profile->resources->memory);

	if (!resources->memory && (!ceiling || n->given_only))
		return;
	resources->memory =
		own_part(n, resources->memory, sizeof(*resources->memory));
	/* 0 is what engines write for "not given". */
	if (resources->memory->limit.value == 0)
		resources->memory->limit.set = false;
	lower(n, &resources->memory->limit, ceiling, RESOURCES "/memory/limit");
	lower_swap(n, resources->memory);
}

/* quota / period is how many CPUs. */
static void lower_cpus(struct bh_narrowing *n, struct oci_resources *resources)
{
	uint64_t ceiling = n->profile->resources->cpus.value;
	struct oci_cpu *cpu;

	if (!ceiling || (n->given_only && !resources->cpu))
		return;
	cpu = own_part(n, resources->cpu, sizeof(*resources->cpu));
	resources->cpu = cpu;
	if ((!cpu->period.set || !cpu->period.value) &&
	    (cpu->quota.value || !n->given_only))
		cpu->period = (struct oci_u64){ true, PERIOD };
	if (!cpu->quota.value)
		cpu->quota.set = false;
	lower(n, &cpu->quota, ceiling * cpu->period.value,
	      RESOURCES "/cpu/quota");
}

void bh_narrow_limits(struct bh_narrowing *n)
{
	struct oci_resources *resources;

	if (!n->grouped)
		return;
	resources = own_resources(n);
	lower_pids(n, resources);
	lower_memory(n, resources);
	lower_cpus(n, resources);
}

static const char *wanted_deadline(const struct bh_spec *spec)
{
	const struct oci_pairs *pairs = &spec->config->annotations;

	for (size_t i = 0; i < pairs->len; i++)
		if (bh_str_eq(pairs->items[i].key, BH_DEADLINE_ANNOTATION))
			return pairs->items[i].value;
	return NULL;
}

void bh_narrow_deadline(struct bh_narrowing *n)
{
	const char *text = wanted_deadline(n->spec);
	uint64_t ceiling = n->profile->resources->deadline.value, wanted = 0;

	if (text &&
	    (bh_parse_u64(text, MAX_DEADLINE, &wanted) < 0 || !wanted)) {
		bh_narrow_refuse(n, "/annotations/" BH_DEADLINE_ANNOTATION,
				 text, "not a whole number of seconds", NULL);
		return;
	}
	n->spec->deadline = wanted && (!ceiling || wanted < ceiling) ? wanted :
								       ceiling;
	if (n->spec->deadline)
		bh_note(&n->spec->notes, &n->spec->arena,
			"the container is ended %llu seconds after its start: "
			"%s",
			(unsigned long long)n->spec->deadline,
			n->spec->deadline == wanted ?
				"annotation " BH_DEADLINE_ANNOTATION :
				"policy key resources.deadline");
}
