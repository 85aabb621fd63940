/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (FIPS 180-4), by libmd, or for much of it by libcrypto; and SHA-1, where others' formats have it. */
#ifndef BH_BASE_DIGEST_H
#define BH_BASE_DIGEST_H

#include <sys/types.h>
/* Behind the types that it needs. */
#include <sha2.h>
#include <stdbool.h>
#include <stddef.h>

#define BH_DIGEST_SIZE	   32
#define BH_DIGEST_HEX_SIZE (2 * BH_DIGEST_SIZE + 1)

struct bh_digest {
	unsigned char bytes[BH_DIGEST_SIZE];
};

void bh_digest_of(const void *data, size_t len, struct bh_digest *ret);
bool bh_digest_equal(const struct bh_digest *a, const struct bh_digest *b);

/* 64 lower-case hexadecimal digits; and back, whole and without a prefix:
 * 0 or -EINVAL. */
void bh_digest_hex(const struct bh_digest *digest,
		   char ret[BH_DIGEST_HEX_SIZE]);
int bh_digest_parse(const char *hex, struct bh_digest *ret);

/* Of what comes piece by piece. */
struct bh_hash {
	SHA2_CTX context;
	bool large;
	/* libcrypto's SHA256_CTX, of 112 bytes. */
	_Alignas(max_align_t) unsigned char other[256];
};

void bh_hash_start(struct bh_hash *hash);

/*
 * The same for megabytes: by libcrypto, which uses what the processor has for it and
 * takes a millisecond to load; by libmd where it is not there.  Not in a container's
 * child.
 */
#define BH_HASH_LARGE (2u << 20)
void bh_hash_start_large(struct bh_hash *hash);
void bh_hash_add(struct bh_hash *hash, const void *data, size_t len);
void bh_hash_end(struct bh_hash *hash, struct bh_digest *ret);

/*
 * A text, or a number, such that no other sequence of them hashes alike: its
 * length goes first.  NULL differs from "".
 */
void bh_hash_text(struct bh_hash *hash, const char *text);
void bh_hash_number(struct bh_hash *hash, uint64_t number);

/* SHA-1: a checksum of git, and no identity: two files can be made alike. */
#define BH_SHA1_SIZE 20
void bh_sha1_of(const void *data, size_t len, unsigned char ret[BH_SHA1_SIZE]);

#endif
