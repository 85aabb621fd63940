/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filters that were compiled for earlier containers, in the directory .filters
 * below the root directory: a file for each set of rules, named after its key.
 *
 * The directory and its files must belong to the caller, and nobody else may
 * write or read them.  What fails a check is as good as missing, and so is
 * everything when the disk is full: the filter is compiled then.
 */
#ifndef BH_CONTAINER_FILTERS_H
#define BH_CONTAINER_FILTERS_H

#include "seccomp/compiled.h"

/* Where they lie, below the root directory: no container's name. */
#define BH_FILTERS_DIR ".filters"

/* That many are kept; the oldest makes room. */
#define BH_FILTERS_MAX 64

/* The filter of a config. */
struct bh_kept_filter {
	struct bh_digest key;
	struct bh_filter filter;
	struct bh_notes notes; /* that compiling gave */
	bool fresh;	       /* compiled now: worth to be kept */
};

/*
 * Take the filter from below root, or compile it; the notes are the same either
 * way.  Nothing is written.  root may be NULL: then it is compiled.
 */
int bh_filters_find(const char *root, const struct oci_seccomp *seccomp,
		    struct bh_arena *arena, struct bh_kept_filter *ret,
		    struct bh_err *err);

/* Keep a fresh one below the root directory, if that can be done. */
void bh_filters_keep(int root_fd, const struct bh_kept_filter *filter);

#endif
