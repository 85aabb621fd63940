/* SPDX-License-Identifier: Apache-2.0 */
#include <linux/mount.h>

#include "base/mem.h"
#include "base/str.h"
#include "spec/options.h"

enum effect {
	NOTHING, /* the default, or without meaning on Linux */
	SET,	 /* attribute of this mount */
	CLEAR,
	SET_ALL, /* and of all below it */
	CLEAR_ALL,
	BIND,
	RBIND,
	PROPAGATE,
	PROPAGATE_ALL,
	COPY_UP,
	LATER, /* of the specification, not implemented yet */
};

/* mount_setattr(2): an access time mode is set by clearing the whole field. */
#define ATIME MOUNT_ATTR__ATIME

static const struct {
	const char *name;
	enum effect effect;
	uint64_t bits;
} options[] = {
	{ "defaults", NOTHING, 0 },
	{ "bind", BIND, 0 },
	{ "rbind", RBIND, 0 },
	{ "ro", SET, MOUNT_ATTR_RDONLY },
	{ "rw", CLEAR, MOUNT_ATTR_RDONLY },
	{ "nosuid", SET, MOUNT_ATTR_NOSUID },
	{ "suid", CLEAR, MOUNT_ATTR_NOSUID },
	{ "nodev", SET, MOUNT_ATTR_NODEV },
	{ "dev", CLEAR, MOUNT_ATTR_NODEV },
	{ "noexec", SET, MOUNT_ATTR_NOEXEC },
	{ "exec", CLEAR, MOUNT_ATTR_NOEXEC },
	{ "nosymfollow", SET, MOUNT_ATTR_NOSYMFOLLOW },
	{ "symfollow", CLEAR, MOUNT_ATTR_NOSYMFOLLOW },
	{ "nodiratime", SET, MOUNT_ATTR_NODIRATIME },
	{ "diratime", CLEAR, MOUNT_ATTR_NODIRATIME },
	{ "noatime", SET, MOUNT_ATTR_NOATIME },
	{ "atime", CLEAR, ATIME },
	{ "relatime", CLEAR, ATIME },
	{ "norelatime", CLEAR, ATIME },
	{ "strictatime", SET, MOUNT_ATTR_STRICTATIME },
	{ "nostrictatime", CLEAR, ATIME },
	{ "rro", SET_ALL, MOUNT_ATTR_RDONLY },
	{ "rrw", CLEAR_ALL, MOUNT_ATTR_RDONLY },
	{ "rnosuid", SET_ALL, MOUNT_ATTR_NOSUID },
	{ "rsuid", CLEAR_ALL, MOUNT_ATTR_NOSUID },
	{ "rnodev", SET_ALL, MOUNT_ATTR_NODEV },
	{ "rdev", CLEAR_ALL, MOUNT_ATTR_NODEV },
	{ "rnoexec", SET_ALL, MOUNT_ATTR_NOEXEC },
	{ "rexec", CLEAR_ALL, MOUNT_ATTR_NOEXEC },
	{ "rnosymfollow", SET_ALL, MOUNT_ATTR_NOSYMFOLLOW },
	{ "rsymfollow", CLEAR_ALL, MOUNT_ATTR_NOSYMFOLLOW },
	{ "rnodiratime", SET_ALL, MOUNT_ATTR_NODIRATIME },
	{ "rdiratime", CLEAR_ALL, MOUNT_ATTR_NODIRATIME },
	{ "rnoatime", SET_ALL, MOUNT_ATTR_NOATIME },
	{ "ratime", CLEAR_ALL, ATIME },
	{ "rrelatime", CLEAR_ALL, ATIME },
	{ "rnorelatime", CLEAR_ALL, ATIME },
	{ "rstrictatime", SET_ALL, MOUNT_ATTR_STRICTATIME },
	{ "rnostrictatime", CLEAR_ALL, ATIME },
	{ "shared", PROPAGATE, MS_SHARED },
	{ "rshared", PROPAGATE_ALL, MS_SHARED },
	{ "slave", PROPAGATE, MS_SLAVE },
	{ "rslave", PROPAGATE_ALL, MS_SLAVE },
	{ "private", PROPAGATE, MS_PRIVATE },
	{ "rprivate", PROPAGATE_ALL, MS_PRIVATE },
	{ "unbindable", PROPAGATE, MS_UNBINDABLE },
	{ "runbindable", PROPAGATE_ALL, MS_UNBINDABLE },
	{ "idmap", LATER, 0 },
	{ "ridmap", LATER, 0 },
	{ "tmpcopyup", COPY_UP, 0 },
	{ "copy-symlink", LATER, 0 },
	{ "src-nofollow", LATER, 0 },
	{ "dest-nofollow", LATER, 0 },
	{ "remount", LATER, 0 },
	{ "loop", LATER, 0 },
};

/* A later option takes back an earlier one; of the access time field only one
 * mode can be set. */
static void set_bits(uint64_t *set, uint64_t *clear, uint64_t bits)
{
	if (bits & ATIME)
		*set &= ~(uint64_t)ATIME;
	*set |= bits;
	*clear &= ~bits;
}

static void clear_bits(uint64_t *set, uint64_t *clear, uint64_t bits)
{
	*set &= ~bits;
	*clear |= bits;
}

static void apply(struct bh_mount *mount, enum effect effect, uint64_t bits)
{
	switch (effect) {
	case SET:
		set_bits(&mount->set, &mount->clear, bits);
		break;
	case CLEAR:
		clear_bits(&mount->set, &mount->clear, bits);
		break;
	case SET_ALL:
		set_bits(&mount->set_all, &mount->clear_all, bits);
		break;
	case CLEAR_ALL:
		clear_bits(&mount->set_all, &mount->clear_all, bits);
		break;
	case PROPAGATE:
	case PROPAGATE_ALL:
		mount->propagation = bits;
		mount->propagation_all = effect == PROPAGATE_ALL;
		break;
	case BIND:
	case RBIND:
		mount->kind = BH_MOUNT_BIND;
		mount->recursive = effect == RBIND;
		break;
	case COPY_UP:
		mount->copies_up = true;
		break;
	case NOTHING:
	case LATER:
		break;
	}
}

int bh_mount_option(struct bh_mount *mount, const char *option,
		    struct bh_err *err)
{
	for (size_t i = 0; i < BH_COUNT(options); i++) {
		if (!bh_str_eq(options[i].name, option))
			continue;
		if (options[i].effect == LATER)
			return bh_refuse(err,
					 "mount on %s: the option %s is "
					 "not implemented yet",
					 mount->target, option);
		apply(mount, options[i].effect, options[i].bits);
		return 1;
	}
	/* "idmap=..." of crun */
	if (bh_starts_with(option, "idmap=") ||
	    bh_starts_with(option, "ridmap="))
		return bh_refuse(err,
				 "mount on %s: the option %s is not "
				 "implemented yet",
				 mount->target, option);
	return 0;
}

void bh_mount_options_each(void (*visit)(void *arg, const char *option),
			   void *arg)
{
	for (size_t i = 0; i < BH_COUNT(options); i++)
		if (options[i].effect != LATER && options[i].effect != NOTHING)
			visit(arg, options[i].name);
}
