/* SPDX-License-Identifier: Apache-2.0 */
#include "base/program.h"
#include "base/fd.h"

const char *const *bh_program_args(const struct bh_program *program,
				   const char *const *args,
				   struct bh_arena *arena)
{
	const char **ret;
	size_t count = 0, len = 0;

	if (!program->name)
		return args;
	while (args[count])
		count++;
	ret = bh_arena_alloc(arena, (count + 4) * sizeof(*ret));
	ret[len++] = program->name;
	if (program->option)
		ret[len++] = program->option;
	ret[len++] = "/proc/self/fd/3";
	for (size_t i = 1; i < count; i++)
		ret[len++] = args[i];
	return ret;
}

void bh_program_close(struct bh_program *program)
{
	bh_close(&program->script_fd);
	bh_close(&program->fd);
}
