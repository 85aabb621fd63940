/* SPDX-License-Identifier: Apache-2.0 */
#include "base/mem.h"
#include "cli/command.h"
#include "container/exec.h"
#include "container/seal.h"

/* Engines tell by it a failure of ours from one of the program. */
#define EXEC_FAILED 255

static const struct bh_option options[] = {
	BH_VALUE("process", 'p', "FILE", "the process as JSON, or:", process),
	BH_VALUE("user", 'u', "UID[:GID]", "the user, in numbers", user),
	BH_VALUE("cwd", 0, "DIR", "the working directory", cwd),
	BH_LIST("env", 'e', "NAME=VALUE", "in addition to the container's",
		env),
	BH_LIST("cap", 'c', "CAP", "in addition to the container's", caps),
	BH_FLAG("no-new-privs", 0, "set no_new_privs", no_new_privs),
	BH_FLAG("tty", 't', "with a terminal, for --console-socket", tty),
	BH_VALUE("console-socket", 0, "PATH",
		 "send the terminal's master to this socket", console_socket),
	BH_LIST("cgroup", 0, "[CTRL,...:]PATH",
		"execute it in a group below the container's", groups),
	BH_FLAG("ignore-paused", 0,
		"in a paused container, wait until it is resumed",
		ignore_paused),
	BH_FLAG("detach", 'd', "leave when the program was executed", detach),
	BH_VALUE("pid-file", 0, "FILE", "write the program's pid to FILE",
		 pid_file),
	BH_VALUE("preserve-fds", 0, "N",
		 "hand descriptors 3 to N + 2 on to the program", preserve_fds),
	BH_FLAG("dry-run", 0, "print the plan, and do nothing of it", dry_run),
	{ 0 },
};

static int check(const struct bh_invocation *in, struct bh_err *err)
{
	bool described = in->user || in->cwd || in->env.len || in->caps.len ||
			 in->no_new_privs || in->rest;

	if (in->process && described)
		return bh_refuse(err, "read the command line: --process says "
				      "all of a program; give nothing else");
	if (!in->process && (!in->rest || !in->rest[0]))
		return bh_refuse(err,
				 "read the command line: bulkhead exec needs a "
				 "program, or --process FILE");
	return 0;
}

static struct bh_texts texts(const struct bh_values *values)
{
	return (struct bh_texts){ values->len, values->items };
}

static struct bh_texts rest(const struct bh_invocation *in)
{
	struct bh_texts ret = { 0, (const char *const *)in->rest };

	while (ret.items && ret.items[ret.len])
		ret.len++;
	return ret;
}

static int show_plan(const struct bh_invocation *in, const char *root,
		     const struct bh_exec_request *request, struct bh_err *err)
{
	struct bh_prepared prepared = { 0 };
	int r = bh_container_exec_prepare(root, request, &prepared, err);

	if (r == 0)
		r = bh_print_plan(in, &prepared, err);
	bh_prepared_clear(&prepared);
	return r;
}

static int execute(struct bh_invocation *in, struct bh_err *err)
{
	struct bh_exec_request request = {
		.id = in->id,
		.process = in->process,
		.line = {
			.args = rest(in),
			.user = in->user,
			.cwd = in->cwd,
			.env = texts(&in->env),
			.caps = texts(&in->caps),
			.no_new_privs = in->no_new_privs,
			.terminal = in->tty,
		},
		.pid_file = in->pid_file,
		.console_socket = in->console_socket,
		.groups = texts(&in->groups),
		.ignore_paused = in->ignore_paused,
		.detach = in->detach,
	};
	bh_autofree char *root = bh_root(in);
	int status, r = check(in, err);

	if (r < 0)
		return r;
	in->failed = EXEC_FAILED;
	r = bh_caller_read(in, false, &request.caller, err);
	if (r < 0)
		return r;
	if (!in->detach && !in->console_socket)
		bh_caller_look(&request.caller);
	if (in->dry_run)
		return show_plan(in, root, &request, err);
	/* Before it is read: the process file may be a pipe, to be read once. */
	r = bh_seal(in->argv, in->envp, err);
	if (r == 0)
		r = bh_container_exec(root, &request, &status, err);
	return r < 0 ? r : status;
}

const struct bh_command bh_cmd_exec = {
	.name = "exec",
	.summary = "execute another program in a container",
	.words = BH_ID_AND_REST,
	.options = options,
	.run = execute,
};
