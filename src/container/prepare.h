/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything up to the plan: read, decide, prove.  Nothing on the host changes
 * and no privilege is needed; `bulkhead plan` stops here.
 */
#ifndef BH_CONTAINER_PREPARE_H
#define BH_CONTAINER_PREPARE_H

#include <stdbool.h>

#include "base/err.h"
#include "cgroup/settings.h"
#include "container/filters.h"
#include "container/id-range.h"
#include "container/once.h"
#include "container/pass-gate.h"
#include "container/state.h"
#include "host/host.h"
#include "plan/compile.h"
#include "plan/plan.h"
#include "policy/profile.h"
#include "seccomp/builtin.h"
#include "spec/bundle.h"
#include "spec/spec.h"
#include "trust/workspace.h"

/* Who chooses the profile; each may be NULL. */
struct bh_wishes {
	const char *profile; /* --profile */
	const char *program; /* X of a program called bulkhead-X */
	const char *policy;  /* --policy; NULL: the host's, if there is one */
	const char *user_policy; /* a user's own, below the host's */
};

struct bh_request {
	/* Where trust lies: the gate is passed before a plan is made.  NULL: nothing
	 * will be executed, and hooks are only shown. */
	const struct bh_gate_places *trust;
	const struct bh_once *once; /* what was let pass already, or NULL */
	const char *verb; /* "create": what a refusal says was refused */
	struct bh_wishes wishes;
	/* Of the container that is joined, instead; borrowed. */
	const struct bh_profile *profile;
	const char *bundle; /* a directory; relative to the caller's own */
	const char *config; /* in it; NULL: config.json */
	/* The container that a program is executed in; NULL: a new one. */
	const struct bh_state *joins;
	const char *const *writable; /* its paths, for Landlock; ends with NULL */
	const char *const *places;   /* by its groups: where below, or NULL */
	const char *id;
	/* Below it compiled filters are looked for; NULL: nowhere. */
	const char *filters;
	const char *host_file; /* imitate this host; NULL: the real one */
	struct bh_caller caller;
	bool waits;    /* the program waits for `start` */
	bool console;  /* there is a console socket */
	bool attached; /* or the caller is served, if need be */
};

/* An index of which the container has a copy that goes back at its end. */
struct bh_kept_index {
	const char *git; /* on the host */
	uint64_t device, inode;
	struct bh_digest digest;
	size_t hash_size;
	const char *name;
};

/* Each part borrows from those above it. */
struct bh_prepared {
	struct bh_bundle bundle;
	struct bh_profile *profile;	    /* owned */
	struct bh_agent_hooks *agent_hooks; /* owned; NULL: none */
	struct bh_spec spec;
	const struct bh_gate_places *places; /* borrowed of the request */
	struct bh_passed passed;
	struct bh_host host;
	struct bh_host_path *paths; /* by spec.wanted; owned */
	struct bh_arena arena;	    /* of settings and filter */
	struct bh_cgroup_settings settings;
	struct bh_filter builtin;   /* the profile's */
	struct bh_kept_filter kept; /* the config's */
	struct bh_plan_hook *hooks; /* by spec.hooks; NULL: another host's */
	struct bh_workspaces workspaces;
	size_t plan_workspace_count;
	struct bh_plan_workspace *plan_workspaces;
	size_t kept_index_count;
	struct bh_kept_index *kept_indexes;
	struct bh_plan plan;
	struct bh_id_range ids;	 /* that were taken */
	bool waits;		 /* the plan's process waits for `start` */
	unsigned int kept_count; /* of the caller's descriptors */
	bool notifies;		 /* the caller is told when it is ready */
};

/*
 * Read the bundle and judge what it asks, from its text alone.  ret must be
 * all zero; clear it after a failure too.  0 or -errno.
 */
int bh_prepare_spec(const struct bh_request *request, struct bh_prepared *ret,
		    struct bh_err *err);

/* The same from a config that is read already, and taken; ret->bundle.path must
 * be set. */
int bh_prepare_config(const struct bh_request *request,
		      struct oci_config *config, struct bh_prepared *ret,
		      struct bh_err *err);

/* Then judge what it would execute: nothing has changed on the host before.  Behind
 * bh_prepare_spec. */
int bh_prepare_gate(const struct bh_request *request, struct bh_prepared *ret,
		    struct bh_err *err);

/* Say in the notes of a plan that is only shown what the gate would say; nobody is
 * asked.  Behind bh_prepare_plan. */
void bh_prepare_tell(const struct bh_request *request, struct bh_prepared *p);

/* Take ids for a container that needs some of its own; the only thing here that
 * others see.  Without, the plan says which would be taken. */
int bh_prepare_ids(struct bh_prepared *ret, struct bh_err *err);

/* Then look at the host and compile a plan that the checker accepts. */
int bh_prepare_plan(const struct bh_request *request, struct bh_prepared *ret,
		    struct bh_err *err);

void bh_prepared_clear(struct bh_prepared *prepared);

#endif
