/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A command is a file cmd-<name>.c with one constant record.  It parses, calls
 * the library once, and prints.
 *
 * To add one: write the file, declare its record at the end of this header,
 * put it into the table in cli.c, and write docs/bulkhead-<name>.1.md.
 */
#ifndef BH_CLI_COMMAND_H
#define BH_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/notes.h"
#include "container/hooks.h"
#include "container/pass-gate.h"
#include "container/prepare.h"
#include "plan/compile.h"

/* An option that may be given several times. */
struct bh_values {
	size_t len;
	const char **items; /* owned; the texts are borrowed from argv */
};

/* What the command line said; strings are borrowed from argv. */
struct bh_invocation {
	/* global */
	bool debug;
	const char *log;
	const char *log_format;
	const char *log_level;
	bool systemd_cgroup;
	const char *cgroup_manager;
	const char *rootless;
	const char *criu;
	const char *root; /* NULL: the default */
	struct bh_wishes wishes;
	bool help;
	bool version;
	/* of commands */
	const char *bundle;
	const char *config;
	const char *format;
	const char *host;
	const char *pid_file;
	bool force;
	bool all;
	bool quiet;
	bool for_caller;
	bool detach;
	bool no_new_privs;
	bool tty;
	const char *console_socket;
	const char *process;
	const char *preserve_fds;
	const char *resources;
	bool no_new_keyring;
	bool no_pivot;
	bool keep;
	bool no_subreaper;
	const char *user;
	const char *cwd;
	struct bh_values env;
	struct bh_values caps;
	struct bh_values groups;
	/* of trust */
	const char *hook;
	const char *workspace;
	const char *stage;
	const char *engine;
	const char *expires;
	const char *comment;
	struct bh_values args;
	bool any_args;
	bool any_env;
	bool follow_package;
	bool yes;

	bool ignore_paused;
	bool dry_run;

	const char *id;		/* the first word behind the command, or NULL */
	const char *word;	/* the second */
	struct bh_values words; /* all behind the id, of BH_ID_AND_WORDS */
	char **rest;		/* all behind the id, up to NULL */
	int failed;		/* the exit status of a failure, 0: 1 */
	char **argv;		/* the program's own, for sealing */
	char **envp;
};

enum bh_option_kind {
	BH_OPTION_FLAG,	 /* sets a bool */
	BH_OPTION_VALUE, /* takes a string */
	BH_OPTION_LIST,	 /* the same, and may be repeated */
};

struct bh_option {
	const char *name; /* without dashes; NULL ends the table */
	char letter;	  /* 0: none */
	enum bh_option_kind kind;
	const char *value; /* what the value is called, "DIR" */
	const char *help;
	size_t offset; /* in struct bh_invocation */
};

#define BH_FLAG(name, letter, help, member)                    \
	{                                                      \
		name, letter, BH_OPTION_FLAG, NULL, help,      \
			offsetof(struct bh_invocation, member) \
	}
#define BH_VALUE(name, letter, value, help, member)            \
	{                                                      \
		name, letter, BH_OPTION_VALUE, value, help,    \
			offsetof(struct bh_invocation, member) \
	}

#define BH_LIST(name, letter, value, help, member)             \
	{                                                      \
		name, letter, BH_OPTION_LIST, value, help,     \
			offsetof(struct bh_invocation, member) \
	}

/* Words beside options: none, an id or none, up to two, an id, an id and maybe another, an
 * id and any number of words, an id and a command line, in which nothing is an
 * option, an id and another program's arguments. */
enum bh_words {
	BH_NO_WORDS,
	BH_OPTIONAL_ID,
	BH_TWO_WORDS,
	BH_ONE_ID,
	BH_ID_AND_WORD,
	BH_ID_AND_WORDS,
	BH_ID_AND_REST,
	BH_ID_AND_TAIL,
};

struct bh_command {
	const char *name;
	const char *summary;
	enum bh_words words;
	const struct bh_option *options;
	/* Returns the program's exit status, or -errno with err. */
	int (*run)(struct bh_invocation *in, struct bh_err *err);
};

/* log.c: report as the contract with engines wants it. */
void bh_report(const struct bh_invocation *in, const struct bh_err *err);
void bh_report_notes(const struct bh_invocation *in,
		     const struct bh_notes *notes);
/* Whatever the level, and although nothing failed; and clear them. */
void bh_report_warnings(const struct bh_invocation *in,
			struct bh_warnings *warnings);

/* Write text to standard output, whole. */
int bh_print(const char *text, size_t len, struct bh_err *err);

/* Print a plan, and the remarks on it where they are wanted. */
int bh_print_plan(const struct bh_invocation *in,
		  const struct bh_prepared *prepared, struct bh_err *err);

/* The same with what the trust gate would say. */
int bh_show_plan(const struct bh_invocation *in,
		 const struct bh_request *request, struct bh_prepared *prepared,
		 struct bh_err *err);

/* root.c: where containers are kept; owned by the caller.  --root, or the
 * default: /run/bulkhead, $XDG_RUNTIME_DIR/bulkhead for others than the host's
 * root. */
char *bh_root(const struct bh_invocation *in);

/* places.c: where grants, the audit log and digests lie; its texts are owned by
 * it. */
struct bh_places {
	struct bh_gate_places gate;
	const char *policy; /* of the user's own; NULL: root has none */
	char *owned[4];
};

void bh_places_find(struct bh_places *ret);
void bh_places_clear(struct bh_places *places);

/* sealed.c: from the request to a plan, through the gate, in the sealed program
 * (but for --dry-run).  0 or -errno. */
int bh_prepare_sealed(const struct bh_invocation *in,
		      const struct bh_places *places,
		      struct bh_request *request, struct bh_prepared *ret,
		      struct bh_err *err);

/*
 * caller.c: read what the caller gives beside the config; $LISTEN_FDS too where
 * sockets are taken.  First of all: bh_kept_check tells why.  0 or -EINVAL.
 */
int bh_caller_read(const struct bh_invocation *in, bool sockets,
		   struct bh_caller *ret, struct bh_err *err);

/* And see how large his terminal is, for a program that is served with it. */
void bh_caller_look(struct bh_caller *caller);

/* $NOTIFY_SOCKET: he is a service that is to tell when it is ready; or NULL.
 * Where it is set, caller borrows the path that bh_caller_notify returns, owned
 * by our caller: of the directory where the container's own socket will be. */
const char *bh_notify_socket(void);
char *bh_caller_notify(const char *root, const char *id,
		       struct bh_caller *caller);

extern const struct bh_command bh_cmd_create;
extern const struct bh_command bh_cmd_delete;
extern const struct bh_command bh_cmd_exec;
extern const struct bh_command bh_cmd_features;
extern const struct bh_command bh_cmd_kill;
extern const struct bh_command bh_cmd_list;
extern const struct bh_command bh_cmd_pause;
extern const struct bh_command bh_cmd_plan;
extern const struct bh_command bh_cmd_policy;
extern const struct bh_command bh_cmd_ps;
extern const struct bh_command bh_cmd_resume;
extern const struct bh_command bh_cmd_run;
extern const struct bh_command bh_cmd_spec;
extern const struct bh_command bh_cmd_start;
extern const struct bh_command bh_cmd_state;
extern const struct bh_command bh_cmd_trust;
extern const struct bh_command bh_cmd_update;
extern const struct bh_command bh_cmd_verify;

#endif
