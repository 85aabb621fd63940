/* SPDX-License-Identifier: Apache-2.0 */
#include "seccomp/builtin.h"

int bh_builtin_filter(enum bh_flavour flavour, const struct bh_call_names *more,
		      struct bh_arena *arena, struct bh_filter *ret,
		      struct bh_err *err)
{
	if (more->len)
		return bh_builtin_compile(flavour, more, arena, ret, err);
	*ret = bh_builtin_filters[flavour];
	return 0;
}
