/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program that is executed in a container that is there.
 *
 * It is described by a config of its own: the process, the namespaces to join,
 * the container's filter, and nothing else of the container's config.  So it
 * goes through the same spec, plan and checks as a container.
 */
#ifndef BH_SPEC_EXEC_H
#define BH_SPEC_EXEC_H

#include "base/err.h"
#include "ocispec.h"

/* A list of texts; neither they nor the array are owned. */
struct bh_texts {
	size_t len;
	const char *const *items;
};

/* What the command line says in place of a process file.  What is not given is
 * taken from the container's own process. */
struct bh_exec {
	struct bh_texts args; /* the program and its arguments */
	const char *user;     /* UID or UID:GID in decimal, or NULL */
	const char *cwd;      /* or NULL */
	struct bh_texts env;  /* NAME=VALUE, in addition */
	struct bh_texts caps; /* in addition */
	bool no_new_privs;
	bool terminal;
};

/* The container's process, changed as the command line says.  0 or -EINVAL. */
int bh_exec_change(struct oci_process *process, const struct bh_exec *exec,
		   struct bh_err *err);

/*
 * The config of a program: process, to be executed in the namespaces at paths
 * (by enum oci_namespace_type; NULL: the caller's own), in a container of
 * config.  Takes process and what it needs of config, and ends the latter.
 */
struct oci_config *bh_exec_config(struct oci_config *config,
				  struct oci_process *process,
				  const char *const paths[OCI_NS_COUNT]);

#endif
