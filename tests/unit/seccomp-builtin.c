/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the built-in filters answer: to every call whose name is known, as
 * tests/data/builtin-calls says, and to arguments, as the tables here say.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/syscall.h>

#include "base/fd.h"
#include "base/str.h"
#include "seccomp-program.h"
#include "seccomp/builtin-build.h"

#define ALLOW	  SECCOMP_RET_ALLOW
#define KILL	  SECCOMP_RET_KILL_PROCESS
#define FAIL(n)	  (SECCOMP_RET_ERRNO | (n))
#define HIGH	  0xdead00000000ull
#define NO_FAMILY FAIL(EAFNOSUPPORT)
#define NO_PROTO  FAIL(EPROTONOSUPPORT)

#if defined(__x86_64__)
#define NATIVE	AUDIT_ARCH_X86_64
#define FOREIGN AUDIT_ARCH_I386
#else
#define NATIVE	AUDIT_ARCH_AARCH64
#define FOREIGN AUDIT_ARCH_ARM
#endif

enum {
	AGENT = 1 << BH_FLAVOUR_AGENT,
	STRICT = 1 << BH_FLAVOUR_STRICT,
	NESTED = 1 << BH_FLAVOUR_NESTED,
	ALL = AGENT | STRICT | NESTED
};

struct probe {
	const char *title;
	unsigned int flavours;
	uint32_t answer;
	int number;
	uint64_t args[6];
};

static const struct probe probes[] = {
	{ "a local stream", ALL, ALLOW, SYS_socket, { 1, 1, 0 } },
	{ "close-on-exec, non-blocking",
	  ALL,
	  ALLOW,
	  SYS_socket,
	  { 1, 1 | 02000000 | 04000, 0 } },
	{ "local datagrams", ALL, ALLOW, SYS_socket, { 1, 2, 0 } },
	{ "local packets", ALL, ALLOW, SYS_socket, { 1, 5, 0 } },
	{ "a local raw socket", ALL, NO_PROTO, SYS_socket, { 1, 3, 0 } },
	{ "a local stream of another protocol",
	  ALL,
	  NO_PROTO,
	  SYS_socket,
	  { 1, 1, 7 } },
	{ "TCP", AGENT | NESTED, ALLOW, SYS_socket, { 2, 1, 0 } },
	{ "TCP by number", AGENT | NESTED, ALLOW, SYS_socket, { 2, 1, 6 } },
	{ "TCP 6", AGENT | NESTED, ALLOW, SYS_socket, { 10, 1, 6 } },
	{ "UDP", AGENT | NESTED, ALLOW, SYS_socket, { 2, 2, 17 } },
	{ "ping", AGENT | NESTED, ALLOW, SYS_socket, { 2, 2, 1 } },
	{ "ping 6", AGENT | NESTED, ALLOW, SYS_socket, { 10, 2, 58 } },
	{ "no TCP", STRICT, NO_FAMILY, SYS_socket, { 2, 1, 0 } },
	{ "no UDP 6", STRICT, NO_FAMILY, SYS_socket, { 10, 2, 0 } },
	{ "MPTCP", AGENT | NESTED, NO_PROTO, SYS_socket, { 2, 1, 262 } },
	{ "SCTP", AGENT | NESTED, NO_PROTO, SYS_socket, { 2, 1, 132 } },
	{ "SCTP packets", AGENT | NESTED, NO_PROTO, SYS_socket, { 2, 5, 132 } },
	{ "UDPLITE", AGENT | NESTED, NO_PROTO, SYS_socket, { 10, 2, 136 } },
	{ "DCCP", AGENT | NESTED, NO_PROTO, SYS_socket, { 2, 6, 33 } },
	{ "raw IP", AGENT | NESTED, NO_PROTO, SYS_socket, { 2, 3, 255 } },
	{ "rtnetlink", AGENT | NESTED, ALLOW, SYS_socket, { 16, 3, 0 } },
	{ "rtnetlink datagrams",
	  AGENT | NESTED,
	  ALLOW,
	  SYS_socket,
	  { 16, 2, 0 } },
	{ "audit", AGENT | NESTED, NO_PROTO, SYS_socket, { 16, 3, 9 } },
	{ "netfilter", AGENT | NESTED, NO_PROTO, SYS_socket, { 16, 3, 12 } },
	{ "packets of the wire", ALL, NO_FAMILY, SYS_socket, { 17, 3, 0 } },
	{ "VSOCK", ALL, NO_FAMILY, SYS_socket, { 40, 1, 0 } },
	{ "ALG", ALL, NO_FAMILY, SYS_socket, { 38, 5, 0 } },
	{ "XDP", ALL, NO_FAMILY, SYS_socket, { 44, 3, 0 } },
	{ "a family in high bits",
	  ALL,
	  NO_FAMILY,
	  SYS_socket,
	  { HIGH | 17, 3, 0 } },
	{ "high bits before TCP",
	  AGENT | NESTED,
	  ALLOW,
	  SYS_socket,
	  { HIGH | 2, HIGH | 1, HIGH } },
	{ "a local pair", ALL, ALLOW, SYS_socketpair, { 1, 1, 0 } },
	{ "a pair of others", ALL, NO_FAMILY, SYS_socketpair, { 30, 1, 0 } },

	{ "terminal settings", ALL, ALLOW, SYS_ioctl, { 0, 0x5401 } },
	{ "TIOCSTI", ALL, FAIL(EPERM), SYS_ioctl, { 0, 0x5412 } },
	{ "TIOCLINUX", ALL, FAIL(EPERM), SYS_ioctl, { 0, 0x541c } },
	{ "TIOCSETD", ALL, FAIL(EPERM), SYS_ioctl, { 0, 0x5423 } },
	{ "TIOCSTI with high bits",
	  ALL,
	  FAIL(EPERM),
	  SYS_ioctl,
	  { 0, HIGH | 0x5412 } },

	{ "a thread",
	  ALL,
	  ALLOW,
	  SYS_clone,
	  { CLONE_VM | CLONE_FS | CLONE_THREAD } },
	{ "a process in a user namespace",
	  AGENT | STRICT,
	  FAIL(EPERM),
	  SYS_clone,
	  { CLONE_NEWUSER | 17 } },
	{ "the same, nested", NESTED, ALLOW, SYS_clone, { CLONE_NEWUSER } },
	{ "a mount namespace among others",
	  AGENT | STRICT,
	  FAIL(EPERM),
	  SYS_clone,
	  { CLONE_VM | CLONE_NEWNS } },
	{ "clone3", ALL, FAIL(ENOSYS), SYS_clone3, { 0 } },
	{ "own descriptors", ALL, ALLOW, SYS_unshare, { CLONE_FILES } },
	{ "a new time namespace",
	  AGENT | STRICT,
	  FAIL(EPERM),
	  SYS_unshare,
	  { 0x80 } },
	{ "a new network",
	  AGENT | STRICT,
	  FAIL(EPERM),
	  SYS_unshare,
	  { CLONE_NEWNET } },
	{ "joining", AGENT | STRICT, FAIL(EPERM), SYS_setns, { 3, 0 } },
	{ "joining, nested", NESTED, ALLOW, SYS_setns, { 3, 0 } },

	{ "asking for the personality",
	  ALL,
	  ALLOW,
	  SYS_personality,
	  { 0xffffffff } },
	{ "no randomization", ALL, ALLOW, SYS_personality, { 0x40000 } },
	{ "an old kernel's name", ALL, ALLOW, SYS_personality, { 0x20000 } },
	{ "Linux", ALL, ALLOW, SYS_personality, { 0 } },
	{ "32 bits", ALL, ALLOW, SYS_personality, { 8 } },
	{ "readable is executable",
	  ALL,
	  FAIL(EPERM),
	  SYS_personality,
	  { 0x400000 } },
	{ "a personality with high bits",
	  ALL,
	  FAIL(EPERM),
	  SYS_personality,
	  { HIGH | 0x400000 } },

	{ "memory to write", ALL, ALLOW, SYS_mmap, { 0, 4096, 3 } },
	{ "memory to execute", ALL, ALLOW, SYS_mmap, { 0, 4096, 5 } },
	{ "memory for both", AGENT | NESTED, ALLOW, SYS_mmap, { 0, 1, 7 } },
	{ "memory for both, strict",
	  STRICT,
	  FAIL(EPERM),
	  SYS_mmap,
	  { 0, 1, 7 } },
	{ "making it executable",
	  STRICT,
	  FAIL(EPERM),
	  SYS_mprotect,
	  { 0, 1, 5 } },
	{ "by a key", STRICT, FAIL(EPERM), SYS_pkey_mprotect, { 0, 1, 4 } },
	{ "shared memory to execute",
	  STRICT,
	  FAIL(EPERM),
	  SYS_shmat,
	  { 0, 0, 0100000 } },
	{ "making it read-only", STRICT, ALLOW, SYS_mprotect, { 0, 1, 1 } },
	{ "a memory file", AGENT | NESTED, ALLOW, SYS_memfd_create, { 0, 0 } },
	{ "one that may be executed",
	  STRICT,
	  FAIL(EPERM),
	  SYS_memfd_create,
	  { 0, 1 } },
	{ "one that may not", STRICT, ALLOW, SYS_memfd_create, { 0, 8 | 1 } },
	{ "tracing", AGENT | NESTED, ALLOW, SYS_ptrace, { 0 } },
	{ "tracing, strict", STRICT, FAIL(EPERM), SYS_ptrace, { 0 } },
	{ "a mount", AGENT | STRICT, FAIL(EPERM), SYS_mount, { 0 } },
	{ "a mount, nested", NESTED, ALLOW, SYS_mount, { 0 } },

	{ "fchmodat2", ALL, ALLOW, 452, { 0 } },
	{ "listmount", ALL, FAIL(EPERM), 458, { 0 } },
	{ "a call of the future", ALL, FAIL(ENOSYS), 470, { 0 } },
	{ "a far one", ALL, FAIL(ENOSYS), 0x3fffffff, { 0 } },
#if defined(__x86_64__)
	{ "x32", ALL, KILL, 0x40000000, { 0 } },
	{ "x32's own", ALL, KILL, 0x40000000 + 512, { 0 } },
	{ "a negative number", ALL, KILL, -1, { 0 } },
#endif
};

static const char *const flavours[] = { "agent", "strict", "nested" };

static uint32_t ask(int flavour, const struct probe *probe)
{
	struct seccomp_data data = { .nr = probe->number, .arch = NATIVE };

	memcpy(data.args, probe->args, sizeof(data.args));
	return run(&bh_builtin_filters[flavour], &data);
}

static void test_arguments(void)
{
	for (size_t i = 0; i < BH_COUNT(probes); i++)
		for (int f = 0; f < BH_FLAVOUR_COUNT; f++)
			if (probes[i].flavours & 1u << f)
				is_int(ask(f, &probes[i]), probes[i].answer,
				       "%s, %s", probes[i].title, flavours[f]);
}

static void test_foreign(void)
{
	const struct seccomp_data data = { .nr = 0, .arch = FOREIGN };

	for (int f = 0; f < BH_FLAVOUR_COUNT; f++)
		is_int(run(&bh_builtin_filters[f], &data), KILL,
		       "a foreign ABI, %s", flavours[f]);
}

/* ---- every call ------------------------------------------------------------------ */

static const char *word_of(uint32_t answer)
{
	switch (answer) {
	case ALLOW:
		return "allowed";
	case FAIL(EPERM):
		return "EPERM";
	case FAIL(ENOSYS):
		return "ENOSYS";
	case FAIL(EAFNOSUPPORT):
		return "by-argument";
	default:
		return "?";
	}
}

/* "read allowed allowed allowed", for each number that has a name here. */
static void list_calls(struct bh_buf *list)
{
	for (int nr = 0; nr < BH_FIRST_NEWER; nr++) {
		char *name =
			seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, nr);
		struct probe probe = { .number = nr };

		if (!name)
			continue;
		bh_buf_str(list, name);
		for (int f = 0; f < BH_FLAVOUR_COUNT; f++)
			bh_buf_printf(list, " %s", word_of(ask(f, &probe)));
		bh_buf_char(list, '\n');
		free(name);
	}
}

/* Of x86_64 there is a list; UPDATE_CALLS=FILE writes it. */
static void test_every_call(void)
{
#if defined(__x86_64__)
	const char *path = getenv("UPDATE_CALLS");
	bh_autobuf struct bh_buf list = { 0 }, wanted = { 0 }, file = { 0 };
	bh_autoclose int fd = -1;

	list_calls(&list);
	bh_buf_printf(&file, "%s/tests/data/builtin-calls",
		      getenv("SRCDIR") ? getenv("SRCDIR") : ".");
	fd = open(path ? path : file.data,
		  path ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY, 0644);
	if (path) {
		ok(fd >= 0 && bh_write_all(fd, list.data, list.len) == 0,
		   "the list is written");
		return;
	}
	ok(fd >= 0 && bh_read_all(fd, 1u << 20, &wanted) == 0,
	   "the list of calls is there");
	is_str(list.data, wanted.data ? wanted.data : "",
	       "every call is answered as listed");
#else
	skip("the list is of x86_64's calls");
#endif
}

/* ---- what a policy adds ------------------------------------------------------------ */

static void test_more(void)
{
	static const char *const names[] = { "bpf", "listmount", "socket" };
	const struct bh_call_names more = { BH_COUNT(names), names };
	const struct probe bpf = { .number = SYS_bpf };
	const struct probe listmount = { .number = 458 };
	const struct probe raw = { .number = SYS_socket, .args = { 17, 3 } };
	static const char *const wrong[] = { "no_such_call" };
	const struct bh_call_names unknown = { 1, wrong };
	bh_autoarena struct bh_arena arena = { 0 };
	struct bh_filter filter;
	struct bh_err err;
	const struct probe *const each[] = { &bpf, &listmount, &raw };

	if (!ok(bh_builtin_filter(BH_FLAVOUR_AGENT, &more, &arena, &filter,
				  &err) == 0,
		"a filter with more calls"))
		return;
	for (size_t i = 0; i < BH_COUNT(each); i++) {
		struct seccomp_data data = { .nr = each[i]->number,
					     .arch = NATIVE };

		memcpy(data.args, each[i]->args, sizeof(data.args));
		is_int(run(&filter, &data), ALLOW, "%s is allowed", names[i]);
	}
	is_int(bh_builtin_filter(BH_FLAVOUR_AGENT, &unknown, &arena, &filter,
				 &err),
	       -EINVAL, "an unknown call");
}

int main(void)
{
	test_arguments();
	test_foreign();
	test_every_call();
	test_more();
	return done_testing();
}
