/* SPDX-License-Identifier: Apache-2.0 */
/* A program of the build: prints the built-in filters as C. */
#include <stdio.h>

#include "seccomp/builtin.h"

static void print(enum bh_flavour flavour, const struct bh_filter *filter)
{
	(void)printf("static const struct sock_filter filter_%d[] = {\n",
		     (int)flavour);
	for (size_t i = 0; i < filter->len; i++) {
		const struct sock_filter *insn = &filter->insns[i];

		(void)printf("\t{ 0x%02x, %u, %u, 0x%x },\n",
			     (unsigned int)insn->code, (unsigned int)insn->jt,
			     (unsigned int)insn->jf, insn->k);
	}
	(void)printf("};\n");
}

int main(void)
{
	static const struct bh_call_names none;
	bh_autoarena struct bh_arena arena = { 0 };
	size_t sizes[BH_FLAVOUR_COUNT] = { 0 };
	struct bh_filter filter;
	struct bh_err err;

	(void)printf("/* Made by make-builtin from builtin-calls.def. */\n"
		     "#include \"seccomp/builtin.h\"\n");
	for (int i = 0; i < BH_FLAVOUR_COUNT; i++) {
		if (bh_builtin_compile((enum bh_flavour)i, &none, &arena,
				       &filter, &err) < 0) {
			(void)fprintf(stderr, "make-builtin: %s\n", err.text);
			return 1;
		}
		print((enum bh_flavour)i, &filter);
		sizes[i] = filter.len;
	}
	(void)printf("const struct bh_filter bh_builtin_filters[] = {\n");
	for (int i = 0; i < BH_FLAVOUR_COUNT; i++)
		(void)printf("\t{ %zu, filter_%d, 0 },\n", sizes[i], i);
	(void)printf("};\n");
	return fflush(stdout) ? 1 : 0;
}
