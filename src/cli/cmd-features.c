/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "cli/command.h"
#include "container/features.h"

static const struct bh_option options[] = {
	{ 0 },
};

static int print_features(struct bh_invocation *in, struct bh_err *err)
{
	bh_autofree char *text = NULL;
	size_t len;

	(void)in;
	text = bh_features_json(&len);
	return bh_print(text, len, err);
}

const struct bh_command bh_cmd_features = {
	.name = "features",
	.summary = "tell engines what this runtime can, as JSON",
	.words = BH_NO_WORDS,
	.options = options,
	.run = print_features,
};
