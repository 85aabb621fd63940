/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From what is wanted and what the machine can to the list of what will be
 * done.  Pure: the same inputs give the same plan, and nothing is looked up.
 */
#ifndef BH_PLAN_COMPILE_H
#define BH_PLAN_COMPILE_H

#include "base/program.h"
#include "cgroup/settings.h"
#include "host/host.h"
#include "plan/plan.h"
#include "spec/spec.h"

/* A group that a container has. */
struct bh_plan_group {
	size_t hierarchy; /* index into the host's cgroups */
	const char *path; /* from the root of the hierarchy */
	uint64_t inode;
	const char *place; /* a group below it for the program, or NULL */
};

/* The directory of a container's notify socket: in its entry, and where the
 * program finds it. */
#define BH_NOTIFY_DIR	 "notify"
#define BH_NOTIFY_NAME	 "notify.sock"
#define BH_NOTIFY_TARGET "/run/notify"

/* What runs for a hook of the spec. */
struct bh_plan_hook {
	/* Of the host: BH_NO_PROGRAM where it can't be known, on another one. */
	struct bh_program program;
	/* Of the container: what it may be, as hexadecimal digits, ended by NULL;
	 * NULL: anything. */
	const char *const *digests;
};

/* The presets behind those of spec->wanted: what start, the console, the notify
 * socket and workspaces (the entry) need, then two for each hook, its program and
 * its script. */
enum bh_plan_preset {
	BH_PRESET_START,
	BH_PRESET_CONSOLE,
	BH_PRESET_NOTIFY,
	BH_PRESET_ENTRY,
	BH_PRESET_HOOKS,
};

/* A name of a workspace that the container may not use as it is. */
struct bh_plan_name {
	const char *path; /* below the mount: "/.vscode"; "" is itself */
	bool hidden;	  /* or read-only */
	uint64_t device, inode;
	const char *reason;
};

/* A file of a repository's .git that git replaces, of which the container has its
 * own: what lies at path is a link to it. */
struct bh_plan_copy {
	const char *path;  /* below the mount: "/.git/config" */
	const char *name;  /* in the private directory: "/bulkhead-config" */
	const char *link;  /* the name of the link that leads there */
	const char *leads; /* and what it says: "info/bulkhead-config" */
	uint64_t device, inode;
	struct bh_data content;
};

struct bh_plan_repository {
	const char *info; /* the directory that becomes private: "/.git/info" */
	const char *room; /* "size=...", of what lies in it */
	const char *reason;
	/* The container's directory has them until its end under that name; NULL:
	 * they go with the container. */
	const char *kept;
	size_t copy_count;
	struct bh_plan_copy copies[2];
	struct bh_data sparse;	/* info/sparse-checkout; none where empty */
	struct bh_data exclude; /* info/exclude; the same */
};

struct bh_plan_workspace {
	size_t mount; /* index of spec->mounts */
	const char *origin;
	size_t name_count; /* what lies in another comes after it */
	struct bh_plan_name *names;
	size_t repository_count;
	struct bh_plan_repository *repositories;
	bool unenforced; /* what is written to protected names isn't held back */
};

/* What the caller gives or wants beside the config. */
struct bh_caller {
	/* Descriptors from 3 on that the program keeps; of these the first
	 * listen_count are sockets for it, named as in $LISTEN_FDNAMES. */
	unsigned int kept_count;
	unsigned int listen_count;
	const char *listen_names; /* or NULL */
	uint32_t rows, columns;	  /* of his terminal, if it is served; or 0 */
	/* The directory of the program's notify socket on the host, which is
	 * preset, too; NULL: it has none. */
	const char *notify_path;
	bool no_new_keyring; /* the caller's session keyring is kept */
	bool no_pivot;	     /* the host's root may be an initramfs */
	bool no_cgroups;     /* the container stays in the caller's */
	bool systemd;	     /* its groups are in a scope of systemd's */
};

struct bh_plan_inputs {
	const struct bh_spec *spec;
	const struct bh_host *host;
	const struct bh_host_path *paths; /* one for each spec->wanted */
	const struct bh_cgroup_settings *settings;
	struct bh_blob builtin; /* the profile's filter; count 0: none */
	const char *builtin_origin;
	struct bh_blob filter;	   /* of the config; count 0: none */
	unsigned int filter_flags; /* SECCOMP_FILTER_FLAG_* */
	/* The program waits for `start`, on its preset. */
	bool waits;
	/* Who gets the terminal waits at its preset. */
	bool console;
	struct bh_caller caller;
	size_t workspace_count;
	const struct bh_plan_workspace *workspaces;
	/* For a program that is executed in a container: the groups that it
	 * joins, instead of new ones.  spec joins the namespaces by path. */
	bool joins;
	size_t group_count;
	const struct bh_plan_group *groups;
	const struct bh_plan_hook *hooks; /* by spec->hooks; NULL: not known */
	/* Its paths that can be written, ended by NULL, for Landlock. */
	const char *const *writable;
};

/* Whether a new container gets cgroups of its own there. */
bool bh_plan_has_groups(const struct bh_host *host,
			const struct bh_caller *caller);

/*
 * Compile a plan that makes the container.  Presets are numbered like
 * spec->wanted.  The plan borrows strings from the inputs, so they must
 * outlive it.  -EINVAL with err where the machine can't do what is asked.
 */
int bh_plan_compile(const struct bh_plan_inputs *inputs, struct bh_plan *ret,
		    struct bh_err *err);

#endif
