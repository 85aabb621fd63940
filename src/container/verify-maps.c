/* SPDX-License-Identifier: Apache-2.0 */
/* The ids of a container's user namespace, where they are the ones that we wrote. */
#include "base/str.h"
#include "container/verifying.h"

/* The kernel aligns its numbers: the next word of *text, or a line's end. */
static size_t next_word(const char **text, const char **ret)
{
	size_t len = 0;

	while (**text == ' ')
		(*text)++;
	*ret = *text;
	while ((*text)[len] && (*text)[len] != ' ' && (*text)[len] != '\n')
		len++;
	if (len == 0 && **text == '\n')
		len = 1;
	*text += len;
	return len;
}

static bool is_same(const char *found, const char *promised)
{
	for (;;) {
		const char *a, *b;
		size_t len = next_word(&found, &a);

		if (len != next_word(&promised, &b))
			return false;
		if (!len)
			return true;
		for (size_t i = 0; i < len; i++)
			if (a[i] != b[i])
				return false;
	}
}

static void check(struct bh_verifying *v, const char *file,
		  const char *promised)
{
	bh_autobuf struct bh_buf text = { 0 };
	int r;

	if (!promised)
		return;
	r = bh_verify_read(v, v->pid, file, &text);
	if (r < 0)
		bh_verify_broken(v, file, "it can't be read");
	else if (is_same(text.data, promised))
		bh_verify_kept(v, file);
	else
		bh_verify_broken(v, file, "%s", text.data);
}

void bh_verify_maps(struct bh_verifying *v)
{
	check(v, "uid_map", v->posture->uid_map);
	check(v, "gid_map", v->posture->gid_map);
}
