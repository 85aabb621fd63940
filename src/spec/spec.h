/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a config means, in the kernel's terms: names are numbers, defaults are
 * filled in, paths are absolute, and what this version can't honour has been
 * refused by name.  Pure: built from a parsed config alone.
 */
#ifndef BH_SPEC_SPEC_H
#define BH_SPEC_SPEC_H

#include "base/err.h"
#include "base/mem.h"
#include "base/notes.h"
#include "ocispec.h"

struct bh_id_map {
	uint32_t container;
	uint32_t host;
	uint32_t count;
};

struct bh_id_maps {
	size_t len;
	struct bh_id_map *items;
};

/*
 * A path on the host that the config names.  It is opened once, judged, and
 * that descriptor is what is used; `spec` only knows that it is needed.
 */
struct bh_wanted_path {
	const char *path;  /* absolute */
	const char *field; /* "/root/path": for messages */
	bool namespace;	   /* opened for reading, for setns(2) */
};

enum bh_mount_kind {
	BH_MOUNT_FS,	 /* a new file system of `type` */
	BH_MOUNT_BIND,	 /* a host file or directory */
	BH_MOUNT_CGROUP, /* the container's part of the cgroup tree */
};

struct bh_mount {
	enum bh_mount_kind kind;
	const char *origin;  /* "config /mounts/3" or "default" */
	const char *reason;  /* for those that the config doesn't name */
	const char *target;  /* absolute, in the container */
	const char *type;    /* file system type, for BH_MOUNT_FS */
	const char *source;  /* BH_MOUNT_FS: as shown in mountinfo */
	size_t wanted;	     /* BH_MOUNT_BIND: index of its path */
	bool recursive;	     /* rbind */
	uint64_t set, clear; /* MOUNT_ATTR_*, this mount */
	uint64_t set_all, clear_all; /* with all below it: rro ... */
	uint64_t propagation;	     /* MS_*, 0: private */
	bool propagation_all;
	const char **options; /* for fsconfig(2), ended by NULL */
	/* A new file system begins with what lies at its target, whose mode it
	 * has, unless the config gives one. */
	bool copies_up;
	bool has_mode;
};

struct bh_namespace {
	bool wanted; /* new, or by path */
	bool by_path;
	size_t wanted_path; /* index of its path */
};

struct bh_rlimit {
	int resource;
	uint64_t soft, hard;
	const char *origin; /* of who changed it; NULL: the config */
};

struct bh_caps {
	uint64_t bounding, permitted, effective, inheritable, ambient;
};

struct bh_device {
	const char *path;
	mode_t mode; /* with its type */
	uint64_t major, minor;
	uint32_t uid, gid;
	bool attributes; /* the config has fileMode, uid or gid */
	const char *origin;
};

struct bh_sysctl {
	const char *key; /* below /proc/sys: "net/ipv4/ip_forward" */
	const char *value;
	uint64_t namespace; /* CLONE_NEW* that it belongs to */
};

struct bh_process {
	const char **args; /* ended by NULL; at least one */
	const char **env;
	const char *cwd;
	uint32_t uid, gid, umask;
	bool umask_set;
	size_t group_count;
	uint32_t *groups;
	bool no_new_privs;
	const char *selinux_label; /* or NULL */
	bool caps_set; /* the config has a capabilities object */
	struct bh_caps caps;
	size_t rlimit_count;
	struct bh_rlimit *rlimits;
	/* For exec: the processors that it begins on, and then runs on; NULL: not
	 * given. */
	const char *initial_cpus, *final_cpus;
	bool oom_set;
	int64_t oom_score_adj;
	bool terminal;
	uint32_t rows, columns; /* of the terminal; 0: not given */
};

/* When a hook runs, in this order; the first five at create and start, of which
 * startContainer runs inside the container. */
enum bh_hook_stage {
	BH_PRESTART,
	BH_CREATE_RUNTIME,
	BH_CREATE_CONTAINER,
	BH_START_CONTAINER,
	BH_POSTSTART,
	BH_POSTSTOP,
	BH_STAGE_COUNT
};

/* Seconds that a hook may take for which the config has no timeout. */
#define BH_HOOK_TIMEOUT 60

/* A program that the config wants run: runtime-spec 1.3, POSIX-platform Hooks. */
struct bh_hook {
	enum bh_hook_stage stage;
	size_t index;	   /* in its list: for messages */
	const char *path;  /* absolute; in the container for startContainer */
	const char **args; /* ended by NULL; path alone where none are given */
	const char **env;  /* ended by NULL */
	bool env_set;	   /* startContainer without: the process's */
	uint64_t timeout;  /* seconds; 0: not given, BH_HOOK_TIMEOUT */
};

/* What policy made of a field: the origin of what the plan takes from it. */
struct bh_change {
	const char *field;  /* "/process/capabilities" */
	const char *origin; /* "profile agent" */
	const char *reason;
};

struct bh_spec {
	struct bh_arena arena;
	struct oci_config *config; /* owned; strings are borrowed of it */
	struct bh_notes notes;
	size_t change_count;
	struct bh_change *changes;

	const char *id;
	const char *bundle;
	size_t wanted_count;
	struct bh_wanted_path *wanted;

	size_t root; /* index of root.path */
	bool root_readonly;
	/* What is written goes into memory, at most so many bytes, and away with
	 * the container. */
	bool root_ephemeral;
	uint64_t root_room;
	const char **writable; /* although the root is read-only; NULL: none */
	uint64_t root_propagation; /* MS_*, 0: not given */
	bool root_propagation_all;
	size_t mount_count;
	struct bh_mount *mounts;
	struct bh_namespace namespaces[OCI_NS_COUNT];
	struct bh_id_maps uid_maps, gid_maps;
	/* The user namespace is the policy's: the root and what is bound have its
	 * ids, and its maps are known once the host is. */
	bool id_mapped;
	const char *hostname, *domainname;
	const char *mount_label; /* of SELinux; or NULL */
	size_t device_count;
	struct bh_device *devices;
	size_t sysctl_count;
	struct bh_sysctl *sysctls;
	const char **masked, **readonly;     /* ended by NULL */
	size_t masked_asked, readonly_asked; /* of them, by the config */
	const char **time_offsets; /* "monotonic 5 0", ended by NULL */
	const char *cgroup_path;   /* NULL: the default */
	const struct oci_resources *resources; /* may be NULL */
	bool own_device_rules; /* for `devices`, instead of the config's */
	const struct oci_seccomp *seccomp; /* may be NULL */
	bool landlock;			   /* where the kernel has it, */
	bool landlock_required;		   /* and nowhere else */
	uint64_t deadline;		   /* seconds from the start; 0: none */
	struct bh_process process;
	size_t hook_count;
	struct bh_hook *hooks; /* by stage, then as listed */
};

/*
 * Build the spec of a container from its config, which becomes the spec's.
 * bundle is an absolute path.  On failure everything, the config too, is freed
 * and the error names the field by its JSON pointer.
 */
int bh_spec_build(struct oci_config *config, const char *bundle, const char *id,
		  struct bh_spec *ret, struct bh_err *err);
void bh_spec_clear(struct bh_spec *spec);

/*
 * The same of its hooks alone, those of the stages whose bit (1 << stage) is set;
 * beside them only root, bundle and id are there.  It is for who runs or shows
 * them, whatever else the config says.
 */
int bh_spec_build_hooks(struct oci_config *config, const char *bundle,
			const char *id, unsigned int stages,
			struct bh_spec *ret, struct bh_err *err);
#define BH_ALL_STAGES ((1u << BH_STAGE_COUNT) - 1)

/* Whether id is `[A-Za-z0-9_+-][A-Za-z0-9_+.-]*`, at most 200 bytes. */
int bh_spec_check_id(const char *id, struct bh_err *err);

/* "createRuntime". */
const char *bh_hook_stage_name(enum bh_hook_stage stage);

static inline uint64_t bh_hook_timeout(const struct bh_hook *hook)
{
	return hook->timeout ? hook->timeout : BH_HOOK_TIMEOUT;
}

/* The namespace's CLONE_NEW* flag. */
uint64_t bh_namespace_flag(enum oci_namespace_type type);

#endif
