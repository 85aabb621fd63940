/* SPDX-License-Identifier: Apache-2.0 */
/* What compiled filters answer to calls.  Numbers are those of x86_64, whose
 * filter any machine can compile, next to its own. */
#include <errno.h>
#include <seccomp.h>

#include "base/str.h"
#include "seccomp-program.h"

#define MAX_RULES  5
#define MAX_PROBES 10

#define ALLOW	SECCOMP_RET_ALLOW
#define FAIL(n) (SECCOMP_RET_ERRNO | (n))
#define X32	0x40000000

struct probe {
	int nr;
	uint32_t answer;
	uint64_t args[6];
	uint32_t arch; /* 0: x86_64 */
};

struct example {
	const char *title;
	int action;
	struct oci_u64 errno_ret;
	struct short_rule rules[MAX_RULES];
	struct probe probes[MAX_PROBES];
};

#define READ   0
#define WRITE  1
#define OPEN   2
#define CLOSE  3
#define SOCKET 41

static const struct example examples[] = {
	{ "default allow, no rules",
	  OCI_SECCOMP_ALLOW,
	  { 0 },
	  { { .names = { NULL } } },
	  { { .nr = READ, ALLOW }, { .nr = 9999, ALLOW } } },
	{ "names and actions",
	  OCI_SECCOMP_ALLOW,
	  { 0 },
	  { { .names = { "read" }, OCI_SECCOMP_ERRNO },
	    { .names = { "write", "open" }, OCI_SECCOMP_ERRNO, SET(22) },
	    { .names = { "close" }, OCI_SECCOMP_KILL },
	    { .names = { "stat", "nosuchcall" }, OCI_SECCOMP_KILL_PROCESS },
	    { .names = { "fstat" }, OCI_SECCOMP_TRAP } },
	  { { .nr = READ, FAIL(1) },
	    { .nr = WRITE, FAIL(22) },
	    { .nr = OPEN, FAIL(22) },
	    { .nr = CLOSE, SECCOMP_RET_KILL_THREAD },
	    { .nr = 4, SECCOMP_RET_KILL_PROCESS },
	    { .nr = 5, SECCOMP_RET_TRAP },
	    { .nr = 6, ALLOW },
	    { .nr = 9999, ALLOW } } },
	{ "more actions",
	  OCI_SECCOMP_KILL_PROCESS,
	  { 0 },
	  { { .names = { "read" }, OCI_SECCOMP_TRACE },
	    { .names = { "write" }, OCI_SECCOMP_TRACE, SET(0xffff) },
	    { .names = { "open" }, OCI_SECCOMP_LOG },
	    { .names = { "close" }, OCI_SECCOMP_ERRNO, SET(0) },
	    { .names = { "stat" }, OCI_SECCOMP_KILL_THREAD } },
	  { { .nr = READ, SECCOMP_RET_TRACE | 1 },
	    { .nr = WRITE, SECCOMP_RET_TRACE | 0xffff },
	    { .nr = OPEN, SECCOMP_RET_LOG },
	    { .nr = CLOSE, FAIL(0) },
	    { .nr = 4, SECCOMP_RET_KILL_THREAD },
	    { .nr = 5, SECCOMP_RET_KILL_PROCESS },
	    { .nr = 9999, SECCOMP_RET_KILL_PROCESS } } },
	{ "not equal",
	  OCI_SECCOMP_ALLOW,
	  { 0 },
	  { { .names = { "read" },
	      OCI_SECCOMP_ERRNO,
	      { 0 },
	      1,
	      { ARG(0, NE, 5) } } },
	  { { .nr = READ, ALLOW, { 5 } },
	    { .nr = READ, FAIL(1), { 4 } },
	    { .nr = READ, FAIL(1), { 0x500000000 } },
	    { .nr = READ, FAIL(1), { 0x100000005 } } } },
	{ "less",
	  OCI_SECCOMP_ALLOW,
	  { 0 },
	  { { .names = { "read" },
	      OCI_SECCOMP_ERRNO,
	      { 0 },
	      1,
	      { ARG(1, LT, 0x100000005) } } },
	  { { .nr = READ, FAIL(1), { 0, 0x100000004 } },
	    { .nr = READ, ALLOW, { 0, 0x100000005 } },
	    { .nr = READ, ALLOW, { 0, 0x200000000 } },
	    { .nr = READ, FAIL(1), { 0, 0xffffffff } } } },
	{ "less or equal",
	  OCI_SECCOMP_ALLOW,
	  { 0 },
	  { { .names = { "read" },
	      OCI_SECCOMP_ERRNO,
	      { 0 },
	      1,
	      { ARG(5, LE, 0x100000005) } } },
	  { { .nr = READ, FAIL(1), { 0, 0, 0, 0, 0, 0x100000005 } },
	    { .nr = READ, ALLOW, { 0, 0, 0, 0, 0, 0x100000006 } },
	    { .nr = READ, FAIL(1), { 0, 0, 0, 0, 0, 0xffffffff } } } },
	{ "equal",
	  OCI_SECCOMP_ALLOW,
	  { 0 },
	  { { .names = { "read" },
	      OCI_SECCOMP_ERRNO,
	      { 0 },
	      1,
	      { ARG(0, EQ, UINT64_MAX) } } },
	  { { .nr = READ, FAIL(1), { UINT64_MAX } },
	    { .nr = READ, ALLOW, { UINT32_MAX } },
	    { .nr = READ, ALLOW, { UINT64_MAX - 1 } } } },
	{ "greater or equal",
	  OCI_SECCOMP_ALLOW,
	  { 0 },
	  { { .names = { "read" },
	      OCI_SECCOMP_ERRNO,
	      { 0 },
	      1,
	      { ARG(0, GE, 0x100000005) } } },
	  { { .nr = READ, FAIL(1), { 0x100000005 } },
	    { .nr = READ, ALLOW, { 0xffffffff } },
	    { .nr = READ, ALLOW, { 0x100000004 } },
	    { .nr = READ, FAIL(1), { 0x200000000 } } } },
	{ "greater",
	  OCI_SECCOMP_ALLOW,
	  { 0 },
	  { { .names = { "read" },
	      OCI_SECCOMP_ERRNO,
	      { 0 },
	      1,
	      { ARG(0, GT, 0x100000005) } } },
	  { { .nr = READ, ALLOW, { 0x100000005 } },
	    { .nr = READ, FAIL(1), { 0x100000006 } },
	    { .nr = READ, FAIL(1), { 0x200000000 } },
	    { .nr = READ, ALLOW, { 6 } } } },
	{ "masked: value is the mask",
	  OCI_SECCOMP_ALLOW,
	  { 0 },
	  { { .names = { "clone" },
	      OCI_SECCOMP_ERRNO,
	      { 0 },
	      1,
	      { ARG(0, MASKED_EQ, 0x10000000f, 0x100000005) } } },
	  { { .nr = 56, FAIL(1), { 0x100000005 } },
	    { .nr = 56, FAIL(1), { 0x1000000f5 } },
	    { .nr = 56, ALLOW, { 5 } },
	    { .nr = 56, ALLOW, { 0x100000007 } },
	    { .nr = 56, FAIL(1), { 0xf00000005 } } } },
	{ "masked: nothing set",
	  OCI_SECCOMP_ERRNO,
	  SET(EPERM),
	  { { .names = { "clone" },
	      OCI_SECCOMP_ALLOW,
	      { 0 },
	      1,
	      { ARG(0, MASKED_EQ, 0x7e020000, 0) } },
	    { .names = { "close_range" }, OCI_SECCOMP_ALLOW } },
	  { { .nr = 56, ALLOW, { 0x11 } },
	    { .nr = 56, FAIL(1), { 0x10000000 } },
	    { .nr = 56, FAIL(1), { 0x20000 } } } },
	{ "all of several arguments",
	  OCI_SECCOMP_ALLOW,
	  { 0 },
	  { { .names = { "socket" },
	      OCI_SECCOMP_ERRNO,
	      SET(22),
	      3,
	      { ARG(0, EQ, 16), ARG(2, EQ, 9), ARG(1, NE, 1) } } },
	  { { .nr = SOCKET, FAIL(22), { 16, 2, 9 } },
	    { .nr = SOCKET, ALLOW, { 16, 1, 9 } },
	    { .nr = SOCKET, ALLOW, { 16, 2, 8 } },
	    { .nr = SOCKET, ALLOW, { 15, 2, 9 } } } },
	{ "any of several rules",
	  OCI_SECCOMP_ERRNO,
	  SET(38),
	  { { .names = { "personality" },
	      OCI_SECCOMP_ALLOW,
	      { 0 },
	      1,
	      { ARG(0, EQ, 0) } },
	    { .names = { "personality" },
	      OCI_SECCOMP_ALLOW,
	      { 0 },
	      1,
	      { ARG(0, EQ, 8) } },
	    { .names = { "personality" },
	      OCI_SECCOMP_ALLOW,
	      { 0 },
	      1,
	      { ARG(0, EQ, 0xffffffff) } } },
	  { { .nr = 135, ALLOW, { 0 } },
	    { .nr = 135, ALLOW, { 8 } },
	    { .nr = 135, ALLOW, { 0xffffffff } },
	    { .nr = 135, FAIL(38), { 1 } } } },
	{ "podman's socket rules",
	  OCI_SECCOMP_ERRNO,
	  SET(38),
	  { { .names = { "socket" },
	      OCI_SECCOMP_ERRNO,
	      SET(22),
	      2,
	      { ARG(0, EQ, 16), ARG(2, EQ, 9) } },
	    { .names = { "socket" },
	      OCI_SECCOMP_ALLOW,
	      { 0 },
	      1,
	      { ARG(2, NE, 9) } },
	    { .names = { "socket" },
	      OCI_SECCOMP_ALLOW,
	      { 0 },
	      1,
	      { ARG(0, NE, 16) } },
	    { .names = { "socket" },
	      OCI_SECCOMP_ALLOW,
	      { 0 },
	      1,
	      { ARG(2, NE, 9) } } },
	  { { .nr = SOCKET, FAIL(22), { 16, 3, 9 } },
	    { .nr = SOCKET, ALLOW, { 16, 3, 0 } },
	    { .nr = SOCKET, ALLOW, { 2, 1, 9 } },
	    { .nr = SOCKET, ALLOW, { 2, 1, 0 } } } },
	{ "the first without arguments stands",
	  OCI_SECCOMP_ERRNO,
	  SET(38),
	  { { .names = { "setns" }, OCI_SECCOMP_ALLOW },
	    { .names = { "setns", "bpf" }, OCI_SECCOMP_ERRNO, SET(1) },
	    { .names = { "bpf" }, OCI_SECCOMP_ALLOW },
	    { .names = { "setns" }, OCI_SECCOMP_ERRNO, SET(38) } },
	  { { .nr = 308, ALLOW }, { .nr = 321, FAIL(1) } } },
	{ "an exception that permits, before",
	  OCI_SECCOMP_ERRNO,
	  { 0 },
	  { { .names = { "read" },
	      OCI_SECCOMP_ALLOW,
	      { 0 },
	      1,
	      { ARG(0, EQ, 5) } },
	    { .names = { "read" }, OCI_SECCOMP_ERRNO, SET(1) } },
	  { { .nr = READ, ALLOW, { 5 } }, { .nr = READ, FAIL(1), { 6 } } } },
	{ "newer calls",
	  OCI_SECCOMP_ERRNO,
	  { 0 },
	  { { .names = { "read", "openat2", "nosuchcall" }, OCI_SECCOMP_ALLOW },
	    { .names = { "faccessat2" }, OCI_SECCOMP_ERRNO } },
	  { { .nr = READ, ALLOW },
	    { .nr = WRITE, FAIL(1) },
	    { .nr = 437, ALLOW },
	    { .nr = 438, FAIL(1) },
	    { .nr = 439, FAIL(1) },
	    { .nr = 440, FAIL(ENOSYS) },
	    { .nr = 9999, FAIL(ENOSYS) },
	    { .nr = X32 - 1, FAIL(ENOSYS) },
	    { .nr = X32 + 1, SECCOMP_RET_KILL },
	    { .nr = -1, FAIL(1) } } },
	{ "newer calls, another errno",
	  OCI_SECCOMP_ERRNO,
	  SET(13),
	  { { .names = { "read" }, OCI_SECCOMP_ALLOW } },
	  { { .nr = READ, ALLOW },
	    { .nr = WRITE, FAIL(ENOSYS) },
	    { .nr = 440, FAIL(ENOSYS) } } },
	{ "newer calls where ENOSYS is the default",
	  OCI_SECCOMP_ERRNO,
	  SET(ENOSYS),
	  { { .names = { "write" }, OCI_SECCOMP_ERRNO, SET(1) } },
	  { { .nr = READ, FAIL(ENOSYS) },
	    { .nr = WRITE, FAIL(1) },
	    { .nr = 2, FAIL(ENOSYS) } } },
	{ "newer calls under other defaults",
	  OCI_SECCOMP_TRAP,
	  { 0 },
	  { { .names = { "write" }, OCI_SECCOMP_ALLOW } },
	  { { .nr = READ, SECCOMP_RET_TRAP },
	    { .nr = 440, SECCOMP_RET_TRAP } } },
	{ "errno default, nothing named",
	  OCI_SECCOMP_ERRNO,
	  { 0 },
	  { { .names = { NULL } } },
	  { { .nr = READ, FAIL(1) }, { .nr = 440, FAIL(1) } } },
	{ "foreign architecture",
	  OCI_SECCOMP_ALLOW,
	  { 0 },
	  { { .names = { NULL } } },
	  { { .nr = READ, SECCOMP_RET_KILL, { 0 }, AUDIT_ARCH_I386 },
	    { .nr = X32, SECCOMP_RET_KILL },
	    { .nr = READ, SECCOMP_RET_KILL, { 0 }, AUDIT_ARCH_MIPS } } },
};

/* What a table leaves empty; nobody asks how read(2) ends the caller. */
static bool is_end(const struct probe *probe)
{
	return !probe->nr && !probe->answer && !probe->arch;
}

static void check_probes(const char *title, const struct bh_filter *filter,
			 const struct probe *probes)
{
	size_t i, n;

	for (i = 0; i < MAX_PROBES && !is_end(&probes[i]); i++) {
		struct seccomp_data data = {
			.nr = probes[i].nr,
			.arch = probes[i].arch ? probes[i].arch :
						 AUDIT_ARCH_X86_64,
		};

		for (n = 0; n < 6; n++)
			data.args[n] = probes[i].args[n];
		if (!is_int(run(filter, &data), probes[i].answer,
			    "%s: probe %zu, call %d", title, i, probes[i].nr))
			diag("arch %x, arguments %llx %llx %llx", data.arch,
			     (unsigned long long)data.args[0],
			     (unsigned long long)data.args[1],
			     (unsigned long long)data.args[2]);
	}
}

static void check_example(const struct example *example)
{
	bh_autoarena struct bh_arena arena = { 0 };
	int x86_64 = OCI_ARCH_X86_64;
	struct oci_seccomp profile = {
		.default_action = SET(example->action),
		.default_errno_ret = example->errno_ret,
		.architectures = { true, 1, &x86_64 },
	};
	struct compiled out = { 0 };
	size_t len = 0;

	while (len < MAX_RULES && example->rules[len].names[0])
		len++;
	if (!is_int(compile_rules(profile, example->rules, len, &arena, &out),
		    0, "%s: compiled", example->title)) {
		diag("%s; %s", out.err.text, out.err.hint);
		return;
	}
	check_probes(example->title, &out.filter, example->probes);
}

/* Several architectures: each has its own series of numbers. */
static void check_arches(void)
{
	static const struct short_rule rules[] = {
		{ .names = { "read", "socket", "openat2", "waitpid",
			     "breakpoint", "set_tls" },
		  OCI_SECCOMP_ALLOW },
	};
	static const struct probe probes[] = {
		{ .nr = READ, ALLOW },
		{ .nr = 440, FAIL(ENOSYS) },
		{ .nr = 438, FAIL(ENOSYS) },
		{ .nr = X32, ALLOW },
		{ .nr = X32 + 437, ALLOW },
		{ .nr = X32 + 438, FAIL(ENOSYS) },
		{ .nr = X32 + 1, FAIL(1) },
		{ .nr = 0, SECCOMP_RET_KILL, { 0 }, AUDIT_ARCH_S390X },
		{ .nr = 0 },
	};
	static const struct probe others[] = {
		{ .nr = 3, ALLOW, { 0 }, AUDIT_ARCH_I386 },
		{ .nr = 7, ALLOW, { 0 }, AUDIT_ARCH_I386 },
		{ .nr = 359, ALLOW, { 0 }, AUDIT_ARCH_I386 },
		{ .nr = 438, FAIL(ENOSYS), { 0 }, AUDIT_ARCH_I386 },
		{ .nr = 437, ALLOW, { 0 }, AUDIT_ARCH_ARM },
		{ .nr = 438, FAIL(ENOSYS), { 0 }, AUDIT_ARCH_ARM },
		{ .nr = 0xf0001, ALLOW, { 0 }, AUDIT_ARCH_ARM },
		{ .nr = 0xf0002, FAIL(1), { 0 }, AUDIT_ARCH_ARM },
		{ .nr = 0xf0005, ALLOW, { 0 }, AUDIT_ARCH_ARM },
		{ .nr = 437, ALLOW, { 0 }, AUDIT_ARCH_AARCH64 },
	};
	int arches[] = { OCI_ARCH_X86_64, OCI_ARCH_X86,	    OCI_ARCH_X32,
			 OCI_ARCH_ARM,	  OCI_ARCH_AARCH64, OCI_ARCH_X86,
			 OCI_ARCH_S390X };
	bh_autoarena struct bh_arena arena = { 0 };
	struct oci_seccomp profile = {
		.default_action = SET(OCI_SECCOMP_ERRNO),
		.architectures = { true, BH_COUNT(arches), arches },
	};
	struct compiled out = { 0 };

	if (!is_int(compile_rules(profile, rules, 1, &arena, &out), 0,
		    "several architectures"))
		diag("%s", out.err.text);
	check_probes("x86_64 and x32", &out.filter, probes);
	check_probes("others", &out.filter, others);
	is_int(out.notes.len, 1, "the other byte order is left out");
	ok(out.notes.len && strstr(out.notes.items[0], "s390x"), "with a note");
}

int main(void)
{
	size_t i;

	if (seccomp_arch_native() == SCMP_ARCH_S390X)
		return skip_all("a machine of the other byte order");
	for (i = 0; i < BH_COUNT(examples); i++)
		check_example(&examples[i]);
	check_arches();
	return done_testing();
}
