/* SPDX-License-Identifier: Apache-2.0 */
/* Inside seccomp/: what the parts of a compilation share. */
#ifndef BH_SECCOMP_BUILD_H
#define BH_SECCOMP_BUILD_H

#include <seccomp.h>

#include "base/str.h"
#include "seccomp/filter.h"

#define BH_SECCOMP "/linux/seccomp"

/* An architecture of the filter, by its libseccomp token. */
struct bh_filter_arch {
	uint32_t token;
	bool has_newest;
	uint32_t newest; /* the highest number that a rule names */
};

struct bh_filter_build {
	const struct oci_seccomp *seccomp;
	scmp_filter_ctx context;
	uint32_t default_action; /* SCMP_ACT_... */
	/* the native one first, none twice */
	size_t arches_len;
	struct bh_filter_arch *arches;
	struct bh_arena *arena;
	struct bh_notes *notes;
	struct bh_err *err;
};

/* actions.c: an action with its data; field is its object's pointer. */
int bh_seccomp_action(struct oci_enum action, struct oci_u64 errno_ret,
		      const char *field, uint32_t *ret, struct bh_err *err);

/* Whether action a permits less than b. */
bool bh_seccomp_stricter(uint32_t a, uint32_t b);

/* export.c: append libseccomp's program; 0 or -errno. */
int bh_seccomp_export(scmp_filter_ctx context, struct bh_buf *program,
		      struct bh_err *err);

/* arches.c: add the architectures, before any rule. */
int bh_seccomp_add_arches(struct bh_filter_build *build);

/* rules.c: add the rules. */
int bh_seccomp_add_rules(struct bh_filter_build *build);

/* enosys.c: remember that a rule names this call. */
void bh_seccomp_note_call(struct bh_filter_build *build, const char *name);

/* The instructions that go in front of libseccomp's; *ret_len may be 0. */
const struct sock_filter *
bh_seccomp_prologue(const struct bh_filter_build *build, size_t *ret_len);

#endif
