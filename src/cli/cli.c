/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "cli/cli.h"
#include "cli/options.h"
#include "commit.h"
#include "config.h"

static const struct bh_command *const commands[] = {
	&bh_cmd_create, &bh_cmd_delete, &bh_cmd_exec,	&bh_cmd_features,
	&bh_cmd_kill,	&bh_cmd_list,	&bh_cmd_pause,	&bh_cmd_plan,
	&bh_cmd_policy, &bh_cmd_ps,	&bh_cmd_resume, &bh_cmd_run,
	&bh_cmd_spec,	&bh_cmd_start,	&bh_cmd_state,	&bh_cmd_trust,
	&bh_cmd_update,
	&bh_cmd_verify,
};

static const struct bh_option global_options[] = {
	BH_FLAG("debug", 0, "show remarks on what was decided", debug),
	BH_VALUE("log", 0, "FILE", "append errors to FILE as well", log),
	BH_VALUE("log-format", 0, "FORMAT", "of the log: text or json",
		 log_format),
	BH_VALUE("log-level", 0, "LEVEL", "error, warning, info or debug",
		 log_level),
	BH_VALUE("cgroup-manager", 0, "NAME", "cgroupfs or disabled",
		 cgroup_manager),
	BH_VALUE("rootless", 0, "WORD", "true, false or auto; has no effect",
		 rootless),
	BH_VALUE("criu", 0, "FILE", "has no effect", criu),
	BH_VALUE("policy", 0, "FILE", "instead of the host's policy",
		 wishes.policy),
	BH_VALUE("profile", 0, "NAME",
		 "agent, strict, nested, oci or one of the policy",
		 wishes.profile),
	BH_VALUE("root", 0, "DIR", "where containers are kept", root),
	BH_FLAG("systemd-cgroup", 0, "--cgroup-manager systemd",
		systemd_cgroup),
	BH_FLAG("version", 'v', "print the version", version),
	BH_FLAG("help", 'h', "print this help", help),
	{ 0 },
};

#ifdef HAVE_SYSTEMD_SD_BUS_H
#define SYSTEMD "+"
#else
#define SYSTEMD "-"
#endif

static int print_version(struct bh_err *err)
{
	static const char text[] =
		"bulkhead version " PACKAGE_VERSION "\n"
		"commit: " BULKHEAD_COMMIT "\n"
		"spec: 1.3.0\n"
		"+SECCOMP +SELINUX -APPARMOR " SYSTEMD "SYSTEMD +YAJL\n";

	return bh_print(text, sizeof(text) - 1, err);
}

static int print_help(struct bh_err *err)
{
	bh_autobuf struct bh_buf text = { 0 };

	bh_buf_str(&text,
		   "Usage: bulkhead [OPTIONS] COMMAND [OPTIONS] ...\n"
		   "A container runtime that assumes the worst of what it runs."
		   "\n\nCommands:\n");
	for (size_t i = 0; i < BH_COUNT(commands); i++)
		bh_buf_printf(&text, "  %-10s %s\n", commands[i]->name,
			      commands[i]->summary);
	bh_buf_str(&text, "\nOptions:\n");
	bh_options_help(global_options, &text);
	bh_buf_str(&text, "\n`bulkhead COMMAND --help` tells of a command.\n");
	return bh_print(text.data, text.len, err);
}

static int print_command_help(const struct bh_command *command,
			      struct bh_err *err)
{
	static const char *const words[] = {
		[BH_NO_WORDS] = "",
		[BH_OPTIONAL_ID] = " [ID]",
		[BH_TWO_WORDS] = " check|show|allow-env [FILE|NAME]",
		[BH_ONE_ID] = " ID",
		[BH_ID_AND_WORD] = " ID [SIGNAL]",
		[BH_ID_AND_WORDS] = " VERB [WORD]...",
		[BH_ID_AND_REST] = " ID [PROGRAM [ARGUMENT]...]",
		[BH_ID_AND_TAIL] = " ID [ARGUMENT]...",
	};
	bh_autobuf struct bh_buf text = { 0 };

	bh_buf_printf(&text, "Usage: bulkhead %s [OPTIONS]%s\n%s\n\nOptions:\n",
		      command->name, words[command->words], command->summary);
	bh_options_help(command->options, &text);
	bh_buf_str(&text, "  -h, --help                 print this help\n");
	return bh_print(text.data, text.len, err);
}

static const struct bh_command *find_command(const char *name)
{
	for (size_t i = 0; i < BH_COUNT(commands); i++)
		if (bh_str_eq(commands[i]->name, name))
			return commands[i];
	return NULL;
}

/* A global option whose value is one of a few words. */
struct choice {
	const char *option;
	const char *value; /* given; NULL: not */
	const char *const *words;
	const char *says; /* what it must be */
};

static int check_choice(const struct choice *choice, struct bh_err *err)
{
	for (size_t i = 0; choice->value && choice->words[i]; i++)
		if (bh_str_eq(choice->value, choice->words[i]))
			return 0;
	if (!choice->value)
		return 0;
	return bh_refuse(err, "read the command line: --%s %s: must be %s",
			 choice->option, choice->value, choice->says);
}

static int check_globals(const struct bh_invocation *in, struct bh_err *err)
{
	static const char *const formats[] = { "text", "json", NULL };
	/* Those of the engines' own loggers, in any of their spellings. */
	static const char *const levels[] = { "panic", "fatal",	  "error",
					      "warn",  "warning", "info",
					      "debug", "trace",	  NULL };
	static const char *const managers[] = { "cgroupfs", "disabled",
						"systemd", NULL };
	static const char *const answers[] = { "true", "false", "auto", NULL };
	const struct choice choices[] = {
		{ "log-format", in->log_format, formats, "text or json" },
		{ "log-level", in->log_level, levels,
		  "error, warning, info or debug" },
		{ "cgroup-manager", in->cgroup_manager, managers,
		  "cgroupfs, systemd or disabled" },
		{ "rootless", in->rootless, answers, "true, false or auto" },
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < BH_COUNT(choices); i++)
		r = check_choice(&choices[i], err);
	return r;
}

static int take_word(const struct bh_command *command, const char *word,
		     struct bh_invocation *in)
{
	if (!in->id && command->words != BH_NO_WORDS)
		in->id = word;
	else if (!in->word && (command->words == BH_ID_AND_WORD ||
			       command->words == BH_TWO_WORDS))
		in->word = word;
	else if (command->words == BH_ID_AND_WORDS)
		bh_values_add(&in->words, word);
	else
		return -1;
	return 0;
}

/* The id and options of a command, in any order. */
static int take_words(const struct bh_command *command, char **argv, int at,
		      struct bh_invocation *in, struct bh_err *err)
{
	const struct bh_option *tables[] = { command->options, global_options,
					     NULL };
	int r = bh_options_take(tables, argv, &at, in, err);

	while (r == 0 && argv[at]) {
		if (in->id && command->words >= BH_ID_AND_REST) {
			in->rest = argv + at + bh_str_eq(argv[at], "--");
			return 0;
		}
		if (bh_str_eq(argv[at], "--") && argv[at + 1])
			at++;
		if (take_word(command, argv[at], in) < 0)
			return bh_refuse(err,
					 "read the command line: %s is "
					 "one word too many",
					 argv[at]);
		at++;
		if (command->words == BH_ID_AND_TAIL)
			continue;
		r = bh_options_take(tables, argv, &at, in, err);
	}
	return r;
}

static int run_command(char **argv, int at, struct bh_invocation *in,
		       struct bh_err *err)
{
	const struct bh_command *command = find_command(argv[at]);
	int r;

	if (!command)
		return bh_refuse(err,
				 "read the command line: unknown command "
				 "%s; `bulkhead --help` lists them",
				 argv[at]);
	r = take_words(command, argv, at + 1, in, err);
	if (r < 0)
		return r;
	if (in->help)
		return print_command_help(command, err);
	r = check_globals(in, err);
	if (r < 0)
		return r;
	if (command->words >= BH_ONE_ID && !in->id)
		return bh_refuse(err,
				 "read the command line: bulkhead %s "
				 "needs a container id",
				 command->name);
	return command->run(in, err);
}

/* An engine that can only name a program picks a profile by it. */
static const char *profile_of_program(const char *program)
{
	const char *slash = program ? strrchr(program, '/') : NULL;
	const char *name = slash ? slash + 1 : program;

	if (!name || !bh_starts_with(name, "bulkhead-"))
		return NULL;
	return name + strlen("bulkhead-");
}

int bh_cli_main(int argc, char **argv, char **envp)
{
	const struct bh_option *tables[] = { global_options, NULL };
	struct bh_invocation in = {
		.argv = argv,
		.envp = envp,
		.wishes.program = profile_of_program(argv[0]),
	};
	struct bh_err err = { 0 };
	int at = argc > 0 ? 1 : 0, r;

	r = bh_options_take(tables, argv, &at, &in, &err);
	if (r == 0 && in.version)
		r = print_version(&err);
	else if (r == 0 && (!argv[at] && in.help))
		r = print_help(&err);
	else if (r == 0 && !argv[at])
		r = bh_refuse(&err, "read the command line: no command; "
				    "`bulkhead --help` lists them");
	else if (r == 0)
		r = run_command(argv, at, &in, &err);
	free(in.env.items);
	free(in.caps.items);
	free(in.groups.items);
	free(in.words.items);
	free(in.args.items);
	if (r >= 0)
		return r;
	bh_report(&in, &err);
	return in.failed ? in.failed : 1;
}
