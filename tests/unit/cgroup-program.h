/* SPDX-License-Identifier: Apache-2.0 */
/* An interpreter for the few instructions that device programs are made of. */
#ifndef CGROUP_PROGRAM_H
#define CGROUP_PROGRAM_H

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

static uint32_t load(const struct bpf_cgroup_dev_ctx *context, int16_t offset)
{
	switch (offset) {
	case 0:
		return context->access_type;
	case 4:
		return context->major;
	case 8:
		return context->minor;
	default:
		abort();
	}
}

static bool jumps(const struct bpf_insn *insn, const uint64_t *regs)
{
	uint64_t a = regs[insn->dst_reg];
	uint64_t b = (uint64_t)(int64_t)insn->imm;

	switch (BPF_OP(insn->code)) {
	case BPF_JA:
		return true;
	case BPF_JNE:
		return a != b;
	case BPF_JSET:
		return a & b;
	default:
		abort();
	}
}

static void compute(const struct bpf_insn *insn, uint64_t *regs)
{
	uint32_t b = BPF_SRC(insn->code) == BPF_X ?
			     (uint32_t)regs[insn->src_reg] :
			     (uint32_t)insn->imm;
	uint32_t a = (uint32_t)regs[insn->dst_reg];

	switch (BPF_OP(insn->code)) {
	case BPF_MOV:
		a = b;
		break;
	case BPF_AND:
		a &= b;
		break;
	case BPF_RSH:
		a >>= b;
		break;
	default:
		abort();
	}
	regs[insn->dst_reg] = a;
}

/* What the program returns; it ends, as it only jumps forwards. */
static uint64_t run(const struct bpf_insn *program, size_t len,
		    const struct bpf_cgroup_dev_ctx *context)
{
	uint64_t regs[16] = { 0 };
	size_t at;

	for (at = 0; at < len; at++) {
		const struct bpf_insn *insn = &program[at];

		if (insn->code == (BPF_JMP | BPF_EXIT))
			return regs[0];
		if (insn->code == (BPF_LDX | BPF_MEM | BPF_W))
			regs[insn->dst_reg] = load(context, insn->off);
		else if (BPF_CLASS(insn->code) != BPF_JMP)
			compute(insn, regs);
		else if (jumps(insn, regs) && insn->off >= 0)
			at += (size_t)insn->off;
	}
	abort();
}

#endif
