/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "run/printed.h"

static size_t without_newlines(const struct bh_hook_output *output)
{
	size_t len = output->len;

	while (len && output->data[len - 1] == '\n')
		len--;
	return len;
}

void bh_printed_add(struct bh_printed *printed, const char *name,
		    const struct bh_hook_output *output)
{
	size_t at = atomic_load(&printed->len);
	size_t room = sizeof(printed->texts) - at;
	size_t len = without_newlines(output);
	int n;

	if (!len)
		return;
	n = snprintf(printed->texts + at, room, "%s printed: %s%.*s", name,
		     output->cut ? "..." : "", (int)len, output->data);
	if (n < 0)
		return;
	/* With its NUL; a last one that is cut ends in it as well. */
	at += (size_t)n < room ? (size_t)n + 1 : room;
	atomic_store(&printed->len, at);
}

const char *bh_printed_next(const struct bh_printed *printed,
			    const char *before)
{
	size_t len = atomic_load(&printed->len);
	const char *at = before ? before + strlen(before) + 1 : printed->texts;
	const char *end;

	if (len > sizeof(printed->texts))
		return NULL;
	end = printed->texts + len;
	return at < end && memchr(at, '\0', (size_t)(end - at)) ? at : NULL;
}
