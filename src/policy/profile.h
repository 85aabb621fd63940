/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A profile: what a container may have at most, in the words of bulkhead-policy(5).  The
 * built-in ones are written in the same language (builtin.c), and a host's own
 * ones extend them.  A resolved profile has every key.
 *
 * The types are libocispec's, whose tables read and write profiles.
 */
#ifndef BH_POLICY_PROFILE_H
#define BH_POLICY_PROFILE_H

#include "base/err.h"
#include "ocispec.h"

/* How strict the built-in profile is that a profile ends in. */
enum bh_rank {
	BH_RANK_OCI, /* what the config says: no floor but the host's own */
	BH_RANK_NESTED,
	BH_RANK_AGENT,
	BH_RANK_STRICT,
};

enum bh_filter_choice {
	BH_FILTER_BUILTIN,
	BH_FILTER_OFF,
};

enum bh_rootfs_choice {
	BH_ROOTFS_READONLY,
	BH_ROOTFS_EPHEMERAL,
	BH_ROOTFS_AS_CONFIGURED,
};

enum bh_env_choice {
	BH_ENV_REFUSE,
	BH_ENV_STRIP,
	BH_ENV_ALLOW,
};

enum bh_credential_paths_choice {
	BH_CREDENTIAL_PATHS_REFUSE,
	BH_CREDENTIAL_PATHS_ALLOW,
};

enum bh_userns_choice {
	BH_USERNS_AS_CONFIGURED,
	BH_USERNS_AUTO,
};

enum bh_landlock_choice {
	BH_LANDLOCK_OFF,
	BH_LANDLOCK_BEST_EFFORT,
	BH_LANDLOCK_REQUIRE,
};

/* Programs that a config names. */
enum bh_hooks_choice {
	BH_HOOKS_TRUSTED,
	BH_HOOKS_ANY,
	BH_HOOKS_REFUSE,
};

/* Labels of SELinux. */
enum bh_label_choice {
	BH_LABEL_AUTO, /* of containers alone */
	BH_LABEL_AS_CONFIGURED,
};

/* Files of a workspace by which tools run code, until it is trusted. */
enum bh_inbound_choice {
	BH_INBOUND_HIDE, /* hidden, or read-only */
	BH_INBOUND_SHOW,
};

/* What a container writes to such names. */
enum bh_outbound_choice {
	BH_OUTBOUND_ENFORCE, /* kept from the host as far as it can be */
	BH_OUTBOUND_REQUIRE, /* refused where it can't be */
	BH_OUTBOUND_OFF,
};

struct bh_profile_capabilities {
	struct oci_strings allow; /* CAP_* */
};

struct bh_profile_seccomp {
	struct oci_enum filter;	  /* enum bh_filter_choice */
	struct oci_strings allow; /* further system calls */
};

struct bh_profile_namespaces {
	struct oci_strings host; /* types that may be the host's */
};

struct bh_profile_mounts {
	struct oci_strings allow;    /* host paths, globs, although denied */
	struct oci_strings writable; /* where writable sources may lie, globs */
	struct oci_strings types;    /* file system types; "*": any */
	struct oci_strings propagation; /* sources, globs, that may be shared */
};

struct bh_profile_devices {
	struct oci_strings allow; /* host paths, globs */
};

struct bh_profile_sysctl {
	struct oci_strings allow; /* keys, globs */
};

struct bh_profile_credentials {
	struct oci_enum env;	      /* enum bh_env_choice */
	struct oci_strings allow_env; /* names, exact */
	struct oci_enum paths;	      /* enum bh_credential_paths_choice */
};

struct bh_profile_selinux {
	struct oci_enum label; /* enum bh_label_choice */
};

struct bh_profile_workspace {
	struct oci_enum inbound;  /* enum bh_inbound_choice */
	struct oci_enum outbound; /* enum bh_outbound_choice */
};

/* Ceilings; not set, or 0: none. */
struct bh_profile_resources {
	struct oci_u64 pids;
	char *memory; /* "8GiB"; sizes.h */
	char *swap;
	struct oci_u64 cpus;
	struct oci_u64 deadline; /* seconds */
};

struct bh_profile {
	char *name; /* the key that it stands under */
	char *extends;
	struct bh_profile_capabilities *capabilities;
	struct bh_profile_seccomp *seccomp;
	struct oci_enum rootfs; /* enum bh_rootfs_choice */
	struct oci_pairs tmpfs; /* path to size */
	struct oci_strings writable;
	struct oci_strings masked_paths;
	struct oci_strings readonly_paths;
	struct bh_profile_namespaces *namespaces;
	struct bh_profile_mounts *mounts;
	struct bh_profile_devices *devices;
	struct bh_profile_sysctl *sysctl;
	struct oci_bool run_as_non_root;
	struct bh_profile_credentials *credentials;
	struct bh_profile_resources *resources;
	struct oci_enum userns;	  /* enum bh_userns_choice */
	struct oci_enum landlock; /* enum bh_landlock_choice */
	struct oci_enum hooks;	  /* enum bh_hooks_choice */
	struct bh_profile_selinux *selinux;
	struct bh_profile_workspace *workspace;

	/* Not in the file: of a resolved profile. */
	enum bh_rank rank;
};

/*
 * The whole of a built-in profile by its name: agent, strict, nested or oci.
 * NULL when there is none.  Free it.
 */
struct bh_profile *bh_profile_builtin(const char *name);

/* Put every key that over has in place of to's; over keeps the rest. */
void bh_profile_overlay(struct bh_profile *to, struct bh_profile *over);

/* As JSON, and back; the rank is kept by extends, a built-in's name.  A text of
 * ours that can't be read is -EINVAL. */
char *bh_profile_print(const struct bh_profile *profile, size_t *ret_len);
int bh_profile_parse(const char *text, size_t len, struct bh_profile **ret,
		     struct bh_err *err);
void bh_profile_free(struct bh_profile *profile);

#endif
