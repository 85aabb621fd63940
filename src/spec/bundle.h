/* SPDX-License-Identifier: Apache-2.0 */
/* A bundle: a directory with a config.json, runtime-spec bundle.md. */
#ifndef BH_SPEC_BUNDLE_H
#define BH_SPEC_BUNDLE_H

#include "base/err.h"
#include "base/str.h"

#define BH_CONFIG "config.json"

struct bh_bundle {
	char *path;	      /* absolute, without links; owned */
	struct bh_buf config; /* the text of config.json */
};

/*
 * Open the bundle in dir (relative to the working directory) and read its
 * config.json, a regular file of at most 16 MiB; or config, relative to the
 * bundle, if it is not NULL.  0 or -errno.
 */
int bh_bundle_open(const char *dir, const char *config, struct bh_bundle *ret,
		   struct bh_err *err);
void bh_bundle_clear(struct bh_bundle *bundle);

#endif
