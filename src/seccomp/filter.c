/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/mman.h>

#include "base/fd.h"
#include "seccomp/build.h"

/*
 * libseccomp asks the kernel which actions it has, unless told: 3 has all that
 * we use (seccomp_api_get(3)) and every kernel from 4.14 on.  So the same
 * config compiles to the same filter anywhere.
 */
#define API_LEVEL 3

/* Binary search instead of a chain: profiles name hundreds of calls. */
#define OPTIMIZE_TREE 2

static int collect_flags(const struct oci_seccomp *seccomp, unsigned int *ret,
			 struct bh_err *err)
{
	unsigned int flags = 0;
	size_t i;

	for (i = 0; i < seccomp->flags.len; i++) {
		switch (seccomp->flags.items[i]) {
		case OCI_SECCOMP_FLAG_TSYNC:
			flags |= SECCOMP_FILTER_FLAG_TSYNC;
			break;
		case OCI_SECCOMP_FLAG_LOG:
			flags |= SECCOMP_FILTER_FLAG_LOG;
			break;
		case OCI_SECCOMP_FLAG_SPEC_ALLOW:
			flags |= SECCOMP_FILTER_FLAG_SPEC_ALLOW;
			break;
		case OCI_SECCOMP_FLAG_WAIT_KILLABLE_RECV:
			/* seccomp(2): only with a listener */
			return bh_refuse(err,
					 "%s/flags/%zu: "
					 "SECCOMP_FILTER_FLAG_WAIT_"
					 "KILLABLE_RECV needs "
					 "SCMP_ACT_NOTIFY",
					 BH_SECCOMP, i);
		default:
			return bh_refuse(err, "%s/flags/%zu is unknown",
					 BH_SECCOMP, i);
		}
	}
	*ret = flags;
	return 0;
}

static int check_listener(const struct oci_seccomp *seccomp, struct bh_err *err)
{
	const char *member = NULL;

	if (seccomp->listener_path)
		member = "listenerPath";
	else if (seccomp->listener_metadata)
		member = "listenerMetadata";
	if (!member)
		return 0;
	return bh_refuse(err, "%s/%s is not implemented yet", BH_SECCOMP,
			 member);
}

/* ---- out of libseccomp --------------------------------------------------- */

/* All jumps are relative and forwards, so that the prologue may go in front. */
static int join(struct bh_filter_build *build, const struct bh_buf *program,
		struct bh_filter *ret)
{
	size_t main_len = program->len / sizeof(struct sock_filter);
	struct sock_filter *insns;
	const struct sock_filter *prologue;
	size_t prologue_len;

	prologue = bh_seccomp_prologue(build, &prologue_len);
	if (prologue_len + main_len > BPF_MAXINSNS) {
		(void)bh_refuse(build->err,
				"%s compiles to %zu instructions, and the "
				"kernel takes %d",
				BH_SECCOMP, prologue_len + main_len,
				BPF_MAXINSNS);
		return bh_hint(build->err, "name fewer architectures, or fewer "
					   "calls with arguments");
	}
	insns = bh_arena_alloc(build->arena,
			       (prologue_len + main_len) * sizeof(*insns));
	if (prologue_len)
		memcpy(insns, prologue, prologue_len * sizeof(*insns));
	memcpy(insns + prologue_len, program->data, program->len);
	ret->insns = insns;
	ret->len = prologue_len + main_len;
	return 0;
}

/* ---- into it ------------------------------------------------------------- */

static int begin(struct bh_filter_build *build)
{
	int r = bh_seccomp_action(build->seccomp->default_action,
				  build->seccomp->default_errno_ret,
				  BH_SECCOMP "/defaultAction",
				  &build->default_action, build->err);

	if (r < 0)
		return r;
	r = seccomp_api_set(API_LEVEL);
	if (r < 0)
		return bh_fail(build->err, -r, "set libseccomp's API level");
	build->context = seccomp_init(build->default_action);
	if (!build->context)
		return bh_fail(build->err, EINVAL, "set up libseccomp");
	/* The runtime sets it, or not, as the config says. */
	r = seccomp_attr_set(build->context, SCMP_FLTATR_CTL_NNP, 0);
	if (r == 0)
		r = seccomp_attr_set(build->context, SCMP_FLTATR_CTL_OPTIMIZE,
				     OPTIMIZE_TREE);
	if (r < 0)
		return bh_fail(build->err, -r, "set up libseccomp");
	return 0;
}

static void release(scmp_filter_ctx *context)
{
	if (*context)
		seccomp_release(*context);
}

int bh_seccomp_compile(const struct oci_seccomp *seccomp,
		       struct bh_arena *arena, struct bh_filter *ret,
		       struct bh_notes *notes, struct bh_err *err)
{
	struct bh_filter_build build = {
		.seccomp = seccomp,
		.arena = arena,
		.notes = notes,
		.err = err,
	};
	bh_autobuf struct bh_buf program = { 0 };
	struct bh_filter filter = { 0 };
	int r;

	r = check_listener(seccomp, err);
	if (r == 0)
		r = collect_flags(seccomp, &filter.flags, err);
	if (r == 0)
		r = begin(&build);
	if (r == 0)
		r = bh_seccomp_add_arches(&build);
	if (r == 0)
		r = bh_seccomp_add_rules(&build);
	if (r == 0)
		r = bh_seccomp_export(build.context, &program, err);
	if (r == 0)
		r = join(&build, &program, &filter);
	release(&build.context);
	if (r == 0)
		*ret = filter;
	return r;
}
