/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a script: its first line, and what env(1) would make of it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "trust/script.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* An allocation of that very size, so that reading on is noticed. */
	bh_autofree char *head = bh_calloc(size ? size : 1, 1);
	struct bh_script script;
	struct bh_err err = { 0 };
	const char *program;

	if (size)
		memcpy(head, data, size);
	if (!bh_script_is(head, size))
		return 0;
	if (bh_script_parse(head, size, &script, &err) < 0) {
		if (!err.explained)
			abort();
		return 0;
	}
	if (script.interpreter[0] != '/' ||
	    strlen(script.interpreter) + strlen(script.option) >
		    BH_SCRIPT_HEAD - 3 ||
	    strpbrk(script.interpreter, " \t\n"))
		abort();
	if (bh_script_env_program(&script, &program, &err) == 0 &&
	    strpbrk(program, " =\t"))
		abort();
	return 0;
}
