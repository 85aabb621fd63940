/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was let pass once, by an agent hook: it holds for one container, from its
 * creation to its deletion, and for nothing else.
 */
#ifndef BH_CONTAINER_ONCE_H
#define BH_CONTAINER_ONCE_H

#include "base/digest.h"
#include "container/store.h"

#define BH_ONCE_FILE "hooks.json"

/* Identities; the items are owned. */
struct bh_once {
	size_t count;
	struct bh_digest *items;
};

void bh_once_clear(struct bh_once *once);

/* Kept with the container; nothing where there are none. */
int bh_once_save(const struct bh_entry *entry, const struct bh_once *once,
		 struct bh_err *err);
int bh_once_load(const struct bh_entry *entry, struct bh_once *ret,
		 struct bh_err *err);

/*
 * Over the execve by which the program seals itself (seal.h): a sealed file in
 * memory that names this very process, so that nobody else's is taken.  Returns
 * its descriptor, which stays open over execve, or -errno.
 */
int bh_once_carry(const struct bh_once *once, struct bh_err *err);

/* The other end: fd, as text, is closed.  What is not from this process has
 * nothing in it. */
void bh_once_receive(const char *fd, struct bh_once *ret);

#endif
