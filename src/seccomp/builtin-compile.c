/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of builtin-calls.def, by libseccomp. */
#include <errno.h>
#include <linux/sched.h>
#include <string.h>

#include "base/mem.h"
#include "seccomp/build.h"
#include "seccomp/builtin-build.h"

/* As in filter.c: the same filter on any machine. */
#define API_LEVEL     3
#define OPTIMIZE_TREE 2

#define NAMESPACE_FLAGS                                              \
	(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
	 CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP |             \
	 (uint64_t)CLONE_NEWTIME)

#define ALL	    ((1u << BH_FLAVOUR_COUNT) - 1)
#define NOT_STRICT  (ALL & ~(1u << BH_FLAVOUR_STRICT))
#define NESTED_ONLY (1u << BH_FLAVOUR_NESTED)

/* Room for the longest name. */
#define NAME_SIZE 64

static const struct {
	unsigned int flavours;
	const char *calls;
} groups[] = {
#define GROUP(flavours, reason, calls) { flavours, calls },
#define NEWER(number, name, allowed)
#include "seccomp/builtin-calls.def"
#undef GROUP
#undef NEWER
};

const struct bh_newer_call bh_newer_calls[] = {
#define GROUP(flavours, reason, calls)
#define NEWER(number, name, allowed) { #name, number, allowed },
#include "seccomp/builtin-calls.def"
#undef GROUP
#undef NEWER
	{ NULL, 0, false },
};

/* personality(2) that changes nothing, or only for the process itself: Linux,
 * UNAME26, ADDR_NO_RANDOMIZE, both, and asking. */
static const uint64_t personalities[] = { 0, 0x20000, 0x40000, 0x8,
					  0xffffffff };

bool bh_calls_have(const struct bh_call_names *calls, const char *name)
{
	for (size_t i = 0; i < calls->len; i++)
		if (bh_str_eq(calls->items[i], name))
			return true;
	return false;
}

static bool is_newer(const char *name)
{
	for (const struct bh_newer_call *call = bh_newer_calls; call->name;
	     call++)
		if (bh_str_eq(call->name, name))
			return true;
	return false;
}

/* Another architecture's call has a negative number here. */
static int allow(scmp_filter_ctx context, int number)
{
	int r;

	if (number < 0)
		return 0;
	r = seccomp_rule_add(context, SCMP_ACT_ALLOW, number, 0);
	/* Twice in the lists, or answered by default. */
	return r == -EEXIST ? 0 : r;
}

static int allow_calls(scmp_filter_ctx context, const char *calls,
		       struct bh_err *err)
{
	while (*calls) {
		size_t len = strcspn(calls, " ");
		char name[NAME_SIZE] = "";
		int number, r;

		memcpy(name, calls, len < NAME_SIZE ? len : NAME_SIZE - 1);
		number = seccomp_syscall_resolve_name(name);
		if (number == __NR_SCMP_ERROR)
			return bh_refuse(err,
					 "compile the built-in filter: %s: "
					 "libseccomp knows no such call",
					 name);
		r = allow(context, number);
		if (r < 0)
			return bh_fail(err, -r,
				       "compile the built-in filter: %s", name);
		calls += len + strspn(calls + len, " ");
	}
	return 0;
}

static int allow_more(scmp_filter_ctx context, const struct bh_call_names *more,
		      struct bh_err *err)
{
	for (size_t i = 0; i < more->len; i++) {
		int r = is_newer(more->items[i]) ?
				0 :
				allow_calls(context, more->items[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int allow_masked(scmp_filter_ctx context, const char *name,
			unsigned int argument, uint64_t mask, uint64_t value)
{
	int number = seccomp_syscall_resolve_name(name);
	const struct scmp_arg_cmp compare = {
		.arg = argument,
		.op = SCMP_CMP_MASKED_EQ,
		.datum_a = mask,
		.datum_b = value,
	};

	return seccomp_rule_add_array(context, SCMP_ACT_ALLOW, number, 1,
				      &compare);
}

/* What has to be told by arguments, and what is to be told otherwise than by
 * EPERM: clone3 hides its flags in memory, and libc falls back on clone. */
static int add_by_argument(scmp_filter_ctx context, enum bh_flavour flavour,
			   const struct bh_call_names *more)
{
	int r = 0;

	if (!bh_calls_have(more, "clone3"))
		r = seccomp_rule_add(context, SCMP_ACT_ERRNO(ENOSYS),
				     seccomp_syscall_resolve_name("clone3"), 0);
	if (r == 0 && flavour != BH_FLAVOUR_NESTED)
		r = allow_masked(context, "clone", 0, NAMESPACE_FLAGS, 0);
	if (r == 0 && flavour != BH_FLAVOUR_NESTED)
		r = allow_masked(context, "unshare", 0, NAMESPACE_FLAGS, 0);
	for (size_t i = 0; r == 0 && i < BH_COUNT(personalities); i++)
		r = allow_masked(context, "personality", 0, 0xffffffff,
				 personalities[i]);
	return r;
}

static int add_rules(scmp_filter_ctx context, enum bh_flavour flavour,
		     const struct bh_call_names *more, struct bh_err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < BH_COUNT(groups); i++)
		if (groups[i].flavours & 1u << flavour)
			r = allow_calls(context, groups[i].calls, err);
	if (r == 0)
		r = allow_more(context, more, err);
	if (r < 0)
		return r;
	r = add_by_argument(context, flavour, more);
	return r < 0 ? bh_fail(err, -r, "compile the built-in filter") : 0;
}

static int set_up(scmp_filter_ctx *ret, struct bh_err *err)
{
	int r = seccomp_api_set(API_LEVEL);

	if (r == 0) {
		*ret = seccomp_init(SCMP_ACT_ERRNO(EPERM));
		r = *ret ? 0 : -EINVAL;
	}
	if (r == 0)
		r = seccomp_attr_set(*ret, SCMP_FLTATR_CTL_NNP, 0);
	if (r == 0)
		r = seccomp_attr_set(*ret, SCMP_FLTATR_ACT_BADARCH,
				     SCMP_ACT_KILL_PROCESS);
	if (r == 0)
		r = seccomp_attr_set(*ret, SCMP_FLTATR_CTL_OPTIMIZE,
				     OPTIMIZE_TREE);
	return r < 0 ? bh_fail(err, -r, "set up libseccomp") : 0;
}

static void release(scmp_filter_ctx *context)
{
	if (*context)
		seccomp_release(*context);
}

int bh_builtin_compile(enum bh_flavour flavour,
		       const struct bh_call_names *more, struct bh_arena *arena,
		       struct bh_filter *ret, struct bh_err *err)
{
	scmp_filter_ctx context __attribute__((cleanup(release))) = NULL;
	bh_autobuf struct bh_buf program = { 0 };
	int r = set_up(&context, err);

	if (r == 0)
		r = add_rules(context, flavour, more, err);
	if (r < 0)
		return r;
	bh_builtin_prologue(flavour, more, &program);
	r = bh_seccomp_export(context, &program, err);
	if (r < 0)
		return r;
	*ret = (struct bh_filter){
		.len = program.len / sizeof(struct sock_filter),
		.insns = bh_arena_memdup(arena, program.data, program.len),
	};
	return 0;
}
