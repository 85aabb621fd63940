/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calls that are judged by their arguments, in instructions of our own:
 * libseccomp can't compare one argument twice, nor give a call another answer
 * than the filter's default.  The low 32 bits are compared, which is what the
 * kernel takes of an int.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/syscall.h>

#include "base/mem.h"
#include "seccomp/builtin-build.h"

#if defined(__x86_64__)
#define NATIVE_ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE_ARCH AUDIT_ARCH_AARCH64
#else
#error "the built-in filter has no audit architecture for this machine"
#endif

#define X32_SYSCALL_BIT 0x40000000u

#define ALLOW	       SECCOMP_RET_ALLOW
#define KILL	       SECCOMP_RET_KILL_PROCESS
#define ANSWER(errno_) (SECCOMP_RET_ERRNO | (errno_))

/* socket(2): the type without SOCK_CLOEXEC and SOCK_NONBLOCK */
#define TYPE_MASK 0xfu

#define MAX_PROTOCOLS 4

/* Sockets of a family and type, for these protocols. */
struct socket_rule {
	uint32_t family, type;
	size_t count;
	uint32_t protocols[MAX_PROTOCOLS];
};

/* AF_* and SOCK_*; protocols of IP: TCP 6, UDP 17, ICMP 1, ICMPv6 58; netlink 0
 * is rtnetlink, which getifaddrs(3) asks. */
static const struct socket_rule local_sockets[] = {
	{ 1, 1, 2, { 0, 1 } },
	{ 1, 2, 2, { 0, 1 } },
	{ 1, 5, 2, { 0, 1 } },
};
static const struct socket_rule net_sockets[] = {
	{ 2, 1, 2, { 0, 6 } },	{ 2, 2, 4, { 0, 17, 1, 58 } },
	{ 10, 1, 2, { 0, 6 } }, { 10, 2, 4, { 0, 17, 1, 58 } },
	{ 16, 2, 1, { 0 } },	{ 16, 3, 1, { 0 } },
};

/* One argument, masked, of this value: then this answer. */
struct argument_rule {
	const char *name;
	uint32_t number;
	uint32_t argument, mask, value;
	uint32_t answer;
};

/* tty_ioctl(2): typing into a terminal, a console's selection, line disciplines
 * (CVE-2017-2636). */
static const struct argument_rule every_rule[] = {
	{ "ioctl", SYS_ioctl, 1, ~0u, 0x5412, ANSWER(EPERM) },
	{ "ioctl", SYS_ioctl, 1, ~0u, 0x541c, ANSWER(EPERM) },
	{ "ioctl", SYS_ioctl, 1, ~0u, 0x5423, ANSWER(EPERM) },
};

/* Memory that is written and then executed: PROT_WRITE 2, PROT_EXEC 4,
 * SHM_EXEC 0100000; MFD_NOEXEC_SEAL 8. */
static const struct argument_rule strict_rules[] = {
	{ "mmap", SYS_mmap, 2, 6, 6, ANSWER(EPERM) },
	{ "mprotect", SYS_mprotect, 2, 4, 4, ANSWER(EPERM) },
	{ "pkey_mprotect", SYS_pkey_mprotect, 2, 4, 4, ANSWER(EPERM) },
	{ "shmat", SYS_shmat, 2, 0100000, 0100000, ANSWER(EPERM) },
	{ "memfd_create", SYS_memfd_create, 1, 8, 0, ANSWER(EPERM) },
};

/* ---- instructions -------------------------------------------------------------- */

static void emit(struct bh_buf *program, uint16_t code, uint8_t yes, uint8_t no,
		 uint32_t k)
{
	const struct sock_filter insn = { code, yes, no, k };

	bh_buf_add(program, (const char *)&insn, sizeof(insn));
}

static void load(struct bh_buf *program, size_t offset)
{
	emit(program, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
}

static void load_number(struct bh_buf *program)
{
	load(program, offsetof(struct seccomp_data, nr));
}

/* Both architectures are little-endian: the low half comes first. */
static void load_argument(struct bh_buf *program, uint32_t index)
{
	load(program, offsetof(struct seccomp_data, args) + 8 * index);
}

static void mask(struct bh_buf *program, uint32_t bits)
{
	emit(program, BPF_ALU | BPF_AND | BPF_K, 0, 0, bits);
}

static void answer(struct bh_buf *program, uint32_t value)
{
	emit(program, BPF_RET | BPF_K, 0, 0, value);
}

/* Answer where the accumulator is this. */
static void answer_if(struct bh_buf *program, uint32_t value, uint32_t what)
{
	emit(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, value);
	answer(program, what);
}

/* Go on with what is appended next if the accumulator is this, else behind it;
 * block_end sets how far that is. */
static size_t block_begin(struct bh_buf *program, uint32_t value)
{
	emit(program, BPF_JMP | BPF_JEQ | BPF_K, 0, 0, value);
	return program->len;
}

static void block_end(struct bh_buf *program, size_t begin)
{
	struct sock_filter *jump =
		(void *)(program->data + begin - sizeof(*jump));

	/* The tables are ours, and short: the greatest block has 80. */
	jump->jf = (uint8_t)((program->len - begin) / sizeof(*jump));
}

/* ---- what is judged ------------------------------------------------------------ */

static void check_abi(struct bh_buf *program)
{
	load(program, offsetof(struct seccomp_data, arch));
	emit(program, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, NATIVE_ARCH);
	answer(program, KILL);
	load_number(program);
#if defined(__x86_64__)
	emit(program, BPF_JMP | BPF_JGE | BPF_K, 0, 1, X32_SYSCALL_BIT);
	answer(program, KILL);
#endif
}

static void check_newer(struct bh_buf *program,
			const struct bh_call_names *more)
{
	const struct bh_newer_call *call;
	size_t begin;

	emit(program, BPF_JMP | BPF_JGE | BPF_K, 0, 0, BH_FIRST_NEWER);
	begin = program->len;
	for (call = bh_newer_calls; call->name; call++)
		answer_if(program, call->number,
			  call->allowed || bh_calls_have(more, call->name) ?
				  ALLOW :
				  ANSWER(EPERM));
	answer(program, ANSWER(ENOSYS));
	block_end(program, begin);
}

static void allow_protocols(struct bh_buf *program,
			    const struct socket_rule *rule)
{
	size_t begin = block_begin(program, rule->type);

	load_argument(program, 2);
	for (size_t i = 0; i < rule->count; i++)
		answer_if(program, rule->protocols[i], ALLOW);
	answer(program, ANSWER(EPROTONOSUPPORT));
	block_end(program, begin);
}

/* The rules of one family stand together: the first `count` of them. */
static void allow_family(struct bh_buf *program,
			 const struct socket_rule *rules, size_t count)
{
	size_t begin = block_begin(program, rules[0].family);

	load_argument(program, 1);
	mask(program, TYPE_MASK);
	for (size_t i = 0; i < count; i++)
		allow_protocols(program, &rules[i]);
	answer(program, ANSWER(EPROTONOSUPPORT));
	block_end(program, begin);
}

static void allow_families(struct bh_buf *program,
			   const struct socket_rule *rules, size_t len)
{
	for (size_t i = 0, count; i < len; i += count) {
		for (count = 1; i + count < len &&
				rules[i + count].family == rules[i].family;)
			count++;
		allow_family(program, &rules[i], count);
	}
}

static void check_sockets(struct bh_buf *program, uint32_t number, bool net)
{
	size_t begin = block_begin(program, number);

	load_argument(program, 0);
	allow_families(program, local_sockets, BH_COUNT(local_sockets));
	if (net)
		allow_families(program, net_sockets, BH_COUNT(net_sockets));
	answer(program, ANSWER(EAFNOSUPPORT));
	block_end(program, begin);
}

static void check_argument(struct bh_buf *program,
			   const struct argument_rule *rule)
{
	size_t begin = block_begin(program, rule->number);

	load_argument(program, rule->argument);
	if (rule->mask != ~0u)
		mask(program, rule->mask);
	answer_if(program, rule->value, rule->answer);
	load_number(program);
	block_end(program, begin);
}

static void check_arguments(struct bh_buf *program,
			    const struct bh_call_names *more,
			    const struct argument_rule *rules, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!bh_calls_have(more, rules[i].name))
			check_argument(program, &rules[i]);
}

void bh_builtin_prologue(enum bh_flavour flavour,
			 const struct bh_call_names *more,
			 struct bh_buf *program)
{
	bool strict = flavour == BH_FLAVOUR_STRICT;

	check_abi(program);
	check_newer(program, more);
	if (!bh_calls_have(more, "socket"))
		check_sockets(program, SYS_socket, !strict);
	if (!bh_calls_have(more, "socketpair"))
		check_sockets(program, SYS_socketpair, false);
	check_arguments(program, more, every_rule, BH_COUNT(every_rule));
	if (strict)
		check_arguments(program, more, strict_rules,
				BH_COUNT(strict_rules));
}
