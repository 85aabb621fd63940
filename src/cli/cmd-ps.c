/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/command.h"
#include "cli/ps-table.h"
#include "container/container.h"

static const struct bh_option options[] = {
	BH_VALUE("format", 'f', "FORMAT", "table or json (pids)", format),
	{ 0 },
};

/* Lines of numbers become an array. */
static void add_json(char *pids, struct bh_buf *out)
{
	char *rest = pids, *line;
	const char *separator = "";

	bh_buf_char(out, '[');
	while (rest && (line = strsep(&rest, "\n")))
		if (*line) {
			bh_buf_printf(out, "%s%s", separator, line);
			separator = ",";
		}
	bh_buf_str(out, "]\n");
}

static int add_table(const struct bh_invocation *in, const char *pids,
		     struct bh_buf *out, struct bh_err *err)
{
	static char all[] = "-ef";
	static char *by_default[] = { all, NULL };
	bool given = in->rest && in->rest[0];
	int r = bh_ps_table(given ? in->rest : by_default, in->envp,
			    pids ? pids : "", out, err);

	if (r != -ENOENT || given)
		return r;
	/* Better than nothing. */
	bh_buf_printf(out, "PID\n%s", pids ? pids : "");
	return 0;
}

static int print_processes(struct bh_invocation *in, struct bh_err *err)
{
	bool json = bh_str_eq(in->format, "json");
	bh_autobuf struct bh_buf pids = { 0 }, out = { 0 };
	bh_autofree char *root = bh_root(in);
	int r;

	if (in->format && !json && !bh_str_eq(in->format, "table"))
		return bh_refuse(err,
				 "read the command line: --format %s: "
				 "must be table or json",
				 in->format);
	r = bh_container_pids(root, in->id, &pids, err);
	if (r < 0)
		return r;
	if (json)
		add_json(pids.data, &out);
	else
		r = add_table(in, pids.data, &out, err);
	return r < 0 ? r : bh_print(out.data, out.len, err);
}

const struct bh_command bh_cmd_ps = {
	.name = "ps",
	.summary = "list the processes of a container",
	.words = BH_ID_AND_TAIL,
	.options = options,
	.run = print_processes,
};
