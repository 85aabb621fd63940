/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any bytes as a policy.  What is read must be written, read again and written
 * the same, and each of its profiles must be whole.
 */
#include <stdlib.h>
#include <string.h>

#include "policy/edit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(const struct bh_err *err)
{
	if (!err->text[0])
		abort();
	for (const char *i = err->text; *i; i++)
		if ((unsigned char)*i < 0x20)
			abort();
}

static void check_round(const struct bh_policy *policy)
{
	struct bh_policy *copy = bh_policy_copy(policy);
	size_t len, again_len;
	char *text = bh_policy_print(policy, &len);
	char *again = bh_policy_print(copy, &again_len);

	if (len != again_len || memcmp(text, again, len) != 0)
		abort();
	free(text);
	free(again);
	bh_policy_free(copy);
}

static void check_profiles(const struct bh_policy *policy)
{
	struct bh_err err = { 0 };
	char *text = NULL;
	size_t len;

	if (bh_policy_show(policy, NULL, &text, &len, &err) < 0)
		check_error(&err);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bh_policy *policy = NULL;
	struct bh_err err = { 0 };
	char *text = calloc(1, size + 1);

	if (!text)
		abort();
	memcpy(text, data, size);
	if (bh_policy_parse("policy.json", text, size, &policy, &err) < 0) {
		check_error(&err);
	} else {
		check_round(policy);
		check_profiles(policy);
		bh_policy_free(policy);
	}
	free(text);
	return 0;
}
