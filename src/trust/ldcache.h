/* SPDX-License-Identifier: Apache-2.0 */
/* The loader's list of libraries, /etc/ld.so.cache: ldconfig(8), in the form that
 * glibc has written since 2.32. */
#ifndef BH_TRUST_LDCACHE_H
#define BH_TRUST_LDCACHE_H

#include <stddef.h>

/* Borrows the bytes. */
struct bh_ldcache {
	const char *data;
	size_t len;
	size_t count;
};

/* -EINVAL: it has another form.  The bytes must end with a NUL that isn't
 * counted in len. */
int bh_ldcache_parse(const char *data, size_t len, struct bh_ldcache *ret);

/*
 * The path of the next library called name, from entry *at on; NULL: none is
 * left.  There are several where they are for several machines, or processors.
 */
const char *bh_ldcache_next(const struct bh_ldcache *cache, const char *name,
			    size_t *at);

#endif
