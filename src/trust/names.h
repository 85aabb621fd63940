/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protected names of a workspace, names.def: files by which an agent, an editor,
 * git, a shell or a build tool runs code or follows instructions.
 *
 * Names are compared as the most lenient file system would: without case, without
 * dots and blanks at the end of a component, without the invisible characters that
 * HFS+ ignores, with full-width letters and the two signs that Unicode folds to s
 * and k as the letters, and GIT~1 as .git.  What merely looks alike, such as
 * Cyrillic letters, is another file to every tool, and to us.
 */
#ifndef BH_TRUST_NAMES_H
#define BH_TRUST_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/* The worse the higher. */
enum bh_name_class {
	BH_NAME_NONE,
	BH_NAME_BUILD, /* runs when somebody builds: ordinary source */
	BH_NAME_STEER, /* instructions or settings that a tool follows */
	BH_NAME_EXEC,  /* runs code by itself when the tool is used there */
};

enum bh_name_group {
	BH_NAMES_OTHER,
	BH_NAMES_AGENTS,
	BH_NAMES_EDITORS,
	BH_NAMES_GIT,
	BH_NAMES_GITFILE, /* counts when it is no directory */
	BH_NAMES_SHELL,
	BH_NAMES_CI,
	BH_NAMES_JAVASCRIPT,
	BH_NAMES_PYTHON,
	BH_NAMES_NATIVE,
	BH_NAMES_JVM,
};

struct bh_name_match {
	enum bh_name_class class;
	enum bh_name_group group;
	const char *pattern; /* of names.def */
	bool below;	     /* lies in a directory that is protected */
};

/*
 * What the path of a file is: the worst that it matches.  Slashes may be doubled,
 * at the front and at the end, and `.` stand between them.  A path that is whole
 * from the host's root is judged by all its components, so that a mount of a part
 * of a workspace is judged as the part that it is.  False, and BH_NAME_NONE, when
 * it is not protected.
 */
bool bh_names_match(const char *path, bool directory,
		    struct bh_name_match *ret);

/* The same where it is known what the directory is that it lies in. */
bool bh_names_match_in(const struct bh_name_match *above, const char *path,
		       bool directory, struct bh_name_match *ret);

/* Whether a component is .git, whatever its spelling; and one of the directories
 * of dependencies, that are not looked into. */
bool bh_names_is_git(const char *component);
bool bh_names_is_ignored(const char *component);

/* "exec", "agents". */
const char *bh_name_class_name(enum bh_name_class class);
const char *bh_name_group_name(enum bh_name_group group);

#endif
