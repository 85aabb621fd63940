/* SPDX-License-Identifier: Apache-2.0 */
/* An interpreter for seccomp programs, and short ways to write rules. */
#ifndef SECCOMP_PROGRAM_H
#define SECCOMP_PROGRAM_H

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>

#include "seccomp/filter.h"
#include "tap.h"

/* ---- the interpreter, of what linux/filter.h lets seccomp use ------------ */

struct state {
	uint32_t a, x;
	uint32_t memory[BPF_MEMWORDS];
	const struct seccomp_data *data;
};

static uint32_t load_word(const struct seccomp_data *data, uint32_t offset)
{
	uint32_t word;

	if (offset > sizeof(*data) - sizeof(word) || offset % 4)
		abort();
	memcpy(&word, (const char *)data + offset, sizeof(word));
	return word;
}

static uint32_t compute(uint16_t code, uint32_t a, uint32_t b)
{
	switch (BPF_OP(code)) {
	case BPF_AND:
		return a & b;
	case BPF_OR:
		return a | b;
	case BPF_ADD:
		return a + b;
	case BPF_SUB:
		return a - b;
	default:
		abort();
	}
}

static bool jumps(uint16_t code, uint32_t a, uint32_t b)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return a == b;
	case BPF_JGT:
		return a > b;
	case BPF_JGE:
		return a >= b;
	case BPF_JSET:
		return a & b;
	default:
		abort();
	}
}

static void step(struct state *state, const struct sock_filter *insn)
{
	uint32_t operand = BPF_SRC(insn->code) == BPF_X ? state->x : insn->k;

	switch (insn->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		state->a = load_word(state->data, insn->k);
		return;
	case BPF_LD | BPF_MEM:
		state->a = state->memory[insn->k % BPF_MEMWORDS];
		return;
	case BPF_ST:
		state->memory[insn->k % BPF_MEMWORDS] = state->a;
		return;
	case BPF_LDX | BPF_IMM:
		state->x = insn->k;
		return;
	case BPF_MISC | BPF_TAX:
		state->x = state->a;
		return;
	default:
		if (BPF_CLASS(insn->code) != BPF_ALU)
			abort();
		state->a = compute(insn->code, state->a, operand);
	}
}

/* What the program answers; jumps go forwards only, and must stay inside. */
__attribute__((unused)) static uint32_t run(const struct bh_filter *filter,
					    const struct seccomp_data *data)
{
	struct state state = { .data = data };
	size_t at;

	for (at = 0; at < filter->len; at++) {
		const struct sock_filter *insn = &filter->insns[at];

		if (insn->code == (BPF_RET | BPF_K))
			return insn->k;
		if (insn->code == (BPF_JMP | BPF_JA))
			at += insn->k;
		else if (BPF_CLASS(insn->code) != BPF_JMP)
			step(&state, insn);
		else if (jumps(insn->code, state.a,
			       BPF_SRC(insn->code) == BPF_X ? state.x :
							      insn->k))
			at += insn->jt;
		else
			at += insn->jf;
	}
	abort();
}

/* ---- rules --------------------------------------------------------------- */

#define SET(v)          \
	{               \
		true, v \
	}

/* {index, op, value, value_two} */
#define ARG(i, o, ...)                                   \
	{                                                \
		.index = SET(i), .op = SET(OCI_CMP_##o), \
		ARG_VALUES(__VA_ARGS__)                  \
	}
#define ARG_VALUES(...)		      ARG_PICK(__VA_ARGS__, ARG_TWO, ARG_ONE)(__VA_ARGS__)
#define ARG_PICK(one, two, pick, ...) pick
#define ARG_ONE(v)		      .value = SET(v)
#define ARG_TWO(v, w)		      .value = SET(v), .value_two = SET(w)

#define MAX_NAMES 8

/* A rule in a table: names end with NULL, arguments with the count. */
struct short_rule {
	const char *names[MAX_NAMES];
	int action;
	struct oci_u64 errno_ret;
	size_t args_len;
	struct oci_seccomp_arg args[6];
};

/* Rules of the library's kind in the arena; names are not to be freed. */
static struct oci_seccomp_rule *
expand(struct bh_arena *arena, const struct short_rule *from, size_t len)
{
	struct oci_seccomp_rule *rules =
		bh_arena_alloc(arena, len * sizeof(*rules));
	size_t i;

	for (i = 0; i < len; i++) {
		struct oci_strings *names = &rules[i].names;
		size_t n = 0;

		names->items = bh_arena_alloc(arena, sizeof(from[i].names));
		for (; n < MAX_NAMES && from[i].names[n]; n++)
			names->items[n] =
				bh_arena_strdup(arena, from[i].names[n]);
		names->set = true;
		names->len = n;
		rules[i].action = (struct oci_enum){ true, from[i].action };
		rules[i].errno_ret = from[i].errno_ret;
		rules[i].args.len = from[i].args_len;
		rules[i].args.items = bh_arena_memdup(arena, from[i].args,
						      sizeof(from[i].args));
	}
	return rules;
}

/* What comes out of a compilation. */
struct compiled {
	struct bh_filter filter;
	struct bh_notes notes;
	struct bh_err err;
};

/* Compile rules on top of what profile says already. */
__attribute__((unused)) static int
compile_rules(struct oci_seccomp profile, const struct short_rule *rules,
	      size_t len, struct bh_arena *arena, struct compiled *ret)
{
	profile.syscalls.set = true;
	profile.syscalls.len = len;
	profile.syscalls.items = expand(arena, rules, len);
	return bh_seccomp_compile(&profile, arena, &ret->filter, &ret->notes,
				  &ret->err);
}

#endif
