/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs of the host's own that its policy names (agentHooks): one approves of
 * what is untrusted, the others observe.  They get one JSON object on standard
 * input and run under the same rules as any hook (run/hook.h).
 */
#ifndef BH_CONTAINER_AGENT_H
#define BH_CONTAINER_AGENT_H

#include "container/state.h"
#include "container/store.h"
#include "policy/policy.h"
#include "trust/gate.h"

#define BH_AGENT_FILE "agent-hooks.json"

/* What there is to tell; whatever is NULL is left out. */
struct bh_agent_event {
	const char *verb; /* "create" */
	const char *id;	  /* of the container */
	const char *bundle;
	const char *profile;
	const char *message; /* of a refusal */
	const struct bh_judgement *judgement;
	int64_t pid;	    /* of the container's process; 0: none */
	const char *reason; /* of its end: exit, signal, oom, deadline */
	int status;	    /* and its exit status or signal; -1: not known */
};

/*
 * Ask beforeTrust; true only where it ended well and answered {"grant":"once"},
 * and nothing else.  Otherwise why says what it did instead, owned by its caller.
 */
bool bh_agent_grants(const struct bh_agent_hooks *hooks,
		     const struct bh_agent_event *event, struct bh_buf *why);

/* Tell an observer, if there is one; its failure is a remark that is owned by the
 * caller, or NULL. */
char *bh_agent_tell(const struct bh_agent_hook *hook, const char *name,
		    const struct bh_agent_event *event);

/* Tell onRefusal, if there is one and err is a denial, of it. */
void bh_agent_tell_refusal(const struct bh_agent_hooks *hooks,
			   const struct bh_agent_event *event,
			   const struct bh_err *err);

/* Tell onStart, if there is one, that the container of state runs; nobody waits
 * for it. */
int bh_agent_tell_start(const struct bh_entry *entry,
			const struct bh_state *state,
			const struct bh_agent_hooks *hooks, struct bh_err *err);

/* Those that hold for a container, kept with it. */
int bh_agent_save(const struct bh_entry *entry,
		  const struct bh_agent_hooks *hooks, struct bh_err *err);
/* NULL where there are none. */
int bh_agent_load(const struct bh_entry *entry, struct bh_agent_hooks **ret,
		  struct bh_err *err);

#endif
