/* SPDX-License-Identifier: Apache-2.0 */
#include <stdarg.h>
#include <stdio.h>

#include "base/notes.h"

void bh_note(struct bh_notes *notes, struct bh_arena *arena, const char *format,
	     ...)
{
	bh_autofree char *text = NULL;
	const char **slot;
	va_list args;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0)
		abort();
	slot = bh_arena_append(arena, &notes->items, &notes->len,
			       sizeof(*slot));
	*slot = bh_arena_strdup(arena, text);
}
