/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/ops.h"

#define F(op, kind, field) \
	{ #field, BH_KIND_##kind, offsetof(struct bh_args_##op, field) },
#define OP(name, meaning, fields)                                     \
	static const struct bh_field_info fields_##name[] = { fields{ \
		NULL, BH_KIND_COUNT, 0 } };
#include "plan/ops.def"
#undef OP
#undef F

const struct bh_op_info bh_op_info[BH_OP_COUNT] = {
#define F(op, kind, field)
#define OP(name, meaning, fields) \
	[BH_OP_##name] = { #name, meaning, fields_##name },
#include "plan/ops.def"
#undef OP
#undef F
};
