/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trust gate, in front of every effect of a command: bulkhead-trust(7).
 *
 * Until it has been passed nothing is made, started or connected to, but what it
 * does itself: sealed copies in memory, the audit line of a refusal, and the
 * host's own agent hooks.
 */
#ifndef BH_CONTAINER_PASS_GATE_H
#define BH_CONTAINER_PASS_GATE_H

#include "policy/policy.h"
#include "spec/spec.h"
#include "trust/gate.h"
#include "trust/look.h"

/* Where trust lies, for whom; all borrowed. */
struct bh_gate_places {
	struct bh_trust_places trust;
	const char *cache; /* of digests: a directory, used where it exists */
};

struct bh_gate_request {
	const char *verb; /* "create": what is refused */
	const struct bh_spec *spec;
	const struct bh_profile *profile;
	const struct bh_agent_hooks *agent_hooks; /* may be NULL */
	const struct bh_gate_places *places;
	/* What was let pass before, for this container. */
	size_t once_count;
	const struct bh_digest *once;
};

/* What has passed; all zero: there was nothing to judge. */
struct bh_passed {
	struct bh_arena arena;
	struct bh_look look; /* the programs, by spec->hooks */
	struct bh_trust_store store;
	struct bh_judgement judgement;
	/* What beforeTrust has let pass, now or before. */
	size_t once_count;
	struct bh_digest *once;
};

/*
 * Look at all that the spec would execute and judge it.  0: all of it may run.
 * -EINVAL with the message of bulkhead-trust(7): what may not.  ret is to be
 * cleared after a failure too.
 */
int bh_pass_gate(const struct bh_gate_request *request, struct bh_passed *ret,
		 struct bh_err *err);

/*
 * The same for the hooks of some stages of a container that exists, first to last:
 * what may not run is refused for its caller, who decides.
 */
int bh_gate_look(const struct bh_gate_request *request, struct bh_passed *ret,
		 struct bh_err *err);

/* What the gate would say, without asking anybody or refusing: a note for each
 * hook. */
void bh_gate_tell(const struct bh_gate_request *request,
		  struct bh_notes *notes, struct bh_arena *arena);

/* Look at the items that lie in the image, in the spec's rootfs. */
int bh_gate_look_inside(const struct bh_spec *spec, struct bh_look *look,
			struct bh_err *err);

/* Say that a hook was not run: an event. */
void bh_gate_note_refusal(const struct bh_gate_request *request,
			  const struct bh_judged *judged);

void bh_passed_clear(struct bh_passed *passed);

#endif
