/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configuration files of git (git-config(1), "Syntax"): what they say, what of
 * it a container's git gets before the workspace is trusted, and which files
 * and programs they name.
 *
 * Text in, text out; nothing is opened, includes are named and not followed.
 * At most 1 MiB, without NUL.  What git would not read is an error with its
 * line, and so is what it reads only by accident (a section without a name).
 */
#ifndef BH_TRUST_GIT_CONFIG_H
#define BH_TRUST_GIT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/str.h"

#define BH_GIT_CONFIG_MAX (1u << 20)
/* It is a part of each name below it. */
#define BH_GIT_SUBSECTION_MAX 2048

/* A variable as git reads it; lent to the function that is called with it. */
struct bh_git_setting {
	const char *name;	/* "remote.Origin.pushurl": section and key in
				   small letters */
	const char *section;	/* "remote" */
	const char *subsection; /* "Origin", or NULL */
	const char *key;	/* "pushurl" */
	const char *value;	/* NULL where there is no `=`: true */
	unsigned int line;	/* on which it begins */
};

/* Call visit for each setting, in order.  Of a text that is refused, some may
 * have been visited. */
typedef void (*bh_git_setting_fn)(const struct bh_git_setting *setting,
				  void *data);
int bh_git_config_walk(const char *text, size_t len, bh_git_setting_fn visit,
		       void *data, struct bh_err *err);

/* Whether it is "section.key" or "section.subsection.key", in small letters; each
 * part may be "*". */
bool bh_git_setting_is(const struct bh_git_setting *setting,
		       const char *pattern);

/*
 * The settings that can neither run a program nor lead git to another file, in
 * a form of our own: what we have understood is what git reads.  Dropped, which
 * may be NULL, is called for each other one with the reason.
 */
typedef void (*bh_git_dropped_fn)(const struct bh_git_setting *setting,
				  const char *why, void *data);
int bh_git_config_filter(const char *text, size_t len,
			 bh_git_dropped_fn dropped, void *data,
			 struct bh_buf *ret, struct bh_err *err);

enum bh_git_named {
	BH_GIT_NAMED_CONFIG,	/* more of this: relative to the file itself */
	BH_GIT_NAMED_FILE,	/* relative to the top of the work tree */
	BH_GIT_NAMED_DIRECTORY, /* the same; all in it */
	BH_GIT_NAMED_COMMAND,	/* words for a shell, or a program's name */
};

/*
 * Call visit for each setting by which the file names another, or a program.
 * What is the value as written but for the "!" of a command and ":(optional)" of
 * a path: "~" is not replaced.
 */
typedef void (*bh_git_named_fn)(const struct bh_git_setting *setting,
				enum bh_git_named kind, const char *what,
				void *data);
int bh_git_config_names(const char *text, size_t len, bh_git_named_fn visit,
			void *data, struct bh_err *err);

/* Whether it is one of them, with some value. */
bool bh_git_setting_names(const struct bh_git_setting *setting,
			  enum bh_git_named *ret);

/* Bytes of a hash in the repository with this config: 20 or 32. */
int bh_git_config_hash_size(const char *text, size_t len, struct bh_err *err);

#endif
