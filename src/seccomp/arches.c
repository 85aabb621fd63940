/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>

#include "seccomp/build.h"

/* libseccomp's names, seccomp_arch_add(3): by name, so that an older header
 * than the library's does not matter, nor the other way round. */
static const char *const names[] = {
	[OCI_ARCH_X86] = "x86",
	[OCI_ARCH_X86_64] = "x86_64",
	[OCI_ARCH_X32] = "x32",
	[OCI_ARCH_ARM] = "arm",
	[OCI_ARCH_AARCH64] = "aarch64",
	[OCI_ARCH_LOONGARCH64] = "loongarch64",
	[OCI_ARCH_M68K] = "m68k",
	[OCI_ARCH_MIPS] = "mips",
	[OCI_ARCH_MIPS64] = "mips64",
	[OCI_ARCH_MIPS64N32] = "mips64n32",
	[OCI_ARCH_MIPSEL] = "mipsel",
	[OCI_ARCH_MIPSEL64] = "mipsel64",
	[OCI_ARCH_MIPSEL64N32] = "mipsel64n32",
	[OCI_ARCH_PPC] = "ppc",
	[OCI_ARCH_PPC64] = "ppc64",
	[OCI_ARCH_PPC64LE] = "ppc64le",
	[OCI_ARCH_S390] = "s390",
	[OCI_ARCH_S390X] = "s390x",
	[OCI_ARCH_SH] = "sh",
	[OCI_ARCH_SHEB] = "sheb",
	[OCI_ARCH_PARISC] = "parisc",
	[OCI_ARCH_PARISC64] = "parisc64",
	[OCI_ARCH_RISCV64] = "riscv64",
};

static void append(struct bh_filter_build *build, uint32_t token)
{
	struct bh_filter_arch *arch =
		bh_arena_append(build->arena, &build->arches,
				&build->arches_len, sizeof(*arch));

	arch->token = token;
}

/*
 * What is left out is not let through: a call by an architecture that the
 * filter does not have ends the caller.
 */
static int add_arch(struct bh_filter_build *build, const char *name)
{
	uint32_t token = seccomp_arch_resolve_name(name);
	int r;

	if (!token) {
		bh_note(build->notes, build->arena,
			"%s/architectures: %s, unknown to libseccomp, left out",
			BH_SECCOMP, name);
		return 0;
	}
	r = seccomp_arch_add(build->context, token);
	if (r == -EEXIST)
		return 0;
	/* A filter has one byte order, as a machine has. */
	if (r == -EDOM) {
		bh_note(build->notes, build->arena,
			"%s/architectures: %s, of the other byte order, left "
			"out",
			BH_SECCOMP, name);
		return 0;
	}
	if (r < 0)
		return bh_fail(build->err, -r, "%s/architectures: add %s",
			       BH_SECCOMP, name);
	append(build, token);
	return 0;
}

int bh_seccomp_add_arches(struct bh_filter_build *build)
{
	size_t i;

	/* libseccomp begins every filter with it. */
	append(build, seccomp_arch_native());
	for (i = 0; i < build->seccomp->architectures.len; i++) {
		int arch = build->seccomp->architectures.items[i];
		int r;

		if (arch < 0 || (size_t)arch >= BH_COUNT(names))
			return bh_refuse(build->err,
					 "%s/architectures/%zu is unknown",
					 BH_SECCOMP, i);
		r = add_arch(build, names[arch]);
		if (r < 0)
			return r;
	}
	return 0;
}
