/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts about the machine, as plain data.  The compiler asks nobody else: any
 * machine can be imitated by a description in a file (tests/hosts).
 */
#ifndef BH_HOST_HOST_H
#define BH_HOST_HOST_H

#include <sys/types.h>

#include "base/err.h"
#include "base/mem.h"
#include "host/cgroups.h"

/* A host path that the config names, as it was found. */
struct bh_host_path {
	const char *path;
	int fd;	     /* O_PATH, or for reading; -1 in fake hosts */
	mode_t type; /* S_IFDIR, S_IFREG ... */
	uint64_t device, inode;
	uint64_t fs_type; /* f_type of statfs(2) */
};

/*
 * Ids for containers that get a user namespace from the policy: ranges of
 * BH_IDS_COUNT each, from BH_IDS_FIRST to below BH_IDS_END.  Below lie users, what
 * useradd(8) gives away by /etc/subuid (up to 600 100 000), systemd-nspawn's
 * containers (up to 1 879 048 191) and SSSD's domains (up to 2 000 200 000); above,
 * systemd's foreign ids (from 2 147 352 576), and from 2^31 on what signed numbers
 * can't say.
 */
#define BH_IDS_FIRST 2013265920u
#define BH_IDS_END   2147352576u
#define BH_IDS_COUNT 65536u

struct bh_host {
	struct bh_arena arena;
	unsigned int kernel_major, kernel_minor;
	uid_t uid;
	gid_t gid;
	uint64_t caps; /* our effective set, bit n is capability n */
	/* uid_map is not the identity: we live in a user namespace */
	bool in_user_namespace;
	bool setgroups_denied; /* in it, and so in all that are made in it */
	/* Programs that map ids for who may not; NULL: not there, or not looked
	 * for, since the caller has the capability. */
	const char *newuidmap, *newgidmap;
	unsigned int landlock_abi; /* 0: none */
	bool selinux;		   /* enabled, enforcing or not */
	uint32_t id_range; /* first of a range that is free; 0: not looked for */
	struct bh_cgroups cgroups;
	/* A description answers for paths too: */
	bool fake;
	size_t path_count;
	struct bh_host_path *paths;
};

/* Whether the caller is not the host's root: another user, or root of a user
 * namespace.  Without /proc the user alone decides. */
bool bh_host_is_rootless(void);

/* Read the facts of this machine.  Nothing on it changes. */
int bh_host_probe(struct bh_host *ret, struct bh_err *err);

/*
 * Read a description: lines of a word and its values, # for comments:
 *
 *	kernel 6.1
 *	user UID GID
 *	capabilities 0x1ffffffffff
 *	user-namespace yes
 *	setgroups deny
 *	newuidmap PATH
 *	newgidmap PATH
 *	landlock ABI
 *	selinux yes
 *	id-range FIRST                        without: the first of all
 *	cgroup NAME MOUNT MOUNT-ROOT OWN      NAME: v1 name, or v2
 *	path PATH TYPE [FSTYPE-HEX]           TYPE: dir, file, socket, device
 */
int bh_host_load(const char *file, struct bh_host *ret, struct bh_err *err);

/*
 * Open a path of the host once, with O_PATH (or for reading, for setns(2)),
 * and say what it is.  The descriptor is the caller's.  In a fake host it is
 * looked up in the description; what is not there is a directory.
 */
int bh_host_open(const struct bh_host *host, const char *path, bool reading,
		 struct bh_host_path *ret, struct bh_err *err);

bool bh_host_can(const struct bh_host *host, unsigned int capability);

void bh_host_clear(struct bh_host *host);

#endif
