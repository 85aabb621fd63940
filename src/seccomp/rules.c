/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libseccomp unites all rules of a call, and a rule without arguments takes the
 * place of those with: what a config says beside it has no effect.  Where the
 * rule that gets lost is the stricter one and its arguments show that it was
 * meant as an exception, the config is refused, since the container could do
 * more than it says.  Two rules without arguments contradict each other in
 * profiles that engines ship; the first one stands, with a note, as in runc.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/str.h"
#include "seccomp/build.h"

/* As many as a system call has, and at most one comparison for each. */
#define MAX_ARGS 6

/* What the rules so far say of one call. */
struct verdict {
	int call;
	bool has_plain;
	uint32_t plain; /* action of the rule without arguments */
	bool has_strict;
	uint32_t strictest; /* action among those with arguments */
};

struct rule {
	size_t index;
	uint32_t action;
	size_t args_len;
	struct scmp_arg_cmp args[MAX_ARGS];
};

struct rules {
	struct bh_filter_build *build;
	size_t len;
	struct verdict *verdicts;
};

static const char *shown(struct bh_filter_build *build, const char *name)
{
	bh_autobuf struct bh_buf buf = { 0 };

	bh_buf_escaped(&buf, name, 64);
	return bh_arena_strdup(build->arena, buf.data ? buf.data : "");
}

/* ---- arguments ----------------------------------------------------------- */

static int translate_arg(struct bh_filter_build *build, struct rule *rule,
			 const struct oci_seccomp_arg *arg)
{
	static const enum scmp_compare ops[] = {
		[OCI_CMP_NE] = SCMP_CMP_NE,
		[OCI_CMP_LT] = SCMP_CMP_LT,
		[OCI_CMP_LE] = SCMP_CMP_LE,
		[OCI_CMP_EQ] = SCMP_CMP_EQ,
		[OCI_CMP_GE] = SCMP_CMP_GE,
		[OCI_CMP_GT] = SCMP_CMP_GT,
		[OCI_CMP_MASKED_EQ] = SCMP_CMP_MASKED_EQ,
	};
	struct scmp_arg_cmp *to = &rule->args[rule->args_len];
	size_t i;

	if (arg->index.value >= MAX_ARGS)
		return bh_refuse(build->err,
				 "%s/syscalls/%zu/args: a system call has no "
				 "argument %" PRIu64,
				 BH_SECCOMP, rule->index, arg->index.value);
	if (!arg->op.set || arg->op.value < 0 ||
	    (size_t)arg->op.value >= BH_COUNT(ops))
		return bh_refuse(build->err,
				 "%s/syscalls/%zu/args has an unknown op",
				 BH_SECCOMP, rule->index);
	for (i = 0; i < rule->args_len; i++) {
		if (rule->args[i].arg != arg->index.value)
			continue;
		(void)bh_refuse(build->err,
				"%s/syscalls/%zu/args compares argument "
				"%" PRIu64 " twice, which libseccomp can't "
				"express",
				BH_SECCOMP, rule->index, arg->index.value);
		return bh_hint(build->err, "write a rule for each comparison "
					   "if one of them is enough");
	}
	to->arg = (unsigned int)arg->index.value;
	to->op = ops[arg->op.value];
	to->datum_a = arg->value.value; /* of MASKED_EQ: the mask */
	to->datum_b = arg->value_two.value;
	rule->args_len++;
	return 0;
}

static int translate(struct bh_filter_build *build, size_t index,
		     struct rule *ret)
{
	const struct oci_seccomp_rule *rule =
		&build->seccomp->syscalls.items[index];
	const char *field = bh_arena_printf(build->arena, "%s/syscalls/%zu",
					    BH_SECCOMP, index);
	size_t i;
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->index = index;
	r = bh_seccomp_action(rule->action, rule->errno_ret, field,
			      &ret->action, build->err);
	for (i = 0; r == 0 && i < rule->args.len; i++)
		r = translate_arg(build, ret, &rule->args.items[i]);
	return r;
}

/* ---- what rules of one call say together --------------------------------- */

static struct verdict *find_verdict(struct rules *rules, int call)
{
	struct verdict *verdict;
	size_t i;

	for (i = 0; i < rules->len; i++)
		if (rules->verdicts[i].call == call)
			return &rules->verdicts[i];
	verdict = bh_arena_append(rules->build->arena, &rules->verdicts,
				  &rules->len, sizeof(*verdict));
	verdict->call = call;
	return verdict;
}

static int refuse_lost(struct bh_filter_build *build, const struct rule *rule,
		       const char *name)
{
	(void)bh_refuse(build->err,
			"%s/syscalls/%zu: of the rules for %s, one without "
			"arguments permits what a stricter one with arguments "
			"does not, and libseccomp would drop the stricter one",
			BH_SECCOMP, rule->index, shown(build, name));
	return bh_hint(build->err, "give the permitting rule the opposite "
				   "comparison as its argument");
}

static void note_lost(struct bh_filter_build *build, const struct rule *rule,
		      const char *name)
{
	bh_note(build->notes, build->arena,
		"%s/syscalls/%zu: %s: an earlier rule without arguments "
		"decides, this one has no effect",
		BH_SECCOMP, rule->index, shown(build, name));
}

/* 1: to be added; 0: without effect. */
static int judge_plain(struct rules *rules, const struct rule *rule,
		       struct verdict *verdict, const char *name)
{
	/* Says what is so anyhow; libseccomp refuses such rules. */
	if (rule->action == rules->build->default_action)
		return 0;
	if (verdict->has_plain) {
		if (verdict->plain != rule->action)
			note_lost(rules->build, rule, name);
		return 0;
	}
	if (verdict->has_strict &&
	    bh_seccomp_stricter(verdict->strictest, rule->action))
		return refuse_lost(rules->build, rule, name);
	verdict->has_plain = true;
	verdict->plain = rule->action;
	return 1;
}

static int judge_args(struct rules *rules, const struct rule *rule,
		      struct verdict *verdict, const char *name)
{
	if (verdict->has_plain) {
		if (bh_seccomp_stricter(rule->action, verdict->plain))
			return refuse_lost(rules->build, rule, name);
		if (rule->action != verdict->plain)
			note_lost(rules->build, rule, name);
		return 0;
	}
	if (!verdict->has_strict ||
	    bh_seccomp_stricter(rule->action, verdict->strictest))
		verdict->strictest = rule->action;
	verdict->has_strict = true;
	return rule->action != rules->build->default_action;
}

/* ---- rules --------------------------------------------------------------- */

/*
 * A name that libseccomp does not know is of a call newer than it, or of none:
 * "unknown names" are no error for profiles that serve many machines.  One that
 * only another architecture of the filter has gets a made-up number, which
 * seccomp_rule_add_array(3) understands.
 */
static int add_name(struct rules *rules, const struct rule *rule,
		    const char *name)
{
	struct bh_filter_build *build = rules->build;
	int call = seccomp_syscall_resolve_name(name);
	struct verdict *verdict;
	int r;

	if (call == __NR_SCMP_ERROR) {
		bh_note(build->notes, build->arena,
			"%s/syscalls/%zu: %s, unknown to libseccomp, left out",
			BH_SECCOMP, rule->index, shown(build, name));
		return 0;
	}
	bh_seccomp_note_call(build, name);
	verdict = find_verdict(rules, call);
	r = rule->args_len ? judge_args(rules, rule, verdict, name) :
			     judge_plain(rules, rule, verdict, name);
	if (r <= 0)
		return r;
	r = seccomp_rule_add_array(build->context, rule->action, call,
				   (unsigned int)rule->args_len, rule->args);
	if (r == -EEXIST)
		return bh_refuse(build->err,
				 "%s/syscalls/%zu: %s has another action for "
				 "the same arguments in an earlier rule",
				 BH_SECCOMP, rule->index, shown(build, name));
	if (r < 0)
		return bh_fail(build->err, -r, "%s/syscalls/%zu: add %s",
			       BH_SECCOMP, rule->index, shown(build, name));
	return 0;
}

int bh_seccomp_add_rules(struct bh_filter_build *build)
{
	struct rules rules = { .build = build };
	size_t i, n;

	for (i = 0; i < build->seccomp->syscalls.len; i++) {
		const struct oci_strings *names =
			&build->seccomp->syscalls.items[i].names;
		struct rule rule;
		int r = translate(build, i, &rule);

		for (n = 0; r == 0 && n < names->len; n++)
			r = add_name(&rules, &rule, names->items[n]);
		if (r < 0)
			return r;
	}
	return 0;
}
