/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Look at everything that a config would have executed, and make items of it:
 * with each the descriptors of bytes that stay those of its digest.
 *
 * Looking changes nothing on the machine: files are opened for reading, and copied
 * to memory of our own.  Only bh_look_keep writes, once the gate has let the
 * config through.
 *
 * The text of an item comes from a config and from files, so that whoever prints
 * it has to escape it.
 */
#ifndef BH_TRUST_LOOK_H
#define BH_TRUST_LOOK_H

#include "trust/ground.h"
#include "trust/item.h"
#include "trust/keep.h"

struct bh_look_options {
	const char *cache_dir; /* see keep.h; NULL: none */
};

/* What was read for the first time. */
struct bh_fresh {
	struct stat st;
	struct bh_digest digest;
	int copy_fd; /* borrowed of an item; -1: of a fixed file */
};

/* An item for each of the spec's hooks, in their order. */
struct bh_look {
	struct bh_arena arena;
	size_t count;
	struct bh_item *items;
	size_t fresh_count;
	struct bh_fresh *fresh;
	struct bh_ground ground;
};

/*
 * Look at what the spec names, which has to live longer.  A hook that can't be
 * run is no error but a broken item, without descriptors.
 */
int bh_look(const struct bh_spec *spec, const struct bh_look_options *options,
	    struct bh_look *ret, struct bh_err *err);
void bh_look_clear(struct bh_look *look);

/* Look at the items that lie in the image, below its root: for who grants them.
 * Links end at the root; there are no descriptors. */
void bh_look_inside(struct bh_look *look, int root_fd);

/* Keep in cache_dir what was read, so that the next look is cheap; the directory
 * is made below one that exists.  A failure is nothing but slow. */
int bh_look_keep(const struct bh_look *look, const char *cache_dir,
		 struct bh_err *err);

#endif
