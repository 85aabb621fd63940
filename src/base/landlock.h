/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Landlock, landlock(7) and Documentation/userspace-api/landlock.rst: numbers of
 * the kernel's that a libc's headers may be too old for.
 */
#ifndef BH_BASE_LANDLOCK_H
#define BH_BASE_LANDLOCK_H

#include <stdint.h>

/* Accesses to files; behind them, the ABI that knows them first. */
#define BH_LANDLOCK_EXECUTE	(1ull << 0)
#define BH_LANDLOCK_WRITE_FILE	(1ull << 1)
#define BH_LANDLOCK_READ_FILE	(1ull << 2)
#define BH_LANDLOCK_READ_DIR	(1ull << 3)
#define BH_LANDLOCK_REMOVE_DIR	(1ull << 4)
#define BH_LANDLOCK_REMOVE_FILE (1ull << 5)
#define BH_LANDLOCK_MAKE_CHAR	(1ull << 6)
#define BH_LANDLOCK_MAKE_DIR	(1ull << 7)
#define BH_LANDLOCK_MAKE_REG	(1ull << 8)
#define BH_LANDLOCK_MAKE_SOCK	(1ull << 9)
#define BH_LANDLOCK_MAKE_FIFO	(1ull << 10)
#define BH_LANDLOCK_MAKE_BLOCK	(1ull << 11)
#define BH_LANDLOCK_MAKE_SYM	(1ull << 12)
#define BH_LANDLOCK_REFER	(1ull << 13) /* 2 */
#define BH_LANDLOCK_TRUNCATE	(1ull << 14) /* 3 */
#define BH_LANDLOCK_IOCTL_DEV	(1ull << 15) /* 5 */

/* What can't reach out of the domain. */
#define BH_LANDLOCK_SCOPE_ABSTRACT (1ull << 0) /* 6 */
#define BH_LANDLOCK_SCOPE_SIGNAL   (1ull << 1) /* 6 */

/* Those that a rule about a file can have. */
#define BH_LANDLOCK_OF_FILES                            \
	(BH_LANDLOCK_EXECUTE | BH_LANDLOCK_WRITE_FILE | \
	 BH_LANDLOCK_READ_FILE | BH_LANDLOCK_TRUNCATE | BH_LANDLOCK_IOCTL_DEV)

struct bh_landlock_ruleset {
	uint64_t handled_access_fs;
	uint64_t handled_access_net;
	uint64_t scoped;
};

struct bh_landlock_path {
	uint64_t allowed_access;
	int32_t parent_fd;
} __attribute__((packed));

#endif
