/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is kept of a container between two commands: a directory of its own
 * below the root directory (/run/bulkhead), with
 *
 *	state.json	the record below, written atomically: at first without
 *			the process, which is not there yet
 *	config.json	the config that it was made from; nobody reads the
 *			bundle's again
 *	profile.json	the profile that holds for it
 *	posture.json	what its plan promises
 *	start		a FIFO; it is there until the container is started, and
 *			named start.new until it is created
 *	shared		what the process leaves behind when it fails
 *
 * The directory is 0700 and ours; whoever changes something holds its lock.
 * Processes are named by pid and start time, groups by path and inode, so that
 * nothing is ever done to somebody else's.
 */
#ifndef BH_CONTAINER_STATE_H
#define BH_CONTAINER_STATE_H

#include "base/err.h"
#include "ocispec.h"

#define BH_STATE_VERSION 1

/* A group to be removed at the end. */
struct bh_state_group {
	struct oci_bool v2;
	char *name; /* of a v1 hierarchy */
	char *mount;
	char *mount_root;
	char *path;
	struct oci_u64 inode;	 /* not set: nobody noted whether it was made */
	struct oci_u64 existing; /* of its parents, before it was made */
};

/* An index of git that the container has its own of, which goes back at the end. */
struct bh_state_index {
	char *git; /* the directory .git on the host, and what it is */
	struct oci_u64 device, inode;
	char *digest; /* of the index that was copied */
	struct oci_u64 hash_size;
	char *kept; /* the directory of the copy in this entry */
};

/* The types are libocispec's, whose tables read and write the record. */
struct bh_state {
	struct oci_i64 version;
	char *oci_version;
	char *id;
	char *bundle;
	char *rootfs;
	char *created;		   /* RFC 3339 */
	struct oci_u64 owner;	   /* uid */
	struct oci_i64 pid;	   /* of the container's process, if any */
	struct oci_u64 start_time; /* its field 22 in proc_pid_stat(5) */
	OCI_LIST(struct bh_state_group) groups;
	char *scope; /* the unit of systemd's that holds them; or NULL */
	struct oci_bool hooks;	 /* its config has some */
	OCI_LIST(struct bh_state_index) indexes;
	struct oci_u64 deadline; /* seconds from its start; 0: none */
	struct oci_pairs annotations;
};

/* Parse and print a record; 0 or -EINVAL.  Free what was parsed. */
int bh_state_parse(const char *text, size_t len, struct bh_state **ret,
		   struct bh_err *err);
char *bh_state_print(const struct bh_state *state, size_t *ret_len);
void bh_state_free(struct bh_state *state);

/* That of a container of which nothing was made yet but its directory. */
struct bh_state *bh_state_blank(const char *id);

/* What `bulkhead state` prints (runtime.md, State, and what runc adds). */
char *bh_state_report(const struct bh_state *state, enum oci_status status,
		      size_t *ret_len);

#endif
