/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of bh_spec_build, one file each; for this folder alone. */
#ifndef BH_SPEC_PARTS_H
#define BH_SPEC_PARTS_H

#include "spec/spec.h"

/* spec-refuse.c: fields that this version does not implement. */
int bh_spec_refuse_unsupported(const struct oci_config *config,
			       struct bh_err *err);

/* spec-mount.c */
int bh_spec_mounts(struct bh_spec *spec, struct bh_err *err);

/* spec-process.c */
int bh_spec_process(struct bh_spec *spec, struct bh_err *err);

/* spec-linux.c: namespaces, id maps, devices, paths. */
int bh_spec_linux(struct bh_spec *spec, struct bh_err *err);

/* spec-hooks.c */
int bh_spec_hooks(struct bh_spec *spec, unsigned int stages,
		  struct bh_err *err);

/* spec-sysctl.c */
int bh_spec_sysctls(struct bh_spec *spec, struct bh_err *err);

/* spec.c: note that the host path is needed; returns its index. */
size_t bh_spec_want(struct bh_spec *spec, const char *path, const char *field,
		    bool namespace);

/* A list of texts with NULL at its end, borrowing the texts. */
const char **bh_spec_texts(struct bh_spec *spec,
			   const struct oci_strings *strings);

/* Whether a mount lies on path (exactly, after normalisation). */
const struct bh_mount *bh_spec_mount_at(const struct bh_spec *spec,
					const char *path);

/*
 * path without doubled, leading-relative and trailing slashes and `.`;
 * absolute.  `..` is kept for the kernel to resolve below the root.
 */
const char *bh_spec_normal_path(struct bh_spec *spec, const char *path);

/* Whether a component of path is `..`. */
bool bh_spec_has_dotdot(const char *path);

#endif
