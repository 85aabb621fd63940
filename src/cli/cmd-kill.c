/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>

#include "base/mem.h"
#include "base/str.h"
#include "cli/command.h"
#include "container/container.h"
#include "spec/names.h"

static const struct bh_option options[] = {
	BH_FLAG("all", 'a', "signal all processes of the container", all),
	{ 0 },
};

/* A number, or a name with or without SIG. */
static int parse_signal(const char *text, int *ret, struct bh_err *err)
{
	uint64_t value;

	if (bh_parse_u64(text, 64, &value) < 0 &&
	    !bh_name_value(bh_signal_names,
			   bh_starts_with(text, "SIG") ? text + 3 : text,
			   &value))
		return bh_refuse(err,
				 "read the command line: unknown signal "
				 "%s",
				 text);
	*ret = (int)value;
	return 0;
}

static int kill_container(struct bh_invocation *in, struct bh_err *err)
{
	bh_autofree char *root = bh_root(in);
	int signal = SIGTERM, r = 0;

	if (in->word)
		r = parse_signal(in->word, &signal, err);
	return r < 0 ? r :
		       bh_container_kill(root, in->id, signal, in->all, err);
}

const struct bh_command bh_cmd_kill = {
	.name = "kill",
	.summary = "send a signal to a container's process; default: TERM",
	.words = BH_ID_AND_WORD,
	.options = options,
	.run = kill_container,
};
