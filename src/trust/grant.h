/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A grant: what was trusted on this host, as a document of its own.
 *
 * An exact one names every part of an item, and its identity with them: the
 * identity decides, the parts say what has changed when it differs.  A wide one
 * leaves parts open on purpose; what it leaves open is not in it, so that two
 * grants of the same have the same content.
 *
 * The types are libocispec's, whose tables read and write grants
 * (grant-table.c).  Digests are 64 hexadecimal digits.
 */
#ifndef BH_TRUST_GRANT_H
#define BH_TRUST_GRANT_H

#include "base/digest.h"
#include "base/err.h"
#include "base/str.h"
#include "base/when.h"
#include "ocispec.h"
#include "trust/item.h"

/* The largest document. */
#define BH_GRANT_MAX (1u << 20)

enum bh_grant_kind {
	BH_GRANT_HOOK,
	BH_GRANT_WORKSPACE,
};

struct bh_grant_file {
	char *path;
	char *digest; /* NULL where wide.follow_package holds */
};

struct bh_grant_argument {
	struct oci_u64 index; /* in args */
	char *path;
	char *digest;
};

/* What is left open. */
struct bh_grant_wide {
	struct oci_bool any_args; /* with whatever arguments */
	struct oci_strings
		args_pattern;	 /* one for each argument, policy/glob.h */
	struct oci_bool any_env; /* but for those of bh_env_is_code */
	struct oci_bool follow_package; /* whatever its package brings */
};

struct bh_grant_by {
	struct oci_u64 uid;
	struct oci_u64 login_uid; /* not set: nobody logged in */
};

struct bh_grant {
	struct oci_u64 version; /* 1 */
	struct oci_enum kind;	/* enum bh_grant_kind */

	struct oci_enum stage; /* enum bh_hook_stage; of a hook */
	char *path;	       /* of the program, or the workspace */
	char *digest;	       /* identity; NULL: a wide one */
	char *content;	       /* of the program; NULL: follow_package */
	OCI_LIST(struct bh_grant_file) interpreters;
	struct oci_strings args; /* not set: any_args, args_pattern */
	/* not set: the process's, of startContainer; with any_env: those of
	 * bh_env_is_code alone */
	struct oci_strings env;
	struct oci_u64 timeout; /* not set: none given */
	/* of arguments that others could change */
	OCI_LIST(struct bh_grant_argument) argument_files;
	struct bh_grant_wide *wide;	      /* NULL: an exact one */
	OCI_LIST(struct bh_grant_file) files; /* of a workspace */

	char *granted; /* base/when.h; may be NULL in one that was laid down */
	char *expires; /* NULL: never */
	struct bh_grant_by *by;
	char *comment;

	/* Not in the document: */
	char id[BH_DIGEST_HEX_SIZE]; /* of all but the last four */
	char day[11];	    /* of granted, "2026-11-23"; "" where unknown */
	int64_t expires_at; /* INT64_MAX: never */
};

/* How an item is to be granted. */
struct bh_grant_request {
	bool any_args;
	const char *const *args; /* patterns, ended by NULL; or NULL */
	bool any_env;
	bool follow_package;
	int64_t now;
	int64_t expires;     /* 0: never */
	const char *comment; /* or NULL */
	uid_t uid;
	int64_t login_uid; /* -1: none; bh_event_login_uid */
};

/*
 * Make the grant of an item that was looked at (item->hashed).  Refused is what
 * is broken, and what must not be left open: see grant-rules.c.
 */
int bh_grant_hook(const struct bh_item *item,
		  const struct bh_grant_request *request, struct bh_grant **ret,
		  struct bh_err *err);

/* Fill in who grants it, when, until when and why. */
void bh_grant_circumstances(const struct bh_grant_request *request,
			    struct bh_grant *grant);

/*
 * Read one.  Refused, with file, line and column, is a member that nobody
 * knows, that stands twice, is of another type, or doesn't belong to its kind;
 * and what must not be left open, as above.
 */
int bh_grant_parse(const char *file, const char *text, size_t len,
		   struct bh_grant **ret, struct bh_err *err);

/* Its document, owned by the caller. */
char *bh_grant_print(const struct bh_grant *grant, size_t *ret_len);
void bh_grant_free(struct bh_grant *grant);

bool bh_grant_is_wide(const struct bh_grant *grant);
bool bh_grant_is_expired(const struct bh_grant *grant, int64_t now);

/* What a wide one leaves open, for people: "any arguments, any environment".
 * "" of an exact one.  Append to out. */
void bh_grant_print_wide(const struct bh_grant *grant, struct bh_buf *out);

/* Whether the members are those of the kind, and what is left open may be
 * (grant-rules.c).  0, or refused. */
int bh_grant_check(const struct bh_grant *grant, struct bh_err *err);

/* ---- what is code, grant-code.c ---------------------------------------------- */

/* Whether an environment's entry ("PATH=/bin") can make a program run other
 * code: a grant never leaves it open. */
bool bh_env_is_code(const char *entry);

/* What may be left open of a program's arguments, by the last part of its path:
 * an interpreter's are code. */
enum bh_args_rule {
	BH_ARGS_FREE,	 /* all */
	BH_ARGS_PATTERN, /* not all: which of its commands it is must stand */
	BH_ARGS_EXACT,	 /* nothing */
};

/* *ret_reason is set unless they are free. */
enum bh_args_rule bh_args_rule(const char *path, const char **ret_reason);

#endif
