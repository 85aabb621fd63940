/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operations of a plan as C types, made from ops.def: enum bh_op, a
 * structure of arguments for each op, and their union.
 */
#ifndef BH_PLAN_OPS_H
#define BH_PLAN_OPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The first descriptor behind the standard ones: where those that the caller
 * hands on begin, as with sd_listen_fds(3). */
#define BH_FIRST_KEPT_FD 3

struct bh_ids {
	size_t len;
	const uint32_t *items;
};

struct bh_blob {
	size_t count; /* instructions */
	const void *data;
};

struct bh_data {
	size_t len;
	const void *bytes;
};

enum bh_op {
#define F(op, kind, field)
#define OP(name, meaning, fields) BH_OP_##name,
#include "plan/ops.def"
#undef OP
	BH_OP_COUNT
#undef F
};

enum bh_kind {
#define KIND(name, type, meaning) BH_KIND_##name,
#include "plan/kinds.def"
#undef KIND
	BH_KIND_COUNT
};

#define KIND(name, type, meaning) typedef type bh_kind_##name;
#include "plan/kinds.def"
#undef KIND

#define F(op, kind, field) bh_kind_##kind field;
#define OP(name, meaning, fields) \
	struct bh_args_##name {   \
		fields            \
	};
#include "plan/ops.def"
#undef OP
#undef F

union bh_args {
#define F(op, kind, field)
#define OP(name, meaning, fields) struct bh_args_##name name;
#include "plan/ops.def"
#undef OP
#undef F
};

/* What an argument is called, what it is, and where it lies in the union. */
struct bh_field_info {
	const char *name; /* NULL ends the list */
	enum bh_kind kind;
	size_t offset;
};

struct bh_op_info {
	const char *name;
	const char *meaning;
	const struct bh_field_info *fields;
};

extern const struct bh_op_info bh_op_info[BH_OP_COUNT];

#endif
