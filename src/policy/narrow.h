/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what a config asks to what the profile lets it have.  Only less can come
 * out.  What every engine sends by default is tightened, and the plan says so;
 * what somebody had to ask for is refused, and the message says which key of
 * the policy allows it.
 */
#ifndef BH_POLICY_NARROW_H
#define BH_POLICY_NARROW_H

#include "base/err.h"
#include "base/mem.h"
#include "host/host.h"
#include "policy/profile.h"
#include "spec/spec.h"

struct bh_refusal {
	const char *field; /* "/process/capabilities/bounding" */
	const char *value; /* what it asks for; may be attacker's text */
	const char *rule;  /* why not: a clause */
	const char *key;   /* the policy key that allows it; NULL: none does */
};

/* Filled by the parts, one file each; texts live in spec->arena. */
struct bh_narrowing {
	const struct bh_profile *profile;
	struct bh_spec *spec; /* is narrowed in place */
	/* What was opened for spec->wanted; NULL before it was. */
	const struct bh_host_path *paths;
	const struct bh_host *host;
	bool given_only; /* limits that are not given are left so */
	bool grouped;	 /* the container gets cgroups, so that limits hold */
	size_t len;
	struct bh_refusal *refusals;
};

/*
 * What the config's text alone tells, before anything of the host is looked at;
 * then what the host is, and what its paths turned out to be.  For a program
 * that joins a container there is its process alone.  0, or -EINVAL with one
 * message for all refusals: `verb refused: FIELD: VALUE: RULE; allow it with
 * policy key KEY`.  verb is "create", "run", "exec" ...
 */
int bh_narrow_spec(const struct bh_profile *profile, struct bh_spec *spec,
		   const char *verb, struct bh_err *err);
int bh_narrow_exec(const struct bh_profile *profile, struct bh_spec *spec,
		   const char *verb, struct bh_err *err);

/* What is known of the host then. */
struct bh_narrow_host {
	const struct bh_host *host;
	const struct bh_host_path *paths; /* of spec->wanted */
	bool grouped;			  /* the container gets cgroups */
};

int bh_narrow_on_host(const struct bh_profile *profile, struct bh_spec *spec,
		      const struct bh_narrow_host *host, const char *verb,
		      struct bh_err *err);

/*
 * The same for limits that are changed later: what is given is lowered to the
 * profile's ceilings, what is not stays away.  In the arena, with parts borrowed
 * of resources.
 */
const struct oci_resources *
bh_narrow_update(const struct bh_profile *profile,
		 const struct oci_resources *resources, struct bh_arena *arena);

/* ---- for the parts ---------------------------------------------------------- */

/* key may be NULL; the others are kept, not copied. */
void bh_narrow_refuse(struct bh_narrowing *n, const char *field,
		      const char *value, const char *rule, const char *key);

/* The plan will show reason, and the profile, as the origin of what comes from
 * field. */
void bh_narrow_tighten(struct bh_narrowing *n, const char *field,
		       const char *reason);

/* Whether text matches a pattern of the list, glob.h; and is one of it. */
bool bh_narrow_matches(const struct oci_strings *list, const char *text);
bool bh_narrow_lists(const struct oci_strings *list, const char *text);

/* The floors hold: every profile but those that end in oci. */
static inline bool bh_narrow_has_floors(const struct bh_narrowing *n)
{
	return n->profile->rank != BH_RANK_OCI;
}

void bh_narrow_process(struct bh_narrowing *n);
void bh_narrow_namespaces(struct bh_narrowing *n);
/* Whose user namespace it is; then, with the host, which ids. */
void bh_narrow_user_namespace(struct bh_narrowing *n);
void bh_narrow_ids(struct bh_narrowing *n);
void bh_narrow_root(struct bh_narrowing *n);
void bh_narrow_mounts(struct bh_narrowing *n);
/* Whether a file is a credential of a home under another name, a hard link. */
bool bh_narrow_is_linked(const struct bh_host *host,
			 const struct bh_host_path *path);
void bh_narrow_devices(struct bh_narrowing *n);
void bh_narrow_device_nodes(struct bh_narrowing *n);
void bh_narrow_sysctls(struct bh_narrowing *n);
void bh_narrow_selinux(struct bh_narrowing *n);
void bh_narrow_limits(struct bh_narrowing *n);
void bh_narrow_groups(struct bh_narrowing *n);
void bh_narrow_deadline(struct bh_narrowing *n);
void bh_narrow_credentials(struct bh_narrowing *n);

/* With n->paths: bind sources, namespaces, root.path, devices' nodes. */
void bh_narrow_sources(struct bh_narrowing *n);
void bh_narrow_joined(struct bh_narrowing *n);

#endif
