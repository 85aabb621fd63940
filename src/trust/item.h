/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a configuration would execute, as it was found on the host: the unit that
 * is granted, compared and shown.
 *
 * Its identity is what it is made of, not what it is called: one byte changed
 * anywhere makes another item.  Everything lies in the arena of who looked; the
 * descriptors are that one's to close (bh_look_clear).
 */
#ifndef BH_TRUST_ITEM_H
#define BH_TRUST_ITEM_H

#include "base/digest.h"
#include "base/program.h"
#include "spec/spec.h"

/* A file of the host that was read whole. */
struct bh_item_file {
	const char *path; /* absolute, without links */
	struct bh_digest digest;
	/* Root's, in root's directories, on a mount of the host's own that is no
	 * engine's storage: nobody else can change or replace it. */
	bool fixed;
};

/* An argument that is the path of a regular file which others can change. */
struct bh_item_argument {
	size_t index; /* in args */
	struct bh_item_file file;
};

struct bh_item {
	const struct bh_hook *hook; /* borrowed of the spec */
	/* It lies in the image (startContainer): not looked at, file.path is as
	 * written, and its digest is known of a grant alone, or of bh_look_inside. */
	bool inside;
	bool hashed; /* file.digest and identity are filled */
	struct bh_item_file file;
	/* Of a script: its interpreter; with env(1), that which it finds, too. */
	size_t interpreter_count;
	struct bh_item_file interpreters[2];
	size_t argument_count;
	struct bh_item_argument *arguments;
	struct bh_digest identity; /* of all of it; see identity.c */
	struct bh_program program; /* what would run */
	/* Why nothing can make it trusted ("no such file"); or NULL. */
	const char *broken;
};

#endif
