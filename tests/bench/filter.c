/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter json|bpf: the system call filter of the benchmark, as engines give
 * one to every container: all calls that libseccomp knows, but for those below,
 * and EPERM for the rest.  As linux.seccomp of a config.json, or compiled.
 */
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Higher than any system call number, below x32's own. */
#define CALLS 1024

/* clone may not make a namespace. */
#define NAMESPACES                                                     \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | \
	 CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET)

static const char *const refused[] = {
	"_sysctl",
	"acct",
	"add_key",
	"bpf",
	"clock_adjtime",
	"clock_settime",
	"clone",
	"create_module",
	"delete_module",
	"fanotify_init",
	"finit_module",
	"fsconfig",
	"fsmount",
	"fsopen",
	"fspick",
	"get_kernel_syms",
	"init_module",
	"io_uring_enter",
	"io_uring_register",
	"io_uring_setup",
	"ioperm",
	"iopl",
	"kcmp",
	"kexec_file_load",
	"kexec_load",
	"keyctl",
	"lookup_dcookie",
	"mount",
	"mount_setattr",
	"move_mount",
	"move_pages",
	"name_to_handle_at",
	"nfsservctl",
	"open_by_handle_at",
	"open_tree",
	"perf_event_open",
	"pivot_root",
	"process_vm_readv",
	"process_vm_writev",
	"ptrace",
	"query_module",
	"quotactl",
	"quotactl_fd",
	"reboot",
	"request_key",
	"setdomainname",
	"sethostname",
	"setns",
	"settimeofday",
	"swapoff",
	"swapon",
	"sysfs",
	"umount2",
	"unshare",
	"uselib",
	"userfaultfd",
	"ustat",
	"vhangup",
	NULL,
};

/* What engines allow beside the machine's own architecture. */
static const struct {
	uint32_t native;
	uint32_t arch;
	const char *name;
} arches[] = {
	{ SCMP_ARCH_X86_64, SCMP_ARCH_X86_64, "SCMP_ARCH_X86_64" },
	{ SCMP_ARCH_X86_64, SCMP_ARCH_X86, "SCMP_ARCH_X86" },
	{ SCMP_ARCH_X86_64, SCMP_ARCH_X32, "SCMP_ARCH_X32" },
	{ SCMP_ARCH_AARCH64, SCMP_ARCH_AARCH64, "SCMP_ARCH_AARCH64" },
	{ SCMP_ARCH_AARCH64, SCMP_ARCH_ARM, "SCMP_ARCH_ARM" },
};

/* The name of call nr if it is allowed, to be freed; or NULL. */
static char *allowed_call(int nr)
{
	char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, nr);

	for (size_t i = 0; name && refused[i]; i++) {
		if (strcmp(refused[i], name) == 0) {
			free(name);
			name = NULL;
		}
	}
	return name;
}

static void print_arches(void)
{
	const char *comma = "";

	for (size_t i = 0; i < sizeof(arches) / sizeof(arches[0]); i++) {
		if (arches[i].native != seccomp_arch_native())
			continue;
		printf("%s\"%s\"", comma, arches[i].name);
		comma = ",";
	}
}

static int print_json(void)
{
	const char *comma = "";

	printf("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":1,"
	       "\"architectures\":[");
	print_arches();
	printf("],\"syscalls\":[{\"action\":\"SCMP_ACT_ALLOW\",\"names\":[");
	for (int nr = 0; nr < CALLS; nr++) {
		char *name = allowed_call(nr);

		if (!name)
			continue;
		printf("%s\"%s\"", comma, name);
		comma = ",";
		free(name);
	}
	printf("]},{\"action\":\"SCMP_ACT_ALLOW\",\"names\":[\"clone\"],"
	       "\"args\":[{\"index\":0,\"value\":%d,\"valueTwo\":0,"
	       "\"op\":\"SCMP_CMP_MASKED_EQ\"}]}]}\n",
	       NAMESPACES);
	return 0;
}

static int write_program(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int r = ctx ? 0 : -ENOMEM;

	for (size_t i = 0; i < sizeof(arches) / sizeof(arches[0]); i++)
		if (!r && arches[i].native == seccomp_arch_native() &&
		    seccomp_arch_exist(ctx, arches[i].arch) != 0)
			r = seccomp_arch_add(ctx, arches[i].arch);
	for (int nr = 0; nr < CALLS && !r; nr++) {
		char *name = allowed_call(nr);

		if (name)
			r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, nr, 0);
		free(name);
	}
	if (!r)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
				     SCMP_A0(SCMP_CMP_MASKED_EQ, NAMESPACES,
					     0));
	if (!r)
		r = seccomp_export_bpf(ctx, STDOUT_FILENO);
	if (r)
		fprintf(stderr, "filter: %s\n", strerror(-r));
	seccomp_release(ctx);
	return r ? 1 : 0;
}

int main(int argc, char *argv[])
{
	if (argc == 2 && strcmp(argv[1], "json") == 0)
		return print_json();
	if (argc == 2 && strcmp(argv[1], "bpf") == 0)
		return write_program();
	fprintf(stderr, "usage: filter json|bpf\n");
	return 2;
}
