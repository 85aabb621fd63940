/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a grant.  What is read must be written, read again and be the
 * same, under the same id; and what it leaves open is never a shell.
 */
#include <stdlib.h>
#include <string.h>

#include "trust/grant.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(const struct bh_err *err)
{
	if (!err->text[0])
		abort();
}

static void check_round(const struct bh_grant *grant)
{
	struct bh_grant *again = NULL;
	struct bh_err err = { 0 };
	size_t len, again_len;
	char *text = bh_grant_print(grant, &len), *again_text;

	/* What was escaped may be longer than what is read. */
	if (len <= BH_GRANT_MAX) {
		if (bh_grant_parse("grant.json", text, len, &again, &err) < 0)
			abort();
		again_text = bh_grant_print(again, &again_len);
		if (strcmp(grant->id, again->id) != 0 || len != again_len ||
		    memcmp(text, again_text, len) != 0)
			abort();
		free(again_text);
		bh_grant_free(again);
	}
	free(text);
}

static void check_width(const struct bh_grant *grant)
{
	const char *name = strrchr(grant->path, '/');

	if (!name || !name[1] ||
	    bh_grant_is_wide(grant) == (grant->digest != NULL))
		abort();
	if (!bh_grant_is_wide(grant))
		return;
	if (grant->wide->any_args.value && strcmp(name, "/sh") == 0)
		abort();
	if (grant->wide->any_env.value)
		for (size_t i = 0; i < grant->env.len; i++)
			if (!bh_env_is_code(grant->env.items[i]))
				abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bh_grant *grant = NULL;
	struct bh_err err = { 0 };
	char *text = calloc(1, size + 1);

	if (!text)
		abort();
	memcpy(text, data, size);
	if (bh_grant_parse("grant.json", text, size, &grant, &err) < 0) {
		check_error(&err);
	} else {
		check_round(grant);
		check_width(grant);
		bh_grant_free(grant);
	}
	free(text);
	return 0;
}
