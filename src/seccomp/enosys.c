/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A profile that answers EPERM by default answers it for calls too that were
 * not thought of when it was written, and libc, which would fall back on
 * ENOSYS, gives up (runc issue 2151).  So in front of libseccomp's program go a
 * few instructions: a call above the highest one that the profile names, on
 * the same architecture, answers ENOSYS.  Since all newer calls have higher
 * numbers, those are the ones that the profile's author could not know.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stddef.h>

#include "seccomp/build.h"

#define X32_SYSCALL_BIT 0x40000000u

/* arch/arm/include/uapi/asm/unistd.h: __ARM_NR_BASE, calls of arm's own */
#define ARM_PRIVATE_CALLS 0x0f0000u

/* From here on, numbers of the architecture are no series; 0: they are one. */
static uint32_t series_end(uint32_t token)
{
	switch (token) {
	case SCMP_ARCH_X86_64:
		return X32_SYSCALL_BIT;
	case SCMP_ARCH_ARM:
		return ARM_PRIVATE_CALLS;
	default:
		return 0;
	}
}

/*
 * Calls that were once part of socketcall(2) or ipc(2) have made-up numbers in
 * libseccomp.  They got numbers of their own together, so the last stands for
 * each (asm/unistd_32.h and others: shutdown 373, msgctl 402).
 */
static int own_number(int number)
{
	if (number <= -101 && number >= -120)
		return 373;
	if (number <= -201 && number >= -224)
		return 402;
	return number;
}

void bh_seccomp_note_call(struct bh_filter_build *build, const char *name)
{
	size_t i;

	for (i = 0; i < build->arches_len; i++) {
		struct bh_filter_arch *arch = &build->arches[i];
		uint32_t end = series_end(arch->token);
		int number = own_number(
			seccomp_syscall_resolve_name_arch(arch->token, name));

		if (number < 0 || (end && (uint32_t)number >= end))
			continue;
		if (!arch->has_newest || (uint32_t)number > arch->newest)
			arch->newest = (uint32_t)number;
		arch->has_newest = true;
	}
}

/* What seccomp_data has: the kernel does not tell x32 from x86_64. */
static uint32_t audit_arch(uint32_t token)
{
	return token == SCMP_ARCH_X32 ? AUDIT_ARCH_X86_64 : token;
}

/* How many instructions emit_arch makes. */
static size_t arch_size(const struct bh_filter_arch *arch)
{
	if (!arch->has_newest)
		return 0;
	return series_end(arch->token) ? 7 : 6;
}

/*
 * One architecture: what is not its own goes on to the next one, what is old
 * enough to libseccomp's program, "left" instructions further on.
 */
static size_t emit_arch(struct sock_filter *to,
			const struct bh_filter_arch *arch, size_t left)
{
	uint32_t end = series_end(arch->token);
	uint8_t size = (uint8_t)arch_size(arch);
	size_t n = 0;

	to[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
	to[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
					       audit_arch(arch->token), 0,
					       (uint8_t)(size - 2));
	to[n++] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	if (end)
		to[n++] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JGE | BPF_K, end, 3, 0);
	to[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K,
					       arch->newest, 0, 1);
	to[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
					       SECCOMP_RET_ERRNO | ENOSYS);
	to[n++] =
		(struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, (uint32_t)left);
	return n;
}

const struct sock_filter *
bh_seccomp_prologue(const struct bh_filter_build *build, size_t *ret_len)
{
	uint32_t action = build->default_action;
	struct sock_filter *prologue;
	size_t len = 0, at = 0, i;

	*ret_len = 0;
	if ((action & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_ERRNO ||
	    action == SCMP_ACT_ERRNO(ENOSYS))
		return NULL;
	for (i = 0; i < build->arches_len; i++)
		len += arch_size(&build->arches[i]);
	prologue = bh_arena_alloc(build->arena, len * sizeof(*prologue));
	for (i = 0; i < build->arches_len; i++) {
		const struct bh_filter_arch *arch = &build->arches[i];
		size_t size = arch_size(arch);

		if (size)
			at += emit_arch(prologue + at, arch, len - at - size);
	}
	*ret_len = len;
	return prologue;
}
