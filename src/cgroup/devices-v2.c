/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A v2 group has no device files: a program of BPF_PROG_TYPE_CGROUP_DEVICE
 * decides (Documentation/admin-guide/cgroup-v2.rst, "Device controller").  It
 * returns 1 to permit.  A group without one permits what its parents do.
 *
 * The program goes through the rules from the last to the first.  An access
 * may ask for reading and writing at once, and each may be decided by another
 * rule: r3 holds what is still undecided.
 *
 *	r2 type   r3 undecided access   r4 major   r5 minor
 */
#include <stddef.h>

#include "cgroup/resources.h"

struct program {
	struct bh_arena *arena;
	size_t len;
	struct bpf_insn *items;
};

static void emit(struct program *program, struct bpf_insn insn)
{
	struct bpf_insn *copy = bh_arena_append(program->arena, &program->items,
						&program->len, sizeof(*copy));

	*copy = insn;
}

static void emit_load(struct program *program, unsigned int to, size_t offset)
{
	emit(program, (struct bpf_insn){
			      .code = BPF_LDX | BPF_MEM | BPF_W,
			      .dst_reg = to & 0xf,
			      .src_reg = BPF_REG_1,
			      .off = (int16_t)offset,
		      });
}

/* to = to <operation> value, in 32 bits */
static void emit_alu(struct program *program, uint8_t operation,
		     unsigned int to, uint32_t value)
{
	emit(program, (struct bpf_insn){
			      .code = BPF_ALU | BPF_K | operation,
			      .dst_reg = to & 0xf,
			      .imm = (int32_t)value,
		      });
}

static void emit_jump(struct program *program, uint8_t operation,
		      unsigned int reg, uint32_t value, int16_t offset)
{
	emit(program, (struct bpf_insn){
			      .code = BPF_JMP | BPF_K | operation,
			      .dst_reg = reg & 0xf,
			      .off = offset,
			      .imm = (int32_t)value,
		      });
}

/* Jump to the end of the rule, wherever close_rule finds it. */
static void emit_skip(struct program *program, uint8_t operation,
		      unsigned int reg, uint32_t value)
{
	emit_jump(program, operation, reg, value, INT16_MAX);
}

static void emit_return(struct program *program, bool allow)
{
	emit(program, (struct bpf_insn){
			      .code = BPF_ALU64 | BPF_MOV | BPF_K,
			      .dst_reg = BPF_REG_0,
			      .imm = allow,
		      });
	emit(program, (struct bpf_insn){ .code = BPF_JMP | BPF_EXIT });
}

static void emit_prologue(struct program *program)
{
	emit_load(program, BPF_REG_2,
		  offsetof(struct bpf_cgroup_dev_ctx, access_type));
	emit_load(program, BPF_REG_4,
		  offsetof(struct bpf_cgroup_dev_ctx, major));
	emit_load(program, BPF_REG_5,
		  offsetof(struct bpf_cgroup_dev_ctx, minor));
	/* access_type is (BPF_DEVCG_ACC_* << 16) | BPF_DEVCG_DEV_* */
	emit(program, (struct bpf_insn){
			      .code = BPF_ALU | BPF_MOV | BPF_X,
			      .dst_reg = BPF_REG_3,
			      .src_reg = BPF_REG_2,
		      });
	emit_alu(program, BPF_AND, BPF_REG_2, 0xffff);
	emit_alu(program, BPF_RSH, BPF_REG_3, 16);
}

static void close_rule(struct program *program, size_t start)
{
	size_t i;

	for (i = start; i < program->len; i++)
		if (program->items[i].off == INT16_MAX)
			program->items[i].off = (int16_t)(program->len - i - 1);
}

static void emit_rule(struct program *program,
		      const struct bh_device_rule *rule)
{
	size_t start = program->len;

	emit_skip(program, BPF_JNE, BPF_REG_2,
		  rule->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
	if (rule->major != BH_DEVICE_ANY)
		emit_skip(program, BPF_JNE, BPF_REG_4, (uint32_t)rule->major);
	if (rule->minor != BH_DEVICE_ANY)
		emit_skip(program, BPF_JNE, BPF_REG_5, (uint32_t)rule->minor);
	if (rule->access != BH_DEVICE_RWM && rule->allow) {
		emit_alu(program, BPF_AND, BPF_REG_3, ~rule->access);
		emit_skip(program, BPF_JNE, BPF_REG_3, 0);
	} else if (rule->access != BH_DEVICE_RWM) {
		emit_jump(program, BPF_JSET, BPF_REG_3, rule->access, 1);
		emit_skip(program, BPF_JA, 0, 0);
	}
	emit_return(program, rule->allow);
	close_rule(program, start);
}

/* The rules from first on count; denies tells whether one of them denies. */
static size_t find_first(const struct bh_device_rules *rules, bool *denies)
{
	size_t first = rules->len;

	*denies = false;
	while (first > 0) {
		const struct bh_device_rule *rule = &rules->items[--first];

		if (!rule->allow)
			*denies = true;
		if (rule->type == 'a')
			break;
	}
	return first;
}

int bh_devices_v2(struct bh_setting_list *list,
		  const struct bh_device_rules *rules)
{
	struct program program = { .arena = list->arena };
	bool denies, allow = true;
	size_t first = find_first(rules, &denies);
	size_t i;

	if (!denies)
		return 0;
	if (rules->items[first].type == 'a')
		allow = rules->items[first++].allow;
	emit_prologue(&program);
	for (i = rules->len; i > first; i--)
		emit_rule(&program, &rules->items[i - 1]);
	emit_return(&program, allow);
	list->settings.device_program = program.items;
	list->settings.device_program_len = program.len;
	return 0;
}
