/* SPDX-License-Identifier: Apache-2.0 */
/* From a command line to a plan, for commands that carry it out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fd.h"
#include "base/mem.h"
#include "cli/command.h"
#include "container/agent.h"
#include "container/seal.h"

/* A descriptor of what was let pass, for ourselves behind execve. */
#define ONCE "BULKHEAD_ONCE"

/* The environment with one variable more. */
static char **with_variable(char *const *envp, char *variable)
{
	size_t count = 0, len = 0;
	char **ret;

	while (envp[count])
		count++;
	ret = bh_calloc(count + 2, sizeof(*ret));
	for (size_t i = 0; i < count; i++)
		if (!bh_starts_with(envp[i], ONCE "="))
			ret[len++] = envp[i];
	ret[len] = variable;
	return ret;
}

static int seal(const struct bh_invocation *in, const struct bh_passed *passed,
		struct bh_err *err)
{
	const struct bh_once once = { passed->once_count, passed->once };
	bh_autofree char **envp = NULL;
	char variable[64];
	int fd, r;

	if (!once.count)
		return bh_seal(in->argv, in->envp, err);
	fd = bh_once_carry(&once, err);
	if (fd < 0)
		return fd;
	(void)snprintf(variable, sizeof(variable), ONCE "=%d", fd);
	envp = with_variable(in->envp, variable);
	r = bh_seal(in->argv, envp, err);
	bh_close(&fd);
	return r;
}

static void tell_refusal(const struct bh_request *request,
			 const struct bh_prepared *prepared,
			 const struct bh_err *err)
{
	const struct bh_agent_event event = {
		.verb = request->verb,
		.id = request->id,
		.bundle = prepared->bundle.path,
		.profile = prepared->profile ? prepared->profile->name : NULL,
		.judgement = prepared->passed.judgement.count ?
				     &prepared->passed.judgement :
				     NULL,
		.status = -1,
	};

	bh_agent_tell_refusal(prepared->agent_hooks, &event, err);
}

/*
 * Nothing but reading happens before the config is accepted and all that it would
 * execute is trusted.  The sealed program starts again from the beginning.
 */
int bh_prepare_sealed(const struct bh_invocation *in,
		      const struct bh_places *places,
		      struct bh_request *request, struct bh_prepared *ret,
		      struct bh_err *err)
{
	struct bh_once once;
	int r;

	bh_once_receive(getenv(ONCE), &once);
	request->trust = &places->gate;
	request->wishes.user_policy = places->policy;
	request->once = &once;
	r = bh_prepare_spec(request, ret, err);
	if (r == 0 && !in->dry_run)
		r = bh_prepare_gate(request, ret, err);
	if (r == 0 && !in->dry_run)
		r = seal(in, &ret->passed, err);
	if (r == 0 && !in->dry_run)
		r = bh_prepare_ids(ret, err);
	if (r == 0)
		r = bh_prepare_plan(request, ret, err);
	if (r == 0)
		bh_report_notes(in, &ret->plan.notes);
	if (r < 0 && !in->dry_run)
		tell_refusal(request, ret, err);
	request->once = NULL;
	bh_once_clear(&once);
	return r;
}
