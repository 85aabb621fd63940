/* SPDX-License-Identifier: Apache-2.0 */
/*
 * libocispec: read and write the JSON documents of the OCI runtime
 * specification 1.3 for Linux: config.json, the state and the features.
 *
 * The structures below say what was written, with nothing added: a default is
 * never filled in, and absent differs from empty (`set`, or a NULL pointer).
 * Field names are those of the specification, in C spelling; its text says what
 * they mean.  Ranges and enumerations are checked when a document is read.
 *
 * A document is one owned tree: oci_*_read makes it, oci_*_free ends it.
 * Everything inside belongs to the tree.  A tree may be built by hand as well,
 * with members from malloc(3).
 *
 * The library stands alone: it needs libc and yajl, holds no global state, and
 * neither prints nor exits.  Running out of memory aborts the process.
 */
#ifndef OCISPEC_H
#define OCISPEC_H

#include "ocispec-config.h"
#include "ocispec-enums.h"

/* ---- state --------------------------------------------------------------- */

struct oci_state {
	char *oci_version;
	char *id;
	struct oci_enum status;		/* enum oci_status */
	struct oci_i64 pid;		/* at least 0 */
	char *bundle;
	struct oci_pairs annotations;
};

/* ---- features ------------------------------------------------------------ */

struct oci_features_cgroup {
	struct oci_bool v1;
	struct oci_bool v2;
	struct oci_bool systemd;
	struct oci_bool systemd_user;
	struct oci_bool rdma;
};

struct oci_features_seccomp {
	struct oci_bool enabled;
	struct oci_strings actions;
	struct oci_strings operators;
	struct oci_strings archs;
	struct oci_strings known_flags;
	struct oci_strings supported_flags;
};

struct oci_features_enabled {
	struct oci_bool enabled;
};

struct oci_features_mount_extensions {
	struct oci_features_enabled *idmap;
};

struct oci_features_linux {
	struct oci_strings namespaces;
	struct oci_strings capabilities;
	struct oci_features_cgroup *cgroup;
	struct oci_features_seccomp *seccomp;
	struct oci_features_enabled *apparmor;
	struct oci_features_enabled *selinux;
	struct oci_features_enabled *intel_rdt;
	struct oci_features_mount_extensions *mount_extensions;
	struct oci_features_enabled *net_devices;
};

struct oci_features {
	char *oci_version_min;
	char *oci_version_max;
	struct oci_strings hooks;
	struct oci_strings mount_options;
	struct oci_pairs annotations;
	struct oci_strings potentially_unsafe_config_annotations;
	struct oci_features_linux *linux;
};

/* ---- reading and writing ------------------------------------------------- */

/* Limits of a document; larger ones are refused (CVE-2022-24795 and kin). */
#define OCI_MAX_DEPTH 64
#define OCI_MAX_SIZE (16u << 20)

/*
 * Why a document was refused.  line and column count from 1 and in bytes;
 * pointer is an RFC 6901 JSON pointer, cut with "..." when longer than the
 * buffer; message says what was expected and what was found, bytes that are
 * not printable ASCII written as \xNN.
 */
struct oci_error {
	size_t line;
	size_t column;
	char pointer[256];
	char message[256];
};

/*
 * Read a document of len bytes (no NUL needed at the end).  On success returns
 * 0 and gives the tree to *ret; on failure returns -EINVAL (the document) or
 * -E2BIG (a limit) and fills err.
 *
 * unknown, when not NULL, collects the JSON pointers of members that no table
 * knows (at most 64 of them; free with oci_strings_clear).  They are otherwise
 * ignored, as the specification demands.  null stands for an absent member, as
 * in the engines' own JSON library.
 */
int oci_config_read(const char *text, size_t len, struct oci_config **ret,
		    struct oci_strings *unknown, struct oci_error *err);
int oci_process_read(const char *text, size_t len, struct oci_process **ret,
		     struct oci_strings *unknown, struct oci_error *err);
int oci_resources_read(const char *text, size_t len, struct oci_resources **ret,
		       struct oci_strings *unknown, struct oci_error *err);
int oci_state_read(const char *text, size_t len, struct oci_state **ret,
		   struct oci_strings *unknown, struct oci_error *err);
int oci_features_read(const char *text, size_t len, struct oci_features **ret,
		      struct oci_strings *unknown, struct oci_error *err);

/*
 * Write a document, indented by four blanks a level, with a newline at its
 * end.  Returns an owned string; *ret_len, when not NULL, gets its length.
 */
char *oci_config_write(const struct oci_config *config, size_t *ret_len);
char *oci_process_write(const struct oci_process *process, size_t *ret_len);
char *oci_state_write(const struct oci_state *state, size_t *ret_len);
char *oci_features_write(const struct oci_features *features, size_t *ret_len);

void oci_config_free(struct oci_config *config);
void oci_process_free(struct oci_process *process);
void oci_resources_free(struct oci_resources *resources);
void oci_state_free(struct oci_state *state);
void oci_features_free(struct oci_features *features);
void oci_strings_clear(struct oci_strings *strings);

/*
 * How far a member may be trusted when it comes from an untrusted bundle.
 * Every row of every config table carries one, so that a new member of the
 * specification can't slip in unjudged.
 */
enum oci_class {
	OCI_CLASS_INERT = 1,	/* changes nothing outside the container */
	OCI_CLASS_NARROW,	/* policy may take away from it */
	OCI_CLASS_GATE,		/* reaches host code or a host socket: trust */
	OCI_CLASS_REFUSE	/* widens the sandbox: only by policy */
};

/*
 * A member of a document: its pointer with `#` for array indices and free keys
 * ("/mounts/#/options"), and its class.  The string lives during the call.
 * A result other than 0 ends the walk and becomes its result.
 */
typedef int (*oci_visit)(void *arg, const char *pattern, enum oci_class class);

/* Visit each member that config sets: objects and arrays too, in the order of
 * the tables; a pattern once for each array member that sets it. */
int oci_config_walk(const struct oci_config *config, oci_visit visit, void *arg);

/* Visit every member that the tables of config.json know, once each. */
int oci_config_walk_known(oci_visit visit, void *arg);

const char *oci_class_name(enum oci_class class);

/* The specification's spelling of an enum constant, for messages. */
const char *oci_namespace_name(enum oci_namespace_type type);
const char *oci_seccomp_action_name(enum oci_seccomp_action action);
const char *oci_seccomp_op_name(enum oci_seccomp_op op);
const char *oci_seccomp_arch_name(enum oci_seccomp_arch arch);
const char *oci_seccomp_flag_name(enum oci_seccomp_flag flag);
const char *oci_status_name(enum oci_status status);

#endif
